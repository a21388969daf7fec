"""The base pack against the scripts: every planted fault is found where it was planted, and nothing else.

Once on the true words of the scripts, once on the recordings heard by a perfect recogniser, so that what fails here is
the rules' or the speech room's doing, never the model's.
"""

from pathlib import Path
from typing import Any

import pytest
from perfect import PerfectRecogniser

from qa_engine.acts import ActModel
from qa_engine.contract import transcript_from_json
from qa_engine.domain import RuleResult, Speaker, Status, Transcript
from qa_engine.resources import act_model_dir, rules_dir, tone_model_dir
from qa_engine.rules import RulePack, SourceFile, evaluate, load_pack, read_profile
from qa_engine.speech import SpeechOptions, transcribe_recording
from qa_engine.tone import ToneModel

Script = dict[str, Any]

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
CALLS = [path.stem for path in sorted((EXAMPLES / "scripts").glob("demo-*.yaml"))]


@pytest.fixture(scope="module")
def pack() -> RulePack:
    folder = rules_dir()
    paths = [*sorted((folder / "packs" / "base").glob("*.yaml")), *sorted((folder / "phrases").glob("*.yaml"))]
    files = [SourceFile(str(path.relative_to(folder)), path.read_text(encoding="utf-8")) for path in paths]
    profile = EXAMPLES / "calls" / "profile.yaml"
    centre = read_profile(SourceFile(profile.name, profile.read_text(encoding="utf-8")))
    return load_pack("base", files, {}, profile=centre)


@pytest.fixture(scope="module")
def tones() -> ToneModel:
    return ToneModel.load(tone_model_dir())


@pytest.fixture(scope="module")
def acts() -> ActModel:
    return ActModel.load(act_model_dir())


@pytest.fixture(scope="module")
def by_id(scripts: list[Script]) -> dict[str, Script]:
    return {script["call_id"]: script for script in scripts}


@pytest.mark.parametrize("call_id", CALLS)
def test_verdicts_on_the_true_words(
    pack: RulePack, tones: ToneModel, acts: ActModel, by_id: dict[str, Script], call_id: str
) -> None:
    script = by_id[call_id]
    transcript = _true_transcript(script)
    results = evaluate(pack, transcript, tones=tones, acts=acts)
    _agree(script, results)
    _points_at_the_planted_turns(script, results)


@pytest.mark.slow
@pytest.mark.parametrize("call_id", CALLS)
def test_verdicts_on_the_recording_with_perfect_words(
    pack: RulePack, tones: ToneModel, acts: ActModel, by_id: dict[str, Script], call_id: str
) -> None:
    script = by_id[call_id]
    recording = script["recording"]
    transcript = transcribe_recording(
        EXAMPLES / "calls" / recording["file"],
        _true_transcript(script).call,
        recogniser=PerfectRecogniser(script),
        options=SpeechOptions(),
        agent_channel=recording["agent_channel"],
    )
    _agree(script, evaluate(pack, transcript, tones=tones, acts=acts))
    if script["expected"]["roles"] == "known":
        _is_what_was_said(script, transcript)
    else:
        assert all(turn.role_probability is not None for turn in transcript.turns)


def _agree(script: Script, results: tuple[RuleResult, ...]) -> None:
    from callmaker.truth import may_fail, must_fail, must_flag

    failed = {result.id for result in results if result.status is Status.FAIL}
    planted = set(must_fail(script))
    quiet = {result.id for result in results if result.quiet}  # a duty by meaning that may have been met all the same
    assert planted - failed - quiet == set(), "planted, not found"
    found = {fault["rule"] for fault in script["expected"]["fail_if_roles_were_known"]}  # and they may be found
    assert failed - planted - may_fail(script) - found == set(), "found, not planted"
    unsure = {result.id for result in results if result.status in (Status.UNCERTAIN, Status.ERROR)}
    assert set(must_flag(script)) - unsure == set(), "planted, not flagged"
    if script["expected"]["roles"] == "known":  # what is in doubt of found roles was not planted
        assert unsure - set(must_flag(script)) - quiet <= set(script["expected"]["may_be_uncertain"]), "undecided"


def _points_at_the_planted_turns(script: Script, results: tuple[RuleResult, ...]) -> None:
    """What was said wrongly is shown where it was said; what was not said has no turn to show."""
    from callmaker.truth import must_fail, must_flag

    for result in results:
        flagged = must_flag(script).get(result.id, [])
        if result.status is Status.UNCERTAIN and flagged:
            assert {evidence.turn for evidence in result.evidence} <= set(flagged), f"{result.id}: flagged elsewhere"
        planted = must_fail(script).get(result.id, [])
        shown = {evidence.turn for evidence in result.evidence if evidence.turn is not None}
        if result.status is Status.FAIL and planted and shown:
            assert shown & set(planted), f"{result.id}: planted in {planted}, shown in {sorted(shown)}"


def _is_what_was_said(script: Script, transcript: Transcript) -> None:
    """The speech room loses at most 2 % of what was said, and attributes all of it to the right side."""
    for speaker in (Speaker.AGENT, Speaker.CUSTOMER):
        said = "".join(turn["text"] for turn in script["turns"] if turn["speaker"] == speaker.value)
        heard = "".join(turn.text for turn in transcript.turns_of(speaker))
        assert len(heard) >= 0.98 * len(said) - 1
        remaining = iter(said)
        assert all(character in remaining for character in heard), "something was heard that this side did not say"


def _true_transcript(script: Script) -> Transcript:
    from callmaker.truth import transcript_of

    return transcript_from_json(transcript_of(script), script["call_id"])
