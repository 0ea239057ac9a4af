"""The doctor: looks at everything an alert depends on, and says what is wrong and what to do.

Each check is one function of a `Patient` that yields findings, the good ones too, so one can see what
was looked at. Checks change nothing: they log in to the relay and send nothing, ask sources whether
they are there and keep nothing. A fault of one check never stops the others.
"""

from collections.abc import Iterator

from alerts.doctor import catalogues, database, names, postbox, relay, setup, sources
from alerts.doctor.finding import Check, Finding, Level, Patient
from alerts.errors import AlertsError

CHECKS: dict[str, Check] = {
    "settings": setup.settings,
    "clock": setup.clock,
    "catalogues": catalogues.complete,
    "database": database.sound,
    "relay": relay.login,
    "mailbox": postbox.read,
    "DNS": names.authenticated,
    "sources": sources.reachable,
}
ONLINE = frozenset({"relay", "mailbox", "DNS", "sources"})  # these ask others


def examine(patient: Patient, *, offline: bool = False) -> Iterator[Finding]:
    """What each check finds, in order; without those that ask others where `offline`."""
    for name, check in CHECKS.items():
        if offline and name in ONLINE:
            continue
        try:
            for level, about, remedy in check(patient):
                yield Finding(name, level, about, remedy)
        except AlertsError as fault:
            yield Finding(name, Level.ERROR, str(fault))
