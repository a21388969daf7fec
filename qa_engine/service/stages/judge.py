"""The port to the rules and scoring rooms, the real adapter, and one that always says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from qa_engine import __version__
from qa_engine.domain import Call, CallResult, RuleResult, SectionScore, Severity, Status, Transcript, digest
from qa_engine.errors import RulesError
from qa_engine.rules import (
    NO_ACTS,
    ActReader,
    Baselines,
    FixedTones,
    Offences,
    SourceFile,
    ToneReader,
    asks_for_acts,
    asks_for_tone,
    evaluate,
)
from qa_engine.scoring import (
    Scorecard,
    choose_scorecard,
    load_scorecard,
    load_scorecards,
    placement_faults,
    score_call,
    with_tones,
)
from qa_engine.service.adapters.act_model import acts_of
from qa_engine.service.adapters.tone_model import tones_of
from qa_engine.service.authoring.packs import load_sources, read_scorecards, rules_folder
from qa_engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Edition:
    """A scorecard as stored results name it: ``label`` is ``id@`` and its ``digest``."""

    digest: str
    label: str


class Judge(Protocol):
    """One pack and the scorecards that may be used with it, loaded and valid."""

    @property
    def pack_digest(self) -> str: ...

    @property
    def pack_label(self) -> str: ...

    @property
    def scorecards(self) -> Sequence[Edition]:
        """Every scorecard that a call may be scored on."""

    def scorecard_for(self, call: Call) -> Edition:
        """The scorecard that ``judge`` uses for a call."""

    @property
    def tone_digest(self) -> str:
        """Of the models of tone and acts that results depend on; "none" when the pack asks for neither."""

    @property
    def sources(self) -> Mapping[str, Mapping[str, str]]:
        """``pack`` and ``scorecard`` → file name → text."""

    def judge(
        self,
        transcript: Transcript,
        transcript_digest: str,
        *,
        offences: Offences | None = None,
        baselines: Baselines | None = None,
    ) -> CallResult:
        """The same transcript, earlier ``offences`` and ``baselines`` give an equal result on any day.

        Without ``offences`` every fault costs what the first one does; without ``baselines`` no agent has a past.
        """


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
        pack_texts, self._pack = load_sources(settings, folder=pack_folder)
        scorecard_texts = read_scorecards(rules_folder(settings))
        files = [SourceFile(name, text) for name, text in scorecard_texts.items()]
        named = scorecard or settings.scorecard
        self._scorecards = (load_scorecard(files, named),) if named else load_scorecards(files)
        misplaced = placement_faults(self._pack, load_scorecards(files), named=named or None)
        if misplaced:
            raise RulesError(misplaced)
        self._named = bool(named)
        self.sources: Mapping[str, Mapping[str, str]] = MappingProxyType(
            {"pack": pack_texts, "scorecard": scorecard_texts}
        )
        given = tones if asks_for_tone(self._pack) else None
        self._tones: ToneReader = given or tones_of(self._pack, settings)
        given_acts = acts if asks_for_acts(self._pack) else None
        self._acts: ActReader = given_acts or acts_of(self._pack, settings)

    @property
    def pack_digest(self) -> str:
        return self._pack.digest

    @property
    def pack_label(self) -> str:
        return self._pack.label

    @property
    def tone_digest(self) -> str:
        if self._acts.digest == NO_ACTS:
            return self._tones.digest
        return digest({"tone": self._tones.digest, "acts": self._acts.digest})

    @property
    def scorecards(self) -> Sequence[Edition]:
        return tuple(_edition(scorecard) for scorecard in self._scorecards)

    def scorecard_for(self, call: Call) -> Edition:
        return _edition(self._scorecard(call))

    def _scorecard(self, call: Call) -> Scorecard:
        return self._scorecards[0] if self._named else choose_scorecard(self._scorecards, call)

    def judge(
        self,
        transcript: Transcript,
        transcript_digest: str,
        *,
        offences: Offences | None = None,
        baselines: Baselines | None = None,
    ) -> CallResult:
        readings = self._tones.read(transcript)
        tones = FixedTones(readings, self._tones.digest, self._tones.sure_from)
        result = score_call(
            transcript,
            evaluate(self._pack, transcript, offences=offences, baselines=baselines, tones=tones, acts=self._acts),
            self._pack.label,
            self._scorecard(transcript.call),
            transcript_digest=transcript_digest,
            engine=__version__,
        )
        result = with_tones(result, transcript, readings, tones.digest)
        return replace(result, promises=self._pack.promises(transcript), complaint=self._pack.complaint(transcript))


def _edition(scorecard: Scorecard) -> Edition:
    return Edition(scorecard.digest, scorecard.label)


class FixedJudge:
    """Takes three points from whoever says 不行, and nothing from anybody else."""

    def __init__(self, *, version: str = "1", tone_digest: str = "none") -> None:
        self.pack_digest = digest({"pack": version})
        self.tone_digest = tone_digest
        self.pack_label = f"fixed@{self.pack_digest}"
        scorecard = digest({"scorecard": "fixed"})
        self.scorecards: Sequence[Edition] = (Edition(scorecard, f"fixed@{scorecard}"),)
        self.sources: Mapping[str, Mapping[str, str]] = {"pack": {"fixed.yaml": version}, "scorecard": {}}

    def scorecard_for(self, call: Call) -> Edition:
        return self.scorecards[0]

    def judge(
        self,
        transcript: Transcript,
        transcript_digest: str,
        *,
        offences: Offences | None = None,
        baselines: Baselines | None = None,
    ) -> CallResult:
        rude = any("不行" in turn.text for turn in transcript.turns)
        rule = RuleResult(
            id="forbidden.refusal",
            title="服务忌语",
            status=Status.FAIL if rude else Status.PASS,
            section="service_language",
            item="forbidden",
            points=-3.0 if rude else 0.0,
            severity=Severity.MINOR,
            message="使用服务忌语「不行」" if rude else "",
            hits=int(rude),
        )
        total = 97.0 if rude else 100.0
        return CallResult(
            call_id=transcript.call.call_id,
            agent_id=transcript.call.agent.id,
            scorecard=self.scorecards[0].label,
            pack=self.pack_label,
            engine=__version__,
            transcript=transcript_digest,
            total=total,
            possible=100.0,
            grade="A",
            veto=False,
            sections=(SectionScore("service_language", "服务用语", total - 70.0, 30.0),),
            rules=(rule,),
            metrics={"speech_rate": None},
            notice=transcript.recognition.notice if transcript.recognition else None,
        )
