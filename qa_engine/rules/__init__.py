"""Rules: YAML in, verdicts with their evidence out."""

from qa_engine.located.source import SourceFile
from qa_engine.rules.evaluate import asks_for_acts, asks_for_tone, evaluate, evaluate_rule
from qa_engine.rules.examples import ExampleOutcome, run_examples
from qa_engine.rules.followups.promises import promises
from qa_engine.rules.handover import (
    PART_OF_CALL,
    TRANSFERRED_FROM,
    acts_of,
    agent_called,
    alike,
    as_call_of,
    other_agents,
    own_part,
    part_id,
)
from qa_engine.rules.lint import Level, LintNote, lint, only_flags
from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators import Operator, Preparer, operator, registry
from qa_engine.rules.packs.describe import conditions_said, describe_rule, sentence
from qa_engine.rules.packs.example_lines import line_said
from qa_engine.rules.packs.explain import Explained, Said, explain, short_words
from qa_engine.rules.packs.loader import load_pack
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.packs.profiles import Wish, profile_text, read_profile, with_wishes
from qa_engine.rules.packs.schema import json_schema
from qa_engine.rules.ports.acts import (
    ACTS_OF,
    AGENT_ACTS,
    CUSTOMER_ACTS,
    DUTIES,
    NO_ACTS,
    ActLimits,
    ActReader,
    AgreeingActs,
    FixedActs,
    LeftOut,
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
from qa_engine.rules.written.fields import ConditionFields, Located
from qa_engine.rules.written.profile import COMPANY_GAP, PARTS, UNSET, Profile, When
from qa_engine.rules.written.profile import Level as DemandLevel

__all__ = [
    "ACTS_OF",
    "AGENT_ACTS",
    "AGENT_TONES",
    "COMPANY_GAP",
    "CUSTOMER_ACTS",
    "CUSTOMER_MOODS",
    "DUTIES",
    "NO_ACTS",
    "NO_MODEL",
    "PARTS",
    "PART_OF_CALL",
    "TONE_TITLE",
    "TRANSFERRED_FROM",
    "UNFRIENDLY",
    "UNSET",
    "ActLimits",
    "ActReader",
    "AgreeingActs",
    "Baseline",
    "Baselines",
    "CallVoice",
    "Condition",
    "ConditionFields",
    "DemandLevel",
    "ExampleOutcome",
    "Explained",
    "FixedActs",
    "FixedBaselines",
    "FixedOffences",
    "FixedTones",
    "Hit",
    "LeftOut",
    "Level",
    "LintNote",
    "Located",
    "NoActs",
    "NoTones",
    "Offence",
    "Offences",
    "Operator",
    "Outcome",
    "Preparer",
    "Profile",
    "Rule",
    "RulePack",
    "Said",
    "Scope",
    "SourceFile",
    "ToneReader",
    "VoiceMeasure",
    "When",
    "Wish",
    "acts_of",
    "agent_called",
    "alike",
    "as_call_of",
    "asks_for_acts",
    "asks_for_tone",
    "call_voice",
    "conditions_said",
    "describe_rule",
    "evaluate",
    "evaluate_rule",
    "explain",
    "json_schema",
    "line_said",
    "lint",
    "load_pack",
    "mean_by_length",
    "only_flags",
    "operator",
    "other_agents",
    "own_part",
    "part_id",
    "profile_text",
    "promises",
    "read_profile",
    "readings_of",
    "registry",
    "run_examples",
    "sentence",
    "short_words",
    "thirds",
    "usual",
    "with_wishes",
]
