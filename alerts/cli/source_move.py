"""`alerts source move`: take over where a source has moved."""

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.domain.errors import UsageError
from alerts.library.sources import SourceMoved, SourceStayed


@click.command()
@click.argument("location", metavar="[LOCATION|ID]", required=False)
@click.argument("new", metavar="[NEW]", required=False)
@click.option("--all", "everything", is_flag=True, help="Every source that is told to have moved.")
@json_option
@pass_session
def move(
    session: Session, location: str | None, new: str | None, everything: bool, as_json: bool
) -> int:
    """Take over where a source has moved: to NEW, or without it where its server or feed says.

    The source keeps its number, section, profile, language, tags and articles.
    """
    if everything == (location is not None):
        raise UsageError("name a source by its location or number, or give --all")
    sources = session.project.sources
    found = sources.move_all() if everything else (sources.move(location or "", new or ""),)
    moved = [one for one in found if isinstance(one, SourceMoved)]
    stayed = [one for one in found if isinstance(one, SourceStayed)]
    for one in stayed:
        session.warn(one.reason)
    for done in moved:
        session.say(_line(done))
    if not found:
        session.say("no source is told to have moved; `alerts collect` finds out")
    if as_json:
        print_json(
            {
                "moved": [
                    {"id": one.source.id, "source": one.former, "to": one.source.location}
                    for one in moved
                    if one.former
                ],
                "failed": [{"source": one.location, "reason": one.reason} for one in stayed],
            }
        )
    return 1 if stayed else 0


def _line(done: SourceMoved) -> str:
    if not done.former:
        return f"{done.source.location}: has not moved; `alerts source move {done.source.id} NEW` moves it"
    return f"{done.former}: moved to {done.source.location}"
