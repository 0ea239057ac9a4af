"""Requests each source as `alerts collect` does, with conditional requests."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.article import Source
from alerts.domain.errors import AlertsError, InputError
from alerts.sources.moved import is_gone, redirected
from alerts.sources.reader import local_path
from alerts.sources.sheets import fetched_sheet, is_sheet
from alerts.store import faults
from alerts.store.sources import all_sources


def reachable(context: CheckContext) -> Iterator[CheckOutput]:
    """Request each source, several at once."""
    db = context.open_database()
    with faults(context.settings.database_path):
        found = all_sources(db)
        at = {source.location: source.id for source in found}
    if not found:
        yield CheckOutput(CheckLevel.HINT, "there are no sources", "`alerts source add` adds one")
        return
    with ThreadPoolExecutor(context.settings.sources.concurrency) as pool:
        answers = list(pool.map(lambda source: _asked(context, source, at), found))
    yield from (said for _, said in answers if said is not None)
    if right := sum(read for read, _ in answers):
        yield CheckOutput(CheckLevel.OK, f"{right} of {len(found)} answer")


def _asked(
    context: CheckContext, source: Source, at: Mapping[str, int]
) -> tuple[bool, CheckOutput | None]:
    """Whether a source answers, and the problem with it; None if there is none. `at`: the numbers of
    all by location."""
    remedy = f"`alerts source check {source.location}` tells more; or remove it"
    path = local_path(source.location, context.settings)
    if path is not None:
        if path.exists():
            return True, None
        missing = f"{source.location}: no such file or folder"
        return False, CheckOutput(CheckLevel.ERROR, missing, remedy)
    try:
        fetcher, validators = context.fetcher, (source.etag, source.last_modified)
        if is_sheet(source.location):
            document = fetched_sheet(source.location, fetcher, fetcher.deadline(), *validators)
        else:
            document = fetcher.fetch(source.location, *validators)
    except AlertsError as fault:
        if isinstance(fault, InputError) and is_gone(fault):
            remedy = f"it is gone for good: `alerts source remove {source.id}`"
        return False, CheckOutput(CheckLevel.WARNING, str(fault), remedy)
    there = redirected(source.location, document) or source.moved_to
    if not there:
        return True, None
    about = f"{source.location} has moved permanently to {there}"
    remedy = f"`alerts source move {source.id}` takes that over"
    if there in at:
        remedy = f"source {at[there]} is there already: `alerts source remove {source.id}`"
    return True, CheckOutput(CheckLevel.WARNING, about, remedy)
