"""`alerts profile`: the partner organisations that articles can belong to."""

import re
from dataclasses import replace

import click

from alerts import editing
from alerts.cli.session import Session, json_option, pass_session, print_json, print_table
from alerts.cli.source import language_known
from alerts.errors import UsageError
from alerts.markup import safe_url, tidy
from alerts.model import Profile
from alerts.store import profiles

_link = click.option("--link", help="The organisation's own site.")
_logo = click.option("--logo", help="URL of its logo.")
_description = click.option(
    "--description", "descriptions", multiple=True, metavar="LANG=TEXT", help="Once per language."
)


@click.group()
def profile() -> None:
    """Keep the partner organisations."""


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
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
        raise UsageError(f"“{slug}”: write a short name of a-z, 0-9 and -, for example icj")
    new = _changed(Profile(slug, ""), name, link, logo, descriptions)
    there = profiles.all_profiles(session.db).get(slug)
    if there == new:
        session.say(f"{slug}: already there, nothing changed")
        return
    if there is not None:
        raise UsageError(f"profile “{slug}” is there already; change it with `alerts profile edit`")
    _keep(session, slug, new)
    session.say(f"{slug}: added")


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
    _keep(session, slug, _changed(_known(session, slug), name, link, logo, descriptions))
    session.say(f"{slug}: changed")


@profile.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the organisations."""
    known = profiles.all_profiles(session.db).values()
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
    _known(session, slug)
    _keep(session, slug, None)
    session.say(f"{slug}: removed")


def _keep(session: Session, slug: str, new: Profile | None) -> None:
    """Keep a profile, or (None) forget it; an issue that shows it has changed with it."""
    for month in editing.keep_profile(session.db, slug, new, session.actor(), session.now):
        session.recheck(month)


def _known(session: Session, slug: str) -> Profile:
    known = profiles.all_profiles(session.db)
    if slug not in known:
        raise UsageError(f"no profile “{slug}”; `alerts profile list` shows them")
    return known[slug]


def _changed(
    old: Profile,
    name: str | None,
    link: str | None,
    logo: str | None,
    descriptions: tuple[str, ...],
) -> Profile:
    """`old` with what was given."""
    new = replace(
        old,
        name=old.name if name is None else tidy(name),
        link=old.link if link is None else web_address(link, "--link"),
        logo=old.logo if logo is None else web_address(logo, "--logo"),
        descriptions={k: v for k, v in (dict(old.descriptions) | _told(descriptions)).items() if v},
    )
    if not new.name:
        raise UsageError("--name: an organisation needs a name")
    return new


def _told(descriptions: tuple[str, ...]) -> dict[str, str]:
    told = {}
    for text in descriptions:
        language, equals, words = text.partition("=")
        if not equals:
            raise UsageError(
                f"--description “{text}”: write LANG=TEXT, for example en=A law school"
            )
        told[language_known(language)] = tidy(words)
    return told


def web_address(text: str, option: str) -> str:
    """A URL given as an option, or "" to remove it; raises `UsageError`."""
    url = safe_url(text)
    if text and not url:
        raise UsageError(f"{option} “{text}”: write a full address, http://… or https://…")
    return url
