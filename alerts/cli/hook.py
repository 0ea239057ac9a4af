"""`alerts hook`: the programs that are told what happens."""

from typing import TYPE_CHECKING

import click

from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.cli.lazy import CommandGroup
from alerts.domain.errors import AlertsError, LockHeld, UndecidedCopy

if TYPE_CHECKING:
    from alerts.library.hooks import HookStanding


@click.group(cls=CommandGroup)
def hook() -> None:
    """Show and test the programs that are told what happens: [[webhooks]] and [hooks]."""


@hook.command(name="list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List who is told of what, what waits, what was given up, and the last answer."""
    _show(session, session.project.hooks.list(), as_json=as_json)


@hook.command()
@click.argument("name")
@json_option
@pass_session
def test(session: Session, name: str, as_json: bool) -> int:
    """Send an event `alerts.test` to the endpoint or command NAME, now. Exits 1 if it is not taken."""
    answer = session.project.hooks.test(name)
    if as_json:
        print_json({"name": name, "taken": answer.taken, "answer": answer.words})
    else:
        session.show(f"{name}: {answer.words}", "taken" if answer.taken else "failed")
    return int(not answer.taken)


@hook.command()
@click.argument("names", metavar="[NAME]…", nargs=-1)
@json_option
@pass_session
def retry(session: Session, names: tuple[str, ...], as_json: bool) -> int:
    """Tell them now what waits or was given up. Exits 75 if anything waits after that.

    `serve`, `schedule`, `run` and `send` do the same by themselves for what is due.
    """
    session.begin_log("hook")
    found = session.project.hooks.retry(*names, tell=lambda line: session.explain(line, "hook"))
    _show(session, found, as_json=as_json)
    return 75 if any(one.figures.waiting or one.figures.given_up for one in found) else 0


@hook.command()
@pass_session
def secret(session: Session) -> None:
    """Print a new secret for a webhook: put it into a file (mode 0600), and give it to the receiver."""
    click.echo(session.project.hooks.fresh_secret())


def hooked(session: Session) -> None:
    """Tell what is due at the end of `run` and `send`, when all mail is out."""
    hooks = session.project.hooks
    try:
        if hooks.any_due():
            hooks.deliver(tell=lambda line: session.explain(line, "hook"))
    except (LockHeld, UndecidedCopy):  # another process tells them; or this copy tells nobody
        return
    except AlertsError as fault:
        session.warn(f"hooks: {fault}", "hooks")


def _show(session: Session, found: "tuple[HookStanding, ...]", *, as_json: bool) -> None:
    if as_json:
        print_json([_document(one) for one in found])
        return
    if not found:
        session.say("no hook is set: [[webhooks]] and [hooks] in alerts.toml; see docs/hooks.md")
        return
    rows: list[tuple[str, ...]] = [
        (
            one.endpoint.name,
            one.endpoint.target,
            str(one.figures.delivered),
            str(one.figures.waiting),
            str(one.figures.given_up),
            one.figures.answer or "-",
        )
        for one in found
    ]
    print_table(rows, ("name", "target", "delivered", "waiting", "given up", "last answer"))


def _document(one: "HookStanding") -> dict[str, object]:
    figures = one.figures
    return {
        "name": one.endpoint.name,
        "target": one.endpoint.target,
        "events": sorted(one.endpoint.kinds),
        "addresses": one.endpoint.addresses,
        "delivered": figures.delivered,
        "waiting": figures.waiting,
        "given_up": figures.given_up,
        "next_due": figures.next_due,
        "answer": figures.answer,
        "answered_at": figures.answered_at,
    }
