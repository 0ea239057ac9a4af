"""`alerts issue list`: every issue by its key."""

from typing import TYPE_CHECKING, Any

import click

from alerts.cli.context import (
    Session,
    json_option,
    on_terminal,
    pass_session,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from alerts.cli.terminal import Part
    from alerts.store.issue_list import IssueEntry

_HEADINGS = ("KEY", "STATE", "SENT", "DAY", "SUBJECT")


@click.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List all issues by their keys: those of months, special alerts, corrections, and imported ones.

    SENT is how many copies were sent, of how many that are owed. A key stands for the issue in every command
    (--issue KEY); that of a correction, 2026-10/1, and of an imported issue, 2019-05-14, are names alone.
    """
    found = session.project.issues.listed()
    if as_json:
        print_json([document(one) for one in found])
        return
    zone = session.settings.zone
    rows = [row(one, zone) for one in found]
    if on_terminal():
        _show(rows)
    elif rows:
        print_table(rows, _HEADINGS)
    if not session.quiet:
        session.tell_next(session.project.next_step())


def document(one: "IssueEntry") -> dict[str, Any]:
    """One issue, for `--json`."""
    return {
        "key": one.key,
        "kind": one.kind,
        "state": one.state,
        "version": one.version,
        "subject": one.subject,
        "languages": list(one.languages),
        "queued_at": one.at.isoformat() if one.at else None,
        "scheduled": one.scheduled.isoformat() if one.scheduled else None,
        "owed": one.owed,
        "sent": one.sent,
        "open": one.open,
        "deliveries": dict(one.counts),
    }


def row(one: "IssueEntry", zone: "tzinfo") -> tuple[str, ...]:
    """One issue as a row of the table."""
    state = f"{one.state}, version {one.version}" if one.version > 1 else one.state
    sent = f"{one.sent:,} of {one.owed:,}" if one.owed else ""
    moment = one.at or one.scheduled
    day = f"{moment.astimezone(zone):%Y-%m-%d}" if moment else ""
    if one.kind == "imported":
        day = one.key[:10]
    elif one.scheduled and moment:
        day = f"goes {moment.astimezone(zone):%Y-%m-%d %H:%M}"
    return one.key, state, sent, day, one.subject


def _state(state: str) -> "Part":
    """The state with its sign and colour."""
    from alerts.cli import terminal

    tone = terminal.TONES.get(state.partition(",")[0], terminal.Tone.BY_ITSELF)
    return terminal.signed(tone, state)


def _show(rows: "Sequence[tuple[str, ...]]") -> None:
    """The same as a table that fits the terminal; the key is cut last."""
    from alerts.cli import terminal  # imports rich, which is only needed on a terminal
    from alerts.cli.terminal import TableColumn

    if not rows:
        terminal.print_line("there is no issue yet: `alerts collect` begins one")
        return
    columns = (
        TableColumn("KEY", least=7),
        TableColumn("STATE", 1, least=9),
        TableColumn("SENT", 2, right=True, whole=True),
        TableColumn("DAY", 4, least=10),
        TableColumn("SUBJECT", 3, least=12),
    )
    terminal.print_rows(
        [(key, _state(state), sent, day, subject) for key, state, sent, day, subject in rows],
        columns,
    )
