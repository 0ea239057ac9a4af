"""`alerts subscriber history`: every event of one person."""

import json
from collections.abc import Mapping
from typing import Any

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.domain.printable import printable


@click.command()
@click.argument("email")
@json_option
@pass_session
def history(session: Session, email: str, as_json: bool) -> None:
    """List every event of one person, with copies and notices; --json: all data stored."""
    held = session.project.subscribers.held(email)
    if as_json:
        print_json(held)
        return
    lines = [(e["at"], e["kind"], _plain(e["detail"])) for e in held["events"]]
    for copy in held["deliveries"]:
        facts = {
            name: copy[name] for name in ("month", "language", "reason", "reply") if copy[name]
        }
        lines.append((copy["at"], f"copy {copy['state']}", _plain(facts)))
    for notice in held["notices"]:
        lines.append((notice["changed_at"], f"notice {notice['state']}", notice["kind"]))
    for at, kind, about in sorted(lines):
        click.echo(f"{at}  {kind:<24} {about}".rstrip())


def _plain(detail: Mapping[str, Any]) -> str:
    """The values of an event on one line, without control characters."""
    parts = [
        f"{name}: {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in detail.items()
    ]
    return "; ".join(printable(part, instead=" ") for part in parts)
