"""`alerts issue log`: the changes of an issue, and who made them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from alerts.cli.context import Session, on_month, print_json
from alerts.text.plural import counted


@click.command()
@on_month
def log(session: Session, month: str | None, as_json: bool) -> None:
    """List everything that changed the issue: when, who, by which command, and what."""
    chosen = session.month(month)
    found = session.project.issues.log(chosen)
    if as_json:
        print_json([{"at": e["at"], "kind": e["kind"], **e["detail"]} for e in found])
        return
    for event in found:
        at = datetime.fromisoformat(event["at"]).astimezone(session.settings.zone)
        detail = event["detail"]
        who = " ".join(filter(None, (detail.get("by", ""), detail.get("command", ""))))
        click.echo(f"{at:%Y-%m-%d %H:%M}  {event['kind']}  {who}".rstrip())
        for line in _lines(detail):
            click.echo(f"    {line}")
    session.say(f"{chosen}: {counted(len(found), 'event')}")


def _lines(detail: dict[str, Any]) -> Iterator[str]:
    """The subject of an event, and each changed field with its old and new value."""
    about = {
        key: value
        for key, value in detail.items()
        if key not in ("by", "command", "changes", "article", "title")
    }
    if "article" in detail:
        yield f"{detail['article']}  {detail.get('title', '')}".rstrip()
    if "content" in about:
        about["content"] = about["content"][:12]
    for key, value in about.items():
        yield f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
    for name, (old, new) in detail.get("changes", {}).items():
        if (old or None) != (new or None):
            yield f"{name}: {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    if not value:
        return "nothing"
    if value is True or isinstance(value, int):
        return "yes" if value is True else str(value)
    text = " ".join(str(value).split())
    return f"“{text[:70]}…”" if len(text) > 71 else f"“{text}”"
