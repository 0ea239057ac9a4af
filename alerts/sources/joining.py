"""Joins what the sources have brought: translations of one site, and reports of several sources.

Guarantees that a collection never changes an editor's decision, and that no transaction is open during
network access. Pages are read only for articles that may have a translation, and for short links.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import Article
from alerts.domain.languages import primary, same_language
from alerts.domain.month import Month
from alerts.domain.story import AliasKind
from alerts.sources import similarity
from alerts.sources.look_up import LookedUp
from alerts.sources.placing import Placer, join_translation
from alerts.sources.reader import SourceReader
from alerts.sources.translations import Pair, pairs, siblings
from alerts.store import (
    aliases,
    article_pages,
    articles,
    audit_log,
    duplicates,
    issues,
    quarantine,
    stories,
    transaction,
)
from alerts.store.stories import Member
from alerts.text.aliases import aliases as aliases_of
from alerts.text.aliases import site_of
from alerts.text.plural import counted
from alerts.text.redirectors import is_short
from alerts.text.urls import canonical, page_of


def join_versions(
    db: Database, settings: Settings, month: Month, reader: SourceReader, now: datetime
) -> tuple[int, list[str]]:
    """Join articles that are one story in several languages; returns how many joined, and notes."""
    joined, left = 0, settings.sources.look_up
    for main in (True, False):  # the main language first: its pages name those of all others
        wanted = _wanted(db, settings, month, main=main)
        asked, left = wanted[:left], max(0, left - len(wanted))
        joined += _look_up(db, settings, asked, reader, now)
    joined += _join_pairs(db, settings, month, now)
    notes = [f"{counted(joined, 'article')} joined as translations; `alerts article show` says why"]
    return joined, notes if joined else []


def _wanted(db: Database, settings: Settings, month: Month, *, main: bool) -> list[Member]:
    """The articles whose pages are to be read: they may have a translation that is not joined yet, or
    are behind a short link."""
    known = _members(db, month)
    seen = stories.looked_up(db)
    others = siblings(m.article for m in known.values())
    spoken: dict[str, set[str]] = {}
    for member in known.values():
        spoken.setdefault(member.story, set()).add(primary(member.article.language))
    found = []
    for member in known.values():
        if member.id in seen or not member.article.url.startswith(("http://", "https://")):
            continue
        languages = {primary(known[id_].article.language) for id_ in others.get(member.id, ())}
        lacks = languages - spoken[member.story]
        first = same_language(member.article.language, settings.default_language)
        if (lacks and (first or not main)) or (main and is_short(member.article.url)):
            found.append(member)
    return found


def _members(db: Database, month: Month) -> dict[str, Member]:
    """The articles of the open months; one in quarantine is no story yet."""
    held = {one.article_id for one in quarantine.open_ones(db)}
    return {m.id: m for m in stories.of_open_months(db, month) if m.id not in held}


def _look_up(
    db: Database, settings: Settings, asked: list[Member], reader: SourceReader, now: datetime
) -> int:
    """Read the pages of these articles, those of several sites at once, and register what they say."""
    by_url = {member.article.url: member for member in asked}
    groups = [list(urls) for _, urls in groupby(sorted(by_url, key=_site_first), key=site_of)]
    joined = 0
    with ThreadPoolExecutor(max(1, settings.sources.concurrency)) as pool:
        for found in pool.map(reader.look_up, groups):
            with transaction(db):
                for one in found:
                    joined += _register(db, settings, by_url[one.asked].id, one, now)
    return joined


def _site_first(url: str) -> tuple[str, str]:
    return site_of(url), url


def _register(
    db: Database, settings: Settings, article_id: str, found: LookedUp, now: datetime
) -> int:
    """Keep what a page says of an article; returns how many translations it joined."""
    stories.keep_look_up(db, article_id, now)
    if not found.url:
        return 0
    (member,) = stories.members(db, [article_id])
    addresses = [canonical(found.url), *([found.article.url] if found.article else [])]
    for address in addresses:
        other = article_pages.find(db, address)
        if other and other != article_id:
            return _same_page(db, member, other, now)
    article_pages.keep(db, article_id, addresses)
    if is_short(member.article.url) and not is_short(addresses[-1]):
        articles.moved(db, article_id, addresses[-1], now)
    if found.article is None:
        return 0
    own = member.article
    page = replace(
        found.article,
        first_url=own.first_url or own.url,
        language=own.language,
        published=own.published,
    )
    telling = (alias for alias in aliases_of(page) if alias.kind is not AliasKind.PICTURE)
    aliases.keep(db, article_id, telling)
    return Placer(db, member.source_id, (), settings.default_language, now, frozen=()).join_named(
        article_id, page
    )


def _same_page(db: Database, member: Member, other: str, now: datetime) -> int:
    """The link of an article leads to the page of another: it is that article."""
    (first,) = stories.members(db, [other])
    if first.closed:
        stories.unite(db, member.id, first.id)
        articles.edit(db, member.id, {"excluded": True}, now)
        return 0
    if member.settled or first.id == member.primary:
        return 0
    same = same_language(member.article.language, first.article.language)
    language = first.article.language if same else member.article.language
    duplicates.join(
        db,
        member.id,
        other,
        now,
        by_editor=False,
        language=language,
        reason="leads to the same page",
    )
    return int(not same)


def _join_pairs(db: Database, settings: Settings, month: Month, now: datetime) -> int:
    """Join by what articles of one site in two languages have in common."""
    known = _members(db, month)
    found = [pair for pair in pairs(m.article for m in known.values()) if pair.sure]
    apart = stories.parted(db)
    joined = 0
    with transaction(db):
        for pair in found:
            if stories.pair(pair.one, pair.other) in apart or _contradicted(db, pair, known):
                continue
            later, first = stories.members(db, [pair.one, pair.other])[::-1]
            joined += join_translation(
                db, later, first, pair.reason, settings.default_language, now
            )
    return joined


def _contradicted(db: Database, pair: Pair, known: dict[str, Member]) -> bool:
    """True where the page of one names another page as its translation in that language."""
    for mine, other in ((pair.one, pair.other), (pair.other, pair.one)):
        article = known[other].article
        named = {
            alias.value
            for alias in aliases.of_article(db, mine)
            if alias.kind is AliasKind.HREFLANG and same_language(alias.language, article.language)
        }
        if named and page_of(article.url) not in named:
            return True
    return False


def join_duplicates(db: Database, month: Month, now: datetime) -> Iterator[str]:
    """Mark duplicate articles, in the month being made and in the next one; yields a note for each."""
    apart = stories.parted(db)
    for one in (month, month.plus(1)):
        if one in issues.frozen_months(db):
            continue
        free = duplicates.candidates(db, one)
        held = {waiting.article_id for waiting in quarantine.open_ones(db, one)}
        shown = [a for a in articles.of_month(db, one) if a.id in free and not a.event]
        shown = [article for article in shown if article.id not in held]
        # articles that an editor has changed come first, so that they become the primary articles
        shown.sort(key=lambda article: not free[article.id].edited)
        # those in other languages can have duplicates, too, but are none
        told = [_told(m.article, m.source_id) for m in _versions(db, one)]
        told += [_told(article, free[article.id].source_id) for article in shown]
        pairs_found = similarity.duplicates(told)
        found = [pair for pair in pairs_found if pair[0] in free and not free[pair[0]].edited]
        with transaction(db):
            for later, first in found:
                if stories.pair(later, first) in apart:
                    continue
                why = "like title and text, from another source"
                duplicates.join(db, later, first, now, by_editor=False, reason=why)
                detail = {"article": later, "same_as": first, "reason": why, "command": "collect"}
                audit_log.record(
                    db, now, "article.joined", issue_id=issues.begin(db, one, now), detail=detail
                )
                yield (
                    f"{later}: reported by several sources; {first} is the primary article "
                    f"(`alerts article part {later}` undoes it)"
                )


def _versions(db: Database, month: Month) -> list[Member]:
    """The translations of the month's articles that have rows of their own."""
    members = stories.of_open_months(db, month)
    return [m for m in members if m.language and m.month == month and not m.article.event]


def _told(article: Article, source_id: int | None) -> similarity.SourceText:
    language = primary(article.language)
    return similarity.SourceText(article.id, source_id, language, article.title, article.summary)
