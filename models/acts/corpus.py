"""The turns that the acts are learnt from, generated out of the hand-written sentence frames under ``frames/``.

A frame is one line: a sentence of our own, with slots. A block of frames begins with a line

    == act act @trade title

where ``plain`` instead of acts says that none of the listed ones is done, and ``innocent`` that no offence is, and of
all else nothing. A line may end with ``++act,act`` (it does
these, too), ``??act`` (whether it does that one, nobody should say) or ``-act`` (not that one of the block's).

Everything is drawn from one seeded generator for each frame, so the same frames give the same turns, byte for byte, and
a new frame changes no other frame's turns.
"""

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa_engine.acts.card import LABELS
from qa_engine.classify.noise import misheard
from qa_engine.domain import Speaker
from qa_engine.text import skeleton

HERE = Path(__file__).resolve().parent
FRAMES = HERE / "frames"
LINES = HERE / "tone_lines.tsv"
TONE_DATA = HERE.parent / "tone" / "data"
TRADES = (
    "express", "telecom", "shop", "property", "health", "bank", "insurance", "travel", "utility", "school",
    "auto", "food",
)  # fmt: skip
ANY = "any"
FROM_FRAMES = "everyday"  # files of the tone model that were taken from the frames themselves
VARIANTS = 5  # of a frame with slots, at most
PLAIN_VARIANTS = 2  # of a frame without
COMPOSED = {Speaker.AGENT: 7000, Speaker.CUSTOMER: 2500}
LONGEST_COMPOSED = 44  # characters; longer turns are read in parts
BUCKETS = 5  # composed turns take their sentences from one of them, so that a split never parts what stands in one turn
THEME_LINES = 10  # lines written in a row are one author's theme
MISHEARD, MISHEARD_RATE = 0.12, 0.12
STRIPPED = 0.5

OFFENCES = (
    "refuse", "guarantee", "shift_blame", "doubt_customer", "retort", "hurry", "order_about", "insult", "threaten",
    "private_dealing", "leak_data", "refuse_complaint", "hang_up_talk",
)  # fmt: skip
NO_ACT = frozenset({"plain", "innocent"})
# A neutral tone says nothing of these: a plain voice may promise too much, deal privately or refuse.
_TONE_TELLS_NOT = frozenset({"guarantee", "private_dealing", "leak_data", "refuse", "shift_blame", "refuse_complaint"})
UNTOLD: Mapping[Speaker, Mapping[str, tuple[str, ...]]] = {
    Speaker.AGENT: {
        "innocent": tuple(act for act in LABELS[Speaker.AGENT] if act not in (*OFFENCES, "offence")),
        "offence": OFFENCES,
        "plain": ("explain", "state_rule", "solution", "verify", "offer_choice", "restate", "ask_opinion", "comfort"),
        "hold_request": ("solution", "verify", "explain"),
        "hold_thanks": ("thanks", "explain"),
        "escalate": ("solution", "promise_callback"),
        "record": ("solution", "promise_callback"),
        "explain": ("state_rule", "solution", "deadline"),
        "state_rule": ("explain", "deadline"),
        "solution": ("explain", "state_rule", "promise_callback", "record", "escalate", "hold_request"),
        "restate": ("verify",),
        "verify": ("restate",),
        "deadline": ("explain", "solution", "promise_callback"),
        "promise_callback": ("solution", "comfort", "record"),
        "offer_choice": ("solution", "ask_opinion", "verify"),
        "ask_opinion": ("offer_choice", "solution", "offer_help"),
        "own_up": ("comfort", "explain"),
        "comfort": ("solution", "own_up"),
        "decline_promise": ("explain", "state_rule", "refuse", "solution"),
        "identify": ("greet",),
        "greet": ("offer_help",),
        "refuse": ("state_rule", "explain", "order_about", "shift_blame", "retort"),
        "guarantee": ("comfort", "deadline", "solution", "promise_callback"),
        "shift_blame": ("order_about", "refuse", "retort", "doubt_customer", "explain", "state_rule"),
        "doubt_customer": ("retort", "insult", "shift_blame", "verify"),
        "retort": ("insult", "doubt_customer", "hurry", "refuse_complaint", "order_about", "refuse", "shift_blame"),
        "hurry": ("retort", "order_about", "hang_up_talk", "verify"),
        "order_about": ("refuse", "shift_blame", "retort", "hurry", "refuse_complaint", "solution"),
        "insult": ("retort", "threaten", "doubt_customer", "order_about"),
        "threaten": ("retort", "insult", "refuse_complaint", "refuse"),
        "private_dealing": ("solution", "guarantee", "promise_callback", "offer_choice"),
        "leak_data": ("explain", "solution", "private_dealing"),
        "refuse_complaint": ("refuse", "retort", "order_about", "shift_blame"),
        "hang_up_talk": ("hurry", "refuse", "order_about", "farewell", "retort"),
    },
    Speaker.CUSTOMER: {
        "plain": ("ask", "accept", "complain", "solved"),
        "ask": ("insist",),
        "complain": ("ask", "insist", "angry", "reject"),
        "demand_complaint": ("ask", "insist", "complain", "angry"),
        "angry": ("complain", "insist", "demand_complaint"),
        "insist": ("reject", "complain", "ask"),
        "reject": ("insist", "complain", "refuse_sale"),
        "accept": ("solved",),
        "thanks": ("accept", "solved"),
        "solved": ("accept",),
        "busy": ("refuse_sale", "reject", "accept"),
        "refuse_sale": ("reject", "busy", "complain", "angry", "thanks"),
    },
}
"""Act of a block → acts that its lines may well do, too, without being labelled: neither learnt nor counted there."""

