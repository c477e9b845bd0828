"""A queue in memory."""

from collections import Counter, deque

from .metrics import DEQUEUED, ENQUEUED, WAITING


class Queue:
    def __init__(self):
        self._jobs = deque()
        self._kinds = Counter()

    def put(self, kind, payload):
        self._jobs.append((kind, payload))
        self._kinds.update([kind])
        ENQUEUED.labels(kind).inc()
        WAITING.inc()

    def take(self):
        if not self._jobs:
            return None
        job = self._jobs.popleft()
        WAITING.dec()
        return job

    def _note_taken(self, kind):
        DEQUEUED.labels(kind=kind).inc()
