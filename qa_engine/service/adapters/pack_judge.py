"""The judge of every day: a rule pack, the scorecards of the rules folder, the models that read."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from qa_engine.domain import Call, CallResult, ScenarioGuess, Speaker, Transcript
from qa_engine.edition import engine_edition
from qa_engine.errors import RulesError
from qa_engine.plugins import judging_digest, load_plugins
from qa_engine.rules import (
    NO_ACTS,
    NO_MODEL,
    PART_OF_CALL,
    ActReader,
    Baselines,
    FixedActs,
    FixedTones,
    Offences,
    SourceFile,
    ToneReader,
    asks_for_acts,
    asks_for_tone,
    evaluate,
    other_agents,
    own_part,
)
from qa_engine.scoring import (
    Scorecard,
    choose_scorecard,
    load_scorecards,
    placement_faults,
    score_call,
    scorecard_named,
    with_acts,
    with_tones,
)
from qa_engine.service.adapters.act_model import acts_of
from qa_engine.service.adapters.outcome_model import open_outcome
from qa_engine.service.adapters.scenario_model import open_scenarios
from qa_engine.service.adapters.tone_model import tones_of
from qa_engine.service.centre.folders import rules_folder
from qa_engine.service.centre.packs import load_sources, read_scorecards
from qa_engine.service.ports.judge import Edition, with_key
from qa_engine.settings import Settings
from qa_engine.version import __version__


class PackJudge:
    """A rule pack and the scorecards of the rules folder: the one that is named, else the one that fits the call.

    Raises RulesError with every fault, a rule that no line of its scorecard counts among them.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        pack_folder: Path | None = None,
        scorecard: str | None = None,
        tones: ToneReader | None = None,
        acts: ActReader | None = None,
    ) -> None:
        self._zone = ZoneInfo(settings.timezone)
        pack_texts, self._pack = load_sources(settings, folder=pack_folder)
        self._plugins = judging_digest(load_plugins(settings.plugins))
        scorecard_texts = read_scorecards(rules_folder(settings))
        self._scorecard_files = [SourceFile(name, text) for name, text in scorecard_texts.items()]
        self._choose(scorecard or settings.scorecard)
        self.sources: Mapping[str, Mapping[str, str]] = MappingProxyType(
            {"pack": pack_texts, "scorecard": scorecard_texts}
        )
        given = tones if asks_for_tone(self._pack) else None
        self._tones: ToneReader = given or tones_of(self._pack, settings)
        given_acts = acts if asks_for_acts(self._pack) else None
        self._acts: ActReader = given_acts or acts_of(self._pack, settings)
        self._outcome = open_outcome(settings) if self._acts.digest != NO_ACTS else None
        self._scenarios = open_scenarios() if self._acts.digest != NO_ACTS else None

    def on(self, scorecard: str) -> "PackJudge":
        """The same pack and models, with this scorecard for every call. Raises RulesError, NotFoundError."""
        other = copy(self)
        other._choose(scorecard)
        return other

    def _choose(self, named: str | None) -> None:
        every = load_scorecards(self._scorecard_files)
        self._scorecards = (scorecard_named(every, named),) if named else every
        misplaced = placement_faults(self._pack, every, named=named or None)
        if misplaced:
            raise RulesError(misplaced)
        self._named = bool(named)

    @property
    def pack_digest(self) -> str:
        return self._pack.digest

    @property
    def pack_label(self) -> str:
        return self._pack.label

    @property
    def models(self) -> Mapping[str, str]:
        readers = {"tone": self._tones.digest, "acts": self._acts.digest}
        if self._outcome is not None:
            readers["outcome"] = self._outcome.digest
        if self._scenarios is not None:
            readers["scenario"] = self._scenarios.digest
        return {kind: model for kind, model in readers.items() if model not in (NO_MODEL, NO_ACTS)}

    @property
    def edition(self) -> str:
        return engine_edition()

    @property
    def plugins(self) -> str:
        return self._plugins

    @property
    def scorecards(self) -> Sequence[Edition]:
        return tuple(_edition(scorecard) for scorecard in self._scorecards)

    def facts_of(self, call: Call) -> Call:
        return self._pack.profile.told(call.in_zone(self._zone))

    def scorecard_for(self, call: Call) -> Edition:
        return _edition(self._scorecard(call))

    def _scorecard(self, call: Call) -> Scorecard:
        if self._named:
            return self._scorecards[0]
        return choose_scorecard(self._scorecards, self.facts_of(call))

    def judge(
        self,
        transcript: Transcript,
        transcript_digest: str,
        *,
        offences: Offences | None = None,
        baselines: Baselines | None = None,
    ) -> CallResult:
        transcript = replace(transcript, call=self.facts_of(transcript.call))
        everybodys = self._acts.read(transcript)
        others, is_part = other_agents(transcript), PART_OF_CALL in transcript.call.metadata
        transcript = own_part(transcript, everybodys)
        mine = {turn.index for turn in transcript.turns if turn.speaker is not Speaker.UNKNOWN}
        done = {index: reading for index, reading in everybodys.items() if index in mine}
        readings = self._tones.read(transcript)
        tones = FixedTones(readings, self._tones.digest, self._tones.sure_from)
        acts = FixedActs(done, self._acts.digest, self._acts.limits, beside=self._acts)
        guess = self._guess(transcript)
        results = evaluate(
            self._pack, transcript, offences=offences, baselines=baselines, tones=tones, acts=acts, guess=guess
        )
        result = score_call(
            transcript,
            results,
            self._pack.label,
            self._scorecard(transcript.call),
            transcript_digest=transcript_digest,
            engine=__version__,
        )
        result = with_tones(result, transcript, readings, tones.digest)
        # how content the customer left and what was complained of is said once, with the call
        content = self._outcome.read(transcript, done, readings) if self._outcome is not None and not is_part else None
        result = replace(
            with_acts(result, done, content),
            promises=self._pack.promises(transcript),
            complaint=None if is_part else self._pack.complaint(transcript),
            scenario_guess=guess,
            agents=(_called(transcript.call), *others) if others else (),
        )
        return with_key(result, self, transcript.call)

    def _guess(self, transcript: Transcript) -> ScenarioGuess | None:
        """The scenario by the words of a call whose facts do not tell it."""
        if transcript.call.scenario is not None or self._scenarios is None:
            return None
        reading = self._scenarios.read(transcript)
        return None if reading is None else ScenarioGuess(reading.scenario, round(reading.probability, 4))


def _called(call: Call) -> str:
    return call.agent.id or call.agent.name or ""


def _edition(scorecard: Scorecard) -> Edition:
    return Edition(scorecard.digest, scorecard.label)
