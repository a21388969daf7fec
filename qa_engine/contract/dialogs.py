"""Conversations that programs write as a list of who said what: ``[{"role": …, "content": …}]``, under many names.

Nothing but the names of the fields tells what they are, so only what is sure is taken: who, and the words. Times under
such names may be of any unit; they are left out, and the transcript says so.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from qa_engine.contract.labels import is_anonymous
from qa_engine.contract.names import read_name
from qa_engine.contract.sentences import Sentence

TIMES_UNREAD = "times_unread"
"""Warning of a transcript: the file has times of which nobody knows the unit."""

_WHO = (
    *("role", "speaker", "sender", "from", "who", "side", "party", "sender_role", "senderRole", "speaker_role"),
    *("speakerRole", "fromUser", "from_user", "nick", "nickname", "name", "角色", "说话人", "发送人", "发言人"),
)
_WORDS = ("content", "text", "message", "msg", "utterance", "sentence", "words", "body", "内容", "文本", "消息", "话术")
_TIMES = ("time", "start", "begin", "timestamp", "stamp", "时间")


def dialog_of(obj: Mapping[str, Any]) -> list[Sentence] | None:
    """The sentences of the one list in an object whose items all name a speaker and words; None when it has none."""
    found = [sentences for value in obj.values() if (sentences := _sentences(value)) is not None]
    return found[0] if len(found) == 1 else None


def has_times(obj: Mapping[str, Any]) -> bool:
    """Whether the items of the list carry something that is called a time."""
    return any(
        any(word in str(key).lower() for word in _TIMES)
        for value in obj.values()
        if _sentences(value) is not None
        for item in value
        for key in item
    )


def _sentences(value: Any) -> list[Sentence] | None:
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        return None
    for who in _WHO:
        for words in _WORDS:
            if all(_is_said(item, who, words) for item in value) and any(_is_somebody(item[who]) for item in value):
                return list(_read(value, who, words))
    return None


def _is_said(item: Mapping[str, Any], who: str, words: str) -> bool:
    return isinstance(item.get(who), str | int) and not isinstance(item[who], bool) and isinstance(item.get(words), str)


def _is_somebody(name: str | int) -> bool:
    """Whether a name is one of a conversation, and not that of a thing in some other list."""
    return read_name(str(name)) is not None or is_anonymous(str(name))


def _read(items: list[Mapping[str, Any]], who: str, words: str) -> Iterator[Sentence]:
    for item in items:
        yield Sentence(item[words], None, None, name=str(item[who]))