_AGENT_BEFORE = "{sir}，|{hi}，|那个，|是这样的，|嗯，|好的，|那|{sir}是这样，|您好，|呃，|亲，"
_CUSTOMER_BEFORE = "喂，|那个，|我跟你说，|你好，|不是，|嗯，|哎，|就是，|那|我说，"
_PREFIX = {Speaker.AGENT: _AGENT_BEFORE.split("|"), Speaker.CUSTOMER: _CUSTOMER_BEFORE.split("|")}
_SUFFIX = ("啊", "呢", "哈", "哦", "吧", "呀", "的", "了")
_HEADER = re.compile(r"== (?P<acts>[a-z_ ]+) @(?P<trade>[a-z]+) (?P<title>.+)")
_MARKS = re.compile(r"\s+(?P<sign>\+\+|\?\?|-)(?P<acts>[a-z_,]+)(?P<maybe>\?)?$")
_TRADE = re.compile(r"\s+@(?P<trade>[a-z]+)$")
_SLOT = re.compile(r"\{([^{}]+)\}")
_PUNCTUATION = re.compile(r"[，。？！、,?!.…“”]")
_SIDES = {"agent": Speaker.AGENT, "customer": Speaker.CUSTOMER}


@dataclass(frozen=True, slots=True)
class Frame:
    """One hand-written line. ``acts`` are done; ``untold`` are not said; all others are not done."""

    id: str
    speaker: Speaker
    text: str
    trade: str
    theme: str
    acts: frozenset[str]
    untold: frozenset[str]


@dataclass(frozen=True, slots=True)
class ActTurn:
    """One generated turn, of one or several frames."""

    speaker: Speaker
    text: str
    frames: tuple[str, ...]
    themes: tuple[str, ...]
    trades: tuple[str, ...]
    acts: frozenset[str]
    untold: frozenset[str]


@dataclass(frozen=True)
class Slots:
    """Slot → values, by trade where they differ."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Slots":
        found = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                name, values = line.split("=", 1)
                found[name.strip()] = tuple(value.strip() for value in values.split("|"))
        return cls(found)

    def filled(self, text: str, trade: str, rng: random.Random) -> str:
        """``text`` with every slot filled; a slot with | in it names its values itself."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if "|" in name:
                return rng.choice(name.split("|"))
            return rng.choice(self.values.get(f"{name}@{trade}") or self.values[name])

        while _SLOT.search(text):
            text = _SLOT.sub(value, text)
        return text


def read_frames(folder: Path = FRAMES) -> tuple[Frame, ...]:
    """Every frame of every file; raises ValueError naming file and line."""
    found: list[Frame] = []
    for path in sorted(folder.glob("*.txt")):
        speaker = _SIDES.get(path.stem.split("_")[0])
        if speaker is not None:
            found += _frames(path, speaker)
    return tuple(found)


