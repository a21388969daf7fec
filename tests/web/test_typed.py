"""A form that is refused shows again what was typed in it; the other forms of its page show what is stored."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from qa_engine.domain.people import MACHINE, Role
from qa_engine.service import App, FixedClock, open_app, plan_training
from qa_engine.service.authoring import drafts
from qa_engine.service.authoring.editions import publish
from qa_engine.settings import load_settings
from qa_engine.web import create_app
from tests.desk_centre import HEAD, PACK, WrittenEar, fill_desk
from tests.service.test_editions import written
from tests.web.people import PASSWORD, client_of, make_person, mark_of


class Forms(HTMLParser):
    """What a browser would send: the fields of each form of a page, by the form's address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self._fields: dict[str, list[str]] | None = None
        self._area, self._select = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form" and has.get("method") == "post":
            self._fields = self.forms.setdefault(has.get("action") or "", {})
        if self._fields is None:
            return
        if tag == "input" and (has.get("type") not in ("checkbox", "radio") or "checked" in has):
            self._fields.setdefault(name, []).append(value)
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in has:
            self._fields.setdefault(self._select, []).append(value)
        if tag == "textarea":
            self._area = name
            self._fields.setdefault(name, []).append("")

    def handle_data(self, data: str) -> None:
        if self._area and self._fields is not None:
            self._fields[self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "form":
            self._fields = None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("typed")
    settings = load_settings(home=folder / "home", pack="desk", scorecard="desk", sign_in=True)
    with open_app(settings, clock=FixedClock(), transcriber=WrittenEar()) as app:
        publish(app, written(folder / "first", PACK), why="第一版", who=HEAD)
        fill_desk(app)
        for role in (Role.ADMIN, Role.HEAD):
            make_person(app, role.value, role)
        make_person(app, "lin", Role.LEAD, teams=("一组",))
        plan_training(app, "8026", "forbidden.refusal", title="服务忌语", goal="少于一成", who=MACHINE)
        drafts.new_draft(app, "放宽", who=MACHINE)
        yield app


@pytest.mark.parametrize(
    ("who", "address", "typed"),
    [
        ("admin", "/people", {"name": "王 芳", "title": "王芳", "role": "lead", "team": "一组、二组", "agent": "8"}),
        ("admin", "/people/lin?q=lin", {"role": "agent", "team": "三组", "agent": ""}),
        ("admin", "/people/lin/tokens", {"title": "平台", "days": "999", "right": ["see_calls"]}),
        ("admin", "/webhooks", {"url": "ftp://x/qa", "event": ["night.closed", "alert"]}),
        ("lin", "/team/training", {"team": "一组", "agent": "8026", "rule": "forbidden.refusal", "goal": "零"}),
        ("lin", "/team/training/1/done", {"team": "一组", "day": "2999-01-01", "words": "<b>练了</b>"}),
        ("head", "/calibration/sample", {"number": "0"}),
        ("head", "/drafts", {"title": "   "}),
        ("head", "/drafts/1/backtest", {"from": "2026-03-01", "to": "", "most": "0", "line": "70"}),
        ("head", "/drafts/1/publish", {"why": "放宽语速", "again": "again"}),
        ("head", "/drafts/1/rules/forbidden.refusal", {"n:points/each": "x", "message": "忌语「{text}」",
                                                       "p:conditions/refuse/phrases": "不知道\n没法办"}),
        ("head", "/drafts/1/profile", {"companies": "顺达\n顺达速运", "direction": "outbound", "agent_channel": "right",
                                       "reply_limit_hours": "很久", "title": "一部", "part:0:greeting": "wished"}),
        ("head", "/drafts/1/files/packs/desk/desk.yaml", {"text": "rules: ["}),
        ("head", "/moves", {"agent": "8026", "team": "三组", "since": "16 March"}),
    ],
)  # fmt: skip
def test_what_was_typed_is_shown_again(house: App, who: str, address: str, typed: dict[str, str | list[str]]) -> None:
    with client_of(create_app(house), who) as client:
        answer = client.post(address, data={"csrf": mark_of(client), **typed})
    assert 400 <= answer.status_code < 500
    shown = Forms(answer.text).forms[address]
    said = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    assert {name: shown.get(name) for name in said} == said


def test_the_other_forms_of_the_page_show_what_is_stored(house: App) -> None:
    with client_of(create_app(house), "admin") as client:
        answer = client.post("/people/lin", data={"csrf": mark_of(client), "role": "agent", "team": "三组"})
        forms = Forms(answer.text).forms
        assert forms["/people/lin"]["team"] == ["三组"]
        assert forms["/people/admin"]["role"] == ["admin"]
        assert forms["/people"]["team"] == [""]
        assert Forms(client.get("/people").text).forms["/people/lin"]["team"] == ["一组"]


def test_a_password_is_never_shown_again(house: App) -> None:
    with client_of(create_app(house), "lin") as client:
        words = {"old": "nicht-das-alte", "new": PASSWORD, "again": "etwas-anderes"}
        answer = client.post("/account/password", data={"csrf": mark_of(client), **words})
    assert answer.status_code == 422
    assert not [word for word in words.values() if word in answer.text]
