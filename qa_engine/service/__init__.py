"""The use cases. Transactions begin and end here; command line, web and workers come in by this door only."""

from qa_engine.domain import CallState
from qa_engine.service.authoring import GoldenOutcome, lint_rules, load_placed_rules, load_rules, run_golden_calls
from qa_engine.service.bell import QUEUES, Bell, MemoryBell
from qa_engine.service.checking import check_inputs, transcribe_files
from qa_engine.service.clock import Clock, FixedClock, SystemClock
from qa_engine.service.context import App, open_app, upgrade_database
from qa_engine.service.doctor import doctor, health
from qa_engine.service.forms import (
    REASONS,
    agent_report,
    call_form,
    render_agent,
    render_call,
    write_agent_report,
    write_call_form,
)
from qa_engine.service.ingest import ingest_paths, ingest_upload
from qa_engine.service.judge import Edition, FixedJudge, Judge, PackJudge
from qa_engine.service.ledgers import ledger, ledgers, status, wait_until_settled
from qa_engine.service.media import playable_file, recording_file
from qa_engine.service.models import (
    AgentRow,
    CallDetail,
    CallPage,
    CallRow,
    Check,
    CheckOutcome,
    EventRow,
    FaultTag,
    IngestedCall,
    IngestReport,
    JobOutcome,
    JobRow,
    Ledger,
    Outcome,
    QueueRow,
    RecordingFile,
    RecordingInfo,
    Rendered,
    SettleProgress,
    StatusReport,
    SweepReport,
    TranscribeOutcome,
)
from qa_engine.service.packs import read_pack, read_scorecards, rules_folder
from qa_engine.service.processes import worker_command
from qa_engine.service.queries import (
    call_not_named,
    days,
    fault_rules,
    get_agent,
    get_call,
    list_agents,
    list_calls,
    scenarios,
    teams,
)
from qa_engine.service.recordings import FolderRecordings, RecordingStore
from qa_engine.service.registering import WARNINGS
from qa_engine.service.stages import inspect_call, transcribe_call
from qa_engine.service.sweeping import retry_calls, sweep
from qa_engine.service.transcriber import Progress, RecordingFacts, ScriptedTranscriber, Transcriber
from qa_engine.service.work import run_job, run_pending
from qa_engine.store import CallFilter, CallOrder, JobState, Stage

__all__ = [
    "QUEUES",
    "REASONS",
    "WARNINGS",
    "AgentRow",
    "App",
    "Bell",
    "CallDetail",
    "CallFilter",
    "CallOrder",
    "CallPage",
    "CallRow",
    "CallState",
    "Check",
    "CheckOutcome",
    "Clock",
    "Edition",
    "EventRow",
    "FaultTag",
    "FixedClock",
    "FixedJudge",
    "FolderRecordings",
    "GoldenOutcome",
    "IngestReport",
    "IngestedCall",
    "JobOutcome",
    "JobRow",
    "JobState",
    "Judge",
    "Ledger",
    "MemoryBell",
    "Outcome",
    "PackJudge",
    "Progress",
    "QueueRow",
    "RecordingFacts",
    "RecordingFile",
    "RecordingInfo",
    "RecordingStore",
    "Rendered",
    "ScriptedTranscriber",
    "SettleProgress",
    "Stage",
    "StatusReport",
    "SweepReport",
    "SystemClock",
    "TranscribeOutcome",
    "Transcriber",
    "agent_report",
    "call_form",
    "call_not_named",
    "check_inputs",
    "days",
    "doctor",
    "fault_rules",
    "get_agent",
    "get_call",
    "health",
    "ingest_paths",
    "ingest_upload",
    "inspect_call",
    "ledger",
    "ledgers",
    "lint_rules",
    "list_agents",
    "list_calls",
    "load_placed_rules",
    "load_rules",
    "open_app",
    "playable_file",
    "read_pack",
    "read_scorecards",
    "recording_file",
    "render_agent",
    "render_call",
    "retry_calls",
    "rules_folder",
    "run_golden_calls",
    "run_job",
    "run_pending",
    "scenarios",
    "status",
    "sweep",
    "teams",
    "transcribe_call",
    "transcribe_files",
    "upgrade_database",
    "wait_until_settled",
    "worker_command",
    "write_agent_report",
    "write_call_form",
]
