"""Puts some jobs into the queue, runs them, and serves metrics."""

import sys
import time

from prometheus_client import start_http_server

from .queue import Queue
from .tracing import called
from .worker import Worker


def main():
    queue = Queue()
    for number in range(20):
        queue.put("mail" if number % 2 else "report", number)
    queue.put("strange", 0)
    start_http_server(int(sys.argv[1]), addr="127.0.0.1")
    Worker(queue, {"mail": lambda n: time.sleep(0.001), "report": lambda n: 1 / n}).run_all()
    if len(sys.argv) > 2:
        called(sys.argv[2])
    time.sleep(30)


if __name__ == "__main__":
    main()
