"""Rules: YAML in, verdicts with their evidence out."""

from qa_engine.located.source import SourceFile
from qa_engine.rules.evaluate import asks_for_acts, asks_for_tone, evaluate, evaluate_rule
from qa_engine.rules.examples import ExampleOutcome, run_examples
from qa_engine.rules.followups.promises import promises
from qa_engine.rules.lint import Finding, Level, lint, only_flags
from qa_engine.rules.operators import Operator, Preparer, operator, registry
from qa_engine.rules.packs.describe import describe_rule, sentence
from qa_engine.rules.packs.loader import load_pack
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.packs.schema import json_schema
from qa_engine.rules.ports.acts import (
    ACTS_OF,
    AGENT_ACTS,
    CUSTOMER_ACTS,
    NO_ACTS,
    ActLimits,
    ActReader,
    FixedActs,
    NoActs,
)
from qa_engine.rules.ports.baselines import (
    Baseline,
    Baselines,
    CallVoice,
    FixedBaselines,
    VoiceMeasure,
    call_voice,
    usual,
)
from qa_engine.rules.ports.offences import FixedOffences, Offence, Offences
from qa_engine.rules.ports.tones import (
    AGENT_TONES,
    CUSTOMER_MOODS,
    NO_MODEL,
    TONE_TITLE,
    UNFRIENDLY,
    FixedTones,
    NoTones,
    ToneReader,
    mean_by_length,
    readings_of,
    thirds,
)

__all__ = [
    "ACTS_OF",
    "AGENT_ACTS",
    "AGENT_TONES",
    "CUSTOMER_ACTS",
    "CUSTOMER_MOODS",
    "NO_ACTS",
    "NO_MODEL",
    "TONE_TITLE",
    "UNFRIENDLY",
    "ActLimits",
    "ActReader",
    "Baseline",
    "Baselines",
    "CallVoice",
    "Condition",
    "ExampleOutcome",
    "Finding",
    "FixedActs",
    "FixedBaselines",
    "FixedOffences",
    "FixedTones",
    "Level",
    "NoActs",
    "NoTones",
    "Offence",
    "Offences",
    "Operator",
    "Preparer",
    "Rule",
    "RulePack",
    "SourceFile",
    "ToneReader",
    "VoiceMeasure",
    "asks_for_acts",
    "asks_for_tone",
    "call_voice",
    "describe_rule",
    "evaluate",
    "evaluate_rule",
    "json_schema",
    "lint",
    "load_pack",
    "mean_by_length",
    "only_flags",
    "operator",
    "promises",
    "readings_of",
    "registry",
    "run_examples",
    "sentence",
    "thirds",
    "usual",
]
