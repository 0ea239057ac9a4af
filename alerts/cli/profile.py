"""`alerts profile`: the partner organisations that articles can belong to."""

from typing import Any

import click

from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.cli.lazy import CommandGroup
from alerts.domain.errors import UsageError

_link = click.option("--link", help="The organisation's own site.")
_logo = click.option("--logo", help="URL of its logo.")
_description = click.option(
    "--description", "descriptions", multiple=True, metavar="LANG=TEXT", help="Once per language."
)


@click.group(cls=CommandGroup)
def profile() -> None:
    """Manage the partner organisations."""


@profile.command()
@click.argument("slug")
@click.option("--name", required=True, help="Its full name.")
@_link
@_logo
@_description
@pass_session
def add(
    session: Session,
    slug: str,
    name: str,
    link: str | None,
    logo: str | None,
    descriptions: tuple[str, ...],
) -> None:
    """Add the organisation SLUG (a short name such as icj)."""
    said = _given(name, link, logo, descriptions) | {"name": name}
    if session.project.profiles.add(slug, **said):
        session.say(f"{slug}: added")
    else:
        session.say(f"{slug}: exists already, nothing changed")


@profile.command()
@click.argument("slug")
@click.option("--name", help="Its full name.")
@_link
@_logo
@_description
@pass_session
def edit(
    session: Session,
    slug: str,
    name: str | None,
    link: str | None,
    logo: str | None,
    descriptions: tuple[str, ...],
) -> None:
    """Change what is given; an empty value removes it."""
    profiles = session.project.profiles
    session.warn_voided(profiles.edit(slug, **_given(name, link, logo, descriptions)))
    session.say(f"{slug}: changed")


@profile.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the organisations."""
    known = list(session.project.profiles)
    if as_json:
        print_json(
            [
                {
                    "slug": p.slug,
                    "name": p.name,
                    "link": p.link,
                    "logo": p.logo,
                    "descriptions": dict(p.descriptions),
                }
                for p in known
            ]
        )
        return
    rows: list[tuple[str, ...]] = [
        (p.slug, p.name, p.link, ", ".join(sorted(p.descriptions))) for p in known
    ]
    print_table(rows, ("SLUG", "NAME", "LINK", "DESCRIBED IN"))


@profile.command()
@click.argument("slug")
@pass_session
def remove(session: Session, slug: str) -> None:
    """Remove an organisation; its articles stay, without it."""
    session.warn_voided(session.project.profiles.remove(slug))
    session.say(f"{slug}: removed")


def _given(
    name: str | None, link: str | None, logo: str | None, descriptions: tuple[str, ...]
) -> dict[str, Any]:
    """What was given of an organisation."""
    texts = {"name": name, "link": link, "logo": logo}
    told = dict(map(_told, descriptions))
    return {key: text for key, text in texts.items() if text is not None} | {"descriptions": told}


def _told(text: str) -> tuple[str, str]:
    """`en=A law school`; raises `UsageError`."""
    language, equals, words = text.partition("=")
    if not equals:
        raise UsageError(f"--description “{text}”: write LANG=TEXT, for example en=A law school")
    return language, words
