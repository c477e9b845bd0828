import time

from prometheus_client import Counter, Gauge, Histogram, start_http_server

loaves = Counter("bakery_loaves_total", "Loaves that left the oven.", ["kind", "outcome"])
oven = Gauge("bakery_oven_celsius", "Temperature of the oven.")
queue = Gauge("bakery_queue_length", "Customers who wait.")
flour = Gauge("bakery_flour_used_ratio", "Share of the flour in the silo that is used up.")
wait = Histogram("bakery_wait_seconds", "Time from the door to the bread.", buckets=[30, 60, 300, 900])


def bake(kind, minutes):
    oven.set(180 + minutes)
    if minutes > 60:
        loaves.labels(kind=kind, outcome="burnt").inc()
    else:
        loaves.labels(kind=kind, outcome="good").inc()


def serve(customers, silo):
    for customer in customers:
        wait.observe(time.time() - customer.entered)
    queue.set(len(customers))
    flour.set(1 - silo)


if __name__ == "__main__":
    start_http_server(9108)
    while True:
        bake("rye", 50)
        serve([], 0.4)
        time.sleep(30)
