"""Who may do what at the doors of the web service."""

from starlette.testclient import TestClient

from qa_engine.domain.people import MACHINE, Actor, Right, Role, require
from qa_engine.service import App
from qa_engine.web import create_app
from qa_engine.web.deps import Who
from tests.web.conftest import BASE


def test_without_sign_in_everybody_at_the_machine_is_the_machine(centre: App) -> None:
    app = create_app(centre)
    seen: list[Actor] = []

    @app.get("/me")
    def me(who: Who) -> None:
        seen.append(who)

    with TestClient(app, base_url=BASE) as client:
        assert client.get("/me").status_code == 200
    assert seen == [MACHINE]


def test_what_a_role_may_not_is_a_page_or_an_answer_of_403(centre: App) -> None:
    app = create_app(centre)

    @app.get("/forbidden")
    @app.get("/api/forbidden")
    def forbidden() -> None:
        require(Actor("a", "坐席", Role.AGENT), Right.FORGET)

    with TestClient(app, base_url=BASE) as client:
        page, data = client.get("/forbidden"), client.get("/api/forbidden")
    assert page.status_code == data.status_code == 403
    assert "无权" in page.text
    assert data.json()["error"]["status"] == 403
