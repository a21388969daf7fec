"""Will the night keep its hour? A simulation of the queues of a day, on paper: no worker runs here.

    python -m benchmarks.night_queue [--calls 1000000] [--hearers N] [--judges N] [--seed N]

Calls of a day arrive from eight to eight with two peaks (``ARRIVALS``), at once or when their night begins; each is
heard at ``--audio-speed`` seconds of audio a second of one recogniser, then judged at ``--calls-speed`` calls a second
of one process. Machines are lost, attempts fail and are tried again, as often as the flags say. The speeds are to be
those that were measured on the machines meant.

It prints, for each number of lost machines: when the last call of the day is judged, what waited at most, and whether
that is before the deadline. Arrivals and lengths are made up; the same seed gives the same day.
"""

import argparse
import heapq
import math
import random
from dataclasses import dataclass, replace

# share of a day's calls in each hour from 0 to 23: made up after the usual shape, two peaks and a quiet night
ARRIVALS = (0, 0, 0, 0, 0, 0, 0, 1, 5, 11, 13, 10, 6, 7, 10, 11, 10, 7, 4, 3, 1, 1, 0, 0)
HOUR = 3600.0
MEAN_SECONDS, SIGMA = 180.0, 0.8
MOST_SIMULATED = 20_000
"""More calls than these are simulated as bundles of equal size."""


@dataclass(frozen=True)
class Plan:
    calls: int
    hearers: int
    judges: int
    audio_speed: float
    calls_speed: float
    begin_hour: float  # of the night; 0: each call is worked on as it comes
    deadline_hour: float
    failures: float  # share of attempts that fail and are tried again
    lost: int  # machines with ``per_machine`` hearers that go at two in the night and stay away
    per_machine: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    last_hour: float
    most_waiting: int
    hearing_busy: float


def simulate(plan: Plan) -> Outcome:
    """One day and its night, in hours after the midnight before it."""
    draw = random.Random(plan.seed)
    bundle = max(1, math.ceil(plan.calls / MOST_SIMULATED))
    number = plan.calls // bundle
    begin = plan.begin_hour * HOUR
    arrivals = []
    for _ in range(number):
        hour = draw.choices(range(24), ARRIVALS)[0]
        at = (hour + draw.random()) * HOUR
        mean = math.log(MEAN_SECONDS) - SIGMA**2 / 2
        seconds = sum(draw.lognormvariate(mean, SIGMA) for _ in range(bundle)) / bundle
        arrivals.append((max(at, begin), seconds))
    arrivals.sort()
    # a bundle is one piece of work as long as all its calls: servers are then as many, and each as fast
    free = [0.0] * plan.hearers
    gone_at = (24 + 2) * HOUR
    left = max(1, plan.hearers - plan.lost * plan.per_machine)
    heapq.heapify(free)
    heard, busy, cut = [], 0.0, False
    for at, seconds in arrivals:
        start = max(at, free[0])
        if not cut and start >= gone_at:  # the machines that are lost take no more, and what they held is begun anew
            free = heapq.nsmallest(left, free)
            heapq.heapify(free)
            cut = True
            start = max(at, free[0])
        work = seconds * bundle / plan.audio_speed
        while draw.random() < plan.failures:
            work += seconds * bundle / plan.audio_speed
        heapq.heapreplace(free, start + work)
        busy += work
        heard.append(start + work)
    judge = [0.0] * plan.judges
    done = []
    for at in sorted(heard):
        start = max(at, judge[0])
        heapq.heapreplace(judge, start + bundle / plan.calls_speed)
        done.append(start + bundle / plan.calls_speed)
    return Outcome(max(done) / HOUR, _most_waiting(arrivals, done) * bundle, busy / (plan.hearers * max(done)))


def _most_waiting(arrivals: list[tuple[float, float]], done: list[float]) -> int:
    changes = sorted([(at, 1) for at, _ in arrivals] + [(at, -1) for at in done])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def needed(plan: Plan) -> int:
    """The least number of recognisers with which the deadline is kept, even with the machines that are lost."""
    low, high = 1, 1
    while simulate(replace(plan, hearers=high)).last_hour > plan.deadline_hour:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        if simulate(replace(plan, hearers=middle)).last_hour > plan.deadline_hour:
            low = middle + 1
        else:
            high = middle
    return high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--hearers", type=int, default=0, help="recognisers; 0: as many as are needed")
    parser.add_argument("--judges", type=int, default=16)
    parser.add_argument("--audio-speed", type=float, required=True, help="audio seconds a second of one recogniser")
    parser.add_argument("--calls-speed", type=float, required=True, help="calls judged a second by one process")
    parser.add_argument("--begin-hour", type=float, default=24.5)
    parser.add_argument("--deadline-hour", type=float, default=32.0)
    parser.add_argument("--failures", type=float, default=0.01)
    parser.add_argument("--per-machine", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    plan = Plan(
        given.calls, given.hearers or 1, given.judges, given.audio_speed, given.calls_speed, given.begin_hour,
        given.deadline_hour, given.failures, 0, given.per_machine, given.seed,
    )  # fmt: skip
    hours = given.calls * MEAN_SECONDS / HOUR
    print(f"{given.calls} calls of a day, {hours:.0f} h of audio (made up: mean {MEAN_SECONDS:g} s)")
    print(f"one recogniser {given.audio_speed:g} audio s/s")
    print(f"{given.judges} judges, each {given.calls_speed:g} calls/s")
    for begin in (given.begin_hour, 0.0):
        when = f"all from {begin:g} h" if begin else "as they come"
        for lost in (0, 1, 2):
            chosen = replace(plan, begin_hour=begin, lost=lost)
            number = given.hearers or needed(chosen)
            found = simulate(replace(chosen, hearers=number))
            kept = "kept" if found.last_hour <= given.deadline_hour else "MISSED"
            print(
                f"{when:16} {lost} machines lost: {number} recognisers, ends at {found.last_hour:.2f} h "
                f"(deadline {given.deadline_hour:g} h {kept}), most waiting {found.most_waiting}"
            )


if __name__ == "__main__":
    main()
