from pathlib import Path

from netqed.testing import assert_can_reach, assert_cannot_reach, load

cluster = load(Path(__file__).parent)


def test_checkout_pays() -> None:
    assert_can_reach(cluster, "checkout", "payments-api", ports="TCP/8080")


def test_analytics_stays_out() -> None:
    assert_cannot_reach(cluster, "analytics", "payments")
