"""A short run of the harness; the long one is ``make faults``."""

import pytest

from tests.faults import harness, strikes

pytestmark = pytest.mark.slow


def test_every_fault_once_over_files() -> None:
    struck = harness.run(len(strikes.FAULTS), seed=1)
    assert sum(struck.values()) == len(strikes.FAULTS)


@pytest.mark.redis
@pytest.mark.postgres
def test_what_servers_add() -> None:
    faults = [strikes.broker_away, strikes.database_away, strikes.kill_children, strikes.clock_ahead]
    struck = harness.run(4, seed=2, servers=True, faults=faults)
    assert sum(struck.values()) == 4


def test_the_harness_sees_what_is_lost_and_what_is_doubled(tmp_path: object) -> None:
    """It would be worth nothing if it could not fail."""

    def lose_one(one: harness.Harness) -> None:
        one.handed_in["never-came"] = "call"
        raise harness.Lost("never-came")

    with pytest.raises(harness.Lost, match="round 0, seed 3, lose_one"):
        harness.run(1, seed=3, faults=[lose_one])
