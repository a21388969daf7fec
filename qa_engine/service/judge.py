"""The port to the rules and scoring rooms, the real adapter, and one that always says the same."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from qa_engine import __version__
from qa_engine.domain import CallResult, RuleResult, SectionScore, Severity, Status, Transcript, digest
from qa_engine.rules import Offences, SourceFile, evaluate
from qa_engine.scoring import load_scorecard, score_call
from qa_engine.service.packs import load_sources, read_scorecards, rules_folder
from qa_engine.settings import Settings


class Judge(Protocol):
    """One pack and one scorecard, loaded and valid."""

    @property
    def pack_digest(self) -> str: ...

    @property
    def pack_label(self) -> str: ...

    @property
    def scorecard_digest(self) -> str: ...

    @property
    def scorecard_label(self) -> str: ...

    @property
    def sources(self) -> Mapping[str, Mapping[str, str]]:
        """``pack`` and ``scorecard`` → file name → text."""

    def judge(self, transcript: Transcript, transcript_digest: str, *, offences: Offences | None = None) -> CallResult:
        """The same transcript and the same earlier ``offences`` give an equal result on any day.

        Without ``offences`` every fault costs what the first one does.
        """


class PackJudge:
    """A rule pack and a scorecard of the rules folder."""

    def __init__(self, settings: Settings, *, pack_folder: Path | None = None, scorecard: str | None = None) -> None:
        pack_texts, self._pack = load_sources(settings, folder=pack_folder)
        scorecard_texts = read_scorecards(rules_folder(settings))
        self._scorecard = load_scorecard(
            [SourceFile(name, text) for name, text in scorecard_texts.items()], scorecard or settings.scorecard
        )
        self.sources: Mapping[str, Mapping[str, str]] = MappingProxyType(
            {"pack": pack_texts, "scorecard": scorecard_texts}
        )

    @property
    def pack_digest(self) -> str:
        return self._pack.digest

    @property
    def pack_label(self) -> str:
        return self._pack.label

    @property
    def scorecard_digest(self) -> str:
        return self._scorecard.digest

    @property
    def scorecard_label(self) -> str:
        return self._scorecard.label

    def judge(self, transcript: Transcript, transcript_digest: str, *, offences: Offences | None = None) -> CallResult:
        return score_call(
            transcript,
            evaluate(self._pack, transcript, offences=offences),
            self._pack.label,
            self._scorecard,
            transcript_digest=transcript_digest,
            engine=__version__,
        )


class FixedJudge:
    """Takes three points from whoever says 不行, and nothing from anybody else."""

    def __init__(self, *, version: str = "1") -> None:
        self.pack_digest = digest({"pack": version})
        self.pack_label = f"fixed@{self.pack_digest}"
        self.scorecard_digest = digest({"scorecard": "fixed"})
        self.scorecard_label = f"fixed@{self.scorecard_digest}"
        self.sources: Mapping[str, Mapping[str, str]] = {"pack": {"fixed.yaml": version}, "scorecard": {}}

    def judge(self, transcript: Transcript, transcript_digest: str, *, offences: Offences | None = None) -> CallResult:
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
            scorecard=self.scorecard_label,
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
