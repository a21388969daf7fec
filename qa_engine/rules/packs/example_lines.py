"""The lines of examples as people read them: 坐席[act=refuse:0.6] is 坐席（像「拒绝客户」，把握 0.6）."""

import re
from collections.abc import Iterator

from qa_engine.domain import Exclusion, Speaker
from qa_engine.rules.ports.acts import ACTS_OF
from qa_engine.rules.ports.tones import TONE_TITLE
from qa_engine.wording import EXCLUSIONS, SPEAKERS

_FACTS = re.compile(r"^(\s*(?:坐席|客户|未知))\s*[\[【]([^\]】]*)[\]】]")
_MEASURES = {
    "conf": "识别可信 {}",
    "db": "音量 {} 分贝",
    "hz": "音高 {} 赫兹",
    "cpm": "语速 {} 字/分钟",
    "pause": "停顿 {} 秒",
    "db_slope": "音量变化 {}",
    "hz_slope": "音高变化 {}",
    "cpm_slope": "语速变化 {}",
}


def line_said(line: str) -> str:
    """A line of an example with what stands in its brackets in words."""
    found = _FACTS.match(line)
    if found is None:
        return line
    speaker = next(speaker for speaker, title in SPEAKERS.items() if title == found[1].strip())
    facts = "，".join(words for part in found[2].split() for words in _said(part, speaker))
    return f"{found[1]}（{facts}）{line[found.end() :]}" if facts else f"{found[1]}{line[found.end() :]}"


def _said(part: str, speaker: Speaker) -> Iterator[str]:
    name, written, value = part.partition("=")
    if not written:
        yield f"{part.replace('-', '–')} 秒"
    elif name in ("act", "tone"):
        titles = ACTS_OF[speaker] if name == "act" else TONE_TITLE
        for one in value.split("+"):
            what, _, rest = one.partition(":")
            sure, _, word = rest.partition(":")
            about = f"「{word}」" if word else ""
            yield f"{about}像「{titles.get(what, what)}」，把握 {sure}"
    elif name == "excluded":
        yield EXCLUSIONS[Exclusion(value)] if value in [one.value for one in Exclusion] else part
    else:
        yield _MEASURES[name].format(value.replace("-", "−").replace("+", "、")) if name in _MEASURES else part
