"""`alerts subscriber …`: the people on the list. Parses and prints; `subscribe.py` decides."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from alerts import fields, optin, preferences, query, subscribe
from alerts.address import Address
from alerts.cli.importing import import_
from alerts.cli.listing import document, write_csv, write_json, written
from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.errors import InputError, UsageError
from alerts.model import Subscriber, SubscriberStatus
from alerts.store import events, stamp, subscribers, suppressions
from alerts.subscribe import Wish

Command = Callable[..., Any]


@click.group()
def subscriber() -> None:
    """Add, import, list and change subscribers."""


subscriber.add_command(import_)


def _fields(command: Command) -> Command:
    """The options that `add` and `edit` share."""
    for option in (
        click.option("--name", help="How the person is greeted."),
        click.option("--language", help="The edition they get, such as en, es or pt-br."),
        click.option("--tag", "tags", multiple=True, help="Give a tag; repeat for more."),
        click.option("--consent", default="", metavar="TEXT", help="The words they agreed to."),
        click.option("--consent-source", default="", metavar="TEXT", help="Where they did."),
        click.option(
            "--section", "sections", multiple=True, help="Of the alert, only this; repeat for more."
        ),
    ):
        command = option(command)
    return command


def _filters(command: Command) -> Command:
    """The options that `list`, `export` and `tag` share."""
    options: tuple[Callable[[Command], Command], ...] = (
        click.option(
            "--status",
            type=click.Choice([s.value for s in SubscriberStatus]),
            help="Only those with this status.",
        ),
        click.option("--language", help="Only those who read this language."),
        click.option("--tag", help="Only those with this tag."),
        click.option(
            "--where",
            metavar="QUESTION",
            help='Only those of whom it is true: "language=es and tag=member and joined>2026-01".',
        ),
    )
    for option in options:
        command = option(command)
    return command


@subscriber.command()
@click.argument("email")
@_fields
@click.option("--pending", is_flag=True, help="Not active before they confirm.")
@click.option("--resubscribe", is_flag=True, help="Take back one who left; needs --consent.")
@pass_session
def add(session: Session, /, email: str, pending: bool, resubscribe: bool, **options: Any) -> None:
    """Put one person on the list; change nothing that is there already."""
    address = Address.parse(email)
    outcome = subscribe.add(
        session.db,
        address,
        _wish(session, **options),
        language=session.settings.default_language,
        now=session.now,
        pending=pending,
        resubscribe=resubscribe,
    )
    click.echo(f"{address}: {outcome}")
    if pending:
        _invite(session, address)


def _invite(session: Session, address: Address) -> None:
    """Have a pending person mailed a link to confirm, and say so, or why not."""
    web = session.settings.web
    if not web.has_address:
        session.warn(
            f"{address}: pending, with no confirmation mailed: set web.base_url to where the pages of"
            " `alerts serve` are, then add them --pending once more"
        )
        return
    page = f"{web.base_url.rstrip('/')}/confirm"
    session.say(f"{address}: {optin.invite(session.db, address, page, session.now).value}")


@subscriber.command("tag")
@click.argument("word", metavar="TAG")
@click.option("--remove", is_flag=True, help="Take the tag away instead.")
@_filters
@pass_session
def tag_(session: Session, /, word: str, remove: bool, **filters: str | None) -> None:
    """Give everyone chosen a tag, all of them or nobody; without a choice, everyone."""
    tags = tuple(json.loads(fields.tags(word)))
    if len(tags) != 1:
        raise UsageError(f"“{word}”: name one tag")
    wish = Wish(untags=tags) if remove else Wish(tags=tags)
    changed = subscribe.tag(session.db, _chosen(session, **filters), wish, now=session.now)
    session.say(f"{changed} changed: “{tags[0]}” {'taken away' if remove else 'given'}")


@subscriber.command("list")
@_filters
@json_option
@pass_session
def list_(session: Session, /, as_json: bool, **filters: str | None) -> None:
    """Those on the list; the erased only with --status erased."""
    people = _chosen(session, **filters)
    if as_json:
        write_json(people, sys.stdout)
        return
    for person in people:
        columns = (f"{person.status:<12}", f"{person.language:<5}", person.email, person.name)
        click.echo("  ".join(column for column in columns if column).rstrip())


@subscriber.command()
@click.argument("email")
@json_option
@pass_session
def show(session: Session, email: str, as_json: bool) -> None:
    """All that is held about one person, with what happened to them."""
    address = Address.parse(email)
    person = subscribers.find(session.db, address)
    suppression = suppressions.find(session.db, address)
    if person is None:
        hint = f"; suppressed ({suppression.reason})" if suppression else ""
        raise InputError(f"{address}: no such subscriber{hint}")
    history = events.of_subscriber(session.db, person.id)
    if as_json:
        suppressed = suppression.reason if suppression else None
        print_json({**document(person), "suppressed": suppressed, "events": history})
        return
    for field, value in document(person).items():
        text = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"{field:<15} {text}".rstrip())
    if suppression:
        click.echo(f"{'suppressed':<15} {suppression.reason} since {suppression.since}")
    for event in history:
        detail = json.dumps(event["detail"], ensure_ascii=False) if event["detail"] else ""
        click.echo(f"{event['at']}  {event['kind']}  {detail}".rstrip())


@subscriber.command()
@click.argument("email")
@json_option
@pass_session
def history(session: Session, email: str, as_json: bool) -> None:
    """Every event of one person, with their copies and notices; --json is all that is held."""
    address = Address.parse(email)
    person = subscribers.find(session.db, address)
    if person is None:
        raise InputError(f"{address}: no such subscriber; see `alerts subscriber list`")
    held = preferences.held(session.db, person)
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
    """The facts of an event on one line; what a server said cannot move a terminal."""
    parts = [
        f"{name}: {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in detail.items()
    ]
    return "; ".join("".join(c if c.isprintable() else " " for c in part) for part in parts)


@subscriber.command()
@click.argument("email")
@_fields
@click.option("--untag", "untags", multiple=True, help="Take a tag away; repeat for more.")
@click.option("--all-sections", is_flag=True, help="All of the alert, whatever they chose.")
@click.option("--pause-until", metavar="DATE", help="No issue before that day (UTC): 2027-03-01.")
@click.option("--resume", is_flag=True, help="End a pause.")
@click.option("--email", "move_to", metavar="NEW", help="Their new address.")
@pass_session
def edit(session: Session, /, email: str, move_to: str | None, **options: Any) -> None:
    """Change what is held about one person."""
    address = Address.parse(email)
    new = Address.parse(move_to) if move_to else None
    wish = _wish(session, **options)
    outcome = subscribe.edit(session.db, address, wish, now=session.now, move_to=new)
    click.echo(f"{address}: {outcome}")


@subscriber.command()
@click.argument("email")
@pass_session
def unsubscribe(session: Session, email: str) -> None:
    """Let one person go; what is queued for them is skipped."""
    address = Address.parse(email)
    click.echo(f"{address}: {subscribe.unsubscribe(session.db, address, now=session.now)}")


@subscriber.command()
@click.argument("email")
@pass_session
def erase(session: Session, email: str) -> None:
    """Remove all data of one person for good; their address cannot come back by an import."""
    address = Address.parse(email)
    subscribe.erase(session.db, address, now=session.now)
    click.echo(f"{address}: erased")


@subscriber.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), help="Default: by FILE's name."
)
@_filters
@pass_session
def export(
    session: Session,
    /,
    file: Path,
    form: str | None,
    **filters: str | None,
) -> None:
    """Write the list to FILE (“-”: standard output) as CSV, safe to open in a spreadsheet, or JSON."""
    people = _chosen(session, **filters)
    as_json = form == "json" or (form is None and file.suffix.lower() == ".json")
    with written(file) as out:
        if as_json:
            write_json(people, out)
        else:
            write_csv(people, out)


def _wish(
    session: Session,
    name: str | None,
    language: str | None,
    tags: tuple[str, ...],
    consent: str,
    consent_source: str,
    sections: tuple[str, ...],
    untags: tuple[str, ...] = (),
    all_sections: bool = False,
    pause_until: str | None = None,
    resume: bool = False,
) -> Wish:
    """Options as a wish; raises `UsageError`."""
    if (all_sections and sections) or (resume and pause_until is not None):
        raise UsageError("--section and --all-sections, --pause-until and --resume: one of them")
    chosen: tuple[str, ...] | None = () if all_sections else _sections(session, sections) or None
    try:
        return Wish(
            name=None if name is None else fields.clean(name, fields.MAX_NAME, "--name"),
            language=None if language is None else fields.language(language),
            tags=tuple(json.loads(fields.tags(",".join(tags)))),
            untags=tuple(json.loads(fields.tags(",".join(untags)))),
            consent=fields.evidence(consent),
            consent_source=fields.clean(consent_source, fields.MAX_SOURCE, "--consent-source"),
            sections=()
            if chosen and len(chosen) == len(session.settings.alert.sections)
            else chosen,
            paused_until="" if resume else _pause(session, pause_until),
        )
    except InputError as fault:
        raise UsageError(str(fault)) from fault


def _sections(session: Session, words: tuple[str, ...]) -> tuple[str, ...]:
    """Sections of the alert that are named; raises `UsageError` for others."""
    known = session.settings.alert.sections
    if foreign := [word for word in words if word not in known]:
        raise UsageError(f"--section: no section “{foreign[0]}”; there are {', '.join(known)}")
    return tuple(sorted(set(words)))


def _pause(session: Session, day: str | None) -> str | None:
    """Until when, as it is kept; raises `UsageError` for what is over."""
    if day is None:
        return None
    until = fields.pause(day)
    if until <= stamp(session.now):
        raise UsageError(f"--pause-until: {day} is over; --resume ends a pause")
    return until


def _chosen(
    session: Session, status: str | None, language: str | None, tag: str | None, where: str | None
) -> Iterator[Subscriber]:
    wanted = (language or "").lower().replace("_", "-")
    question = query.parse(where) if where else None
    return subscribers.listed(
        session.db, status=status or "", language=wanted, tag=tag or "", where=question
    )
