"""Judges whether two articles that share an alias are one story, and says why.

Pure. A wrong join loses a story without a word, so an alias alone is seldom enough: what shares a guid
must also have something else in common, for sites number their pages anew, and feeds number their
entries by position. What is not enough is a near hit, which a person settles.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from urllib.parse import urlsplit

from alerts.domain.article import Article
from alerts.domain.languages import same_language
from alerts.domain.story import AliasKind
from alerts.sources.similarity import SourceText, likeness
from alerts.text.aliases import LITTLE_TEXT, aliases, site_of
from alerts.text.urls import page_of
from alerts.text.words import words

_TRANSLATED_WITHIN = timedelta(days=31)
_SAME_DAY, _SAME_DAYS = timedelta(hours=26), timedelta(days=3)


class Relation(Enum):
    """What two articles are to each other."""

    SAME = auto()  # one article
    TRANSLATION = auto()  # one story in two languages
    NEAR = auto()  # perhaps; a person must say
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reason, in words."""

    verdict: Relation
    reason: str = ""


OTHER = Judgement(Relation.OTHER)


def judged(new: Article, old: Article, kind: AliasKind, present: Collection[str] = ()) -> Judgement:
    """What `new` is to `old`, which has the same alias of that kind.

    `present` are the pages that the source of `new` names at the same time: what stands beside another
    one is no corrected version of it.
    """
    if kind is AliasKind.HREFLANG:
        named = "one page names the other as its translation (hreflang)"
        if same_language(new.language, old.language):
            return OTHER
        return Judgement(Relation.TRANSLATION, named)
    if kind is AliasKind.MOMENT:
        return _at_one_moment(new, old, present)
    if not same_language(new.language, old.language) and kind is not AliasKind.TEXT:
        return _in_two_languages(new, old, kind)
    if page_of(old.url) in present:
        return Judgement(Relation.NEAR, f"same {_NAMES[kind]}, but both are there at once")
    return _in_one_language(new, old, kind)


_NAMES = {
    AliasKind.NODE: "number on its site",
    AliasKind.GUID: "guid",
    AliasKind.DOI: "DOI",
    AliasKind.ISBN: "ISBN",
    AliasKind.UID: "UID",
    AliasKind.TEXT: "title and text",
    AliasKind.TITLE: "title",
    AliasKind.PICTURE: "picture",
    AliasKind.MOMENT: "moment of publication",
    AliasKind.PATH: "path but for the language",
    AliasKind.WHEN: "begin and end",
}


def named(kind: AliasKind) -> str:
    """What a kind of alias is called for a person."""
    return _NAMES[kind]


def _in_one_language(new: Article, old: Article, kind: AliasKind) -> Judgement:
    if kind is AliasKind.UID:
        return Judgement(Relation.SAME, "same UID")
    if kind is AliasKind.TEXT:
        return _same_text(new, old)
    common = _common(new, old)
    name = _NAMES[kind]
    if kind in (AliasKind.DOI, AliasKind.ISBN):
        common = [one for one in common if one in ("title", "text")]
    if common:
        return Judgement(Relation.SAME, f"same {name}, and same or like {' and '.join(common)}")
    return Judgement(Relation.NEAR, f"same {name}, but nothing else in common")


def _at_one_moment(new: Article, old: Article, present: Collection[str]) -> Judgement:
    """A corrected title or address where nothing else says so: its date, and most of its words."""
    if not same_language(new.language, old.language) or page_of(old.url) in present:
        return OTHER
    one, other = _text(new), _text(old)
    title, text = likeness(one, other)
    long = min(len(words(new.summary)), len(words(old.summary))) >= LITTLE_TEXT
    if one.numbers == other.numbers and title >= 0.5 and (long and text >= 0.5):
        return Judgement(Relation.SAME, "same date, and like title and text")
    return OTHER


def _same_text(new: Article, old: Article) -> Judgement:
    """The same title and text again: a site made anew, or what is said again each month?"""
    moved = site_of(new.url) != site_of(old.url)
    apart = _apart(new, old)
    if moved or apart is None or apart <= _SAME_DAY:
        return Judgement(
            Relation.SAME, "same title and text" + (", on another site" if moved else "")
        )
    return Judgement(Relation.NEAR, "same title and text, but published on another day")


def _common(new: Article, old: Article) -> list[str]:
    """What two articles in one language have in common."""
    one, other = _text(new), _text(old)
    title, text = likeness(one, other)
    long = min(len(words(new.summary)), len(words(old.summary))) >= LITTLE_TEXT
    found = {
        "date": new.published is not None and new.published == old.published,
        "title": title >= 0.4,
        "text": long and text >= 0.3,
        "path": bool(_last(new.url)) and _last(new.url) == _last(old.url),
        "begin": new.event is not None
        and old.event is not None
        and new.event.start == old.event.start,
    }
    return [name for name, same in found.items() if same]


def _in_two_languages(new: Article, old: Article, kind: AliasKind) -> Judgement:
    name = _NAMES[kind]
    if kind in (AliasKind.UID, AliasKind.DOI):
        return Judgement(Relation.TRANSLATION, f"same {name}, in another language")
    apart = _apart(new, old)
    if kind is AliasKind.NODE and (apart is None or apart <= _TRANSLATED_WITHIN):
        return Judgement(Relation.TRANSLATION, f"same {name}, in another language")
    found = [one for one in evidence(new, old) if one is not AliasKind.MOMENT or not scheduled(new)]
    if kind is AliasKind.GUID and found:
        return Judgement(
            Relation.TRANSLATION,
            f"same guid and same {' and '.join(map(named, found))}, in another language",
        )
    return Judgement(Relation.NEAR, f"same {name}, in another language")


def evidence(one: Article, other: Article) -> tuple[AliasKind, ...]:
    """What two articles of one site in two languages have in common, whatever their words."""
    weak = (AliasKind.PICTURE, AliasKind.MOMENT, AliasKind.PATH, AliasKind.WHEN)
    mine, theirs = ({a[:2] for a in aliases(x) if a.kind in weak} for x in (one, other))
    return tuple(AliasKind(kind) for kind, _ in sorted(mine & theirs))


def scheduled(article: Article) -> bool:
    """True for a moment that schedules give to many articles: a whole minute."""
    return article.published is None or article.published.second == 0


def same_days(one: Article, other: Article) -> bool:
    """True for two dated articles that were published within three days."""
    apart = _apart(one, other)
    return apart is not None and apart <= _SAME_DAYS


def _apart(one: Article, other: Article) -> timedelta | None:
    if one.published is None or other.published is None:
        return None
    return abs(one.published - other.published)


def _text(article: Article) -> SourceText:
    return SourceText(article.id, None, "", article.title, article.summary)


def _last(url: str) -> str:
    """The last part of a path, where it tells something."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2].lower()
    return last if len(last) >= 8 else ""
