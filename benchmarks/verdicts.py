"""How the bundled packs and models judge calls and lines that were written after them, half by half.

    python benchmarks/verdicts.py a b c [--show] [--json FILE] [--public DIR]

`verdicts/` holds two halves by theme, a smaller third, and eight by other authors: plain good calls, calls with labels
(a fault, or innocent of one), rude lines, everyday sentences that hold words of a veto, announced transfers; in d to k
ordinary turns of agents that have no tone, and calls rated for the sake of the rating. The digit in a call's head is
how content its customer leaves, 1 to 5, by the author of the call. Half a was looked at while faults of its kinds were
mended; half b was counted once, then looked at, too; c was written after all rules and models of its day and counted
once; of d's rated calls every other one was looked at, and all else of d was, too, after one count; e was counted once
before two kinds of its faults were mended; f was counted once, its second half again at the end of a round before it
was looked at; g was written for that round, hidden from those who worked on it, counted at its end, then looked at,
too; i was counted before anybody had read a line of it, then its odd entries (of the labelled calls the odd pairs) were
looked at, and the others counted once more at the end; h lay hidden all that time, was counted with the engine from
before and at the end, then looked at, too; k was counted before anybody had read a line of it, then its odd entries (of
the labelled calls the odd pairs) were looked at, and all were counted again; j lay hidden for that round, was counted
with the engine from before and at the end, then looked at, too. The act model has learnt every turn of a to k since
(`models/acts/halves.py`), and scenario and outcome have learnt their calls, so none of them measures these. n and o are
lines alone (everyday sentences, curt and kind answers, quiet rudeness), by one author, written before the engine read
any: n was looked at and learnt, o was counted at the end only. l and m lay hidden for that round, by two more authors,
and were counted with the engine from before and at its end; then m was looked at, and in the next round l, too. p, r
(chats full of tempting words) and u (published taboo lines; disfluent turns without fault) are by three more authors,
counted before anybody had read a line of them, then looked at. The act model, scenario and outcome have learnt l, m,
p, r and the lines of u. w (chats that leave out the steps which are hardest to find) was counted twice, then looked
at. q and t (chats) lay hidden for that round, as x and v do still: nobody has read a line of x and v. y (labelled
telephone calls, rude lines) was counted once. Then q, t, w and y were looked at and learnt, too. aa
and ab (pairs of labelled calls: a step left out, and one done in other words) were counted once, then looked at; ac,
ad, ag, ah and ai are more of them, learnt with them. ae, af and aj (pairs), s and z (full sets) lay hidden for that
round, as x and v do still: nobody who worked on rules or models has read a line of these seven. ba to be and bg (pairs)
were counted once, then learnt, bt (pairs and good calls in the words of a training manual) was learnt; nobody read
them. ca (a full set), bf and cc (pairs) were counted once, at the end: nobody has read them either.
`--show` lists what was judged otherwise than written. `--public` adds everyday talk of other people: 1,500 felt-neutral
lines of TV drama (CPED, not kept here) as single turns.
"""

import argparse
import csv
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scipy.stats import spearmanr  # noqa: E402

from qa_engine.acts import ScenarioModel  # noqa: E402
from qa_engine.acts.outcome import OutcomeModel  # noqa: E402
from qa_engine.domain import Agent, Call, CallResult, Channel, Direction, Speaker, Status, Transcript, Turn  # noqa: E402
from qa_engine.resources import act_model_dir, rules_dir  # noqa: E402
from qa_engine.rules import RulePack, evaluate, load_pack  # noqa: E402
from qa_engine.rules.handover import announces  # noqa: E402
from qa_engine.scoring import choose_scorecard, score_call  # noqa: E402
from tests.unit.packs.helpers import acts, scorecards, sources, tones  # noqa: E402
from tests.unit.packs.test_plain_calls import OFFENCES  # noqa: E402

FOLDER = Path(__file__).resolve().parent / "verdicts"
WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}
FLAGGED = {"impatient": 0.85, "dismissive": 0.88, "confrontational": 0.8}  # as the base pack has it
BESIDE_TONE = 0.5  # of an offence, likewise
KIND = ("neutral", "relaxed", "happy", "grateful", "positive-other")
TONES = ("tone.impatient", "tone.dismissive", "tone.confrontational")


