"""`project.articles`: the articles of the months, and an editor's changes to them.

An editor's changes overrule the source, also when the source changes later. Each act on a month whose
issue is queued or sent raises `UsageError`. `by` is the person who acts, for the event log; by default
the account of this process. An article is named by a `StoredArticle`, or by its id, the beginning of
its id, or a part of its title.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from alerts.config.known import language_known, section_known
from alerts.domain.article import Article, SourceKind
from alerts.domain.errors import InputError, UsageError
from alerts.domain.picture import Focus
from alerts.issue import duplicates, editing, held, source_text
from alerts.issue.article_edit import ArticleValue, edits_of
from alerts.issue.article_fill import FilledInDoubt, filled_in
from alerts.library.article_results import ArticleAdded, ArticleChanged
from alerts.library.late import filing_of, late_explanation
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.voided import voided
from alerts.store import articles, profiles
from alerts.store.articles import StoredArticle
from alerts.text.plain_text import safe_url, tidy
from alerts.text.urls import canonical

if TYPE_CHECKING:
    from alerts.sources.near import NearHit
    from alerts.store.stories import Member

AnArticle = StoredArticle | str


class Articles(ProjectPart):
    """The articles of a project."""

    @call
    def list(self, month: AMonth = None) -> tuple[StoredArticle, ...]:
        """The articles of a month, excluded ones too, each with the differences from its source."""
        return articles.kept_of_month(self._opened.db, self._opened.month(month))

    @call
    def find(self, words: str, month: AMonth = None) -> StoredArticle:
        """The article that `words` name, in that month or (None) in any; raises `UsageError`, which
        lists the candidates, where there is none or more than one."""
        words = tidy(words)
        among = self._opened.month(month) if month else None
        found = articles.matching(self._opened.db, words, among)
        if not words or not found:
            raise UsageError(f"no article “{words}”; `alerts article list` shows them")
        if len(found) > 1:
            some = "; ".join(f"{k.article.id} “{k.article.title}” ({k.month})" for k in found[:6])
            more = f"; and {len(found) - 6} more" if len(found) > 6 else ""
            raise UsageError(f"“{words}” could be {some}{more}: name one by its id")
        return found[0]

    @call
    def add(
        self,
        /,
        url: str,
        *,
        month: AMonth = None,
        by: str = "",
        read: bool = True,
        **fields: ArticleValue,
    ) -> ArticleAdded:
        """Add the page at `url`: values that are not in `fields` are read from the page, if `read`.

        Without a month the article joins that of its date, by the late-article rule. Raises
        `InputError` where the page cannot be read and no `title` is given, and `UsageError` where the
        article exists already or a field is malformed.
        """
        opened = self._opened
        address = canonical(safe_url(url)) if safe_url(url) else ""
        if not address:
            raise UsageError(f"“{url}”: an article needs a full URL, http://… or https://…")
        edits, unread = self._edits(fields), ""
        doubts: tuple[FilledInDoubt, ...] = ()
        if read:
            found, unread = self._read(address, needed=not edits.get("title"))
            if found is not None:
                edits, doubts = filled_in(
                    found, edits, articles.of_open_months(opened.db), opened.now
                )
                address = found.url or address
        if not edits.get("title"):
            raise UsageError("an article whose page is not read needs a title")
        edits.setdefault("language", opened.settings.default_language)
        filing = None if month else filing_of(opened, edits.get("published"))
        chosen = filing.month if filing else opened.month(month)
        new = editing.add(opened.db, address, edits, chosen, opened.actor(by), opened.now)
        if new is None:
            raise UsageError(f"{address}: exists already; change it with `alerts article edit`")
        kept = StoredArticle(new, chosen)
        notes = self._pictured(new) if new.image else ()
        warned = tuple(one.told(new.id) for one in doubts)
        return ArticleAdded(kept, unread, filing, voided(opened, [chosen], by), notes, warned)

    @call
    def late(self, article: StoredArticle) -> str:
        """Which issue an article came too late for, and which it goes into; empty where it did not."""
        return late_explanation(self._opened, article)

    @call
    def edit(
        self, /, article: AnArticle, *, by: str = "", **fields: ArticleValue
    ) -> ArticleChanged:
        """Set these fields, which overrule the source; None or an empty value removes one.

        Another picture, or another focus of it, is made at once; `notes` say why it is not shown.
        """
        edits = self._edits(fields)
        changed = self._changed(article, "edited", edits, by)
        if "image" not in edits:
            return changed
        notes = self._pictured(changed.article.article)
        again = voided(self._opened, {changed.article.month}, by)
        return replace(changed, notes=notes, voided=(*changed.voided, *again))

    @call
    def give_picture(self, document: bytes, name: str, focus: Focus | None = None) -> str:
        """Keep a picture; returns the `url` of an `Image` that means it. `name` is what errors call it.

        Raises `InputError` for what is no picture that can be shown.
        """
        from alerts.sources.picture.bring import give  # imports httpx2

        opened = self._opened
        return give(opened.db, opened.settings, document, name, focus, opened.now)

    @call
    def translate(
        self,
        article: AnArticle,
        language: str,
        *,
        title: str | None = None,
        summary: str | None = None,
        by: str = "",
    ) -> ArticleChanged:
        """Set title or summary in a language; None leaves a field unchanged, an empty text removes it."""
        given = {"title": title, "summary": summary}
        words = {name: tidy(text) for name, text in given.items() if text is not None}
        if not words:
            raise UsageError("nothing to translate: give --title, --summary or both")
        kept, tag = self._named(article), language_known(language)
        if not tag or tag == kept.article.language:
            raise UsageError(
                f"the article itself is in “{tag}”; change it with `alerts article edit`"
            )
        return self._changed(kept, "translated", {"translations": {tag: words}}, by)

    @call
    def exclude(self, article: AnArticle, *, by: str = "") -> ArticleChanged:
        """Leave an article out of the issue."""
        return self._changed(article, "excluded", {"excluded": True}, by)

    @call
    def include(self, article: AnArticle, *, by: str = "") -> ArticleChanged:
        """Include an excluded article again; one in quarantine of a closed month joins the next."""
        opened, kept = self._opened, self._named(article)
        held.include(opened.db, kept.article.id, opened.actor(by), opened.now)
        return self._rechecked(kept, by)

    @call
    def feature(self, article: AnArticle, *, on: bool = True, by: str = "") -> ArticleChanged:
        """Put an article at the top of the issue, or remove it from there."""
        return self._changed(article, "featured" if on else "unfeatured", {"featured": on}, by)

    @call
    def take_source(
        self, article: AnArticle, *, keep: bool = False, seen: str = "", by: str = ""
    ) -> ArticleChanged:
        """Use the source's version again or, with `keep`, keep the editor's and mark the source's as
        seen; `fields` are those concerned. Raises `Conflict` where they are not what was `seen`."""
        opened, kept = self._opened, self._named(article)
        actor, id_ = opened.actor(by), kept.article.id
        fields = source_text.take_source(opened.db, id_, actor, opened.now, keep=keep, seen=seen)
        now = articles.get(opened.db, id_).article
        notes = self._pictured(now) if "image" in fields else ()
        return replace(self._rechecked(kept, by), fields=fields, notes=notes)

    @call
    def move(
        self,
        article: AnArticle,
        *,
        section: str | None = None,
        position: int | None = None,
        to: AMonth = None,
        seen: str = "",
        by: str = "",
    ) -> ArticleChanged:
        """Put an article into another section, to a place in its section (from 1), or into a month;
        `Conflict` where the order is not what was `seen` (`MonthOverview.order`)."""
        opened = self._opened
        section_known(section or "", opened.settings)
        target = opened.month(to) if to else None
        kept = self._named(article)
        editing.move(
            opened.db,
            opened.settings,
            kept.article.id,
            opened.actor(by),
            opened.now,
            section=section,
            position=position,
            to=target,
            seen=seen,
        )
        return self._rechecked(kept, by)

    @call
    def join(self, article: AnArticle, other: AnArticle, *, by: str = "") -> ArticleChanged:
        """Mark an article as a duplicate of `other`, which then names it as another source; in another
        language, as a translation of it."""
        opened, kept, first = self._opened, self._named(article), self._named(other)
        actor = opened.actor(by)
        duplicates.join(opened.db, kept.article.id, first.article.id, actor, opened.now)
        return self._rechecked(kept, by)

    @call
    def part(
        self, article: AnArticle, other: AnArticle | None = None, *, by: str = ""
    ) -> ArticleChanged:
        """Make a duplicate or a translation a separate article again, for good; with `other`, settle
        that these two are two stories. An article that its source has updated at another address
        becomes two; a note names the new one."""
        opened, kept = self._opened, self._named(article)
        second = self._named(other).article.id if other is not None else None
        id_ = kept.article.id
        new = duplicates.part(opened.db, id_, opened.actor(by), opened.now, second)
        changed = self._rechecked(kept, by)
        if not new:
            return changed
        note = (
            f"{new} is the article at {kept.article.url}; {id_} is at {changed.article.article.url}"
            f" again, and still has its text: `alerts article edit {id_} --title TITLE --summary TEXT`"
        )
        return replace(changed, notes=(note,))

    @call
    def near(self, month: AMonth = None) -> "tuple[NearHit, ...]":
        """The pairs of articles that may be one story, with the reason of each: of that month and later
        open ones, with articles of all issues."""
        from alerts.sources.near import found_near

        return tuple(found_near(self._opened.db, self._opened.month(month)))

    @call
    def story(self, article: AnArticle) -> "tuple[Member, ...]":
        """The other articles of its story: duplicates, translations, and those of past issues."""
        return duplicates.story(self._opened.db, self._named(article).article.id)

    def _rechecked(self, before: StoredArticle, by: str) -> ArticleChanged:
        """The article as it is now, and the approvals that its change voided."""
        now = articles.get(self._opened.db, before.article.id)
        return ArticleChanged(now, voided(self._opened, {before.month, now.month}, by))

    def _pictured(self, article: Article) -> tuple[str, ...]:
        """Fetch and make the picture of an article; notes where it cannot be shown."""
        from alerts.sources.picture.bring import bring  # imports httpx2, which editing can save

        return bring(self._opened.db, self._opened.settings, article, self._opened.now)

    def _named(self, article: AnArticle) -> StoredArticle:
        return self.find(article) if isinstance(article, str) else article

    def _changed(
        self, article: AnArticle, done: str, changes: Mapping[str, Any], by: str
    ) -> ArticleChanged:
        """Apply changes; `done` names the event."""
        opened, kept = self._opened, self._named(article)
        actor = opened.actor(by)
        editing.change(opened.db, kept.article.id, done, changes, actor, opened.now)
        return self._rechecked(kept, by)

    def _edits(self, fields: Mapping[str, ArticleValue]) -> dict[str, Any]:
        return edits_of(self._opened.settings, profiles.all_profiles(self._opened.db), fields)

    def _read(self, url: str, *, needed: bool) -> tuple[Article | None, str]:
        """The article at `url`, or why it cannot be read; raises `InputError` if it is `needed`."""
        from alerts.sources import reader as sources  # imports httpx2, which other acts do not need

        settings = self._opened.settings
        try:
            with sources.SourceReader(
                settings, sources.Fetcher(settings), sources.ReadingScope()
            ) as reader:
                (found,) = reader.check(url, SourceKind.PAGE).articles
        except InputError as fault:
            if needed:
                raise InputError(f"{fault}; to write it by hand, give --title") from fault
            return None, str(fault)
        return found, ""
