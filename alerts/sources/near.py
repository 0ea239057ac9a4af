"""Near hits: pairs of articles that may be one story, which no evidence decides and a person settles.

Each says why. Pairs that are one story, or that an editor has parted, are none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from sqlite_utils import Database

from alerts.domain.article import Article
from alerts.domain.languages import primary, same_language
from alerts.domain.month import Month
from alerts.domain.story import AliasKind
from alerts.sources.identity import named
from alerts.sources.similarity import SourceText, alike
from alerts.sources.translations import pairs
from alerts.store import aliases, stories
from alerts.store.aliases import Known
from alerts.store.stories import Member, Pair, pair

SHARED = (AliasKind.TITLE,)
"""The weak kinds that make a near hit by themselves, over all issues."""
_MOST = 6  # articles with one title: more have a title that says nothing
_NEAR_IN_TIME = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class NearHit:
    """Two articles that may be one story, and why."""

    one: Member
    other: Member
    reason: str


def near_hits(
    members: Mapping[str, Member],
    shared: Iterable[Known],
    recorded: Mapping[Pair, str],
    parted: Collection[Pair],
) -> list[NearHit]:
    """The near hits among `members`, by id: those that share an alias, and whose texts are alike.

    `recorded`: those that placing found, with their reasons.
    """
    reasons: dict[Pair, list[str]] = defaultdict(list)
    for couple, reason in (
        *_by_title(members, shared),
        *((couple, why) for couple, why in recorded.items() if members.keys() >= {*couple}),
        *_by_language(members),
        *_by_text(members),
    ):
        one, other = (members[id_] for id_ in couple)
        if one.story != other.story and couple not in parted and reason not in reasons[couple]:
            reasons[couple].append(reason)
    found = [
        NearHit(members[one], members[other], "; ".join(why))
        for (one, other), why in reasons.items()
        if why and not (members[one].closed and members[other].closed)
    ]
    return sorted(found, key=lambda hit: (hit.one.article.title, hit.one.id, hit.other.id))


def _by_title(members: Mapping[str, Member], shared: Iterable[Known]) -> Iterator[tuple[Pair, str]]:
    groups: dict[tuple[AliasKind, str], list[str]] = defaultdict(list)
    for known in shared:
        if known.article_id in members:
            groups[known.kind, known.value].append(known.article_id)
    for (kind, _), ids in groups.items():
        if len(ids) <= _MOST:
            for one, other in combinations(ids, 2):
                yield pair(one, other), f"same {named(kind)}"


def _by_language(members: Mapping[str, Member]) -> Iterator[tuple[Pair, str]]:
    """Those of one site in two languages, with too little in common to be joined."""
    open_ones = [one for one in members.values() if not one.closed]
    spoken: dict[str, set[str]] = defaultdict(set)
    for one in open_ones:
        spoken[one.story].add(primary(one.article.language))
    by_id = {one.id: one for one in open_ones}
    telling = (AliasKind.PICTURE, AliasKind.PATH, AliasKind.WHEN)
    for found in pairs(one.article for one in open_ones):
        one, other = by_id[found.one], by_id[found.other]
        if spoken[one.story] & spoken[other.story]:
            continue  # each has its version in the other's language
        if found.sure or any(kind in telling for kind in found.kinds):
            yield pair(found.one, found.other), found.reason


def _by_text(members: Mapping[str, Member]) -> Iterator[tuple[Pair, str]]:
    """Open articles in one language whose titles or texts are alike, but not enough to be joined."""
    told = [
        SourceText(
            m.id, m.source_id, primary(m.article.language), m.article.title, m.article.summary
        )
        for m in members.values()
        if not m.article.event
    ]
    for one, other in alike(told):
        here, there = members[one].article, members[other].article
        if _far_apart(here, there):
            continue
        if same_language(here.language, there.language):
            yield pair(one, other), "like title or text"


def _far_apart(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return False
    return abs(one.published - other.published) > _NEAR_IN_TIME


def found_near(db: Database, month: Month) -> list[NearHit]:
    """The near hits of the open months from `month` on, with articles of all issues."""
    shared, recorded = aliases.shared(db, SHARED), stories.near(db)
    asked = {one.article_id for one in shared} | {id_ for couple in recorded for id_ in couple}
    members = {m.id: m for m in stories.members(db, asked)}
    members |= {m.id: m for m in stories.of_open_months(db, month)}
    return near_hits(members, shared, recorded, stories.parted(db))
