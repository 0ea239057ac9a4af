"""The values of the API about issues, deliveries, jobs and tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from alerts.domain.api_token import ApiToken
from alerts.domain.issue import Edition
from alerts.domain.job import JobRecord
from alerts.store.deliveries import Delivery
from alerts.web.api.pages import PageQuery

MonthText = Annotated[str, Meta(pattern=r"^(|(19|20|21)\d\d-(0[1-9]|1[0-2])(-[a-z0-9-]{1,50})?)$")]
State = Literal["queued", "sending", "sent", "deferred", "failed", "in_doubt", "skipped"]


class MonthPageQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """A part of a list of one month; by default, of the last that has ended."""

    month: MonthText = ""


class DeliveryQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Which deliveries of an issue."""

    state: State | Literal[""] = ""
    domain: Annotated[str, Meta(max_length=253)] = ""


class IssueSection(msgspec.Struct):
    """A section, with the ids of its articles in reading order."""

    key: str
    articles: list[str]


class ApiIssue(msgspec.Struct):
    """The issue of a month. `missing` are the gaps in its translations, `coverage` the share of titles by
    language; `content` is what an approval signs."""

    month: str
    state: Literal["draft", "approved", "queued", "sent"]
    sections: list[IssueSection]
    excluded: int
    missing: list[str]
    coverage: dict[str, float]
    content: str
    approved_by: list[str]
    approvals_needed: int


class IssueListed(msgspec.Struct):
    """An issue in a list: `month` is its key, `kind` is month, special, correction or imported. `owed`,
    `sent` and `open` are copies; `scheduled` is when a special alert goes by itself (UTC)."""

    month: str
    state: str
    kind: str = "month"
    version: int = 1
    subject: str = ""
    scheduled: datetime | None = None
    owed: int = 0
    sent: int = 0
    open: int = 0


class ApiEdition(msgspec.Struct):
    """An issue in one language. In html and text the slots of a reader are unfilled."""

    language: str
    subject: str
    preheader: str
    articles: int
    html: str
    text: str

    @classmethod
    def of(cls, one: Edition) -> "ApiEdition":
        """The value of an edition."""
        return cls(one.language, one.subject, one.preheader, one.articles, one.html, one.text)


class IssueEvent(msgspec.Struct):
    """One thing that changed an issue."""

    at: str
    kind: str
    detail: dict[str, Any]


class WrittenText(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A text; empty: none."""

    text: Annotated[str, Meta(max_length=20_000)]


class FaceTexts(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What stands in the inbox and above the first story; an empty text is made from that story."""

    subject: Annotated[str, Meta(max_length=300)] = ""
    preheader: Annotated[str, Meta(max_length=300)] = ""
    headline: Annotated[str, Meta(max_length=300)] = ""
    standfirst: Annotated[str, Meta(max_length=1000)] = ""


class ApprovalGiven(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An approval. `content` is that of the issue which the person has seen."""

    content: Annotated[str, Meta(min_length=8, max_length=64, pattern="^[0-9a-f]+$")]
    by: Annotated[str, Meta(max_length=100, description="Who approves; default: the token.")] = ""


class ReasonGiven(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why."""

    why: Annotated[str, Meta(max_length=500)] = ""


class SpecialNew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A special alert to begin: an issue that is not a month's."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    language: Annotated[str, Meta(max_length=20)] = ""
    where: Annotated[str, Meta(max_length=1000)] = ""


class IssueDropped(msgspec.Struct):
    """Whether an issue was dropped, or owed again, before."""

    month: str
    already: bool


class ApiDelivery(msgspec.Struct):
    """One person's copy of an issue; `email` is empty after an erasure."""

    id: int
    month: str
    email: str
    language: str
    state: State
    reason: str
    reply: str
    attempts: int
    due_at: str
    changed_at: str
    version: int
    correction: int

    @classmethod
    def of(cls, one: Delivery) -> "ApiDelivery":
        """The value of a delivery."""
        return msgspec.convert(one, cls, from_attributes=True)


class DeliveriesNamed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The deliveries to decide on; none named: all in `state`."""

    emails: Annotated[
        list[Annotated[str, Meta(min_length=3, max_length=254)]], Meta(max_length=1000)
    ] = []
    state: Literal["failed", "deferred", "in_doubt", "queued"] | None = None
    domain: Annotated[str, Meta(max_length=253)] = ""


class DeliveriesDecided(msgspec.Struct):
    """How many deliveries changed, and how many are in doubt now."""

    month: str
    changed: int
    in_doubt: int


class IssueStatistics(msgspec.Struct):
    """The figures of an issue; recipients = the sum of `deliveries`. `reading` are counts per edition and
    article, never per person, where counting is switched on."""

    month: str
    state: str
    articles: int
    recipients: int
    deliveries: dict[str, int]
    hard_bounces: int
    soft_bounces: int
    complaints: int
    next_due: str
    sending: bool
    reading: list[dict[str, Any]]


class ListStatistics(msgspec.Struct):
    """How many people have each status and, of the active, each language."""

    by_status: dict[str, int]
    active_by_language: dict[str, int]


class ApiJob(msgspec.Struct):
    """A job. `done` of `total` steps are taken; `total` 0: nobody knows how many."""

    id: int
    kind: str
    month: str
    arguments: dict[str, Any]
    state: Literal["waiting", "running", "done", "failed"]
    done: int
    total: int
    words: str
    started_by: str
    asked_at: str
    began_at: str
    ended_at: str
    result: dict[str, Any] | None
    fault: str

    @classmethod
    def of(cls, one: JobRecord) -> "ApiJob":
        """The value of a job."""
        return cls(
            one.id,
            one.kind,
            one.month,
            dict(one.arguments),
            one.state.value,
            one.done,
            one.total,
            one.words,
            one.started_by,
            one.asked_at,
            one.began_at,
            one.ended_at,
            None if one.result is None else dict(one.result),
            one.fault,
        )


class JobNew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A job to do; each kind knows some of the arguments (docs/api.md)."""

    kind: Literal["collect", "lint", "queue", "send", "recall", "reissue", "run"]
    month: MonthText = ""
    links: bool | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=10_000_000)] | UnsetType = UNSET
    where: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    why: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    anyway: (
        Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=20)] | UnsetType
    ) = UNSET

    def arguments(self) -> dict[str, Any]:
        """The arguments that were sent."""
        names = ("links", "limit", "where", "why", "anyway")
        return {n: value for n in names if (value := getattr(self, n)) is not UNSET}


class ApiTokenShown(msgspec.Struct):
    """A token, without the token itself."""

    name: str
    scope: Literal["read", "write", "admin"]
    created_at: str
    expires_at: str
    revoked_at: str
    used_on: str

    @classmethod
    def of(cls, one: ApiToken) -> "ApiTokenShown":
        """The value of a token."""
        return msgspec.convert(one, cls, from_attributes=True)
