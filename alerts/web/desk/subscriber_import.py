"""Importing people at the desk: what would become of each line first, and then for real."""

from starlette.responses import Response

from alerts.domain.errors import AlertsError
from alerts.editions.catalogue import later
from alerts.library.imports import Change, FileImported, ImportOptions, mapped
from alerts.web.desk.menu import administers
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

MOST_FILE = 100_000_000  # octets: a million people
SHOWN = 100  # lines of the table
OPTIONS = ("language", "tags", "consent_source", "assert_subscribed", "map", "ignore")
OUTCOMES = {
    "added": later("added"),
    "updated": later("changed"),
    "repeated": later("repeated further down"),
    "rejected": later("rejected"),
}
CHOOSE = later("Choose a file.")
DONE = later("Imported: %(added)s added, %(updated)s changed, %(rejected)s rejected")


def show(
    desk: DeskVisit,
    words: str = "",
    done: FileImported | None = None,
    changes: tuple[Change, ...] = (),
    kept: str = "",
) -> Response:
    """The form and, once a file was tried, the table of what would become of its lines."""
    settings = desk.visit.site.settings
    return desk.page(
        "import_subscribers.html",
        422 if words else 200,
        words=words,
        failed=bool(words),
        done=done,
        changes=changes,
        kept=kept,
        outcomes=OUTCOMES,
        typed={name: desk.field(name) for name in OPTIONS},
        languages=settings.alert.languages,
    )


def _options(desk: DeskVisit) -> ImportOptions:
    """What the file does not say, as it was filled in; raises `UsageError`."""
    mapping, values = mapped([desk.field("map")] if desk.field("map") else [])
    meanings = {
        heading: {value: one.value for value, one in said.items()}
        for heading, said in values.items()
    }
    return ImportOptions(
        mapping=mapping,
        values=meanings,
        ignore=[one.strip() for one in desk.field("ignore").split(",") if one.strip()],
        tags=[desk.field("tags")] if desk.field("tags") else [],
        language=desk.field("language"),
        consent_source=desk.field("consent_source"),
        assert_subscribed=desk.field("assert_subscribed"),
    )


def act(desk: DeskVisit) -> PostResult:
    """Try a file, or import the one that was tried last."""
    now, person = desk.visit.now, desk.person.id
    upload = desk.visit.files.get("file")
    really = upload is None and desk.field("kept") != ""
    if really:
        upload = desk.visit.site.uploads.take(desk.field("kept"), person, now)
    if upload is None:
        words = desk.said(CHOOSE)
        return desk.refused(lambda d: show(d, words))
    changes: list[Change] = []

    def told(change: Change) -> None:
        if len(changes) < SHOWN:
            changes.append(change)

    upload.file.seek(0)
    try:
        done = desk.project.subscribers.import_file(
            upload.file, name=upload.name, dry_run=not really, progress=told, **_options(desk)
        )
    except AlertsError as fault:
        upload.file.close()
        words = str(fault)
        return desk.refused(lambda d: show(d, words))
    if not really:
        name = desk.visit.site.uploads.keep(upload, person, now)
        return desk.refused(lambda d: show(d, "", done, tuple(changes), name))
    upload.file.close()
    note = desk.said(DONE, added=done.added, updated=done.updated, rejected=len(done.rejected))
    return desk.done("/subscribers", note)


PAGES = (desk_page("/subscribers/import", show, act, may=administers, most_file=MOST_FILE),)
