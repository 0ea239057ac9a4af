"""`alerts token`: the tokens by which other programs use the HTTP API."""

from dataclasses import asdict
from datetime import timedelta

import click

from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.cli.lazy import CommandGroup
from alerts.domain.api_token import ApiToken, TokenScope
from alerts.domain.errors import UsageError


@click.group(cls=CommandGroup)
def token() -> None:
    """Manage the tokens of the HTTP API."""


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in TokenScope]),
    required=True,
    help="read: look at everything; write: also change people, articles and texts; admin: also erase,"
    " approve, queue and send.",
)
@click.option(
    "--days",
    type=click.IntRange(0, 3650),
    default=365,
    show_default=True,
    metavar="N",
    help="It expires after so many days; 0: never.",
)
@pass_session
def add(session: Session, name: str, scope: str, days: int) -> None:
    """Make a token for the program NAME and print it, this once."""
    lasts = timedelta(days=days) if days else None
    made = session.project.tokens.add(name, scope, lasts=lasts)
    until = f"valid for {days} days" if days else "it never expires"
    session.say(f"{name}: may {scope}, {until}; it is not shown again")
    click.echo(made)


@token.command(name="list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the tokens: name, scope, state, last use."""
    found = session.project.tokens.list()
    now = session.now.isoformat()[:19] + "Z"
    if as_json:
        print_json([{**asdict(one), "state": _state(one, now)} for one in found])
        return
    rows = [(one.name, one.scope.value, _state(one, now), one.used_on or "never") for one in found]
    print_table([*rows], ("name", "scope", "state", "last used"))


def _state(one: ApiToken, now: str) -> str:
    if one.revoked_at:
        return f"revoked {one.revoked_at[:10]}"
    if not one.expires_at:
        return "valid"
    return f"valid until {one.expires_at[:10]}" if one.valid(now) else "expired"


@token.command()
@click.argument("name")
@pass_session
def revoke(session: Session, name: str) -> None:
    """End the token of the program NAME at once."""
    if not session.project.tokens.revoke(name):
        raise UsageError(f"no valid token “{name}”; `alerts token list` shows them")
    session.say(f"{name}: revoked")
