"""What somebody with a low role finds out about others: nothing, by no id in no route; and what they write is text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from qa_engine.domain.people import Actor, Role
from qa_engine.domain.review import DecisionKind, Target
from qa_engine.service import App, FixedClock, add_account, list_calls, plan_training, run_pending
from qa_engine.service.desk import Word, appeal_line, claim, correct_text, decide, sign
from qa_engine.web import create_app
from tests.desk_centre import HEAD, LI, ZHOU, fill_desk, open_desk
from tests.web.people import client_of, mark_of, one_of_each
from tests.web.samples import NASTY, fill_centre, open_centre
from tests.web.test_rights import BODIES, EXPECTED, VALUES

LOW = (Role.AGENT, Role.LEAD)
FOREIGN = {"call_id": "demo-05", "agent_id": "9012", "number": "1"}
NOBODY = {"call_id": "nix", "agent_id": "nix", "number": "999"}
WITH_IDS = [(method, route) for method, route in EXPECTED if any(f"{{{name}" in route for name in FOREIGN)]
MANUAL = [Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with open_centre(tmp_path_factory.mktemp("low"), sign_in=True) as app:
        fill_centre(app)
        one_of_each(app)
        head = Actor("he", "何主管", Role.HEAD)
        plan_training(app, "9012", "forbidden.refusal", title="服务忌语", goal="少于一成", who=head)
        yield app


@pytest.fixture(scope="module")
def web(house: App) -> FastAPI:
    return create_app(house)


@pytest.mark.parametrize("role", LOW)
def test_ids_of_others_answer_as_ids_of_nobody(web: FastAPI, house: App, role: Role) -> None:
    def address(route: str, ids: dict[str, str]) -> str:
        for name, value in (*ids.items(), *VALUES.items()):
            route = route.replace(f"{{{name}:text}}", value).replace(f"{{{name}}}", value)
        return route

    before = [(row.call_id, row.state, row.total) for row in list_calls(house, who=HEAD).rows]
    with client_of(web, role.value) as client:
        mark = mark_of(client)
        for method, route in WITH_IDS:
            answers = []
            for ids in (FOREIGN, NOBODY):
                body = BODIES.get(route) if method == "POST" else None
                form = {"csrf": mark} if method == "POST" and body is None else None
                asked = address(route, ids)
                answer = client.request(method, asked, headers={"x-csrf-token": mark}, json=body, data=form)
                answers.append(answer.status_code)
                told = answer.text.replace(asked, "")
                assert "陈静" not in told, (method, route)
            assert answers[0] == answers[1] >= 400, (method, route, answers)
    assert before == [(row.call_id, row.state, row.total) for row in list_calls(house, who=HEAD).rows]


@pytest.mark.parametrize("role", LOW)
def test_no_report_is_about_others(web: FastAPI, role: Role) -> None:
    with client_of(web, role.value) as client:
        kinds = [one["name"] for one in client.get("/api/v1/reports").json()]
        assert "team" in kinds
        for kind in kinds:
            for subject in ("9012", "二组", "", "demo-05"):
                for path in (f"/api/v1/reports/{kind}/json", f"/reports/{kind}"):
                    answer = client.get(path, params={"subject": subject}, follow_redirects=True)
                    others = [name for name in ("9012", "陈静", "二组", "demo-05") if name != subject]
                    assert not [name for name in others if name in answer.text], (path, subject)
                    assert answer.status_code in (400, 403, 404, 422), (path, subject)


PAGES = (
    *("/centre", "/team", "/desk", "/desk/c-faults", "/desk/c-doubts", "/clips?rule=forbidden.refusal", "/appeals"),
    *("/calibration", "/rules", "/cases", "/rules/forbidden.refusal", "/calls", "/calls/c-faults", "/calls/c-doubts"),
    *("/agents", "/agents/8026", "/reports", "/audit", "/moves", "/status", "/account", "/upload"),
)


def test_what_people_write_is_text_on_every_page(tmp_path: Path) -> None:
    with open_desk(tmp_path / "home", FixedClock(), sign_in=True) as app:
        fill_desk(app)
        one_of_each(app)
        add_account(app, "nasty", Role.LEAD, who=Actor("a", NASTY, Role.ADMIN), title=NASTY, teams=[NASTY])
        somebody = Actor("zhou", NASTY, Role.INSPECTOR)
        version = claim(app, "c-faults", who=somebody).version
        version = correct_text(
            app,
            "c-faults",
            turn=1,
            heard="我的快递三天了还没到，我要投诉。",
            said=f"我要{NASTY}投诉。",
            version=version,
            who=somebody,
        )
        for target in MANUAL:
            word = Word(target, DecisionKind.SCORE, points=3.0, note=NASTY)
            version = decide(app, "c-faults", word, version=version, who=somebody).version
        sign(app, "c-faults", remark=NASTY, lesson=NASTY, version=version, who=somebody)
        appeal_line(app, "c-faults", Target(rule="forbidden.refusal"), NASTY, who=LI)
        plan_training(app, "8026", "forbidden.refusal", title=NASTY, goal=NASTY, who=HEAD)
        claim(app, "c-doubts", who=ZHOU)
        run_pending(app)
        web, seen = create_app(app), 0
        for role, pages in (
            (Role.HEAD, PAGES),
            (Role.INSPECTOR, PAGES),
            (Role.LEAD, PAGES),
            (Role.ADMIN, ("/people", "/webhooks", "/calls", "/status")),
            (Role.AGENT, ("/mine", "/mine/c-faults", "/cases", "/calls")),
        ):
            with client_of(web, role.value) as client:
                for page in pages:
                    answer = client.get(page, follow_redirects=True)
                    assert answer.status_code in (200, 403, 404), page
                    assert "<script>alert" not in answer.text, (role, page)
                    seen += "&lt;script&gt;alert" in answer.text
        assert seen > 12, "it was shown"


def test_technical_text_is_for_who_can_do_something_about_it(web: FastAPI) -> None:
    shown = {}
    for role in (Role.INSPECTOR, Role.HEAD, Role.ADMIN):
        with client_of(web, role.value) as client:
            page = client.get("/status").text
        assert "broken-01" in page
        assert "录音无法读取" in page
        shown[role] = "can be read" in page
    assert shown == {Role.INSPECTOR: False, Role.HEAD: True, Role.ADMIN: True}
