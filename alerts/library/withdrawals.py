"""Withdrawing a story or an issue from the archive: pages, feeds, search, exports, pictures.

The mails that were sent cannot be called back. What was frozen is kept and shown to nobody, unless it is
to be erased; `archive verify` tells which.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.archive.withdrawn import Gone, without
from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle, event_path
from alerts.domain.errors import TryLater, UsageError
from alerts.domain.issue import Actor, Edition
from alerts.domain.month import Month
from alerts.domain.picture import names_in
from alerts.domain.withdrawal import WHOLE_ISSUE, FrozenEdition, ShownEdition, Withdrawal
from alerts.editions.catalogue import Catalogue, direction
from alerts.editions.environment import environment, render
from alerts.editions.escaping import clean
from alerts.editions.template_files import template_folders
from alerts.issue.editing import record
from alerts.store import issues, outbox_figures, transaction, withdrawals
from alerts.store.issues import StoredIssue

_HREF = re.compile(r"\bhref=\"([^\"]*)\"")
_LONGEST = 500  # characters of a reason


@dataclass(frozen=True, slots=True)
class WithdrawalDone:
    """What was withdrawn, or shown again (`again`), and in how many editions it is."""

    month: Month
    article: str
    title: str
    editions: int
    erased: bool = False
    again: bool = False


def withdraw(
    db: Database,
    settings: Settings,
    month: Month,
    article: str,
    why: str,
    by: Actor,
    now: datetime,
    *,
    erase: bool = False,
) -> WithdrawalDone:
    """Withdraw an article of the issue of that month, or (WHOLE_ISSUE) all of it.

    Raises `UsageError` for an issue that is not frozen, a story that is not in it, a reason that is too
    long, and where words are to be erased that are still to be sent.
    """
    issue = _frozen(db, month)
    why = " ".join(clean(why).split())
    if len(why) > _LONGEST:
        raise UsageError(f"the reason has {len(why)} characters; at most {_LONGEST} are shown")
    title, editions = _named(db, issue, article)
    if erase and outbox_figures.any_open(db, month):
        raise UsageError(
            f"{month} is still being sent, word for word: erase it once it is sent, or drop what is"
            f" left by `alerts delivery cancel {month.option}`"
        )
    kept = withdrawals.of_month(db, month)
    one = Withdrawal(month, article, why, by.name, now, erase)
    after = [*(other for other in kept if other.article != article), one]
    shown = list(_shown(db, settings, issue, after))
    kind = "article.withdrawn" if article else "issue.withdrawn"
    with transaction(db):
        _unchanged(db, month, kept)
        withdrawals.add(db, issue.id, one)
        withdrawals.show(db, issue.id, shown)
        if erase:
            withdrawals.erase(db, issue.id, article)
        record(db, month, kind, {"article": article, "erased": erase}, by, now)
    return WithdrawalDone(month, article, title, editions, erase)


def show_again(
    db: Database, settings: Settings, month: Month, article: str, by: Actor, now: datetime
) -> WithdrawalDone:
    """Undo a withdrawal whose words are kept; raises `UsageError` where there is none, or they are gone."""
    issue = _frozen(db, month)
    kept, name = withdrawals.of_month(db, month), article or str(month)
    found = next((one for one in kept if one.article == article), None)
    if found is None:
        raise UsageError(f"{name} is not withdrawn; `alerts archive withdrawn` lists what is")
    if found.erased:
        raise UsageError(f"{name} was erased: there is nothing to show again")
    title, editions = _named(db, issue, article)
    shown = list(_shown(db, settings, issue, [one for one in kept if one is not found]))
    kind = "article.shown_again" if article else "issue.shown_again"
    with transaction(db):
        _unchanged(db, month, kept)
        withdrawals.remove(db, issue.id, article)
        withdrawals.show(db, issue.id, shown)
        record(db, month, kind, {"article": article}, by, now)
    return WithdrawalDone(month, article, title, editions, again=True)


def _frozen(db: Database, month: Month) -> StoredIssue:
    issue = issues.get(db, month)
    if issue is None or not (
        issue.frozen or withdrawals.frozen(db, issue.id)
    ):  # recalled: shown still
        raise UsageError(
            f"{month} was not queued, so nothing of it is in the archive; leave a story out by"
            f" `alerts article exclude`"
        )
    return issue


def _unchanged(db: Database, month: Month, kept: Sequence[Withdrawal]) -> None:
    if withdrawals.of_month(db, month) != kept:
        raise TryLater(f"{month}: something else was withdrawn just now; run the command again")


def _named(db: Database, issue: StoredIssue, article: str) -> tuple[str, int]:
    """The title of a story, and the number of editions that it is in; raises `UsageError`."""
    frozen = withdrawals.frozen(db, issue.id)
    languages = dict.fromkeys(one.edition.language for one in frozen)
    if article == WHOLE_ISSUE:
        return "", len(languages)
    found = {
        language: story.title
        for version, language in dict.fromkeys(
            (one.version, one.edition.language) for one in frozen
        )
        for story in withdrawals.stories(db, issue.id, version, language)
        if story.id == article
    }
    if not found:
        raise UsageError(f"{article} is not in the issue of {issue.month} that was sent")
    return next(iter(found.values())), len(found)


def _shown(
    db: Database, settings: Settings, issue: StoredIssue, gone: Sequence[Withdrawal]
) -> Iterator[ShownEdition]:
    """What is shown of each edition that something is withdrawn from."""
    whole = next((one for one in gone if one.article == WHOLE_ISSUE), None)
    frozen = withdrawals.frozen(db, issue.id)
    by_language = {tag: _Notices(settings, tag) for tag in {one.edition.language for one in frozen}}
    for one in frozen:
        notices = by_language[one.edition.language]
        if whole is not None:
            edition = notices.issue(one.edition, whole)
        else:
            stories = withdrawals.stories(db, issue.id, one.version, one.edition.language)
            edition = _without_stories(one, stories, gone, notices)
        if edition != one.edition:
            before, after = (frozenset(names_in(e.html)) for e in (one.edition, edition))
            yield ShownEdition(one.key, edition, before - after)


def _without_stories(
    one: FrozenEdition,
    stories: Sequence[ArchivedArticle],
    gone: Sequence[Withdrawal],
    notices: "_Notices",
) -> Edition:
    by_id = {withdrawal.article: withdrawal for withdrawal in gone}
    out = [story for story in stories if story.id in by_id]
    if not out:
        return one.edition
    month, language = gone[0].month, one.edition.language
    linked = {html.unescape(found) for found in _HREF.findall(one.edition.html) if found}

    def links(story: ArchivedArticle) -> frozenset[str]:
        """The addresses in the document that lead to the story, or to its calendar file."""
        file = f"/{event_path(month, language, story.id)}"
        return frozenset(link for link in linked if link == story.url or link.endswith(file))

    taken = [
        Gone(links(story), story.title, story.summary, notices.story(by_id[story.id]))
        for story in out
    ]
    others = {link for story in stories if story.id not in by_id for link in links(story)}
    return without(one.edition, taken, others, notices.heading(month))


class _Notices:
    """The words that stand in place of what is gone, in one language."""

    def __init__(self, settings: Settings, language: str) -> None:
        self._settings, self._language = settings, language
        self._catalogue = Catalogue(language, template_folders(settings.root))
        self._env = environment(settings.root)

    def heading(self, month: Month) -> str:
        """What is said instead of a subject or headline that names what is gone."""
        name = self._settings.alert.in_language(self._language).name
        return f"{name}, {self._catalogue.month(month)}"

    def story(self, one: Withdrawal) -> str:
        """The notice in place of a story, as HTML."""
        return render(self._env, "web/withdrawn.html", self._values(one))

    def issue(self, edition: Edition, one: Withdrawal) -> Edition:
        """The edition in place of one that was withdrawn."""
        title = self.heading(one.month)
        values = self._values(one) | {"title": title}
        document = render(self._env, "web/withdrawn_issue.html", values)
        return replace(edition, subject=title, preheader="", html=document, text="", articles=0)

    def _values(self, one: Withdrawal) -> dict[str, Any]:
        day = self._catalogue.day(one.at.astimezone(self._settings.zone).date())
        return {
            "whole": one.article == WHOLE_ISSUE,
            "day": day,
            "why": one.why,
            "language": self._language,
            "direction": direction(self._language),
            "_": self._catalogue.say,
        }
