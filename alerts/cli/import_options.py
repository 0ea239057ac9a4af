"""The options for the meaning of a file of people: `subscriber import` and `migrate`."""

from collections.abc import Callable
from typing import Any

import click

from alerts.library.imports import ImportOptions, mapped

Command = Callable[..., Any]
_STATUSES = ("active", "pending", "unsubscribed", "suppressed")


def reading_options(command: Command) -> Command:
    """Give a command the options for the meaning of a file."""
    options: tuple[Callable[[Command], Command], ...] = (
        click.option(
            "--map",
            "mapping",
            multiple=True,
            metavar="HEADING=FIELD,…",
            help='Meaning of unknown headings and values: "E-Mail=email,confirmed:0=pending"; may be'
            " repeated.",
        ),
        click.option(
            "--ignore",
            "ignored",
            multiple=True,
            metavar="COLUMN",
            help="A column that does not say who may be mailed; may be repeated.",
        ),
        click.option(
            "--assert-subscribed",
            "asserted",
            default="",
            metavar="TEXT",
            help="Where and how everybody in it has subscribed, if the file does not say; kept as evidence.",
        ),
        click.option("--language", help="For people without a language in the file."),
        click.option("--tag", "tags", multiple=True, help="A tag for everybody; may be repeated."),
        click.option(
            "--status",
            type=click.Choice(_STATUSES),
            help="Nobody in the file gets a better status than this.",
        ),
        click.option("--consent", default="", metavar="TEXT", help="The wording they agreed to."),
        click.option("--consent-source", default="", metavar="TEXT", help="Where they agreed."),
        click.option(
            "--as-typed", is_flag=True, help="Accept doubtful addresses as they are written."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def reading(
    *,
    mapping: tuple[str, ...],
    ignored: tuple[str, ...],
    asserted: str,
    language: str | None,
    tags: tuple[str, ...],
    status: str | None,
    consent: str,
    consent_source: str,
    as_typed: bool,
) -> ImportOptions:
    """These options, as the library asks for them; raises `UsageError`."""
    columns, values = mapped(mapping)
    return ImportOptions(
        mapping=columns,
        values=values,
        ignore=ignored,
        assert_subscribed=asserted,
        language=language or "",
        tags=tags,
        status=status or "",
        consent=consent,
        consent_source=consent_source,
        as_typed=as_typed,
    )
