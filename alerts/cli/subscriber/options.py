"""Options that several `alerts subscriber` commands share."""

from collections.abc import Callable, Iterator
from typing import Any

import click

from alerts.cli.context import Session
from alerts.domain.errors import UsageError
from alerts.domain.subscriber import SET_AS_TEXT, ShownStatus, Subscriber

Command = Callable[..., Any]


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def field_options(command: Command) -> Command:
    """The options that `add` and `edit` share."""
    for option in (
        *(click.option(_option(one.name), help=one.help) for one in SET_AS_TEXT),
        click.option("--language", help="The edition they get, such as en, es or pt-br."),
        click.option("--tag", "tags", multiple=True, help="Add this tag; may be repeated."),
        click.option("--consent", default="", metavar="TEXT", help="The wording they agreed to."),
        click.option("--consent-source", default="", metavar="TEXT", help="Where they agreed."),
        click.option(
            "--section",
            "sections",
            multiple=True,
            help="Only this section of the alert; may be repeated.",
        ),
    ):
        command = option(command)
    return command


def filter_options(command: Command) -> Command:
    """The options that `list`, `export` and `tag` share."""
    options: tuple[Callable[[Command], Command], ...] = (
        click.option(
            "--status",
            type=click.Choice([s.value for s in ShownStatus]),
            help="Only those with this status.",
        ),
        click.option("--language", help="Only those who read this language."),
        click.option("--tag", help="Only those with this tag."),
        click.option(
            "--where",
            metavar="QUESTION",
            help='Only those that match: "language=es and tag=member and joined>2026-01".',
        ),
    )
    for option in options:
        command = option(command)
    return command


def wanted(
    *,
    sections: tuple[str, ...],
    all_sections: bool = False,
    pause_until: str | None = None,
    resume: bool = False,
    **given: Any,
) -> dict[str, Any]:
    """The options of `field_options`, and of `edit`, as the library asks for them; raises `UsageError`."""
    if (all_sections and sections) or (resume and pause_until is not None):
        raise UsageError("--section and --all-sections, --pause-until and --resume: one of them")
    if pause_until == "":
        raise UsageError("--pause-until: write a day such as 2027-03-01; --resume ends a pause")
    if resume or pause_until is not None:
        given["pause_until"] = "" if resume else pause_until
    return {"sections": () if all_sections else sections or None, **given}


def chosen(
    session: Session, status: str | None, language: str | None, tag: str | None, where: str | None
) -> Iterator[Subscriber]:
    """The people whom the options of `filter_options` select."""
    return session.project.subscribers.list(
        status=status, language=language or "", tag=tag or "", where=where or ""
    )
