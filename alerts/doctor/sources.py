"""Requests each source as `alerts collect` does, with conditional requests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.article import Source
from alerts.domain.errors import AlertsError
from alerts.sources.reader import local_path
from alerts.store import faults
from alerts.store.sources import all_sources


def reachable(context: CheckContext) -> Iterator[CheckOutput]:
    """Request each source, several at once."""
    db = context.open_database()
    with faults(context.settings.database_path):
        found = all_sources(db)
    if not found:
        yield CheckOutput(CheckLevel.HINT, "there are no sources", "`alerts source add` adds one")
        return
    with ThreadPoolExecutor(context.settings.sources.concurrency) as pool:
        answers = list(pool.map(lambda source: _asked(context, source), found))
    wrong = [said for said in answers if said is not None]
    yield from wrong
    if len(wrong) < len(found):
        yield CheckOutput(CheckLevel.OK, f"{len(found) - len(wrong)} of {len(found)} answer")


def _asked(context: CheckContext, source: Source) -> CheckOutput | None:
    """The problem with one source; None if there is none."""
    remedy = f"`alerts source check {source.location}` tells more; or remove it"
    path = local_path(source.location, context.settings)
    if path is not None:
        if path.exists():
            return None
        return CheckOutput(CheckLevel.ERROR, f"{source.location}: no such file or folder", remedy)
    try:
        context.fetcher.fetch(source.location, source.etag, source.last_modified)
    except AlertsError as fault:
        return CheckOutput(CheckLevel.WARNING, str(fault), remedy)
    return None
