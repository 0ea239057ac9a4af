"""The sources: does each answer? Asked as `alerts collect` asks, with what saves their bandwidth."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from alerts.doctor.finding import Level, Patient, Said
from alerts.errors import AlertsError
from alerts.model import Source
from alerts.sources import local_path
from alerts.store import faults
from alerts.store.sources import all_sources


def reachable(patient: Patient) -> Iterator[Said]:
    """Each source, several at once."""
    db = patient.open_database()
    with faults(patient.settings.database_path):
        found = all_sources(db)
    if not found:
        yield Said(Level.HINT, "there are no sources", "`alerts source add` adds one")
        return
    with ThreadPoolExecutor(patient.settings.sources.concurrency) as pool:
        answers = list(pool.map(lambda source: _asked(patient, source), found))
    wrong = [said for said in answers if said is not None]
    yield from wrong
    if len(wrong) < len(found):
        yield Said(Level.OK, f"{len(found) - len(wrong)} of {len(found)} answer")


def _asked(patient: Patient, source: Source) -> Said | None:
    """What is wrong with one source."""
    remedy = f"`alerts source check {source.location}` tells more; or remove it"
    path = local_path(source.location, patient.settings)
    if path is not None:
        if path.exists():
            return None
        return Said(Level.ERROR, f"{source.location}: no such file or folder", remedy)
    try:
        patient.fetcher.fetch(source.location, source.etag, source.last_modified)
    except AlertsError as fault:
        return Said(Level.WARNING, str(fault), remedy)
    return None
