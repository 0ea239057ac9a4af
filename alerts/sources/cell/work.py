"""The work of a cell: parses a document and returns the result as JSON. Runs only in cells."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import astuple
from importlib import import_module
from typing import Any

from alerts.domain.article import SourceKind
from alerts.domain.errors import InputError
from alerts.domain.picture import Focus, PictureKind
from alerts.sources import language_guess
from alerts.sources.cell.job import LANGUAGES, Job, Task
from alerts.sources.cell.values import found_json
from alerts.sources.kinds import KINDS, kind_of
from alerts.sources.normalise import SourceContent
from alerts.text.decoding import received

Answer = dict[str, Any]

# Modules to import for a need of a job (`Job.needs`), including those that a reader imports lazily.
_MODULES: Mapping[str, tuple[str, ...]] = {
    SourceKind.PAGE: ("alerts.sources.page", "alerts.sources.listing", "trafilatura"),
    Task.SITEMAP: ("alerts.sources.sitemap",),
    Task.ROBOTS: ("protego",),
    Task.OUTLINES: ("alerts.sources.opml",),
    Task.HOLIDAYS: ("alerts.sources.holiday_days",),
    Task.PICTURE: ("alerts.sources.picture.make",),
    Task.DMARC: ("alerts.mailbox.dmarc_xml",),
    Task.VERSIONS: ("alerts.sources.picture.make",),
    Task.SHARE: ("alerts.sources.picture.share",),
}


def load(need: str) -> None:
    """Import the modules of a need: in the fork server, once for all cells."""
    if need == LANGUAGES:
        language_guess.load()
    for name in _MODULES.get(need, ()):
        import_module(name)
    if need in KINDS:
        KINDS[need].load()


def prepare(job: Job) -> None:
    """Import a plug-in, which the fork server did not, before the document arrives and its time starts."""
    if job.task is Task.READ:
        with suppress(InputError):  # a broken plug-in: `answer` says so
            kind_of(job.kind, job.place).load()


def answer(job: Job, body: bytes) -> Answer:
    """The answer: `{"value": …}`, or `{"error": one line}` where the document cannot be read.

    `"unexpected": true` beside an error means that the parser raised an unexpected exception.
    `{"wants": …}`: a need that was not loaded.
    """
    try:
        return {"value": _TASKS[job.task](job, body)}
    except language_guess.NotLoaded:
        return {"wants": LANGUAGES}
    except InputError as fault:
        return {"error": str(fault)}
    except MemoryError:
        return {"error": f"{job.place}: parsing it takes too much memory", "unexpected": True}
    except Exception:
        wrong = "cannot be read: its reader met something that it does not expect; please report it"
        return {"error": f"{job.place}: {wrong}", "unexpected": True}


def _read(job: Job, body: bytes) -> Answer:
    kind = kind_of(job.kind, job.place)
    more = (job.moment,) if kind.dated else ()
    found = kind.load()(job.document(body), job.intake(), *more)
    if not isinstance(found, SourceContent):  # the function of a plug-in may return any type
        raise InputError(
            f"{job.place}: the plug-in returned {type(found).__name__}, not SourceContent"
        )
    return found_json(found)


def _links(job: Job, body: bytes) -> list[list[str]]:
    from alerts.sources import listing

    found = listing.read_links(job.document(body), job.place)
    return [[link.url, link.title] for link in found]


def _is_listing(job: Job, body: bytes) -> bool:
    from alerts.sources import listing, page

    document = job.document(body)
    return listing.is_listing(page.page_tree(document, job.place), document.base)


def _sitemap(job: Job, body: bytes) -> Answer:
    from alerts.sources import sitemap

    found = sitemap.parsed(job.document(body), job.place)
    pages = [[one.url, one.changed, one.published, one.title] for one in found.pages]
    return {"is_index": found.is_index, "pages": pages}


def _robots(job: Job, body: bytes) -> Answer:
    from protego import Protego

    rules = Protego.parse(received(body))
    delay = rules.crawl_delay(job.agent) or 0.0
    return {"allowed": bool(rules.can_fetch(job.url, job.agent)), "delay": float(delay)}


def _outlines(job: Job, body: bytes) -> list[list[Any]]:
    from alerts.sources import opml

    return [
        [one.line, one.written, one.url, list(one.folders), one.language]
        for one in opml.outlines(body, job.place)
    ]


def _holidays(job: Job, body: bytes) -> list[str]:
    from alerts.sources.holiday_days import days

    return days(body, job.place, job.moment)


def _picture(job: Job, body: bytes) -> Answer:
    from alerts.sources.picture import answer, make

    made = make.made(body, job.place, PictureKind(job.kind), _focus(job))
    return answer.made_json(made)


def _versions(job: Job, body: bytes) -> Answer:
    from alerts.sources.picture import answer, make

    versions = make.versions(body, job.place, PictureKind(job.kind), _focus(job))
    return answer.versions_json(versions)


def _share(job: Job, body: bytes) -> list[Any]:
    from alerts.sources.picture import answer, share

    return answer.share_json(share.drawn(body, job.place))


def _dmarc(job: Job, body: bytes) -> list[Any]:
    from alerts.mailbox import dmarc_xml

    found = dmarc_xml.read(body)
    head = list(astuple(found)[:6])
    return [*head, [list(astuple(one)) for one in found.rows]]


def _focus(job: Job) -> Focus | None:
    return (job.focus[0], job.focus[1]) if job.focus else None


_TASKS: Mapping[Task, Callable[[Job, bytes], Any]] = {
    Task.READ: _read,
    Task.LINKS: _links,
    Task.IS_LISTING: _is_listing,
    Task.SITEMAP: _sitemap,
    Task.ROBOTS: _robots,
    Task.OUTLINES: _outlines,
    Task.HOLIDAYS: _holidays,
    Task.PICTURE: _picture,
    Task.VERSIONS: _versions,
    Task.SHARE: _share,
    Task.DMARC: _dmarc,
}