@dataclass(frozen=True)
class Written:
    """A call with what its author says of it: rule → True for a fault, False for innocent of it."""

    transcript: Transcript
    content: int
    labels: dict[str, bool] = field(default_factory=dict)


@dataclass
class Told:
    """What was counted, and what was judged otherwise than written."""

    figures: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def written(name: str) -> Iterator[Written]:
    """The calls of a file: ``# trade scenario channel direction content [fault:rule,… clean:rule,…]``, then turns."""
    for number, block in enumerate((FOLDER / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n"), 1):
        head, *lines = block.splitlines()
        _, scenario, channel, direction, content, *more = head.removeprefix("# ").split()
        call = Call(
            call_id=f"{name}-{number}",
            channel=Channel(channel),
            direction=Direction(direction),
            scenario=scenario,
            agent=Agent("8026"),
        )
        turns = tuple(Turn(at, WHO[line[:2]], line[3:]) for at, line in enumerate(lines))
        told = [part.partition(":") for part in more]
        labels = {rule: kind == "fault" for kind, _, rules in told for rule in rules.split(",")}
        yield Written(Transcript(call, turns), int(content), labels)


def pack() -> RulePack:
    """For a centre that wrote no profile: the calls are of many."""
    return load_pack("base", [*sources(rules_dir() / "packs" / "base"), *sources(rules_dir() / "phrases")], {})


def judged(made: RulePack, transcript: Transcript) -> CallResult:
    return score_call(
        transcript,
        evaluate(made, transcript, tones=tones(), acts=acts()),
        made.label,
        choose_scorecard(scorecards(), transcript.call),
        transcript_digest="sha256:test",
        engine="test",
    )


def plain(made: RulePack, half: str, told: Told) -> None:
    """Good calls: what they lose, how many are flagged, and what the tone model says of their turns."""
    calls = list(written(f"calls_{half}"))
    losing = faults = flagged = 0
    for call in calls:
        result = judged(made, call.transcript)
        failed = [rule for rule in result.failed() if rule.points or rule.stake]
        losing += result.total < result.possible or result.veto_suspected
        faults += len(failed)
        flagged += result.needs_review
        told.notes += [f"{call.transcript.call.call_id} loses: {rule.id} {_words(rule)}" for rule in failed]
        if result.needs_review:
            told.notes.append(f"{call.transcript.call.call_id} flagged: {'；'.join(result.review_reasons)[:150]}")
    told.figures["plain calls"] = {"calls": len(calls), "losing": losing, "faults": faults, "flagged": flagged}


def tone(half: str, told: Told) -> None:
    """Flags of tone on turns that nobody would call rude: the agent's, as the rules of the pack would flag them."""
    calls = written(f"calls_{half}") if there(f"calls_{half}") else ()
    turns = [turn for call in calls for turn in call.transcript.turns if turn.speaker is Speaker.AGENT]
    lines = [name for name in (f"words_{half}", f"tone_{half}") if there(name)]
    turns += [Turn(0, Speaker.AGENT, text) for name in lines for text in _lines(name)]
    bad: Counter[str] = Counter()
    for turn in turns:
        reading = tones().read_text(turn.text, Speaker.AGENT)
        if reading is None or reading.label in ("neutral", "warm"):
            continue
        bad["read"] += 1
        sure = max(p for name, p in reading.probabilities if name == reading.label)
        bad["flagged"] += sure >= FLAGGED[reading.label] and _offends(turn)
        told.notes.append(f"tone {reading.label} {sure:.2f}: {turn.text}")
    told.figures["tone"] = {
        "turns": len(turns),
        "read as bad": bad["read"],
        "flagged": bad["flagged"],
        "flagged per 1,000": round(1000 * bad["flagged"] / len(turns), 1),
    }


def _offends(turn: Turn) -> bool:
    """Whether the acts speak beside the tone, as the rules of the pack ask."""
    reading = acts().read(Transcript(Call("x"), (replace(turn, index=0),))).get(0)
    return reading is not None and reading.probability("offence") >= BESIDE_TONE


def _words(rule: object) -> str:
    return "；".join(evidence.text for evidence in getattr(rule, "evidence", ()) if evidence.text)[:80]


def there(name: str) -> bool:
    """Whether a half has such a file."""
    return (FOLDER / f"{name}.txt").is_file()


def halves() -> list[str]:
    """The names of all halves: a letter, or two for pairs of labelled calls."""
    return sorted({file.stem.rpartition("_")[2] for file in FOLDER.glob("*_*.txt")}, key=lambda n: (len(n), n))


def _lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def _answer(made: RulePack, transcript: Transcript) -> tuple[str, str]:
    results = [r for r in evaluate(made, transcript, tones=tones(), acts=acts()) if r.id in {*OFFENCES, *TONES}]
    for status, answer in ((Status.FAIL, "deducted"), (Status.UNCERTAIN, "flagged")):
        named = [r.id for r in results if r.status is status and (r.id in OFFENCES or status is Status.UNCERTAIN)]
        if named:
            return answer, ",".join(named)
    return "missed", ""


def answers(made: RulePack, half: str, told: Told, *, kind: str, title: str, right: str) -> None:
    """Lines of agents, each behind a line of the customer, of which each should be answered ``right``."""
    counts: Counter[str] = Counter()
    for line in _lines(f"{kind}_{half}"):
        turns = tuple(Turn(at, WHO[part[:2]], part[3:]) for at, part in enumerate(line.split(" / ")))
        call = Call("line", agent=Agent("8026"), direction=Direction.INBOUND, scenario="complaint")
        answer, named = _answer(made, Transcript(call, turns))
        counts[answer] += 1
        if answer != right:
            told.notes.append(f"{kind} {answer} {named}: {line}{_reading(turns[-1])}")
    told.figures[title] = dict(counts)


def _reading(turn: Turn) -> str:
    reading = acts().read(Transcript(Call("x"), (turn,))).get(turn.index)
    return "  " + " ".join(f"{s.act}={s.probability:.2f}" for s in reading.acts[:5]) if reading else ""


def words(made: RulePack, half: str, told: Told) -> None:
    """Everyday sentences that hold a word of a veto inside another one or in its plain sense."""
    counts: Counter[str] = Counter()
    for line in _lines(f"words_{half}"):
        call = Call("line", agent=Agent("8026"), direction=Direction.INBOUND)
        turn = Turn(0, Speaker.AGENT, line)
        answer, named = _answer(made, Transcript(call, (turn,)))
        counts[answer] += 1
        counts["veto"] += answer == "deducted" and "veto." in named
        if answer != "missed":
            told.notes.append(f"words {answer} {named}: {line}{_reading(turn)}")
    told.figures["everyday sentences"] = dict(counts)


def television(made: RulePack, folder: Path) -> dict[str, dict[str, int]]:
    """Lines of TV drama that were felt neutral or kind: of dialogues that the act model learns from, and of others."""
    with (folder / "cped" / "valid_split.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["Emotion"] in KIND]
    random.Random(5).shuffle(rows)
    counts: dict[str, Counter[str]] = {"learnt": Counter(), "unseen": Counter()}
    for row in rows[:1500]:
        call = Call("line", agent=Agent("8026"), direction=Direction.INBOUND)
        answer, _ = _answer(made, Transcript(call, (Turn(0, Speaker.AGENT, row["Utterance"]),)))
        counts["unseen" if int(row["Dialogue_ID"].rsplit("_", 1)[1]) % 2 else "learnt"][answer] += 1
    return {name: dict(found) for name, found in counts.items()}


def labelled(made: RulePack, half: str, told: Told) -> None:
    """Faults and innocence told by rule: of a fault of ours any fault of an offence counts as found, so one event does
    not ask for one rule."""
    counts: Counter[str] = Counter()
    for call in written(f"labelled_{half}"):
        result = judged(made, call.transcript)
        by = {rule.id: rule for rule in result.rules}
        others = OFFENCES if set(call.labels) & OFFENCES else set()
        for rule, fault in call.labels.items():
            alike = others if fault and rule in OFFENCES else {rule}
            statuses = {by[name].status for name in alike}
            answer = "deducted" if Status.FAIL in statuses else "flagged" if Status.UNCERTAIN in statuses else "none"
            counts[f"{'fault' if fault else 'innocent'} {answer}"] += 1
            if answer != ("deducted" if fault else "none"):
                told.notes.append(f"{call.transcript.call.call_id} {rule} {'fault' if fault else 'clean'}: {answer}")
    right, wrong = counts["fault deducted"], counts["innocent deducted"]
    missed = counts["fault flagged"] + counts["fault none"]
    shown = right + counts["fault flagged"]
    told.figures["labels"] = {
        **dict(sorted(counts.items())),
        "F1 of deductions": round(2 * right / max(1, 2 * right + wrong + missed), 3),
        "F1 with doubts": round(2 * shown / max(1, 2 * shown + wrong + counts["fault none"]), 3),
    }


def scenario_and_outcome(half: str, told: Told) -> None:
    """The scenario by words, with and without the direction; how content the customer leaves, by rank."""
    scenarios, outcomes = ScenarioModel.load(act_model_dir()), OutcomeModel.load(act_model_dir())
    names = [name for name in (f"calls_{half}", f"labelled_{half}", f"outcome_{half}") if there(name)]
    calls = [call for name in names for call in written(name)]
    counts: Counter[str] = Counter()
    said, meant = [], []
    for call in calls:
        transcript = call.transcript
        blind = replace(transcript, call=replace(transcript.call, direction=None))
        for key, one in (("right", transcript), ("right without direction", blind)):
            reading = scenarios.read(one)
            good = reading is not None and reading.scenario == transcript.call.scenario
            counts[key] += good
            if not good and key == "right" and reading is not None:
                told.notes.append(f"{transcript.call.call_id} {transcript.call.scenario} read as {reading.scenario}")
        outcome = outcomes.read(transcript, acts().read(transcript), tones().read(transcript))
        if outcome is not None:
            said.append(outcome.score)
            meant.append(call.content)
    told.figures["scenario"] = {"calls": len(calls), **{k: round(n / len(calls), 3) for k, n in counts.items()}}
    told.figures["outcome"] = {"calls": len(said), "spearman": round(float(spearmanr(said, meant).statistic), 3)}


def transfers(half: str, told: Told) -> None:
    """Sentences that announce that somebody else takes the call, and others that only sound so."""
    counts: Counter[str] = Counter()
    for line in _lines(f"transfer_{half}"):
        turn = Turn(0, Speaker.AGENT, line[2:])
        found = announces(turn, acts().read(Transcript(Call("line"), (turn,))).get(0))
        counts[f"{'announced' if line[0] == '+' else 'other'} {'read' if found else 'not read'}"] += 1
        if found != (line[0] == "+"):
            told.notes.append(f"transfer {line}{_reading(Turn(0, Speaker.AGENT, line[2:]))}")
    told.figures["transfers"] = dict(counts)


def measure(half: str) -> Told:
    """Everything of one half."""
    told, made = Told(), pack()
    parts = (
        (plain, "calls"),
        (partial(answers, kind="rude", title="rude lines", right="deducted"), "rude"),
        (words, "words"),
        (partial(answers, kind="curt", title="curt and kind answers", right="missed"), "curt"),
        (labelled, "labelled"),
    )
    for part, file in parts:
        if there(f"{file}_{half}"):
            part(made, half, told)
    if any(there(f"{file}_{half}") for file in ("calls", "words", "tone")):
        tone(half, told)
    if there(f"calls_{half}"):
        scenario_and_outcome(half, told)
    if there(f"transfer_{half}"):
        transfers(half, told)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("halves", nargs="+", choices=halves())
    parser.add_argument("--show", action="store_true", help="list what was judged otherwise than written")
    parser.add_argument("--public", type=Path, help="folder with cped/, to count everyday talk, too")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    found = {half: measure(half) for half in arguments.halves}
    print(f"acts {acts().digest[:19]}, tone {tones().digest[:19]}")
    for half, told in found.items():
        print(f"half {half}")
        for name, figures in told.figures.items():
            print(f"  {name}: {json.dumps(figures, ensure_ascii=False)}")
        if arguments.show:
            print(*told.notes, sep="\n")
    if arguments.public:
        print("TV talk", json.dumps(television(pack(), arguments.public)))
    if arguments.json:
        text = json.dumps({half: told.figures for half, told in found.items()}, ensure_ascii=False, indent=1)
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
