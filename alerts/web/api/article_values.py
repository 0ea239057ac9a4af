"""The values of the API about articles."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from alerts.domain.article import Event, Image, day_or_moment
from alerts.domain.picture import focus_of
from alerts.library.article_results import ArticleChanged
from alerts.store.article_fields import shown_fields
from alerts.store.articles import StoredArticle
from alerts.web.api.problems import IMPOSSIBLE, ProblemFault

Title = Annotated[str, Meta(min_length=1, max_length=500)]
Text = Annotated[str, Meta(max_length=5000)]
Word = Annotated[str, Meta(max_length=100)]
Url = Annotated[str, Meta(min_length=8, max_length=2000)]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^((19|20|21)\d\d-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?$",
        description="A day, 2026-10-31, or a moment, 2026-10-31T18:00+01:00.",
    ),
]
Focus = Annotated[str, Meta(max_length=10, pattern=r"^(|\d{1,2},\d{1,2})$")]


class ApiArticle(msgspec.Struct):
    """An article as its issue has it, with an editor's changes."""

    id: str
    month: str
    url: str
    title: str
    summary: str
    language: str
    section: str
    published: str | None
    image: dict[str, str] | None
    author: str
    tags: list[str]
    profile: str
    event: dict[str, str] | None
    pages: int | None
    translations: dict[str, dict[str, str]]
    guessed: bool
    confidence: dict[str, dict[str, str]]
    featured: bool
    excluded: bool
    position: int | None
    layout: str
    note: str
    first_url: str
    same_as: str

    @classmethod
    def of(cls, kept: StoredArticle) -> "ApiArticle":
        """The value of an article."""
        one = kept.article
        about = {"id": one.id, "month": str(kept.month), "same_as": one.same_as}
        return msgspec.convert({**shown_fields(one), **about}, cls)


def _moment(text: str, field: str) -> date | datetime:
    """A day or a moment; a problem for one that no calendar has."""
    try:
        return day_or_moment(text)
    except ValueError as fault:
        raise ProblemFault(IMPOSSIBLE, f"{field}: no calendar has this day", field) from fault


class PictureGiven(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A picture on the web; `focus` is the point that stays in view, as 50,30 (per cent)."""

    url: Url
    alt: Annotated[str, Meta(max_length=500)] = ""
    focus: Focus = ""

    def value(self) -> Image:
        """The picture."""
        return Image(self.url, self.alt, focus_of(self.focus))


class EventGiven(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """When and where something takes place: days, or moments."""

    start: Annotated[Moment, Meta(min_length=1)]
    end: Moment = ""
    place: Annotated[str, Meta(max_length=300)] = ""

    def value(self) -> Event:
        """The event."""
        end = _moment(self.end, "event.end") if self.end else None
        return Event(_moment(self.start, "event.start"), end, self.place)


class ArticleChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What an editor writes over the source; what is left out stays, null or empty removes it."""

    title: Title | UnsetType = UNSET
    summary: Text | UnsetType = UNSET
    language: Word | UnsetType = UNSET
    section: Word | UnsetType = UNSET
    published: Moment | UnsetType | None = UNSET
    image: PictureGiven | UnsetType | None = UNSET
    author: Annotated[str, Meta(max_length=300)] | UnsetType = UNSET
    tags: Annotated[list[Word], Meta(max_length=50)] | UnsetType = UNSET
    profile: Word | UnsetType = UNSET
    event: EventGiven | UnsetType | None = UNSET
    layout: Word | UnsetType = UNSET
    note: Text | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that were sent, as the library takes them."""
        every = {name: getattr(self, name) for name in ArticleChange.__struct_fields__}
        kept = {name: value for name, value in every.items() if value is not UNSET}
        if told := kept.get("published"):
            kept["published"] = _moment(told, "published")
        return {
            name: value.value() if isinstance(value, PictureGiven | EventGiven) else value or None
            for name, value in kept.items()
        }


class ArticleNew(ArticleChange, kw_only=True, forbid_unknown_fields=True):
    """An article to add. With `read`, what is not given is read from its page."""

    url: Url
    month: Annotated[
        str, Meta(pattern=r"^(|(19|20|21)\d\d-(0[1-9]|1[0-2])(-[a-z0-9-]{1,50})?)$")
    ] = ""
    read: bool = True


class TranslationGiven(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Title and summary in a language; empty: not translated."""

    title: Annotated[str, Meta(max_length=500)] = ""
    summary: Text = ""


class ArticleMove(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where an article goes: section, place in it (from 1), month."""

    section: Word = ""
    position: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    month: Annotated[
        str, Meta(pattern=r"^(|(19|20|21)\d\d-(0[1-9]|1[0-2])(-[a-z0-9-]{1,50})?)$")
    ] = ""


class OtherArticle(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Another article, by its id."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{10}$")]


class StoryMember(msgspec.Struct):
    """An article of the same story; `primary` is the one that it is a duplicate or a translation of."""

    id: str
    title: str
    url: str
    month: str
    primary: str
    language: str


class VoidedApproval(msgspec.Struct):
    """The approvals of these people are void, since the issue of the month has changed."""

    month: str
    names: list[str]


class ArticleDone(msgspec.Struct):
    """An article after a change, notes for its editor, and approvals that the change has voided."""

    article: ApiArticle
    notes: list[str]
    voided: list[VoidedApproval]

    @classmethod
    def of(cls, changed: ArticleChanged) -> "ArticleDone":
        """The value of a change."""
        voided = [VoidedApproval(str(one.month), [*one.names]) for one in changed.voided]
        return cls(ApiArticle.of(changed.article), [*changed.notes], voided)
