"""Accounts and tokens by command and by page; the accounts of the demo."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from typer.testing import CliRunner

from qa_engine.cli import app as cli
from qa_engine.cli.demo import _make_people
from qa_engine.domain.people import MACHINE, PERMISSIONS, Actor, NotAllowed, Reach, Right, Role
from qa_engine.errors import ConflictError, NotFoundError, UsageError
from qa_engine.service import (
    ROLES,
    App,
    add_account,
    add_token,
    change_account,
    list_accounts,
    list_tokens,
    read_audit,
    rights_of,
    role_of,
    set_disabled,
    sign_in,
)
from qa_engine.service.people.names import sign_in_name
from qa_engine.settings import current_settings
from qa_engine.web import create_app
from qa_engine.web.labels import AUDIT, RIGHTS
from tests.web.people import client_of, make_person, mark_of
from tests.web.samples import open_centre

SECRET = r"\w{4}-\w{4}-\w{4}-\w{4}"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    monkeypatch.setenv("QA_HOME", str(tmp_path / "home"))
    current_settings.cache_clear()
    yield CliRunner()
    current_settings.cache_clear()


def test_accounts_by_command(run: CliRunner) -> None:
    made = run.invoke(
        cli, ["people", "add", "Wang", "--role", "班长", "--title", "王芳", "--team", "一组", "--team", "二组"]
    )
    assert made.exit_code == 0, made.output
    assert re.fullmatch(SECRET, made.stdout.strip())
    assert "QA_SIGN_IN" in made.stderr
    listed = run.invoke(cli, ["people", "list"]).stdout
    assert "wang" in listed
    assert "first password" in listed
    anew = run.invoke(cli, ["people", "passwd", "wang"]).stdout.strip()
    assert re.fullmatch(SECRET, anew)
    assert anew != made.stdout.strip()
    for command in (
        ["teams", "wang", "三组"],
        ["role", "wang", "head"],
        ["disable", "wang"],
        ["enable", "wang"],
    ):
        assert run.invoke(cli, ["people", *command]).exit_code == 0, command
    token = run.invoke(
        cli, ["people", "token", "wang", "--title", "平台", "--right", "ingest,see_calls", "--days", "3"]
    )
    assert re.fullmatch(r"qa_[\w-]{43}", token.stdout.strip())
    assert "平台" in run.invoke(cli, ["people", "tokens"]).stdout
    assert run.invoke(cli, ["people", "revoke", "1"]).exit_code == 0


@pytest.mark.parametrize(
    "command", [["add", "x", "--role", "king"], ["passwd", "nobody"], ["add", "a b", "--role", "head"]]
)
def test_commands_that_go_wrong_say_why(run: CliRunner, command: list[str]) -> None:
    done = run.invoke(cli, ["people", *command])
    assert isinstance(done.exception, UsageError | NotFoundError)


def test_the_demo_makes_one_account_a_role_and_says_so(
    tmp_path: Path, filled: App, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_centre(tmp_path) as app:
        _make_people(app)
        said = capsys.readouterr().out
        # without calls nobody knows whom the agent's account should be
        assert {account.role for account in list_accounts(app, who=MACHINE)} == set(Role) - {Role.AGENT}
        first = re.findall(SECRET, said)
        assert len(first) == 4
        assert sign_in(app, "inspector", first[0])
        _make_people(app)
        assert not re.findall(SECRET, capsys.readouterr().out)


@pytest.mark.parametrize(
    ("typed", "kept"), [(" Wang ", "wang"), ("ＷＡＮＧ", "wang"), ("王芳", "王芳"), ("a.b-c_d@x", "a.b-c_d@x")]
)
def test_names_have_one_form(typed: str, kept: str) -> None:
    assert sign_in_name(typed) == kept
    assert sign_in_name(kept) == kept


@pytest.mark.parametrize(
    "typed", ["", " ", "a b", "a/b", "<a>", "machine", "Machine", "engine", "a" * 65, "a\nb", "\u202ea"]
)
def test_names_that_are_none(typed: str) -> None:
    with pytest.raises(ValueError):
        sign_in_name(typed)


def test_roles_and_rights_by_their_names() -> None:
    assert [role_of(label) for label in ROLES.values()] == [role_of(role.value) for role in Role] == list(Role)
    assert rights_of(["ingest, see_calls", "listen"]) == {Right.INGEST, Right.SEE_CALLS, Right.LISTEN}
    for names in ([], [""], ["nix"], ["ingest,nix"]):
        with pytest.raises(UsageError):
            rights_of(names)
    assert set(RIGHTS) == set(Right)


def test_every_action_of_the_log_has_words() -> None:
    from qa_engine.service import Action

    assert set(AUDIT) == {action.value for action in Action}


def test_accounts_are_not_given_twice_nor_out_of_hand(centre: App) -> None:
    add_account(centre, "wang", Role.HEAD, who=MACHINE, oidc_subject="p-1")
    with pytest.raises(ConflictError):
        add_account(centre, "WANG", Role.HEAD, who=MACHINE)
    with pytest.raises(ConflictError):
        add_account(centre, "li", Role.HEAD, who=MACHINE, oidc_subject="p-1")
    with pytest.raises(UsageError, match="agent"):
        add_account(centre, "zhao", Role.AGENT, who=MACHINE)
    with pytest.raises(UsageError, match="agent"):
        change_account(centre, "wang", who=MACHINE, role=Role.AGENT)
    me = Actor("wang", "王", Role.ADMIN)
    with pytest.raises(ConflictError):
        set_disabled(centre, "wang", True, who=me)
    with pytest.raises(ConflictError):
        change_account(centre, "wang", who=me, role=Role.ADMIN)
    told = [row.detail for row in read_audit(centre, who=MACHINE, action="people").rows]
    assert told == ["新建（主管）"]


@pytest.mark.parametrize("role", Role)
def test_a_token_has_no_right_that_its_account_has_not(centre: App, role: Role) -> None:
    add_account(centre, "p", role, who=MACHINE, agent_id="8026", with_password=False)
    for right in Right:
        if PERMISSIONS[role][right] is Reach.NONE:
            with pytest.raises(UsageError):
                add_token(centre, "p", frozenset({right}), who=MACHINE, title="t", days=1)
    with pytest.raises(UsageError):
        add_token(centre, "p", frozenset(), who=MACHINE, title="t", days=1)
    for days in (0, 367):
        with pytest.raises(UsageError):
            add_token(centre, "p", frozenset({Right.SEE_CALLS}), who=MACHINE, title="t", days=days)
    with pytest.raises(NotAllowed):
        add_token(centre, "p", frozenset({Right.SEE_CALLS}), who=Actor("h", "H", Role.HEAD), title="t", days=1)
    assert list_tokens(centre, who=MACHINE) == ()


def test_accounts_by_page(tmp_path: Path) -> None:
    with open_centre(tmp_path, sign_in=True) as house:
        make_person(house, "admin", Role.ADMIN)
        with client_of(create_app(house), "admin") as client:
            csrf = {"csrf": mark_of(client)}

            def post(address: str, **fields: str) -> Response:
                return client.post(address, data=csrf | fields)

            made = post("/people", name="wang", title="王芳", role="lead", team="一组、二组")
            assert len(re.findall(SECRET, made.text)) == 1
            assert "一组、二组" in made.text
            assert "已停用" in post("/people/wang/disabled", disabled="1").text
            assert "已停用" not in post("/people/wang/disabled", disabled="0").text
            given = post("/people/wang/tokens", title="平台", days="9", right="see_calls")
            assert re.search(r"qa_[\w-]{43}", given.text)
            assert not re.search(r"qa_[\w-]{43}", client.get("/people").text)
            assert "没有保存" in post("/people/wang/tokens", title="平台", right="see_audit").text
            assert post("/tokens/1/revoke").status_code == 303
            assert "已收回" in client.get("/people").text
            assert "没有保存" in post("/people/wang", role="agent").text
            assert post("/people/nobody/password").status_code == 404


@pytest.mark.parametrize(
    ("address", "fields", "said"),
    [
        ("/people", {"name": "wang", "role": "king"}, "「king」不是角色"),
        ("/people", {"name": "a b", "role": "lead"}, "用户名只能用"),
        ("/people", {"name": "Admin", "role": "lead"}, "用户名 admin 已经有了"),
        ("/people", {"name": "li", "role": "agent"}, "坐席账号须填写工号"),
        ("/people", {"name": "li", "title": "李" * 65, "role": "lead"}, "最多 64 个字符"),
        ("/people/admin", {"role": "lead"}, "不能停用自己的账号"),
        ("/people/admin/disabled", {"disabled": "1"}, "不能停用自己的账号"),
        ("/people/nobody/password", {}, "没有账号 nobody"),
        ("/people/nobody/tokens", {"title": "平台", "right": "see_calls"}, "没有账号 nobody"),
        ("/people/admin/tokens", {"title": "平台", "days": "999", "right": "see_calls"}, "有效期为 1 至 366 天"),
        ("/people/admin/tokens", {"title": " ", "right": "see_calls"}, "写明令牌给哪个程序用"),
        ("/people/admin/tokens", {"title": "平台"}, "请至少选一项权限"),
        ("/webhooks", {"url": "ftp://x", "event": "night.closed"}, "地址须以 http://"),
        ("/webhooks", {"url": "http://a:b@x/", "event": "night.closed"}, "地址里不能写密码"),
        ("/webhooks", {"url": "http://127.0.0.1/", "event": "night.closed"}, "127.0.0.1 是本机地址"),
        ("/webhooks", {"url": "http://x/"}, "请至少选一种事件"),
        ("/webhooks/outbox/1/again", {}, "没有放弃发送"),
    ],
)
def test_faults_are_said_in_chinese(tmp_path: Path, address: str, fields: dict[str, str], said: str) -> None:
    with open_centre(tmp_path, sign_in=True, public_url="https://qa.example.cn") as house:
        make_person(house, "admin", Role.ADMIN)
        with client_of(create_app(house), "admin") as client:
            answer = client.post(address, data={"csrf": mark_of(client), **fields})
    (told,) = re.findall(r'<p>没有保存。</p><p class="small">(.*?)</p>', answer.text)
    assert said in told
    assert answer.status_code in (400, 404, 409)
    assert not re.search(r"[a-z]{3,} [a-z]{2,} ", told)


def test_accounts_are_found_by_name_role_and_team_and_come_in_pages(tmp_path: Path) -> None:
    with open_centre(tmp_path, sign_in=True) as house:
        make_person(house, "admin", Role.ADMIN)
        for n in range(60):
            make_person(house, f"agent-{n:02}", Role.AGENT, agent_id=f"8{n:03}")
        make_person(house, "lin", Role.LEAD, teams=("一组", "二组"))
        make_person(house, "zhao", Role.LEAD, teams=("三组",))

        def shown(page: str) -> list[str]:
            return re.findall(r"<tr><td><b>([^<]+)</b>", page)

        with client_of(create_app(house), "admin") as client:
            first = client.get("/people").text
            assert shown(first)[:2] == ["admin", "agent-00"]
            assert len(shown(first)) == 50
            assert "共 63 个账号，第 1 / 2 页" in first
            assert shown(client.get("/people?page=2").text)[-2:] == ["lin", "zhao"]
            assert shown(client.get("/people?q=AGENT-5").text) == [f"agent-{n}" for n in range(50, 60)]
            assert shown(client.get("/people?q=8007").text) == ["agent-07"]
            assert shown(client.get("/people", params={"q": "%"}).text) == []
            assert shown(client.get("/people", params={"role": "lead"}).text) == ["lin", "zhao"]
            assert shown(client.get("/people", params={"team": "二组"}).text) == ["lin"]
            none = client.get("/people", params={"team": "九组", "role": "lead"}).text
            assert "没有符合条件的账号" in none
            assert "「x」无效" in client.get("/people?role=x").text
            kept = client.post("/people/lin/disabled?q=lin", data={"csrf": mark_of(client), "disabled": "1"}).text
            assert shown(kept) == ["lin"], "what was asked for stays asked for"
            assert "已停用账号 lin" in kept
            assert 'action="/people/lin?q=lin"' in kept
