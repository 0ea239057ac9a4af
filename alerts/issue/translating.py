"""Writes many translations of a month at once, and overwrites nothing that somebody else wrote meanwhile.

Each text comes with the digest of the one that its writer saw. Where another text is there now, it is not
written, and both are returned; all others are.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.article import Article, Translation
from alerts.domain.issue import Actor
from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.issue.editing import change_inside, check_open
from alerts.issue.one_act import one_act
from alerts.store import articles, machine_texts, transaction
from alerts.store.machine_texts import TextKey

TEXTS = ("title", "summary")


@dataclass(frozen=True, slots=True)
class TextGiven:
    """A translation as somebody wrote it. `seen` is the digest of the text that was there before them."""

    article_id: str
    name: str  # one of TEXTS
    text: str
    seen: str


@dataclass(frozen=True, slots=True)
class TextConflict:
    """A text that was changed meanwhile: theirs is kept, and what was given is not written."""

    given: TextGiven
    theirs: str


@dataclass(frozen=True, slots=True)
class TextsWritten:
    """How many texts were written, how many of a machine were signed as they are, and which were not
    written."""

    written: int
    signed: int
    conflicts: tuple[TextConflict, ...]


def text_digest(text: str) -> str:
    """What stands for a text in a form."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def translation_of(article: Article, language: str) -> Translation:
    """The texts of an article in a language, or else in one of its regions."""
    exact = article.translations.get(language, Translation())
    kin = [one for tag, one in article.translations.items() if same_language(tag, language)]
    titles = [one.title for one in (exact, *kin) if one.title]
    summaries = [one.summary for one in (exact, *kin) if one.summary]
    return Translation("".join(titles[:1]), "".join(summaries[:1]), exact.url)


def write_texts(
    db: Database,
    month: Month,
    language: str,
    given: Iterable[TextGiven],
    actor: Actor,
    now: datetime,
    machine: str = "",
) -> TextsWritten:
    """Write these translations of articles of a month, those of each article as one event; texts of
    articles that are not in it are left out. `machine` is the translator that drafted them; without one, a
    person has read them all and signs them. Raises `UsageError` for a month that is queued or sent."""
    conflicts: list[TextConflict] = []
    read: list[TextKey] = []
    changes: dict[str, dict[str, str]] = {}
    with transaction(db):
        check_open(db, month)
        actor = one_act(db, actor)
        there = {kept.article.id: kept.article for kept in articles.kept_of_month(db, month)}
        for one in given:
            article = there.get(one.article_id)
            if article is None or same_language(article.language, language):
                continue
            now_there = str(getattr(translation_of(article, language), one.name))
            if one.text == now_there:
                read.append((one.article_id, language, one.name))
            if one.text == now_there or text_digest(one.text) == one.seen:
                continue
            if text_digest(now_there) != one.seen:
                conflicts.append(TextConflict(one, now_there))
                continue
            changes.setdefault(one.article_id, {})[one.name] = one.text
        for article_id, words in changes.items():
            told = {"translations": {language: words}}
            change_inside(db, article_id, "translated", told, actor, now)
            for name, text in words.items() if machine else ():
                machine_texts.put(db, (article_id, language, name), text_digest(text), machine, now)
        signed = 0 if machine else machine_texts.sign(db, read)
    return TextsWritten(sum(map(len, changes.values())), signed, tuple(conflicts))