def _frames(path: Path, speaker: Speaker) -> Iterator[Frame]:
    acts: tuple[str, ...] = ()
    trade = title = ""
    lines = 0
    known = {*LABELS[speaker], *NO_ACT}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path.name}:{number}"
        if line.startswith("=="):
            header = _HEADER.fullmatch(line.strip())
            if header is None:
                raise ValueError(f"{where}: not a header: {line}")
            acts, trade, title, lines = tuple(header["acts"].split()), header["trade"], header["title"], 0
            if set(acts) - known or trade not in (*TRADES, ANY):
                raise ValueError(f"{where}: unknown act or trade: {line}")
            continue
        yield _frame(where, line, speaker, acts, trade, f"{path.stem}/{title}/{lines // THEME_LINES}", known)
        lines += 1


def _frame(
    where: str, line: str, speaker: Speaker, block: Sequence[str], trade: str, theme: str, known: set[str]
) -> Frame:
    done, untold, text = set(block) - NO_ACT, set(), line.strip()
    taken: set[str] = set()
    while (mark := _MARKS.search(text)) or (own := _TRADE.search(text)):
        if mark is None:
            assert own is not None
            trade, text = own["trade"], text[: own.start()]
            continue
        named = set(mark["acts"].split(","))
        if named - known:
            raise ValueError(f"{where}: unknown act {named - known}")
        match mark["sign"], mark["maybe"]:
            case "++", None:
                done |= named
            case "++", _:
                untold |= named
            case "??", _:
                untold |= named
            case _:
                taken |= named
        text = text[: mark.start()]
    done -= taken
    if trade not in (*TRADES, ANY):
        raise ValueError(f"{where}: unknown trade {trade}")
    for act in done or block:
        untold |= set(UNTOLD[speaker].get(act, ()))
    if speaker is Speaker.AGENT and done & set(OFFENCES):
        done.add("offence")
    frame_id = hashlib.sha256(f"{speaker.value} {text}".encode()).hexdigest()[:12]
    return Frame(frame_id, speaker, text, trade, theme, frozenset(done), frozenset(untold - done))


def generate(frames: Sequence[Frame], slots: Slots) -> tuple[ActTurn, ...]:
    """Every turn, those of one frame first; no text of a speaker occurs twice."""
    found: dict[tuple[Speaker, str], ActTurn] = {}
    for frame in frames:
        for turn in _of_frame(frame, slots):
            found.setdefault((turn.speaker, skeleton(turn.text).text), turn)
    for speaker, count in COMPOSED.items():
        for turn in _composed([frame for frame in frames if frame.speaker is speaker], slots, count):
            found.setdefault((turn.speaker, skeleton(turn.text).text), turn)
    return tuple(found.values())


