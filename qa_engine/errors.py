"""Every exception that qa-engine raises on purpose.

::

    QaError                       something that a person can act on; the message says what, where, what to do
    ├── UsageError                the command or request was wrong (exit code 2, HTTP 400)
    │   ├── SettingsError         a setting is missing, malformed or not allowed
    │   └── UnkeptError           a value that the database cannot keep
    ├── InputError                a file or record that came from outside is not usable
    │   ├── RecordingError        audio that cannot be used (has .reason for the ledger)
    │   └── FaultyFileError       a file with located faults, all of them collected (has .faults)
    │       ├── TranscriptError   a transcript file that cannot be read
    │       ├── ManifestError     a manifest with faults
    │       ├── LabelledFileError labelled utterances with faults
    │       └── RulesError        a rule pack or scorecard with faults
    ├── SignInError               who asks could not show who they are (HTTP 401)
    ├── NotFoundError             no such call, agent, report, rule (HTTP 404)
    ├── ConflictError             the state does not allow it (HTTP 409)
    ├── RecogniserError           the recogniser failed on a recording
    │   └── ModelError            its model is missing, broken or cannot be loaded: the machine's fault
    ├── ToneModelError            a tone model cannot be loaded, or is none
    ├── ActModelError             a model of acts, scenario or outcome cannot be loaded, or is none
    ├── ProcessLostError          a process of this program ended while it was needed
    ├── StoreError                the database does not answer or cannot be written (HTTP 503)
    └── BrokerError               the message broker did not take a ring; the job is kept and rung again
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class QaError(Exception):
    """Base of all expected errors; ``str(error)`` is fit to be shown to a person.

    ``kind`` and ``values``: what pages put into words instead, as those of a `Fault`.
    """

    kind: "FaultKind | None" = None
    values: tuple[str, ...] = ()

    def of(self, kind: "FaultKind", *values: object) -> Self:
        """This error, of a kind: ``raise UsageError("no role").of(FaultKind.NO_ROLE, text)``."""
        self.kind, self.values = kind, tuple(map(str, values))
        return self


class UsageError(QaError):
    """The command or request was wrong."""


class SettingsError(UsageError):
    """A setting is missing, malformed or not allowed."""


class UnkeptError(UsageError):
    """The database cannot keep a value that it was given, such as a NUL in a text (PostgreSQL)."""


class InputError(QaError):
    """A file or record from outside is not usable."""


class RecordingError(InputError):
    """Audio that cannot be used. ``reason`` is a stable key such as ``empty``, ``unreadable``, ``too_long``."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type["RecordingError"], tuple[str, str]]:
        return type(self), (self.reason, str(self))


