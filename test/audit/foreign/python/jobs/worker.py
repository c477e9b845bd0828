"""Runs the jobs of a queue, one after the other."""

from . import metrics
from .metrics import DURATION, FAILURES, POLL


class UnknownJob(Exception):
    """Nobody knows how to do it."""


class Worker:
    def __init__(self, queue, handlers, timing=DURATION):
        self.queue = queue
        self.handlers = handlers
        self.timing = timing

    @POLL.time()
    def poll(self):
        return self.queue.take()

    def run_all(self):
        while (job := self.poll()) is not None:
            kind, payload = job
            metrics.STATE.state("busy")
            metrics.RUNNING.inc()
            try:
                with self.timing.labels(kind=kind).time():
                    self.handle(kind, payload)
            except Exception as error:
                FAILURES.labels(kind=kind, error_message=str(error)).inc()
        metrics.STATE.state("idle")

    def handle(self, kind, payload):
        handler = self.handlers.get(kind)
        if handler is None:
            raise UnknownJob(kind)
            metrics.STALLED.inc()
        return handler(payload)
