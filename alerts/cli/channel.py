"""`alerts channel`: where issues are posted besides being mailed."""

from typing import TYPE_CHECKING

import click

from alerts.cli.context import (
    Session,
    json_option,
    month_option,
    pass_session,
    print_json,
    print_table,
)
from alerts.cli.lazy import CommandGroup
from alerts.domain.errors import AlertsError, LockHeld, UndecidedCopy

if TYPE_CHECKING:
    from alerts.library.channels import ChannelStanding
    from alerts.store.channel_list import ListedPost


@click.group(cls=CommandGroup)
def channel() -> None:
    """Show and settle what is posted besides being mailed: [[channels]]."""


@channel.command(name="list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the channels, what is posted and what waits, and each post that is not there yet."""
    _show(session, session.project.channels.list(), as_json=as_json)


@channel.command()
@click.argument("names", metavar="[NAME]…", nargs=-1)
@month_option
@json_option
@pass_session
def preview(session: Session, names: tuple[str, ...], month: str | None, as_json: bool) -> None:
    """Print what would be posted of an issue, as it is now. Posts nothing."""
    found = session.project.channels.preview(*names, month=month)
    if as_json:
        print_json(
            [
                {
                    "name": one.channel.name,
                    "posts": [
                        {"text": post.text, "length": post.length, "limit": post.limit}
                        for post in one.posts
                    ],
                }
                for one in found
            ]
        )
        return
    for one in found:
        for post in one.posts:
            head = f"{one.channel.name} ({one.channel.kind}, {post.length} of {post.limit})"
            click.echo(f"{head}\n\n{post.text}\n")
        if not one.posts:
            session.say(f"{one.channel.name}: there is no edition in {one.channel.language}")
    if not found:
        session.say("no channel is set: [[channels]] in alerts.toml; see docs/channels.md")


@channel.command()
@click.argument("names", metavar="[NAME]…", nargs=-1)
@json_option
@pass_session
def retry(session: Session, names: tuple[str, ...], as_json: bool) -> int:
    """Post now what waits or was given up. Exits 75 if anything is not there after that.

    `serve`, `schedule`, `run` and `send` do the same by themselves for what is due. What is held is
    left alone: `accept` and `repeat` settle it.
    """
    session.begin_log("channel")
    project = session.project.channels
    found = project.retry(*names, tell=lambda line: session.explain(line, "channel"))
    _show(session, found, as_json=as_json)
    return 75 if any(one.open for one in found) else 0


@channel.command()
@click.argument("numbers", metavar="NUMBER…", nargs=-1, type=int, required=True)
@pass_session
def accept(session: Session, numbers: tuple[int, ...]) -> None:
    """Settle that these held posts are there: they are not posted again."""
    done = session.project.channels.accept(*numbers)
    session.show(f"accepted: {done} of {len(numbers)}", "accepted")


@channel.command()
@click.argument("numbers", metavar="NUMBER…", nargs=-1, type=int, required=True)
@pass_session
def repeat(session: Session, numbers: tuple[int, ...]) -> None:
    """Settle that these held posts are not there: the next run posts them."""
    done = session.project.channels.repeat(*numbers)
    session.show(f"to be posted: {done} of {len(numbers)}", "repeated")


def posted(session: Session) -> None:
    """Post what is due at the end of `run` and `send`, when all mail is out."""
    if not session.settings.channels:
        return  # the part imports what renders
    channels = session.project.channels
    try:
        if channels.any_due():
            channels.deliver(tell=lambda line: session.explain(line, "channel"))
    except (LockHeld, UndecidedCopy):  # another process posts; or this copy posts nothing
        return
    except AlertsError as fault:
        session.warn(f"channels: {fault}", "channels")


def _show(session: Session, found: "tuple[ChannelStanding, ...]", *, as_json: bool) -> None:
    if as_json:
        print_json([_document(one) for one in found])
        return
    if not found:
        session.say("no channel is set: [[channels]] in alerts.toml; see docs/channels.md")
        return
    rows: list[tuple[str, ...]] = [
        (
            one.channel.name,
            one.channel.kind,
            one.channel.target,
            str(one.figures.posted),
            str(one.figures.waiting),
            str(one.figures.held),
            str(one.figures.given_up),
            one.figures.answer or "-",
        )
        for one in found
    ]
    heads = ("name", "kind", "target", "posted", "waiting", "held", "given up", "last answer")
    print_table(rows, heads)
    if waiting := [post for one in found for post in one.open]:
        click.echo()
        print_table(
            [_row(post) for post in waiting], ("number", "channel", "post", "state", "answer")
        )
    if why := session.project.channels.hindrance:
        session.say(why)


def _row(post: "ListedPost") -> tuple[str, ...]:
    about = f"{post.month} {post.article}".strip()
    return (str(post.id), post.channel, about, post.state, post.answer or "-")


def _document(one: "ChannelStanding") -> dict[str, object]:
    figures, channel = one.figures, one.channel
    return {
        "name": channel.name,
        "kind": channel.kind,
        "target": channel.target,
        "language": channel.language,
        "per": "story" if channel.stories else "issue",
        "posted": figures.posted,
        "waiting": figures.waiting,
        "held": figures.held,
        "given_up": figures.given_up,
        "next_due": figures.next_due,
        "answer": figures.answer,
        "answered_at": figures.answered_at,
        "open": [
            {
                "number": post.id,
                "month": post.month,
                "article": post.article,
                "state": post.state,
                "answer": post.answer,
            }
            for post in one.open
        ],
    }
