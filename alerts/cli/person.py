"""`alerts person …`: who works on the alert, and sign-in links for the desk."""

import click

from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.cli.lazy import CommandGroup
from alerts.domain.errors import UsageError

_role = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    help="editor, translator:LANGUAGE, approver or admin; may be repeated.",
)


@click.group(cls=CommandGroup)
def person() -> None:
    """Manage the people who work at the desk."""


@person.command()
@click.argument("email")
@_role
@click.option("--name", default="", help="Their name, as colleagues see it.")
@pass_session
def add(session: Session, email: str, roles: tuple[str, ...], name: str) -> None:
    """Add EMAIL, or give them more roles."""
    there, changed = session.project.people.add(email, roles, name=name)
    held = ", ".join(sorted(str(one) for one in there.roles))
    click.echo(f"{there.email}: {held}{'' if changed else ' (unchanged)'}")
    session.say(f"next: `alerts person link {there.email}` prints a sign-in link for the desk")


@person.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the people and their roles."""
    found = session.project.people.all()
    rows = [(one.email, one.name, sorted(str(held) for held in one.roles)) for one in found]
    if as_json:
        print_json([{"email": email, "name": name, "roles": held} for email, name, held in rows])
    elif rows:
        print_table(
            [(email, name or "—", ", ".join(held)) for email, name, held in rows],
            ("address", "name", "roles"),
        )
    else:
        session.say("nobody yet, so there is no desk; `alerts person add EMAIL --role admin`")


@person.command()
@click.argument("email")
@click.option("--role", "roles", multiple=True, metavar="ROLE", help="Only this role.")
@click.option("--erase", is_flag=True, help="Forget their name and address, too.")
@pass_session
def remove(session: Session, email: str, roles: tuple[str, ...], erase: bool) -> None:
    """Remove EMAIL, or (--role) take roles from them; their sessions end.

    What they wrote stays. With --erase their name and address are forgotten, also of who was removed
    before; the log of an issue still says who approved it.
    """
    part = session.project.people
    if erase and roles:
        raise UsageError("--erase removes the person: leave --role out")
    if erase:
        gone = part.erase(email)
        click.echo(f"{email}: {'removed and forgotten' if gone else 'nobody has this address'}")
    elif roles:
        there = part.take_roles(email, roles)
        held = ", ".join(sorted(str(one) for one in there.roles))
        click.echo(f"{there.email}: {held}")
    elif part.remove(email):
        click.echo(f"{email}: removed")
    else:
        click.echo(f"{email}: nobody with this address works here")


@person.command()
@click.argument("email")
@click.option("--local", is_flag=True, help="For `alerts serve --local` on this machine.")
@pass_session
def link(session: Session, email: str, local: bool) -> None:
    """Print an address that signs EMAIL in at the desk: once, within 15 minutes, in any browser."""
    web = session.settings.web
    click.echo(session.project.people.link(email, f"http://{web.host}:{web.port}" if local else ""))


@person.command("sign-out")
@click.argument("email")
@pass_session
def sign_out(session: Session, email: str) -> None:
    """End all sessions of EMAIL."""
    ended = session.project.people.revoke(email)
    click.echo(f"{email}: {ended} {'session' if ended == 1 else 'sessions'} ended")
