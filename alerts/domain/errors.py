"""All errors that a user may see, as one tree.

    AlertsError                 exit 1   failed, or done in part
    ├── UsageError              exit 2   the command line asks for something impossible
    │   ├── Unfinished          exit 2   the month that is to be sent has not ended
    │   ├── RecipientsDoubted   exit 2   the readers whom an issue is for are none, all or surprisingly many
    │   └── SettingsError       exit 2   alerts.toml or an ALERTS_… variable is wrong
    │       └── Refused         exit 2   the settings, or the issue, must not go out by a real relay
    │           └── ClockDoubted  exit 2   … or the clock may be wrong, and nothing could be undone
    ├── InputError              exit 1   a file, feed or field is malformed
    │   ├── FetchError          exit 1   a source could not be fetched, or was refused
    │   └── TextFault           exit 1   an editor's text file cannot be imported
    ├── StoreError              exit 1   the database is missing, damaged or full
    │   └── UndecidedCopy       exit 1   the database was copied or restored, and nobody has adopted it
    ├── TemplateFault           exit 1   a template cannot be rendered
    ├── TransactionFault        exit 1   an internal error: something is done inside a transaction
    ├── DraftFailed             exit 1   a draft could not be rendered and checked
    ├── TranslatorFault         exit 1   a translator does not answer, or not with translations
    ├── PlugInFault             exit 1   an installed plug-in cannot be loaded
    ├── Incomplete              exit 1   an issue has fewer translations than the settings require
    ├── Conflict                exit 1   an issue has changed since its text file was exported
    └── TryLater                exit 75  nothing is wrong here; run the same command again later
        ├── AwaitingApproval    exit 75  an issue waits for approval
        ├── DraftPending        exit 75  the draft of a month is still being rendered and checked
        ├── LockHeld            exit 75  another run works on this project
        │   └── TakenOver       exit 75  another machine has ended the leases of this send
        ├── StoreBusy           exit 75  another program holds the database
        ├── RelayUnavailable    exit 75  the relay is unreachable, or refuses us
        │   └── LoginRefused    exit 1   … and a person is needed: login, certificate, permission
        ├── MailboxUnavailable  exit 75  a mailbox cannot be read now
        │   └── MailboxRefused  exit 1   … and a person is needed: login or certificate
        ├── Unwelcome           exit 75  too many copies of an issue come back, or are complained about
        └── NoAnswer            exit 75  the DNS did not answer

Each message is one line that names the place (file, line, field) and the remedy. Outcomes of a
delivery are not errors but values: see `delivery.Outcome`.
"""

from collections.abc import Iterable
from typing import ClassVar


class AlertsError(Exception):
    """Base of all errors; its `str()` is the one line that the user reads."""

    exit_code: ClassVar[int] = 1


class UsageError(AlertsError):
    """The command line asks for something impossible."""

    exit_code = 2


class Unfinished(UsageError):
    """The month that is to be sent has not ended; the message says when it does, and how to send it now."""


class RecipientsDoubted(UsageError):
    """The readers whom an issue is for are none, everybody or surprisingly many; the message says how many,
    and how to send it all the same."""


class SettingsError(UsageError):
    """A setting is malformed; the message names the file and line, or the variable."""


class Refused(SettingsError):
    """The gate refuses to send mail by a real relay. The message names the month; after its first line
    it has one for each obstacle, with the name for `--anyway`."""


class RefusedByRelay(AlertsError):
    """The relay did not take a test mail; the message has its answer."""


class ClockDoubted(Refused):
    """The clock may be wrong, so nothing is done that cannot be undone; the message says who contradicts
    it, and how to mend it."""


class InputError(AlertsError):
    """Data from outside is malformed; the message names file, line or field."""


class FetchError(InputError):
    """A source could not be fetched, or fetching it was refused.

    `status` is the HTTP status of the server's answer, or None. `passing`: the same request may well be
    answered soon, because the connection broke or the server is busy.
    """

    def __init__(self, message: str, status: int | None = None, *, passing: bool = False) -> None:
        super().__init__(message)
        self.status, self.passing = status, passing


class TextFault(InputError):
    """An editor's text file cannot be imported; `faults` are (line, what is wrong with it)."""

    def __init__(self, faults: Iterable[tuple[int, str]]) -> None:
        self.faults = tuple(faults)
        (line, text), *more = self.faults
        rest = f"; and {len(more)} more" if more else ""
        super().__init__(f"line {line}: {text}{rest}")


class StoreError(AlertsError):
    """The database is missing, damaged, read-only or full."""


class NoDatabase(StoreError):
    """There is no database, or an empty file in its place."""


class UndecidedCopy(StoreError):
    """The database may be an old copy of one that has sent since; the message names its origin."""


class TemplateFault(AlertsError):
    """A template cannot be rendered; the message names the template and line.

    `place` is only `file, line N`, if it is known. The message may also quote the values to be shown.
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


class TransactionFault(AlertsError):
    """An internal error: something was done inside an open transaction that must be done before or
    after it; the message names both places in the code."""


class PlugInFault(AlertsError):
    """An installed plug-in cannot be loaded; the message names it, its package and what went wrong."""


class TranslatorFault(AlertsError):
    """A translator does not answer, or not with translations; the message names it."""


class Incomplete(AlertsError):
    """An issue has fewer translations than `alert.min_coverage` requires; the message gives figures."""


class Conflict(AlertsError):
    """An issue has changed since its text file was exported; the message names the articles."""


class TryLater(AlertsError):
    """Nothing is wrong; the same command can continue later (EX_TEMPFAIL of sysexits.h)."""

    exit_code = 75


class AwaitingApproval(TryLater):
    """An issue waits for approval; the message says how to approve it."""


class DraftPending(TryLater):
    """The draft of a month is still being rendered and checked; nothing older of it is known."""


class DraftFailed(AlertsError):
    """The draft of a month could not be rendered and checked, by a fault that is not in its template; the
    message says why."""


class IssueRecalled(AlertsError):
    """The issue was recalled, and a person must decide when its next version is sent."""


class LockHeld(TryLater):
    """Another run works on this project; the message says who."""


class TakenOver(LockHeld):
    """Another machine has ended the leases of this send, because they have expired by its clock."""


class StoreBusy(TryLater):
    """Another program holds the database."""


class RelayUnavailable(TryLater):
    """The relay cannot be reached, or refuses us rather than one recipient; `said` is its reply, if any."""

    said = ""


class LoginRefused(RelayUnavailable):
    """The relay refuses our login, or its certificate is invalid: a person must act. `of_password`: it
    refuses user and password."""

    exit_code = 1
    of_password = False


class NoAnswer(TryLater):
    """The DNS did not answer, so it is unknown whether the record exists."""


class Unwelcome(TryLater):
    """The bounce or complaint rate of an issue is above the limit; sending is paused (S17)."""


class MailboxUnavailable(TryLater):
    """A mailbox is unreachable, or refuses us."""


class MailboxRefused(MailboxUnavailable):
    """The mailbox refuses our login, or its certificate is invalid: a person must act."""

    exit_code = 1
