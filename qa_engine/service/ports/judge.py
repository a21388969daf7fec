"""The port to the rules and scoring rooms, and a judge that always says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from qa_engine import contract
from qa_engine.domain import (
    NOTHING,
    Call,
    CallResult,
    ResultKey,
    RuleResult,
    SectionScore,
    Severity,
    Speaker,
    Status,
    Transcript,
    digest,
    digest_of_parts,
)
from qa_engine.rules import Baselines, Offences, agent_called, as_call_of, other_agents, own_part
from qa_engine.version import __version__


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

    def facts_of(self, call: Call) -> Call:
        """The facts as the judge takes them: what the centre's zone and profile add is part of a result's key."""

    def scorecard_for(self, call: Call) -> Edition:
        """The scorecard that ``judge`` uses for a call."""

    @property
    def models(self) -> Mapping[str, str]:
        """Kind ("tone", "acts") → digest of the model that reads; only kinds that the pack asks for."""

    @property
    def edition(self) -> str:
        """Of the engine that judges (`qa_engine.edition`)."""

    @property
    def plugins(self) -> str:
        """Digest of what is plugged into the engine; ``NOTHING`` for the bare engine."""

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


def result_key(judge: Judge, call: Call, transcript_digest: str) -> ResultKey:
    """Under which key a judge's result of a call is stored."""
    return ResultKey(
        transcript=transcript_digest,
        facts=contract.facts_digest(judge.facts_of(call)),
        pack=judge.pack_digest,
        scorecard=judge.scorecard_for(call).digest,
        models=digest_of_parts(judge.models),
        edition=judge.edition,
        plugins=judge.plugins,
    )


def with_key(result: CallResult, judge: Judge, call: Call) -> CallResult:
    """A result that names what it depends on."""
    return replace(
        result,
        facts=contract.facts_digest(judge.facts_of(call)),
        models=dict(judge.models),
        edition=judge.edition,
        plugins=judge.plugins,
    )


def judge_everybody(judge: Judge, transcript: Transcript) -> CallResult:
    """The result of a call, with those of its other agents as its parts: each is judged by what he said himself."""
    digest = contract.transcript_digest(transcript)
    result = judge.judge(transcript, digest)
    parts = [replace(transcript, call=as_call_of(transcript.call, agent_called(other))) for other in result.agents[1:]]
    return replace(result, parts=tuple(judge.judge(part, contract.transcript_digest(part)) for part in parts))


class FixedJudge:
    """Takes three points from whoever says 不行, and nothing from anybody else."""

    def __init__(self, *, version: str = "1", edition: str = "1", plugins: str = NOTHING) -> None:
        self.pack_digest = digest({"pack": version})
        self.models: Mapping[str, str] = {}
        self.edition, self.plugins = edition, plugins
        self.pack_label = f"fixed@{self.pack_digest}"
        scorecard = digest({"scorecard": "fixed"})
        self.scorecards: Sequence[Edition] = (Edition(scorecard, f"fixed@{scorecard}"),)
        self.sources: Mapping[str, Mapping[str, str]] = {"pack": {"fixed.yaml": version}, "scorecard": {}}

    def facts_of(self, call: Call) -> Call:
        return call

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
        others = other_agents(transcript)
        own = [turn for turn in own_part(transcript).turns if turn.speaker is not Speaker.UNKNOWN or not turn.agent_id]
        rude = any("不行" in turn.text for turn in own)
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
        result = CallResult(
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
            agents=(transcript.call.agent.id or "", *others) if others else (),
        )
        return with_key(result, self, transcript.call)
