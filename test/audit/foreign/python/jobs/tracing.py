"""Metrics of extensions, named by whoever writes them."""

import os

from prometheus_client import Counter, Gauge

EXTENSION = Counter(os.environ.get("EXTENSION_METRIC", "extension_calls"), "Calls of the extension.")
WAITING_TOO = Gauge("jobs_extension_waiting", "Jobs of extensions that wait.", ["queue"])


def called(queue):
    EXTENSION.inc()
    WAITING_TOO.labels(name=queue).set(1)
