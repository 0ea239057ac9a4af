"""Comments of the people of the desk on a story or on the issue, and the mail that tells of them.

    add → on disk, and in the next mail to everybody but the writer → 10 minutes later, one mail with all

Guarantees: a comment is mailed to a person at most once. The event log says that there was a comment, and
not what it said, so deleting one deletes its words.
"""

from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.comment import Comment
from alerts.domain.errors import InputError, UsageError
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.domain.person import Person
from alerts.issue import editing, introduction
from alerts.issue.compose import edition_language
from alerts.store import articles, comments, issues, notices, people, transaction
from alerts.store.notices import NoticeKind

LONGEST = 4_000  # characters
GATHERED_FOR = timedelta(minutes=10)  # what is said meanwhile goes into the same mail


def add(
    db: Database,
    settings: Settings,
    month: Month,
    article_id: str,
    text: str,
    actor: Actor,
    now: datetime,
) -> Comment:
    """Store a comment on an article, or (`article_id` empty) on the issue of `month`, and queue its mails.

    The same words of the same person again, where nobody has said anything since, are no second comment.
    Raises `InputError` for an empty or too long text.
    """
    words = introduction.tidy(text).strip()
    if not words:
        raise InputError("comment: it has no words")
    if len(words) > LONGEST:
        raise InputError(f"comment: it has {len(words):,} characters; at most {LONGEST:,} fit")
    with transaction(db):
        issue_id = issues.begin(db, month, now)
        last = next(reversed(_thread(db, issue_id, article_id)), None)
        if last and (last.person_id, last.text) == (actor.person_id, words) and not last.done:
            return last
        number = comments.add(
            db, issue_id, article_id, words, now, person_id=actor.person_id, said_by=actor.name
        )
        _record(db, month, "comment.added", number, article_id, actor, now)
        for person in people.everybody(db):
            if person.id != actor.person_id:
                _mail(db, settings, person, number, now)
        return _known(db, number)


def _thread(db: Database, issue_id: int, article_id: str) -> tuple[Comment, ...]:
    return comments.of_article(db, article_id) if article_id else comments.of_issue(db, issue_id)


def _mail(db: Database, settings: Settings, person: Person, number: int, now: datetime) -> None:
    """Put a comment into the next mail to a person."""
    notice = comments.open_mail(db, person.id) or notices.add(
        db,
        NoticeKind.COMMENTS,
        Address.parse(person.email),
        _language(person, settings),
        now,
        subscriber_id=None,
        due_at=now + GATHERED_FOR,
    )
    comments.keep_mail(db, number, person.id, notice)


def _language(person: Person, settings: Settings) -> str:
    """The language that a translator writes, or else that of the alert."""
    own = next((held.language for held in sorted(person.roles) if held.language), "")
    return edition_language(own or settings.default_language, settings)


def settle(db: Database, number: int, actor: Actor, now: datetime, *, done: bool) -> Comment:
    """Mark a comment as done, or as open again; twice changes nothing. Raises `UsageError`."""
    with transaction(db):
        kept = _known(db, number)
        if comments.settle(db, number, now if done else None, actor.person_id):
            kind = "comment.done" if done else "comment.reopened"
            _record(db, kept.month, kind, number, kept.article_id, actor, now)
        return _known(db, number)


def delete(db: Database, number: int, actor: Actor, now: datetime) -> Comment:
    """Delete a comment with its words; only who wrote it may, or a command on the machine. Raises
    `UsageError`."""
    with transaction(db):
        kept = _known(db, number)
        if actor.person_id is not None and actor.person_id != kept.person_id:
            raise UsageError("only who wrote a comment can delete it")
        comments.delete(db, number)
        _record(db, kept.month, "comment.deleted", number, kept.article_id, actor, now)
        return kept


def _known(db: Database, number: int) -> Comment:
    kept = comments.find(db, number)
    if kept is None:
        raise UsageError("there is no such comment")
    return kept


def _record(
    db: Database,
    month: Month,
    kind: str,
    number: int,
    article_id: str,
    actor: Actor,
    now: datetime,
) -> None:
    detail: dict[str, object] = {"comment": number}
    if article_id:
        detail |= {"article": article_id, "title": articles.get(db, article_id).article.title}
    editing.record(db, month, kind, detail, actor, now)
