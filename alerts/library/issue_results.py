"""What acts on issues return."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.domain.article import Article
from alerts.domain.issue import Issue, IssueState
from alerts.domain.month import Month
from alerts.editions.approval import ApprovalStatus
from alerts.editions.gaps import Gap
from alerts.issue.compose import Coverage
from alerts.issue.round_trip import RoundTripResult
from alerts.library.voided import Voided
from alerts.outbox.segment import Segment
from alerts.store.articles import StoredArticle


@dataclass(frozen=True, slots=True)
class IssueShown:
    """The issue of a month. `covered` is by language; `articles` are all articles of the month,
    excluded ones too; `standing` is None where there is nothing to approve; `rendered_with` are the
    versions that a frozen issue was rendered with; `pictures` are, by language, the number of pictures
    in its edition and their octets, None where the editions were not rendered since the last change;
    `quarantine` are the articles that are left out as not plausible, with the reasons of each; `segment`
    is whom it is for, if not everybody."""

    issue: Issue
    state: IssueState
    articles: tuple[StoredArticle, ...]
    covered: Mapping[str, Coverage]
    missing: tuple[Gap, ...]
    standing: ApprovalStatus | None
    rendered_with: Any
    pictures: Mapping[str, tuple[int, int]] | None = None
    quarantine: tuple[tuple[Article, tuple[str, ...]], ...] = ()
    segment: Segment | None = None

    @property
    def excluded(self) -> int:
        """The number of articles that are left out."""
        return sum(kept.article.excluded for kept in self.articles)

    @property
    def changed_at_source(self) -> tuple[StoredArticle, ...]:
        """The edited articles whose source has changed since."""
        return tuple(k for k in self.articles if k.changed_at_source and not k.article.excluded)


@dataclass(frozen=True, slots=True)
class DropPlan:
    """What is dropped with an issue: how many articles, and how many readers would get it now;
    `already`: it is dropped."""

    month: Month
    articles: int
    readers: int
    already: bool


@dataclass(frozen=True, slots=True)
class IntroductionWritten:
    """An introduction as it is stored; empty: it was removed."""

    month: Month
    language: str
    text: str
    voided: tuple[Voided, ...] = ()


@dataclass(frozen=True, slots=True)
class FaceWritten:
    """The texts of a face that were written, by name; empty ones were removed."""

    month: Month
    language: str
    texts: Mapping[str, str]
    voided: tuple[Voided, ...] = ()


@dataclass(frozen=True, slots=True)
class TextTaken:
    """The result of importing the text of an issue; `notes` say which pictures are not shown."""

    month: Month
    taken: RoundTripResult
    voided: tuple[Voided, ...] = ()
    notes: tuple[str, ...] = ()
