"""The pictures of the open issues: found out which are wanted, prepared, and stored.

Guarantees that no picture ever fails a collection: what cannot be shown is told once, and its story goes
without. Pictures are fetched in parallel; only the calling thread writes to the database, one transaction
per picture, and none is open while waiting. What no open issue shows any more is deleted.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import Article
from alerts.domain.month import Month
from alerts.domain.picture import PictureKind, focus_text
from alerts.domain.printable import printable
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.fetch import Fetcher
from alerts.sources.picture.address import logo_url
from alerts.sources.picture.prepare import (
    RECIPE,
    Original,
    Preparation,
    Preparer,
    missing_focuses,
)
from alerts.store import articles, picture_originals, pictures, profiles, transaction
from alerts.store.picture_originals import KnownOriginal, OriginalKey
from alerts.text.plural import counted

Wanted = Mapping[OriginalKey, Original]


def collect_pictures(
    db: Database,
    settings: Settings,
    month: Month,
    now: datetime,
    fetcher: Fetcher,
    cells: Cells,
) -> list[str]:
    """Prepare the pictures of the open issues from that month on; returns notes for a person."""
    if settings.pictures.delivery == "source":
        return []
    wanted = _wanted(settings, _shown(articles.of_open_months(db, month)), _logos(db, settings))
    notes = prepare_all(db, settings, wanted, now, fetcher, cells)
    kept = _wanted(settings, articles.of_open_months(db), _logos(db, settings))
    with transaction(db):
        keys = {(*key, focus) for key, one in kept.items() for focus in one.focuses}
        picture_originals.keep_only(db, keys)
        pictures.sweep(db)
    return notes


def prepare_all(
    db: Database,
    settings: Settings,
    wanted: Wanted,
    now: datetime,
    fetcher: Fetcher,
    cells: Cells,
) -> list[str]:
    """Prepare and store these; returns notes on those that cannot be shown, and were not told before."""
    limits = settings.pictures
    total = fetcher.deadline(limits.timeout_in_all.total_seconds(), "pictures.timeout_in_all")
    known = picture_originals.known(db)
    preparer = Preparer(settings, fetcher, cells, now)
    notes, late = [], 0
    with ThreadPoolExecutor(max(1, settings.sources.concurrency)) as pool:

        def prepare(key: OriginalKey, master: bytes) -> Preparation | None:
            if total.left() <= 0:
                return None
            own = _within(total, fetcher, limits.timeout.total_seconds())
            return preparer.prepare(wanted[key], known.get(key), master, own)

        asked = [
            (key, pool.submit(prepare, key, _master(db, original, known.get(key))))
            for key, original in wanted.items()
        ]
        for key, answer in asked:
            preparation = answer.result()
            if preparation is None:
                late += 1
            elif told := keep(db, preparation, known.get(key), now):
                notes.append(told)
    if late:
        words = (
            f"{counted(late, 'picture')} not fetched within {total.seconds:g} s ({total.setting})"
        )
        notes.append(f"{words}; the next collection fetches them")
    return notes


def keep(db: Database, preparation: Preparation, known: KnownOriginal | None, now: datetime) -> str:
    """Store what came of one original; returns a note where it cannot be shown, and that is new."""
    original = preparation.original
    if preparation.reading is None and not preparation.versions:
        return ""
    with transaction(db):
        if preparation.reading is not None:
            number = picture_originals.checked(
                db, original.key, preparation.reading, now, preparation.fault
            )
        elif known is not None and picture_originals.is_kept(db, known.id):
            number = known.id
        else:  # another collection has found that no issue shows it any more
            return ""
        if preparation.replaced:
            picture_originals.forget_versions(db, number)
        if (made := preparation.made) is not None:
            size = (made.width, made.height)
            picture_originals.put_master(db, number, size, made.master, RECIPE)
        for focus, versions in preparation.versions.items():
            picture_originals.put_versions(db, number, focus, versions, RECIPE)
    new = preparation.fault and preparation.fault != (known.fault if known else "")
    return f"{original.about}: its picture is not shown: {preparation.fault}" if new else ""


def of_article(article: Article) -> Original | None:
    """The picture of an article, if it has one."""
    if article.image is None or not article.image.url:
        return None
    about = f"{article.id} “{printable(article.title, 80)}”"
    focuses = frozenset({focus_text(article.image.focus)})
    return Original(article.image.url, PictureKind.STORY, focuses, about)


def _within(total: Deadline, fetcher: Fetcher, seconds: float) -> Deadline:
    """The time of one picture, which ends with that of all."""
    return fetcher.deadline(min(seconds, max(0.1, total.left())), "pictures.timeout")


def _master(db: Database, original: Original, known: KnownOriginal | None) -> bytes:
    """What versions are made of, where some are missing."""
    if known is None or not known.has_master or not missing_focuses(original, known):
        return b""
    return picture_originals.master(db, known.id)


def _shown(found: Iterable[Article]) -> Iterator[Article]:
    return (article for article in found if not article.excluded and not article.same_as)


def _logos(db: Database, settings: Settings) -> Iterator[tuple[str, str]]:
    """The address and the place of each logo."""
    yield settings.alert.logo, "alert.logo"
    yield settings.alert.logo_dark, "alert.logo_dark"
    for language, words in settings.alert.localised.items():
        for key in ("logo", "logo_dark"):
            yield words.get(key, ""), f"alert.localised.{language}.{key}"
    for funder in settings.funders:
        yield funder.logo, f"funders, {funder.name}"
    for profile in profiles.all_profiles(db).values():
        yield profile.logo, f"profile {profile.slug}"


def _wanted(
    settings: Settings, found: Iterable[Article], logos: Iterable[tuple[str, str]]
) -> dict[OriginalKey, Original]:
    """Each original once, with all focuses that it is shown with."""
    wanted: dict[OriginalKey, Original] = {}
    if settings.pictures.delivery != "none":
        for one in filter(None, map(of_article, found)):
            before = wanted.get(one.key, one)
            wanted[one.key] = replace(before, focuses=before.focuses | one.focuses)
    for written, about in logos:
        if url := logo_url(written, settings.root):
            logo = Original(url, PictureKind.LOGO, frozenset({""}), about)
            wanted.setdefault(logo.key, logo)
    return wanted
