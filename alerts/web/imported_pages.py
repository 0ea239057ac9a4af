"""The pages of imported issues, and the list of all that the archive shows."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from markupsafe import Markup

from alerts.domain.archived import Past
from alerts.library.archive import Archive
from alerts.web.archive_pages import ArchivePages, PageLinks


def all_pasts(archive: Archive) -> Sequence[Past]:
    """Every edition that was sent and every imported issue, newest month first, ours before imported ones."""
    pasts = [*archive.listed(), *_imported_pasts(archive)]
    return sorted(pasts, key=lambda past: past.month, reverse=True)  # stable within a month


def _imported_pasts(archive: Archive) -> Sequence[Past]:
    return [
        Past(
            one.month,
            one.language,
            one.subject,
            "",
            datetime.combine(one.day, time(), UTC),
            one.key,
        )
        for one in archive.imported()
    ]


def imported_page(
    archive: Archive, reading: ArchivePages, key: str, language: str, way: PageLinks
) -> str:
    """The page of an imported issue; empty where there is none. Its interface is in the language of the
    issue."""
    issue = archive.imported_issue(key, language)
    if issue is None:
        return ""
    pasts = _imported_pasts(archive)
    same = [past for past in pasts if past.language == language]
    place = next(number for number, past in enumerate(same) if past.key == key)
    withdrawn, pages = archive.imported_withdrawal(key), reading.pages
    catalogue = pages.catalogue(language)
    values = {
        "issue": issue,
        "body": Markup(issue.html),  # noqa: S704 - written by `archive.imported.words` alone
        "day": catalogue.day(issue.day),
        "withdrawn": withdrawn,
        "withdrawn_on": _day(withdrawn.at, reading, language) if withdrawn else "",
        "others": [past for past in pasts if past.key == key],
        "older": same[place + 1] if place + 1 < len(same) else None,
        "newer": same[place - 1] if place else None,
        "own_name": pages.own_name,
        "address": f"{reading.base}/archive/{key}/{language}",
        "to": way.to,
        **reading.logos(language, way.to),
    }
    root = way.root + "archive/" if way.files else way.root
    return pages.html("web/imported.html", language, root, values)


def _day(at: datetime, reading: ArchivePages, language: str) -> str:
    return str(reading.pages.catalogue(language).day(at.astimezone(reading.settings.zone).date()))
