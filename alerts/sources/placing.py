"""Places what a source brings: in the article that it is, as a translation of one, or as a new article.

Guarantees: an article with a known alias updates the existing story, whatever its address is now; what an
issue has shown already is left out of later ones, and told; what an editor has parted stays apart. Call
it within a transaction.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.article import Article
from alerts.domain.languages import primary, same_language
from alerts.domain.month import Month
from alerts.domain.printable import printable
from alerts.domain.story import AliasKind
from alerts.sources.identity import Judgement, Relation, judged
from alerts.store import aliases, article_pages, articles, audit_log, duplicates, issues, stories
from alerts.store.articles import Change
from alerts.store.stories import Member
from alerts.text.aliases import aliases as aliases_of
from alerts.text.aliases import pages
from alerts.text.urls import page_of


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an article went: its own id, how that changed, and a note for a person. `new`: it is a
    story that no issue and no other article had."""

    id: str
    change: Change
    note: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class Placer:
    """Places the articles of one source. `present` are the pages that it names now, `language` the
    alert's main one, `frozen` the months that are queued or sent."""

    db: Database
    source_id: int | None
    present: Collection[str]
    language: str
    now: datetime
    frozen: Collection[Month]

    def place(self, article: Article, month: Month) -> Placed:
        """Store an article; a new one gets `month`."""
        known = (article_pages.find(self.db, url) for url in pages(article))
        if own := next(filter(None, known), ""):
            change = self._put(article, month, own)
            if article.alternates:
                self.join_named(own, article)
            return Placed(own, change)
        for member, judgement in self._hits(article):
            if judgement.verdict is Relation.SAME:
                return self._again(article, month, member, judgement)
            if judgement.verdict is Relation.TRANSLATION:
                return self._translation(article, month, member, judgement)
        self._put(article, month)
        self._keep_near(article)
        return Placed(article.id, "new", new=True)

    def _keep_near(self, article: Article) -> None:
        """Record a new article that shares a strong alias with others, and too little else."""
        for member, _, judgement in self._told(article):
            if judgement.verdict is Relation.NEAR:
                stories.keep_near(self.db, article.id, member.id, judgement.reason)

    def _put(self, article: Article, month: Month, known_id: str = "") -> Change:
        return articles.put(
            self.db, article, month, self.source_id, self.now, known_id, frozen=self.frozen
        )

    def _hits(self, article: Article) -> Iterator[tuple[Member, Judgement]]:
        """The articles with a common alias that are the same story, the surest first."""
        told = self._told(article)
        apart = stories.parted(self.db) if told else frozenset()
        unclear = _unclear(article, [m for m, kind, _ in told if kind is AliasKind.HREFLANG])
        for verdict in (Relation.SAME, Relation.TRANSLATION):
            for member, kind, judgement in told:
                if judgement.verdict is not verdict or self._kept_apart(article.id, member, apart):
                    continue
                if kind is AliasKind.TEXT and self._of_another(member):
                    continue
                if kind is not AliasKind.HREFLANG or member.id not in unclear:
                    yield member, judgement

    def _told(self, article: Article) -> list[tuple[Member, AliasKind, Judgement]]:
        """The other articles with a common strong alias, and what this one is to each."""
        found = aliases.known(self.db, article.url, aliases_of(article))
        members = {m.id: m for m in stories.members(self.db, {one.article_id for one in found})}
        return [
            (member, one.kind, judged(article, member.article, one.kind, self.present))
            for one in found
            if one.article_id != article.id and (member := members[one.article_id])
        ]

    def _of_another(self, member: Member) -> bool:
        """True for an open article of another source: a report of its own, that may be a duplicate."""
        return not member.closed and member.source_id not in (None, self.source_id)

    def _kept_apart(self, article_id: str, member: Member, apart: Collection[stories.Pair]) -> bool:
        """True where an editor has parted these two, or one of the other's story from this one."""
        return any(article_id in pair for pair in apart) and any(
            stories.pair(article_id, one.id) in apart
            for one in stories.of_story(self.db, member.id)
        )

    def _again(self, article: Article, month: Month, known: Member, why: Judgement) -> Placed:
        """The same article, with another address or text."""
        candidates = (known, *stories.of_story(self.db, known.id))
        here = next((one for one in candidates if not one.closed
                     and same_language(one.article.language, article.language)), None)  # fmt: skip
        if here is None:
            return self._left_out(article, month, known, why)
        change = self._put(article, month, here.id)
        return Placed(here.id, change)

    def _translation(self, article: Article, month: Month, known: Member, why: Judgement) -> Placed:
        """A version of a story in another language."""
        story = stories.of_story(self.db, known.id)
        here = [one for one in story if not one.closed]
        if not here:
            return self._left_out(article, month, known, why)
        if any(same_language(one.article.language, article.language) for one in here):
            self._put(article, month)
            reason = f"{why.reason}, but its story has an article in that language"
            stories.keep_near(self.db, article.id, known.id, reason)
            return Placed(article.id, "new", new=True)
        self._put(article, month)
        (new,) = stories.members(self.db, [article.id])
        joined = join_translation(self.db, new, here[0], why.reason, self.language, self.now)
        return Placed(article.id, "updated" if joined else "new", new=not joined)

    def join_named(self, own: str, article: Article) -> int:
        """Join a known article with those that its page names as its translations; returns how many."""
        joined = 0
        for member, judgement in self._hits(article):
            if judgement.verdict is Relation.TRANSLATION and member.id != own:
                now, mine = stories.members(self.db, [member.id]), stories.members(self.db, [own])
                joined += join_translation(
                    self.db, now[0], mine[0], judgement.reason, self.language, self.now
                )
        return joined

    def _left_out(self, article: Article, month: Month, known: Member, why: Judgement) -> Placed:
        """A story of a closed month again: kept, so that an editor can include it, and told."""
        self._put(article, month)
        stories.unite(self.db, article.id, known.id)
        articles.edit(self.db, article.id, {"excluded": True}, self.now)
        about = f"“{printable(article.title, 80)}” ({article.id})"
        shown = stories.was_in(self.db, article.id)
        was = f"was in {shown}" if shown else f"was left out of {known.month}"
        return Placed(
            article.id,
            "unchanged",
            f"{about} {was} ({why.reason}): it is left out of {month} "
            f"(`alerts article include {article.id}` repeats it, "
            f"`alerts article part {article.id}` if it is another story)",
        )


