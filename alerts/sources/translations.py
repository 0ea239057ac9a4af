"""Finds articles of one site that are one story in two languages, by what does not depend on language.

Pure. Pictures, moments of publication, paths without the language, and times of events are each shared by
chance now and then: two of them must agree, or the moment to a second that no schedule gives, and each
article must have exactly one partner in the other language.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from alerts.domain.article import Article
from alerts.domain.languages import primary
from alerts.domain.story import AliasKind
from alerts.sources.identity import named, same_days, scheduled
from alerts.text.aliases import aliases, site_of

_WEAK = (AliasKind.PICTURE, AliasKind.MOMENT, AliasKind.PATH, AliasKind.WHEN)
_MOST = 60  # articles with one alias: more of them have it by chance
_NEAR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles by id, the reasons for which they may be one story, and whether these are enough."""

    one: str
    other: str
    kinds: tuple[AliasKind, ...]
    sure: bool

    @property
    def reason(self) -> str:
        """Why, in words."""
        return f"same {' and '.join(map(named, self.kinds))} on one site, in two languages"


def pairs(articles: Iterable[Article]) -> list[Pair]:
    """The pairs of articles in two languages that have something in common; sure ones are one to one."""
    given = {article.id: article for article in articles}
    shared: dict[tuple[AliasKind, str], set[str]] = defaultdict(set)
    for article in given.values():
        for alias in aliases(article):
            if alias.kind in _WEAK:
                shared[alias.kind, alias.value].add(article.id)
    kinds: dict[tuple[str, str], list[AliasKind]] = defaultdict(list)
    unique: dict[tuple[str, str], set[AliasKind]] = defaultdict(set)
    for (kind, _), ids in sorted(shared.items()):
        if len(ids) > _MOST:
            continue
        alone = _alone(given[id_] for id_ in ids)
        for one, other in combinations(sorted(ids), 2):
            if _apart(given[one], given[other]):
                continue
            kinds[one, other].append(kind)
            if {one, other} <= alone:
                unique[one, other].add(kind)
    found = [
        Pair(one, other, tuple(of), _enough(given[one], given[other], of, unique[one, other]))
        for (one, other), of in kinds.items()
    ]
    return _one_to_one(found, given)


def _alone(articles: Iterable[Article]) -> frozenset[str]:
    """Those that are the only one in their language."""
    by: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        by[primary(article.language)].append(article.id)
    return frozenset(ids[0] for ids in by.values() if len(ids) == 1)


def _apart(one: Article, other: Article) -> bool:
    """True for articles that cannot be one story in two languages."""
    if primary(one.language) == primary(other.language) or site_of(one.url) != site_of(other.url):
        return True
    return (one.event is None) != (other.event is None)


def _enough(
    one: Article, other: Article, kinds: Sequence[AliasKind], unique: Collection[AliasKind]
) -> bool:
    """Whether what two articles have in common makes them one story."""
    if AliasKind.WHEN in kinds:
        place = one.event is not None and other.event is not None and _same_place(one, other)
        return place or len(kinds) >= 2
    if one.event is not None:
        return False
    if AliasKind.MOMENT in unique and not scheduled(one):
        return True
    if AliasKind.PICTURE in unique and same_days(one, other):
        return True
    telling = set(unique) - ({AliasKind.MOMENT} if _whole_hour(one) else set())
    return len(kinds) >= 2 and bool(telling)


def _whole_hour(article: Article) -> bool:
    """True for a moment that says no more than a day, as dates without a time do in any zone: two articles
    of one day with a picture that others have too, such as a logo, are not one story."""
    return scheduled(article) and (article.published is None or article.published.minute % 15 == 0)


def _same_place(one: Article, other: Article) -> bool:
    here, there = (a.event.place.casefold() if a.event else "" for a in (one, other))
    return bool(here) and here == there


def _one_to_one(found: list[Pair], given: Mapping[str, Article]) -> list[Pair]:
    """The pairs, of which only those are sure whose articles have no other sure partner in the other's
    language; of several, one with more in common counts."""
    partners: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in found:
        if pair.sure:
            partners[pair.one, primary(given[pair.other].language)].append(pair)
            partners[pair.other, primary(given[pair.one].language)].append(pair)
    unclear = {
        pair
        for several in partners.values()
        for pair in several
        if any(len(pair.kinds) <= len(other.kinds) for other in several if other is not pair)
    }
    return [Pair(p.one, p.other, p.kinds, p.sure and p not in unclear) for p in found]


def siblings(articles: Iterable[Article]) -> dict[str, list[str]]:
    """By the id of each article, those of its site in other languages, of about the same days."""
    by_site: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_site[site_of(article.url)].append(article)
    found: dict[str, list[str]] = {}
    for group in by_site.values():
        if len({primary(a.language) for a in group}) < 2:
            continue
        for one in group:
            others = [o.id for o in group if not _apart(one, o) and _of_those_days(one, o)]
            if others:
                found[one.id] = others
    return found


def _of_those_days(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return True
    return abs(one.published - other.published) <= _NEAR
