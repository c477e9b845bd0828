"""What the job queue measures."""

from prometheus_client import Counter, Enum, Gauge, Histogram, Summary

NAMESPACE = "jobs"

ENQUEUED = Counter("enqueued", "Jobs that were put into the queue.", ["kind"], namespace=NAMESPACE)
DEQUEUED = Counter("dequeued", "Jobs that were taken out of the queue.", ["kind"], namespace=NAMESPACE)
WAITING = Gauge("waiting", "Jobs that wait.", namespace=NAMESPACE)
RUNNING = Gauge("running", "Jobs that run.", namespace=NAMESPACE)
DURATION = Histogram(
    "duration_seconds", "Time that jobs take.", ["kind"], namespace=NAMESPACE, buckets=(0.01, 0.1, 1, 10)
)
POLL = Summary("poll_seconds", "Time to look for the next job.", namespace=NAMESPACE)
FAILURES = Counter("failures", "Jobs that failed.", ["kind", "error_message"], namespace=NAMESPACE)
STATE = Enum("state", "What the worker does.", states=["idle", "busy"], namespace=NAMESPACE)
STALLED = Counter("stalled", "Jobs that took too long.", namespace=NAMESPACE)
DEADLINE = Gauge("deadline_seconds", "Time that a job may take.", namespace=NAMESPACE)