def _unclear(article: Article, claimed: list[Member]) -> frozenset[str]:
    """Those of several articles in one language, all of which name this page as their translation, that
    this page does not name itself."""
    named = {page_of(url) for url in article.alternates.values()}
    back = {one.id for one in claimed if page_of(one.article.url) in named}
    spoken = [primary(one.article.language) for one in {one.id: one for one in claimed}.values()]
    return frozenset(
        one.id
        for one in claimed
        if one.id not in back and spoken.count(primary(one.article.language)) > 1
    )


def join_translation(
    db: Database, one: Member, other: Member, reason: str, language: str, now: datetime
) -> bool:
    """Join two articles in different languages; False where they are one story already, closed, or kept
    apart.

    The primary is the one in the alert's main language, if another source brought it, else the `other`.
    """
    roots = [_root(db, member) for member in (one, other)]
    if roots[0].id == roots[1].id or any(member.closed for member in (one, other, *roots)):
        return False
    if any(member.settled and not member.primary for member in (one, *roots)):
        return False
    spoken = [{primary(m.article.language) for m in _versions(db, root)} for root in roots]
    if spoken[0] & spoken[1]:
        return False
    later, first = roots
    main = same_language(later.article.language, language) and later.source_id != first.source_id
    if not first.edited and (later.edited or main):
        later, first = first, later
    duplicates.join(
        db, later.id, first.id, now,
        by_editor=False, language=later.article.language, reason=reason,
    )  # fmt: skip
    detail = {
        "article": later.id,
        "translation_of": first.id,
        "reason": reason,
        "command": "collect",
    }
    at = issues.begin(db, first.month, now)
    audit_log.record(db, now, "article.joined", issue_id=at, detail=detail)
    return True


def _root(db: Database, member: Member) -> Member:
    return stories.members(db, [member.primary])[0] if member.primary else member


def _versions(db: Database, root: Member) -> Iterator[Member]:
    """An article and its translations."""
    yield root
    for one in stories.of_story(db, root.id):
        if one.primary == root.id and one.language:
            yield one
