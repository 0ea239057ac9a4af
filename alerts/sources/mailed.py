"""Keeps what was mailed in: a candidate that is in no issue until an editor includes it.

Guarantees: the same mail, by its Message-ID, is one candidate; an article that is known already stays as
it was; a candidate never stands in the way of a source that brings the same page, whose version replaces
it. Its sender is named to editors alone, until one of them has decided. Call it within a transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.article import Article, Source
from alerts.domain.month import Month
from alerts.domain.printable import printable
from alerts.domain.story import AliasKind
from alerts.store import aliases, article_pages, articles, quarantine
from alerts.store.articles import Change
from alerts.text.aliases import aliases as aliases_of

BY_MAIL = "it came by mail"


def hold(
    db: Database,
    source: Source,
    article: Article,
    why: Sequence[str],
    month: Month,
    now: datetime,
) -> tuple[str, Change, str]:
    """Keep a candidate out of the issue; it is counted with its mailbox (`source`). Returns its id, what
    changed, and a note without its sender."""
    mail = [alias for alias in aliases_of(article) if alias.kind is AliasKind.UID]
    before = [one for one in aliases.known(db, article.url, mail) if one.kind is AliasKind.UID]
    if before:
        return before[0].article_id, "unchanged", ""
    about = f"“{printable(article.title, 80)}” ({{}})"
    if known := article_pages.find(db, article.url):
        aliases.keep(db, known, mail)
        return known, "unchanged", f"{about.format(known)}: {BY_MAIL}, and is an article already"
    articles.put(db, article, month, None, now)  # whoever brings the page owns it
    aliases.forget(db, article.id, AliasKind)  # it may be about a story that others tell
    aliases.keep(db, article.id, mail)
    articles.edit(db, article.id, {"excluded": True}, now)
    sender = _sender(article)
    quarantine.keep(db, article.id, why, now, sender=sender, mailbox_id=source.id or None)
    waits = f"it waits until `alerts article include {article.id}` takes it in"
    names = f"`alerts issue show {month.option}` names its sender"
    return article.id, "new", f"{about.format(article.id)}: {'; '.join(why)}; {waits}; {names}"


def _sender(article: Article) -> str:
    said = (mark.removeprefix("sender:") for mark in article.marks if mark.startswith("sender:"))
    return next(said, "")
