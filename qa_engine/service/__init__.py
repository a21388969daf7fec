"""The use cases. Transactions begin and end here; command line, web and workers come in by this door only."""

from qa_engine.domain import CallState
from qa_engine.reports import Document, Period, ReportKind, report_kinds, result_to_json, wording
from qa_engine.reports.render import MEDIA_TYPES, render_html, stylesheet
from qa_engine.rules import (
    PARTS,
    TONE_TITLE,
    UNSET,
    DemandLevel,
    Level,
    Profile,
    When,
    Wish,
    describe_rule,
    with_wishes,
)
from qa_engine.scoring import ResultDifference, RuleChange
from qa_engine.service.adapters.object_stores import is_store
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.alerts.channels import EVENTS, Event
from qa_engine.service.alerts.outbox import OutgoingRow, SendReport, list_outgoing, send_again, send_due
from qa_engine.service.alerts.webhooks import WebhookRow, add_webhook, end_webhook, list_webhooks
from qa_engine.service.authoring.rulebook import (
    GoldenOutcome,
    RuleCoverage,
    coverage,
    lint_rules,
    load_placed_rules,
    load_rules,
    rule_schema,
    run_golden_calls,
    run_rule_examples,
)
from qa_engine.service.centre.folders import rules_folder
from qa_engine.service.centre.packs import read_pack, read_scorecards
from qa_engine.service.centre.profiles import check_profile, profile_gaps, profile_path, write_profile
from qa_engine.service.checking.check import CheckOutcome, TranscribeOutcome, check_inputs, transcribe_files
from qa_engine.service.context import App, upgrade_database
from qa_engine.service.intake.arrival import WARNINGS
from qa_engine.service.intake.expecting import ListReport, expect_calls
from qa_engine.service.intake.ingest import ingest_paths, ingest_upload
from qa_engine.service.intake.moving import Moved, MoveRow, list_moves, move_agent
from qa_engine.service.intake.outcome import IngestedCall, IngestOutcome, IngestReport
from qa_engine.service.intake.preview import Preview, PreviewRow, preview_paths
from qa_engine.service.jobs.kinds import JobKind, job_kinds, queues
from qa_engine.service.jobs.running import JobOutcome, run_job, run_jobs, run_pending
from qa_engine.service.jobs.sweep import SweepReport, quarantined_calls, retry_calls, sweep
from qa_engine.service.jobs.watching import Watch
from qa_engine.service.jobs.worker_command import schedule_command, worker_command
from qa_engine.service.night.ledgers import day_ledger, draw_ledger, ledger_days, open_days
from qa_engine.service.night.nightly import Sources as NightSources
from qa_engine.service.night.nightly import advance_night, begin_night, night_faults, night_progress, recent_nights
from qa_engine.service.night.ticking import Ticked, night_tick, watch_now
from qa_engine.service.opening import open_app
from qa_engine.service.people.accounts import (
    AccountRow,
    add_account,
    change_account,
    find_accounts,
    list_accounts,
    reset_password,
    set_disabled,
)
from qa_engine.service.people.audit import Action, AuditPage, AuditRow, note_look, read_audit
from qa_engine.service.people.names import ROLES, rights_of, role_of
from qa_engine.service.people.oidc import OidcStart, begin_oidc, finish_oidc, oidc_on
from qa_engine.service.people.signing_in import SignedIn, bearer, change_password, sign_in, sign_out, signed_in
from qa_engine.service.people.tokens import TokenRow, add_token, list_tokens, revoke_token
from qa_engine.service.ports.bell import Bell, MemoryBell
from qa_engine.service.ports.clock import Clock, FixedClock, SystemClock
from qa_engine.service.ports.judge import Edition, FixedJudge, Judge
from qa_engine.service.ports.recordings import FolderRecordings, RecordingStore
from qa_engine.service.ports.transcriber import Progress, RecordingFacts, ScriptedTranscriber, Transcriber
from qa_engine.service.reading.calls_and_agents import (
    agent_names,
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
from qa_engine.service.reading.doctor import Check, doctor, health
from qa_engine.service.reading.ledger_rows import Ledger, PauseRow, QueueRow, SettleProgress, StatusReport
from qa_engine.service.reading.ledgers import ledger, ledgers, status, wait_until_settled
from qa_engine.service.reading.playback import RecordingFile, playable_file, recording_file
from qa_engine.service.reading.rows import (
    CallDetail,
    CallPage,
    CallRow,
    EventRow,
    FaultTag,
    JobRow,
    RecordingInfo,
)
from qa_engine.service.reporting.lead import LeadBoard, agent_page, lead_board
from qa_engine.service.reporting.reports import (
    Rendered,
    render_report,
    report_catalogue,
    report_document,
    report_folder,
    write_report,
)
from qa_engine.service.reporting.sample import Drawn, sample_calls
from qa_engine.service.reporting.training import finish_training, list_trainings, plan_training
from qa_engine.service.reporting.usual import undated_calls, usual_period
from qa_engine.service.stages.again import InspectedAgain, inspect_again, newer_result
from qa_engine.service.stages.inspect import inspect_call
from qa_engine.service.stages.transcribe import transcribe_call
from qa_engine.store import AgentSums, CallFilter, CallOrder, JobState
from qa_engine.text import writable
from qa_engine.wording import REASONS

__all__ = [
    "EVENTS",
    "MEDIA_TYPES",
    "PARTS",
    "REASONS",
    "ROLES",
    "TONE_TITLE",
    "UNSET",
    "WARNINGS",
    "AccountRow",
    "Action",
    "AgentSums",
    "App",
    "AuditPage",
    "AuditRow",
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
    "DemandLevel",
    "Document",
    "Drawn",
    "Edition",
    "Event",
    "EventRow",
    "FaultTag",
    "FixedClock",
    "FixedJudge",
    "FolderRecordings",
    "GoldenOutcome",
    "IngestOutcome",
    "IngestReport",
    "IngestedCall",
    "InspectedAgain",
    "JobKind",
    "JobOutcome",
    "JobRow",
    "JobState",
    "Judge",
    "LeadBoard",
    "Ledger",
    "Level",
    "ListReport",
    "MemoryBell",
    "MoveRow",
    "Moved",
    "NightSources",
    "OidcStart",
    "OutgoingRow",
    "PackJudge",
    "PauseRow",
    "Period",
    "Preview",
    "PreviewRow",
    "Profile",
    "Progress",
    "QueueRow",
    "RecordingFacts",
    "RecordingFile",
    "RecordingInfo",
    "RecordingStore",
    "Rendered",
    "ReportKind",
    "ResultDifference",
    "RuleChange",
    "RuleCoverage",
    "ScriptedTranscriber",
    "SendReport",
    "SettleProgress",
    "SignedIn",
    "StatusReport",
    "SweepReport",
    "SystemClock",
    "Ticked",
    "TokenRow",
    "TranscribeOutcome",
    "Transcriber",
    "Watch",
    "WebhookRow",
    "When",
    "Wish",
    "add_account",
    "add_token",
    "add_webhook",
    "advance_night",
    "agent_names",
    "agent_page",
    "bearer",
    "begin_night",
    "begin_oidc",
    "call_not_named",
    "change_account",
    "change_password",
    "check_inputs",
    "check_profile",
    "coverage",
    "day_ledger",
    "days",
    "describe_rule",
    "doctor",
    "draw_ledger",
    "end_webhook",
    "expect_calls",
    "fault_rules",
    "find_accounts",
    "finish_oidc",
    "finish_training",
    "get_agent",
    "get_call",
    "health",
    "ingest_paths",
    "ingest_upload",
    "inspect_again",
    "inspect_call",
    "is_store",
    "job_kinds",
    "lead_board",
    "ledger",
    "ledger_days",
    "ledgers",
    "lint_rules",
    "list_accounts",
    "list_agents",
    "list_calls",
    "list_moves",
    "list_outgoing",
    "list_tokens",
    "list_trainings",
    "list_webhooks",
    "load_placed_rules",
    "load_rules",
    "move_agent",
    "newer_result",
    "night_faults",
    "night_progress",
    "night_tick",
    "note_look",
    "oidc_on",
    "open_app",
    "open_days",
    "plan_training",
    "playable_file",
    "preview_paths",
    "profile_gaps",
    "profile_path",
    "quarantined_calls",
    "queues",
    "read_audit",
    "read_pack",
    "read_scorecards",
    "recent_nights",
    "recording_file",
    "render_html",
    "render_report",
    "report_catalogue",
    "report_document",
    "report_folder",
    "report_kinds",
    "reset_password",
    "result_to_json",
    "retry_calls",
    "revoke_token",
    "rights_of",
    "role_of",
    "rule_schema",
    "rules_folder",
    "run_golden_calls",
    "run_job",
    "run_jobs",
    "run_pending",
    "run_rule_examples",
    "sample_calls",
    "scenarios",
    "schedule_command",
    "send_again",
    "send_due",
    "set_disabled",
    "sign_in",
    "sign_out",
    "signed_in",
    "status",
    "stylesheet",
    "sweep",
    "teams",
    "transcribe_call",
    "transcribe_files",
    "undated_calls",
    "upgrade_database",
    "usual_period",
    "wait_until_settled",
    "watch_now",
    "with_wishes",
    "wording",
    "worker_command",
    "writable",
    "write_profile",
    "write_report",
]
