"""Findings of the linter about the send windows of an issue: it cannot be finished within them, their
holidays are not known, or they are of a language that nobody has.

They depend on the readers and on the moment, not on the editions; so they are made anew at each look.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from alerts.config.windows import SendWindows
from alerts.domain.errors import SettingsError
from alerts.domain.languages import primary
from alerts.domain.month import Month
from alerts.domain.send_window import ReaderGroup
from alerts.library.opened import Opened
from alerts.library.outbox_send import orders_of
from alerts.library.sending import Sending
from alerts.lint.checks.send_windows import (
    WINDOW_CLOSED,
    WINDOW_HOLIDAYS,
    WINDOW_SHORT,
    WINDOW_UNUSED,
)
from alerts.lint.options import LintOptions
from alerts.lint.place import Finding, Found, Place
from alerts.lint.register import Check
from alerts.outbox.in_time import Allowance, demands, shortfalls
from alerts.outbox.send_windows import windows_told
from alerts.schedule import cron
from alerts.store import issues, scheduled_specials, windows


def window_findings(opened: Opened, month: Month, options: LintOptions) -> Iterator[Finding]:
    """What is wrong with the windows for the issue of that month, which is still open: for its readers at
    the moment at which it goes."""
    settings = opened.settings
    stored = issues.get(opened.db, month)
    if not settings.windows.on or (stored is not None and stored.frozen):
        return
    of_readers, fault = windows_told(settings, opened.now)
    said = (
        [(WINDOW_HOLIDAYS, f"The holidays are not known, so nothing is sent: {fault}.")]
        if fault
        else []
    )
    for one, reason in (*said, *_short(opened, month, of_readers), *_unused(opened)):
        if options.wants(one.code) and not options.accepts(one.code, ""):
            yield one.finding(Found(Place("settings", element="windows"), reason))


def _short(opened: Opened, month: Month, of_readers: SendWindows) -> Iterator[tuple[Check, str]]:
    at, db = _moment(opened, month), opened.db
    orders = orders_of(opened.settings, (month,), Sending(), of_readers)
    allowance = Allowance.of(db, orders, opened.now)
    if at > opened.now:
        allowance = allowance.later
    groups = windows.of_recipients(db, issues.recipients_of(db, month))
    try:
        for short in shortfalls(demands(of_readers, groups, at), allowance):
            yield WINDOW_SHORT, f"Not all can go within their send windows: {short.words}."
    except SettingsError as never:
        yield WINDOW_CLOSED, f"A send window never opens: {never}."


def _moment(opened: Opened, month: Month) -> datetime:
    """When the issue goes: by the schedule, or as was chosen for a special alert; now, if that has passed
    or nothing says it."""
    if month.special:
        found = scheduled_specials.find(opened.db, month)
        planned = found.at if found else None
    else:
        planned = cron.planned(opened.settings, month)
    return max(planned or opened.now, opened.now)


def _unused(opened: Opened) -> Iterator[tuple[Check, str]]:
    """Languages with windows of their own that hold for no active reader."""
    groups, said = windows.readers(opened.db), opened.settings.windows.languages
    for tag in said if groups else ():
        if not _held(tag, groups, said):
            yield (
                WINDOW_UNUSED,
                f"The send windows of “{tag}” hold for nobody: no subscriber reads it.",
            )


def _held(tag: str, groups: Mapping[ReaderGroup, int], said: Mapping[str, object]) -> bool:
    return any(
        one.language == tag or (one.language not in said and primary(one.language) == tag)
        for one in groups
    )
