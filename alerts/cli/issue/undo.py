"""`alerts issue undo`: what editors did to an issue, and taking one act back."""

from typing import TYPE_CHECKING, Any

import click

from alerts.cli.context import Session, by_option, on_month, print_json
from alerts.domain.errors import Conflict, UsageError
from alerts.text.plural import counted

if TYPE_CHECKING:
    from alerts.issue.undo import EditorAct


@click.command()
@click.argument("act", type=click.IntRange(1, 2**53), required=False)
@by_option
@on_month
def undo(session: Session, month: str | None, act: int | None, by: str, as_json: bool) -> None:
    """Undo the act of that number; without one, list what was done to the issue.

    An act is what somebody did by one click or command. It is undone whole, and only while nobody has
    changed any of it since. Undoing is an act, too: it can be undone.
    """
    if act is None:
        _list(session, month, as_json)
        return
    done = session.project.changes.undo(act, by=by)
    if done is None:
        raise UsageError(f"there is no change {act}; `alerts issue undo` lists them")
    if done.changed:
        names = ", ".join(dict.fromkeys(_name(one.language, one.name) for one in done.changed))
        raise Conflict(
            f"{done.month}: somebody has changed {names} since {act}; nothing was undone"
        )
    if as_json:
        print_json({"month": str(done.month), "undone": act})
        return
    session.say(f"{done.month}: {act} is undone")
    session.warn_voided(done.voided)


def _list(session: Session, month: str | None, as_json: bool) -> None:
    chosen = session.month(month)
    found = session.project.changes.list(chosen)
    if as_json:
        print_json([_fields(one) for one in found])
        return
    for one in found:
        at = one.at.astimezone(session.settings.zone)
        state = "" if one.can_undo else "  (changed since)"
        click.echo(f"{one.id}  {at:%Y-%m-%d %H:%M}  {one.by}  {one.kind}{state}")
        for change in one.changes:
            name = _name(change.language, change.name)
            click.echo(f"    {name}: {_short(change.before)} → {_short(change.after)}")
    session.say(f"{chosen}: {counted(len(found), 'act')}")


def _fields(act: "EditorAct") -> dict[str, Any]:
    return {
        "act": act.id,
        "at": act.at.isoformat(),
        "by": act.by,
        "kind": act.kind,
        "can_undo": act.can_undo,
        "changes": [
            {
                "article": one.article_id or None,
                "language": one.language or None,
                "field": one.name,
                "before": one.before,
                "after": one.after,
            }
            for one in act.changes
        ],
    }


def _name(language: str, name: str) -> str:
    return f"{name} ({language})" if language else name


def _short(value: Any) -> str:
    """A value on one line."""
    if value in (None, "", False, [], {}):
        return "nothing"
    if value is True:
        return "yes"
    text = " ".join(str(value).split())
    return f"“{text[:70]}…”" if len(text) > 71 else f"“{text}”"
