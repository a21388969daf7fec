"""What a check of a draft found, in the words of the page."""

from collections.abc import Iterator, Mapping

from qa_engine.domain import Status
from qa_engine.fault_wording import located_said
from qa_engine.rules import ExampleOutcome, LintNote, line_said
from qa_engine.service.authoring.rulebook import GoldenOutcome
from qa_engine.wording import STATUSES

_KINDS: Mapping[Status, str] = {
    Status.FAIL: "算问题的",
    Status.PASS: "不算问题的",
    Status.UNCERTAIN: "须复核的",
    Status.NOT_APPLICABLE: "不适用的",
}


def note_said(note: LintNote, titles: Mapping[str, str]) -> str:
    """``titles``: of rules and lists, by id."""
    return located_said(note.where, note.line, note.subject, note.message, titles)


def example_said(one: ExampleOutcome, titles: Mapping[str, str]) -> str:
    """``「服务忌语」算问题的第 2 例：应为不达标，实际达标。客户：… / 坐席：…``."""
    came = f"实际{STATUSES[one.result.status]}" if one.result is not None else one.problem
    why = f"（{one.result.reason}）" if one.result is not None and one.result.reason else ""
    said = " / ".join(map(line_said, one.dialogue.turns))
    kind = f"{_KINDS[one.wanted]}第 {one.number} 例"
    return f"「{titles.get(one.rule_id, one.rule_id)}」{kind}：应为{STATUSES[one.wanted]}，{came}{why}。{said}"


def golden_said(one: GoldenOutcome, titles: Mapping[str, str]) -> str:
    return "，".join((f"{one.title}（{one.file}）", *_differences(one, titles)))


def _differences(one: GoldenOutcome, titles: Mapping[str, str]) -> Iterator[str]:
    for what, ids in (("未发现", one.missed), ("误判", one.unwanted), ("未能判定", one.undecided)):
        if ids:
            yield f"{what} {'、'.join(f'「{titles.get(id, id)}」' for id in ids)}"
