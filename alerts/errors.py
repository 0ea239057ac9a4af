"""Every fault that a user may meet, as one tree.

    AlertsError                 exit 1   failed, or done in part
    ├── UsageError              exit 2   the command line asks for what cannot be
    │   └── SettingsError       exit 2   alerts.toml or an ALERTS_… variable is wrong
    ├── InputError              exit 1   a file, feed or field is not what it should be
    │   ├── FetchError          exit 1   a source could not be fetched, or was refused
    │   └── TextFault           exit 1   a text that an editor wrote cannot be taken in
    ├── StoreError              exit 1   the database is missing, damaged or full
    │   └── UndecidedCopy       exit 1   the database was copied or restored, and nobody has adopted it
    ├── TemplateFault           exit 1   a template does not render
    ├── Incomplete              exit 1   an issue has fewer translations than the settings want
    ├── Conflict                exit 1   an issue has changed since its text was written out
    └── TryLater                exit 75  nothing is wrong here; run the same command again later
        ├── AwaitingApproval    exit 75  an issue waits for its editors
        ├── LockHeld            exit 75  another run works on this project
        ├── StoreBusy           exit 75  another program holds the database
        ├── RelayUnavailable    exit 75  the relay is unreachable, or refuses us
        ├── MailboxUnavailable  exit 75  the mailbox of bounces cannot be read now
        ├── Unwelcome           exit 75  too many copies of an issue come back, or are complained about
        └── NoAnswer            exit 75  the DNS did not answer

Each message is one line that names the place (file, line, field) and the remedy. Outcomes of a
delivery are not faults: they are values, see `model.Outcome`.
"""

from collections.abc import Iterable
from typing import ClassVar


class AlertsError(Exception):
    """Base of all faults; `str()` of it is the one line that the user reads."""

    exit_code: ClassVar[int] = 1


class UsageError(AlertsError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is malformed; the message names the file and line, or the variable."""


class InputError(AlertsError):
    """Data from outside is not what it should be; the message names file, line or field."""


class FetchError(InputError):
    """A source could not be fetched, or fetching it was refused.

    `status` is what the server answered (HTTP), where it answered.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class TextFault(InputError):
    """A text that an editor wrote cannot be taken in; `faults` are (line, what is wrong in it)."""

    def __init__(self, faults: Iterable[tuple[int, str]]) -> None:
        self.faults = tuple(faults)
        (line, text), *more = self.faults
        rest = f"; and {len(more)} more" if more else ""
        super().__init__(f"line {line}: {text}{rest}")


class StoreError(AlertsError):
    """The database is missing, damaged, read-only or full."""


class UndecidedCopy(StoreError):
    """The database may be an old copy of one that has sent since; the message says from where."""


class TemplateFault(AlertsError):
    """A template does not render; the message names the template and line."""


class Incomplete(AlertsError):
    """An issue has fewer translations than `alert.min_coverage` wants; the message gives figures."""


class Conflict(AlertsError):
    """An issue has changed since its text was written out; the message names the articles."""


class TryLater(AlertsError):
    """Nothing is wrong here; the same command will go on later (sysexits EX_TEMPFAIL)."""

    exit_code = 75


class AwaitingApproval(TryLater):
    """An issue waits for its editors; the message says how to approve it."""


class LockHeld(TryLater):
    """Another run works on this project; the message says who."""


class StoreBusy(TryLater):
    """Another program holds the database."""


class RelayUnavailable(TryLater):
    """The relay cannot be reached, or refuses us rather than one recipient."""


class NoAnswer(TryLater):
    """The DNS did not answer, which says nothing about what was asked."""


class Unwelcome(TryLater):
    """Too many copies of an issue come back, or are complained about, to send the rest unasked."""


class MailboxUnavailable(TryLater):
    """The mailbox where mail comes back is unreachable, or refuses us."""
