"""`alerts issue lint --accept|--revoke|--accepted`: findings that are not reported again."""

from collections.abc import Iterable

import click

from alerts.cli.context import Session, print_json, print_table


def change(session: Session, accept: Iterable[str], revoke: Iterable[str]) -> None:
    """Accept findings, and withdraw acceptances; each is CODE or CODE:CAUSE."""
    wanted = [one.partition(":")[::2] for one in accept]
    unwanted = [one.partition(":")[::2] for one in revoke]
    new, gone = session.project.linter.accept(wanted, unwanted)
    for pair, done in zip(wanted, new, strict=True):
        session.say(f"{_told(pair)}: {'accepted' if done else 'was accepted before'}")
    for pair, done in zip(unwanted, gone, strict=True):
        session.say(f"{_told(pair)}: {'no longer accepted' if done else 'was not accepted'}")


def show(session: Session, *, as_json: bool) -> None:
    """List the accepted findings."""
    found = session.project.linter.accepted()
    if as_json:
        print_json(
            [
                {"code": one.code, "cause": one.cause, "by": one.by, "at": one.at.isoformat()}
                for one in found
            ]
        )
        return
    rows: list[tuple[str, ...]] = [
        (
            _told((one.code, one.cause)),
            one.by,
            f"{one.at.astimezone(session.settings.zone):%Y-%m-%d}",
        )
        for one in found
    ]
    print_table(rows, ("ACCEPTED", "BY", "SINCE"))
    if found:
        click.echo("`alerts issue lint --revoke CODE` reports it again", err=True)


def _told(pair: tuple[str, str]) -> str:
    code, cause = pair
    return f"{code}:{cause}" if cause else code
