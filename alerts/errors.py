"""Every fault that a user may meet, as one tree.

    AlertsError                 exit 1   failed, or done in part
    ├── UsageError              exit 2   the command line asks for what cannot be
    │   └── SettingsError       exit 2   alerts.toml or an ALERTS_… variable is wrong
    ├── InputError              exit 1   a file, feed or field is not what it should be
    │   └── FetchError          exit 1   a source could not be fetched, or was refused
    ├── StoreError              exit 1   the database is missing, damaged or full
    │   └── UndecidedCopy       exit 1   the database was copied or restored, and nobody has adopted it
    ├── TemplateFault           exit 1   a template does not render
    └── TryLater                exit 75  nothing is wrong here; run the same command again later
        ├── LockHeld            exit 75  another run works on this project
        ├── StoreBusy           exit 75  another program holds the database
        ├── RelayUnavailable    exit 75  the relay is unreachable, or refuses us
        └── NoAnswer            exit 75  the DNS did not answer

Each message is one line that names the place (file, line, field) and the remedy. Outcomes of a
delivery are not faults: they are values, see `model.Outcome`.
"""

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
    """A source could not be fetched, or was refused; `status` is what its server answered, or 0."""

    status: int = 0


class StoreError(AlertsError):
    """The database is missing, damaged, read-only or full."""


class UndecidedCopy(StoreError):
    """The database may be an old copy of one that has sent since; the message says from where."""


class TemplateFault(AlertsError):
    """A template does not render; the message names the template and line."""


class TryLater(AlertsError):
    """Nothing is wrong here; the same command will go on later (sysexits EX_TEMPFAIL)."""

    exit_code = 75


class LockHeld(TryLater):
    """Another run works on this project; the message says who."""


class StoreBusy(TryLater):
    """Another program holds the database."""


class RelayUnavailable(TryLater):
    """The relay cannot be reached, or refuses us rather than one recipient."""


class NoAnswer(TryLater):
    """The DNS did not answer, which says nothing about what was asked."""
