"""Where people answer the machine: queue, claims, decisions, signing, clips, appeals, calibration."""

from qa_engine.service.desk.appeals import AppealRow, appeal_counts, list_appeals, reopen
from qa_engine.service.desk.calibration import calibration, draw_blindly, misses
from qa_engine.service.desk.clips import AT_ONCE, Clip, ClipBatch, clip_batch, clip_verdict, more_clips
from qa_engine.service.desk.correcting import HotWord, correct_text, hot_words
from qa_engine.service.desk.form import DeskForm, Line, ManualLine, desk_form, key_of, target_of
from qa_engine.service.desk.own_forms import OwnForm, OwnRow, accept_form, appeal_line, own_form, own_forms
from qa_engine.service.desk.queue import Queue, QueueRow, next_call, queue
from qa_engine.service.desk.remarks import cases
from qa_engine.service.desk.revealing import Revealed, reveal
from qa_engine.service.desk.rule_pages import rule_page, rules_page
from qa_engine.service.desk.sound import Peaks, call_peaks
from qa_engine.service.desk.words import line_titles
from qa_engine.service.desk.work import (
    MOST_CHARS,
    Claim,
    Signed,
    Standing,
    Word,
    claim,
    decide,
    keep_words,
    let_go,
    sign,
)
from qa_engine.store.review_queue import QueueTab

__all__ = [
    "AT_ONCE",
    "MOST_CHARS",
    "AppealRow",
    "Claim",
    "Clip",
    "ClipBatch",
    "DeskForm",
    "HotWord",
    "Line",
    "ManualLine",
    "OwnForm",
    "OwnRow",
    "Peaks",
    "Queue",
    "QueueRow",
    "QueueTab",
    "Revealed",
    "Signed",
    "Standing",
    "Word",
    "accept_form",
    "appeal_counts",
    "appeal_line",
    "calibration",
    "call_peaks",
    "cases",
    "claim",
    "clip_batch",
    "clip_verdict",
    "correct_text",
    "decide",
    "desk_form",
    "draw_blindly",
    "hot_words",
    "keep_words",
    "key_of",
    "let_go",
    "line_titles",
    "list_appeals",
    "misses",
    "more_clips",
    "next_call",
    "own_form",
    "own_forms",
    "queue",
    "reopen",
    "reveal",
    "rule_page",
    "rules_page",
    "sign",
    "target_of",
]
