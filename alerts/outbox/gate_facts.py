"""Applies the gate to a month: its settings, articles and editions.

Everything that leaves by a relay that is not on this machine is checked here: by `queue` before it
freezes an issue, and by `send` before its first message. So an issue that was queued for a local folder
is checked again when it is sent by a relay.
"""

import os
import stat
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sqlite_utils import Database

from alerts.config.server_url import leaves_the_machine
from alerts.config.settings import Settings
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.outbox import gate
from alerts.store import accepted_findings, issues

if TYPE_CHECKING:
    from alerts.editions.draft import Draft


def check_settings(
    db: Database, settings: Settings, month: Month, anyway: Collection[str] = ()
) -> None:
    """Raise `Refused` where the settings alone are an obstacle."""
    if leaves_the_machine(settings):
        found = (*gate.of_settings(settings), *_of_machine(settings))
        gate.refuse(found, settings, month, _allowed(db, anyway))


def check_sender(
    db: Database, settings: Settings, month: Month, anyway: Collection[str] = ()
) -> None:
    """Raise `Refused` where notices would have an example address as sender."""
    if leaves_the_machine(settings):
        gate.refuse(gate.of_sender(settings), settings, month, _allowed(db, anyway))


def check_issue(
    db: Database,
    settings: Settings,
    draft: "Draft",
    now: datetime,
    anyway: Collection[str] = (),
) -> None:
    """Raise `Refused` where settings, articles or editions are an obstacle for the issue."""
    if not leaves_the_machine(settings):
        return
    allowed = _allowed(db, anyway)
    found = (
        *gate.of_settings(settings),
        *_of_machine(settings),
        *_of_draft(db, settings, draft, now),
    )
    gate.refuse(gate.by_cause(found), settings, draft.month, allowed)


def check_months(
    db: Database,
    settings: Settings,
    months: Collection[Month],
    now: datetime,
    anyway: Collection[str] = (),
) -> None:
    """The same for months that are queued and have open deliveries."""
    if leaves_the_machine(settings):
        for month in months:
            stored = issues.get(db, month)
            if stored is not None and stored.frozen and stored.state is not IssueState.SENT:
                from alerts.editions.draft import drafted

                check_issue(db, settings, drafted(db, settings, month), now, anyway)


def _of_machine(settings: Settings) -> Iterator[gate.Obstacle]:
    """What can be told without a network: who reads the database, and whether bounces can be read."""
    mode = stat.S_IMODE(settings.database_path.stat().st_mode)
    bounces = settings.bounces
    secret = bounces.token_command or bounces.password_file or os.environ.get(bounces.password_env)
    yield from gate.of_machine(settings, mode, mailbox_opens=bool(secret))


def _of_draft(
    db: Database, settings: Settings, draft: "Draft", now: datetime
) -> Iterator[gate.Obstacle]:
    # Loaded here: what renders and checks editions takes a third of a second, and most sends find all queued.
    from alerts.lint.options import LintOptions
    from alerts.lint.run import copies, lint_editions
    from alerts.store import articles

    yield from gate.of_issue(draft.issue, articles.written_by_hand(db, draft.month))
    options = LintOptions(only=frozenset(gate.LINTED), base_url=settings.web.base_url)
    read = copies(draft.editions, settings, draft.month, now)
    for proof in lint_editions(read, settings, options=options, editions=True):
        yield from gate.of_findings(proof.findings)


def _allowed(db: Database, anyway: Collection[str]) -> frozenset[str]:
    """The names that are let through once, and those that were accepted permanently."""
    return frozenset(anyway) | accepted_findings.codes(db)
