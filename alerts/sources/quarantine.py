"""The quarantine: what is not plausible is stored, left out of the issue, and read again.

Guarantees: an article in quarantine is in no issue until its page is right or an editor includes it; an
editor's decision is never changed; a good article is never replaced by a bad reading of its page. Call
`judged`, `hold` and `release` within a transaction.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import OF_LINKS, OF_PAGES, Article, Source, SourceKind
from alerts.domain.month import Month
from alerts.domain.printable import printable
from alerts.domain.story import AliasKind
from alerts.sources import mailed
from alerts.sources.late import Filing
from alerts.sources.placing import Placed
from alerts.sources.plausible import doubts, of_something_ahead, wrong_date
from alerts.sources.reader import SourceReader
from alerts.store import aliases, article_pages, articles, issues, quarantine, stories, transaction
from alerts.store import sources as kept
from alerts.store.articles import Change
from alerts.store.quarantine import Quarantined
from alerts.text.aliases import linked_as, pages, site_of

_READ_FOR = timedelta(days=60)  # after that its month is long gone
A_DAY = timedelta(hours=23, minutes=30)  # a daily collection may begin some minutes earlier


def judged(
    db: Database, source: Source, given: Sequence[Article], month: Month, now: datetime
) -> list[tuple[Article, tuple[str, ...]]]:
    """Each article of one reading with the doubts about it; a doubtful one is at the address that was
    asked for, whatever its page calls itself."""
    page = source.kind in OF_PAGES
    others: list[Article] = []
    if page and given:
        sites = {site_of(article.url) for article in given}
        known = (member.article for member in stories.of_open_months(db, month))
        others = [article for article in known if site_of(article.url) in sites]
    found = []
    for article in given:
        why = doubts(article, (*given, *others), page=page, found=source.kind in OF_LINKS)
        if dated := wrong_date(article, now):
            why, article = (*why, dated), replace(article, published=None)
        elif of_something_ahead(article, now):
            told = tuple(o for o in article.confidence if o.field not in ("published", "zone"))
            article = replace(article, published=None, confidence=told)
        if source.kind == SourceKind.MAILBOX:
            found.append((article, (mailed.BY_MAIL, *why)))
            continue
        found.append((_as_asked(article) if why else article, why))
    return found


def _as_asked(article: Article) -> Article:
    led = pages(article)[-1]
    marks = tuple(mark for mark in article.marks if mark.startswith("link:"))
    return replace(article, url=led, marks=marks, alternates={})


def hold(
    db: Database,
    source: Source,
    article: Article,
    why: Sequence[str],
    month: Month,
    now: datetime,
) -> tuple[str, Change, str]:
    """Keep a doubtful article out of the issue; returns its id, what changed, and a note."""
    if source.kind == SourceKind.MAILBOX:
        return mailed.hold(db, source, article, why, month, now)
    about = f"“{printable(article.title, 80)}” ({{}})"
    if known := article_pages.find(db, article.url):
        before = quarantine.find(db, known)
        if before is not None and not before.settled:
            quarantine.keep(db, known, why, now)
        note = f"{about.format(known)}: {'; '.join(why)}; the article stays as it was"
        return known, "unchanged", "" if before else note
    articles.put(db, article, month, source.id or None, now)
    aliases.forget(db, article.id, AliasKind)  # an error page is no story
    articles.edit(db, article.id, {"excluded": True}, now)
    asked = article.url if source.kind in OF_LINKS else ""
    quarantine.keep(db, article.id, why, now, asked=asked, linked_as=linked_as(article))
    again = (
        f"; it is held in quarantine, and read again once a day"
        f" (`alerts article include {article.id}` takes it in)"
    )
    return article.id, "new", f"{about.format(article.id)}: {'; '.join(why)}{again}"


def in_doubt(article: Article, filing: Filing, settings: Settings) -> str:
    """Why a person is asked before the article is in an issue; "" for no reason.

    Its month rests on a guess, and the issue of that month is closed or, by alert.review, nobody sees
    the issue before it is sent.
    """
    told = next((one.why for one in article.confidence if one.field == "published"), "")
    if not article.month_guessed or article.published is None:
        return ""
    what = f"its date, {article.published:%Y-%m-%d},"
    if filing.late:
        return f"{what} is a guess ({told}), and the issue of {filing.own} is closed"
    if settings.alert.review != "required":
        return f"{what} is a guess ({told}), and nobody reviews the issue (alert.review)"
    return ""


def ask(
    db: Database, source: Source, article: Article, placed: Placed, why: str, now: datetime
) -> str:
    """Keep an article in doubt out of the issue until a person includes it; returns a note.

    Only a new one, or one that is in quarantine: what was in an issue stays there.
    """
    before = quarantine.find(db, placed.id)
    if before.settled if before else not placed.new:
        return ""
    articles.edit(db, placed.id, {"excluded": True}, now)
    asked = article.url if source.kind == SourceKind.LISTING else ""
    quarantine.keep(db, placed.id, [why], now, asked=asked, linked_as=linked_as(article))
    if before and before.reasons == (why,):
        return ""
    return (
        f"“{printable(article.title, 80)}” ({placed.id}): {why}; it is left out until a person says so"
        f" (`alerts article include {placed.id}`)"
    )


def reopen(db: Database, article: Article, filing: Filing, now: datetime) -> None:
    """Let a plausible article that is in quarantine join an open month, if its own has closed."""
    known = next(filter(None, (article_pages.find(db, url) for url in pages(article))), "")
    before = quarantine.find(db, known) if known else None
    if before and not before.settled and before.month in issues.closed_months(db):
        articles.move(db, known, filing.month, now)


def release(db: Database, article_id: str, filing: Filing, now: datetime) -> str:
    """Let an article out of quarantine, if it is there, as it is plausible now; returns a note."""
    before = quarantine.find(db, article_id)
    if before is None or before.settled:
        return ""
    quarantine.release(db, article_id)
    title = printable(articles.get(db, article_id).article.title, 80)
    if filing.left_out:
        return f"“{title}” ({article_id}) is plausible now, but older than alert.late: it stays out"
    articles.take_source(db, article_id, ["excluded"], now)
    return f"“{title}” ({article_id}) is plausible now: it leaves quarantine"


def read_again(
    db: Database, reader: SourceReader, now: datetime
) -> Iterator[tuple[Source, list[Article]]]:
    """Read the pages of articles in quarantine again, those of several sites at once, each at most once a
    day; yields what is there now, by source."""
    known = {source.id: source for source in kept.all_sources(db)}
    nobody = Source(0, "", SourceKind.LISTING)
    waiting = sorted(quarantine.waiting(db, now - _READ_FOR, now - A_DAY), key=_source_and_site)
    groups = [list(group) for _, group in groupby(waiting, key=_source_and_site)]
    asked = [(known.get(group[0].source_id or 0, nobody), group) for group in groups]
    with ThreadPoolExecutor(max(1, len(asked[:8]))) as pool:
        answers = list(pool.map(lambda one: _read(reader, *one), asked))
    with transaction(db):
        quarantine.forget_senders(db, now - _READ_FOR)
        quarantine.keep_read(db, [one.article_id for one in waiting], now)
    for (source, _), found in zip(asked, answers, strict=True):
        yield source, found


def _source_and_site(one: Quarantined) -> tuple[int, str]:
    return one.source_id or 0, site_of(one.asked)


def _read(reader: SourceReader, source: Source, group: Sequence[Quarantined]) -> list[Article]:
    by_url = {one.asked: one for one in group}
    found = reader.look_up(list(by_url), source)
    return [
        replace(one.article, marks=(*one.article.marks, *_marks(by_url[one.asked])))
        for one in found
        if one.article is not None
    ]


def _marks(one: Quarantined) -> Iterator[str]:
    yield f"page:{one.asked}"
    if one.linked_as:
        yield f"link:{one.linked_as}"
