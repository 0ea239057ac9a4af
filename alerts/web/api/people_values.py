"""The values of the API about people: subscribers, sign-ups, suppressions, imports."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from alerts.domain.subscriber import Subscriber
from alerts.library.lists import document
from alerts.store.suppressions import Suppression
from alerts.web.api.pages import PageQuery

Email = Annotated[str, Meta(min_length=3, max_length=254, description="An address.")]
Name = Annotated[str, Meta(max_length=200)]
Language = Annotated[str, Meta(max_length=20, description="A code such as en, es, pt-br.")]
Zone = Annotated[str, Meta(max_length=60, description="Such as America/Bogota.")]
Tag = Annotated[str, Meta(max_length=50)]
Consent = Annotated[str, Meta(max_length=4000, description="The wording that they agreed to.")]
ConsentSource = Annotated[str, Meta(max_length=500, description="Where they did, such as a URL.")]
Status = Literal["pending", "active", "suppressed", "unsubscribed", "erased"]
Reason = Literal["hard_bounce", "complaint", "unsubscribed", "erased", "manual"]


class ApiSubscriber(msgspec.Struct):
    """One person, as `alerts subscriber list --json` shows them. A `suppressed` one is never mailed."""

    email: str
    name: str
    language: str
    timezone: str
    status: Status
    tags: list[str]
    sections: list[str]
    paused_until: str
    uncounted_since: str
    no_specials_since: str
    consent: str
    consent_source: str
    consent_at: str
    created_at: str

    @classmethod
    def of(cls, person: Subscriber) -> "ApiSubscriber":
        """The value of a person."""
        return msgspec.convert(document(person), cls)


class SubscriberNew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A person to put on the list. They are pending, and mailed a link to confirm with (`invite`); they
    are active at once only with `active` and the consent that you can prove."""

    email: Email
    name: Name = ""
    language: Language = ""
    timezone: Zone = ""
    tags: Annotated[list[Tag], Meta(max_length=50)] = []
    sections: Annotated[list[Tag], Meta(max_length=50)] = []
    consent: Consent = ""
    consent_source: ConsentSource = ""
    active: bool = False
    invite: bool = True
    resubscribe: Annotated[bool, Meta(description="Also one who left; needs a new consent.")] = (
        False
    )


class SubscriberChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change of a person; what is left out stays."""

    email: Email | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    timezone: Zone | UnsetType = UNSET
    tags: Annotated[list[Tag], Meta(max_length=50)] | UnsetType = UNSET
    sections: Annotated[list[Tag], Meta(max_length=50)] | UnsetType = UNSET
    pause_until: (
        Annotated[str, Meta(max_length=10, description="A day; empty ends a pause.")] | UnsetType
    ) = UNSET


class SubscriberQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Which people."""

    status: Status | Literal[""] = ""
    language: Language = ""
    tag: Tag = ""
    where: Annotated[
        str, Meta(max_length=1000, description="As in `alerts subscriber list --where`.")
    ] = ""


class SubscriberEvent(msgspec.Struct):
    """One dated fact about a person."""

    at: str
    kind: str
    detail: dict[str, Any]


class SubscriberHistory(msgspec.Struct):
    """What has happened to a person, oldest first, and why they are suppressed, if they are."""

    events: list[SubscriberEvent]
    suppression: "ApiSuppression | None"


class SignUpNew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A sign-up on another site. Its person is mailed a link, and becomes active by it alone."""

    email: Email
    consent: Annotated[str, Meta(min_length=1, max_length=4000, description="What they agreed to.")]
    page: Annotated[str, Meta(min_length=1, max_length=500, description="The URL of the form.")]
    name: Name = ""
    language: Language = ""


class SignUpTaken(msgspec.Struct):
    """The answer to a sign-up: the same for every address, so that it tells nobody who is on the list."""

    state: Literal["asked"]


class InvitationSent(msgspec.Struct):
    """Whether a confirmation is queued, and if not, why."""

    queued: bool
    words: str


class WhyAnswer(msgspec.Struct):
    """What happened to one person's copy of an issue, in a sentence or two."""

    text: str


class ApiSuppression(msgspec.Struct):
    """An address that must not be mailed; of an erased one no address is kept."""

    email: str
    reason: Reason
    note: str
    since: str

    @classmethod
    def of(cls, kept: Suppression) -> "ApiSuppression":
        """The value of a suppression."""
        return cls(kept.email, kept.reason.value, kept.note, kept.since)


class SuppressionNew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Addresses never to mail again."""

    emails: Annotated[list[Email], Meta(min_length=1, max_length=1000)]
    reason: Literal["hard_bounce", "complaint", "unsubscribed", "manual"] = "manual"
    note: Annotated[str, Meta(max_length=500)] = ""


class SuppressionsAdded(msgspec.Struct):
    """How many were not suppressed before."""

    added: int


class RejectedLine(msgspec.Struct):
    """A line that was not imported, and why."""

    line: int
    email: str
    reason: str


class PeopleImported(msgspec.Struct):
    """What came of a file of people."""

    added: int
    updated: int
    unchanged: int
    rejected: list[RejectedLine]
    notices: list[str]


class ImportQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How to take a file in. Without a consent, nobody gets a better status than pending."""

    consent: Annotated[str, Meta(max_length=1000)] = ""
    consent_source: Annotated[str, Meta(max_length=300)] = ""
    language: Language = ""
    dry_run: bool = False
