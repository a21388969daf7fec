"""Writing routes under requests that are wrong in every way: no error of the server, nothing half-written."""

from contextlib import ExitStack
from pathlib import Path

from qa_engine.web import create_app
from tests.web.odd_bodies import Fuzz, open_centre

EACH = 1  # requests of each route by each role; a round of hundreds is made by hand before a release


def test_no_body_breaks_a_writing_route_or_leaves_half_of_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        engine = stack.enter_context(open_centre(tmp_path / "home"))
        fuzz = Fuzz(engine, create_app(engine), stack, seed=20260305)
        faults = list(fuzz.requests(EACH))
        assert not faults, "\n".join(map(str, faults))
        assert len(fuzz.statuses) > 40
        answers = [status for each in fuzz.statuses.values() for status in each]
        assert sum(status < 400 for status in answers) > 10, "some of it is right"