def read_lines(path: Path = LINES, tone_data: Path = TONE_DATA) -> tuple[ActTurn, ...]:
    """The lines of the tone model's data as turns: those with a bad tone with the acts that ``path`` names, the others
    with what their tone says of their acts."""
    named = dict(reversed(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()[1:])
    found = []
    for file in sorted(tone_data.glob("*.tsv")):
        if file.stem.endswith(FROM_FRAMES):
            continue
        speaker = _SIDES[file.stem.split("_")[0]]
        for line in file.read_text(encoding="utf-8").splitlines()[1:]:
            tone, group, text = line.split("\t")
            acts, denied = _by_tone(speaker, tone, text, named)
            untold = frozenset(LABELS[speaker]) - acts - denied
            frame = hashlib.sha256(f"tone {file.stem} {group}".encode()).hexdigest()[:12]
            found.append(ActTurn(speaker, text, (frame,), (f"tone/{file.stem}",), (ANY,), acts, untold))
    return tuple(found)


def _by_tone(speaker: Speaker, tone: str, text: str, named: Mapping[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """(acts that the line does, acts that it does not)."""
    everything = frozenset(LABELS[speaker])
    if speaker is Speaker.CUSTOMER:
        match tone:
            case "calm":
                return frozenset(), frozenset({"angry"})
            case "angry":
                return frozenset({"angry"} if "投诉" not in text else ()), frozenset(
                    {"thanks", "solved", "accept", "busy"}
                )
            case _:
                return frozenset({"complain"}), frozenset({"thanks", "solved", "accept", "busy"})
    if text in named:
        acts = frozenset(named[text].split())
        doubtful = {other for act in acts for other in UNTOLD[speaker].get(act, ())}
        doubtful |= {"explain", "state_rule", "solution", "verify", "deadline"}
        if acts == {"offence"}:
            return acts, everything - set(OFFENCES) - doubtful - acts
        return acts | {"offence"}, everything - doubtful - acts - {"offence"}
    denied = frozenset(OFFENCES) | {"offence"} if tone == "warm" else frozenset(OFFENCES) - _TONE_TELLS_NOT
    return frozenset(), denied


def bucket(frame_id: str) -> int:
    """Which fifth of the frames this one belongs to, by its name alone."""
    return int(frame_id[:8], 16) % BUCKETS


def _of_frame(frame: Frame, slots: Slots) -> Iterator[ActTurn]:
    rng = random.Random(f"frame {frame.id}")
    count = VARIANTS if _SLOT.search(frame.text) else PLAIN_VARIANTS
    for number in range(count):
        trade = frame.trade if frame.trade != ANY else rng.choice(TRADES)
        text = slots.filled(frame.text, trade, rng)
        if number:
            text = said_otherwise(text, frame.speaker, trade, slots, rng)
        yield ActTurn(frame.speaker, text, (frame.id,), (frame.theme,), (frame.trade,), frame.acts, frame.untold)


def said_otherwise(text: str, speaker: Speaker, trade: str, slots: Slots, rng: random.Random) -> str:
    """Another way to say or hear it: a word before, a particle behind, 你 for 您, no marks, misheard."""
    if rng.random() < 0.35:
        text = slots.filled(rng.choice(_PREFIX[speaker]), trade, rng) + text
    if rng.random() < 0.2 and text[-1] not in "吗呢吧？?！啊呀哈哦了的见":
        text += rng.choice(_SUFFIX[:6])
    if rng.random() < 0.2:
        text = text.replace("您", "你") if "您" in text else text.replace("你", "您")
    if rng.random() < 0.08 and len(text) > 3:
        text = text[0] + text
    if rng.random() < STRIPPED:
        text = _PUNCTUATION.sub("", text)
    elif rng.random() < 0.5 and text[-1] not in "。？！?!":
        text += "？" if text[-1] in "吗呢吧" else "。"
    if rng.random() < MISHEARD:
        text = misheard(text, rng, rate=MISHEARD_RATE) or text
    return text


def _composed(frames: Sequence[Frame], slots: Slots, count: int) -> Iterator[ActTurn]:
    """Turns of two or three sentences, of frames of one bucket and one trade."""
    if not frames:
        return
    rng = random.Random(f"composed {frames[0].speaker.value}")
    sorted_frames = sorted(frames, key=lambda frame: frame.id)
    shelves = {
        (number, trade): [f for f in sorted_frames if bucket(f.id) == number and f.trade in (trade, ANY)]
        for number in range(BUCKETS)
        for trade in TRADES
    }
    for _ in range(count):
        trade = rng.choice(TRADES)
        shelf = shelves[rng.randrange(BUCKETS), trade]
        if len(shelf) < 3:
            continue
        chosen = rng.sample(shelf, rng.choice((2, 2, 2, 3)))
        bad = [frame for frame in chosen if "offence" in frame.acts]
        if len(bad) > 1:  # a turn of nothing but offences teaches little
            chosen = [frame for frame in chosen if frame not in bad[1:]]
        text = rng.choice(("，", "。", "", " ")).join(slots.filled(f.text, trade, rng) for f in chosen)
        if len(text) > LONGEST_COMPOSED or len(chosen) < 2:
            continue
        if rng.random() < STRIPPED:
            text = _PUNCTUATION.sub("", text)
        acts = frozenset().union(*(frame.acts for frame in chosen))
        untold = frozenset().union(*(frame.untold for frame in chosen)) - acts
        yield ActTurn(
            chosen[0].speaker, text, tuple(f.id for f in chosen), tuple(f.theme for f in chosen),
            tuple(f.trade for f in chosen), acts, untold,
        )  # fmt: skip
