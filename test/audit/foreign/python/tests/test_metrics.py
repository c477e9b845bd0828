from jobs.metrics import DEADLINE


def test_deadline():
    DEADLINE.set(5)