class FaultKind(StrEnum):
    """What is wrong with a file, a list or a row that came from outside, or with what a page was asked for.

    ``fault_wording.FAULTS`` says each in words, with the values in its order. Most faults of rules have their words at
    once, and no kind.
    """

    OTHER = ""
    # a file, a folder, a list as a whole
    NO_SUCH_FILE = "no_such_file"
    NO_RIGHT = "no_right"
    CANNOT_READ = "cannot_read"  # errno
    NOT_A_FILE = "not_a_file"
    TOO_LARGE = "too_large"  # megabytes
    NOT_TEXT = "not_text"
    ENCODING = "encoding"
    NOT_CSV = "not_csv"  # why
    NOT_WORKBOOK = "not_workbook"
    NOT_JSON = "not_json"  # why
    EMPTY = "empty"
    LINK = "link"
    OUTSIDE = "outside"
    NO_FOLDER = "no_folder"
    LIST_UNREAD = "list_unread"
    LIST_CUT = "list_cut"
    STILL_WRITTEN = "still_written"  # seconds since it changed, seconds to wait
    CHANGED = "changed"
    MACHINE = "machine"  # why
    SETTING = "setting"  # why
    # an object store
    STORE_NOTHING = "store_nothing"
    STORE_KEY = "store_key"
    STORE_AWAY = "store_away"  # why
    # headings and rows of lists
    NO_COLUMN = "no_column"  # wanted, there
    COLUMN_TWICE = "column_twice"  # its heading
    COLUMN_UNNAMED = "column_unnamed"
    TOO_MANY_CELLS = "too_many_cells"  # cells, columns
    NO_OBJECT = "no_object"
    NO_FILE_NAMED = "no_file_named"
    BAD_PATH = "bad_path"
    NAMES_NOTHING = "names_nothing"
    NO_ID = "no_id"
    ID_TWICE = "id_twice"  # id, line
    FILE_TWICE = "file_twice"  # line
    # facts of a call
    BAD_ID = "bad_id"
    LONG_ID = "long_id"  # bytes, characters
    BAD_TIME = "bad_time"  # as it is written
    DATE_ORDER = "date_order"  # as it is written
    BAD_YEAR = "bad_year"  # year, first, last
    BAD_NUMBER = "bad_number"  # as it is written
    NOT_ONE_OF = "not_one_of"  # as it is written, what may be
    NO_TEXT_VALUE = "no_text_value"
    UNFIT = "unfit"
    # a call that is here already
    ID_TAKEN = "id_taken"  # id, file
    BUSY = "busy"  # id
    WITH_PERSON = "with_person"  # id
    # files of words
    NO_TRANSCRIPT = "no_transcript"
    NO_TURNS = "no_turns"
    SEVERAL_CALLS = "several_calls"
    SEVERAL_BESIDE = "several_beside"  # how many
    NO_SPEAKER = "no_speaker"
    TIMES = "times"
    CONTENT = "content"
    MORE = "more"  # how many
    # accounts and tokens
    NO_ROLE = "no_role"  # as it is written
    BAD_NAME = "bad_name"  # most characters
    NAME_TAKEN = "name_taken"  # name
    NO_ACCOUNT = "no_account"  # name
    NO_AGENT_ID = "no_agent_id"
    OWN_ACCOUNT = "own_account"
    BAD_TITLE = "bad_title"  # most characters
    TOKEN_DAYS = "token_days"  # most days
    TOKEN_TITLE = "token_title"  # most characters
    TOKEN_RIGHTS = "token_rights"
    # addresses that programs are told at
    BAD_ADDRESS = "bad_address"  # most characters
    PASSWORD_IN_ADDRESS = "password_in_address"
    THIS_MACHINE = "this_machine"  # host
    NO_EVENT = "no_event"
    NOT_GIVEN_UP = "not_given_up"
    # rules, scorecards, profiles, golden calls
    YAML = "yaml"
    FIELD_UNKNOWN = "field_unknown"  # its name, which there are
    FIELD_MISSING = "field_missing"  # its name
    FIELD_CHOICE = "field_choice"  # its name, as it is written, what may be
    FIELD_VALUE = "field_value"  # its name, what it should be
    BAD_FIELD = "bad_field"  # its name
    NO_GOLDEN = "no_golden"
    NO_GOLDEN_CASE = "no_golden_case"
    NO_WHY = "no_why"
    RULES_ELSEWHERE = "rules_elsewhere"
    NOT_A_DRAFT = "not_a_draft"
    NO_DRAFT = "no_draft"  # number
    NO_DRAFT_FILE = "no_draft_file"  # name
    NO_DRAFT_RULE = "no_draft_rule"  # id
    NO_DRAFT_LIST = "no_draft_list"  # name
    NO_EDITION = "no_edition"  # number
    # the desk
    DECIDED = "decided"  # by whom, what
    NOT_SIGNED = "not_signed"
    DRAW_NUMBER = "draw_number"  # most
    BAD_CORRECTION = "bad_correction"  # most characters
    NO_FORM = "no_form"
    BEING_APPEALED = "being_appealed"
    APPEAL_WORDS = "appeal_words"  # most characters
    APPEAL_LATE = "appeal_late"  # day
    FORM_ACCEPTED = "form_accepted"
    APPEALED_BEFORE = "appealed_before"
    NOTHING_LOST = "nothing_lost"
    NOT_DECIDED = "not_decided"  # how many
    BAD_DECISION = "bad_decision"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One located fault: ``where`` names the file, ``line`` counts from 1, ``subject`` is a rule id or a column.

    ``message`` is English, for logs and the command line; ``kind`` and its ``values`` are what pages put into words.
    """

    where: str
    line: int | None
    column: int | None
    message: str
    subject: str | None = None
    kind: FaultKind = FaultKind.OTHER
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.where, self.line, self.column) if part not in (None, ""))
        subject = f" [{self.subject}]" if self.subject else ""
        return f"{place}:{subject} {self.message}" if place else self.message


def unreadable(error: OSError) -> tuple[FaultKind, tuple[str, ...]]:
    """Kind and values of a fault for what the operating system says of a file."""
    if isinstance(error, FileNotFoundError):
        return FaultKind.NO_SUCH_FILE, ()
    if isinstance(error, PermissionError):
        return FaultKind.NO_RIGHT, ()
    return FaultKind.CANNOT_READ, (errno.errorcode.get(error.errno or 0, "EIO"),)


class FaultyFileError(InputError):
    """A file with located faults, all of them collected."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type["FaultyFileError"], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class TranscriptError(FaultyFileError):
    """A transcript file that cannot be read."""


class ManifestError(FaultyFileError):
    """A manifest with faults; all of them are reported at once."""


class LabelledFileError(FaultyFileError):
    """A file of labelled utterances with faults; all of them are reported at once."""


class RulesError(FaultyFileError):
    """A rule pack or scorecard with faults; all of them are reported at once."""


class SignInError(QaError):
    """Who asks could not show who they are: a wrong password, a locked account, an unknown token."""


class NotFoundError(QaError):
    """No such call, agent, report or rule."""


class ConflictError(QaError):
    """The present state does not allow what was asked."""


class RecogniserError(QaError):
    """The recogniser failed on a recording."""


class ModelError(RecogniserError):
    """The model is missing, broken or cannot be loaded: the machine's fault, never a recording's."""


class ToneModelError(QaError):
    """A tone model cannot be loaded: its folder is missing, damaged, or of another version."""


class ActModelError(QaError):
    """A model of service acts, scenario or outcome cannot be loaded: missing, damaged, or of another version."""


class ProcessLostError(QaError):
    """A process of this program ended while it was needed."""


class StoreError(QaError):
    """The database does not answer, is locked for too long, or cannot be written."""


class BrokerError(QaError):
    """The message broker did not take a ring. The job itself is in the database and is rung again."""
