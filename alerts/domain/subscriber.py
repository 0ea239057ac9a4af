"""A subscriber, field by field, and the reasons why an address must not be mailed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from alerts.domain.field_table import fields_of
from alerts.domain.subscriber_fields import FieldKind, SubscriberField


class SubscriberStatus(StrEnum):
    """The status of a person; only `active` people are mailed an issue."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"


class ShownStatus(StrEnum):
    """A status as it is shown: nobody who must not be mailed is shown as active."""

    PENDING = "pending"
    ACTIVE = "active"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"


class SuppressionReason(StrEnum):
    """Why an address must not be mailed."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"
    MANUAL = "manual"


# Kept of the erased, too: the language for counting, the status to say that they are.
_LANGUAGE = SubscriberField(FieldKind.OWN, asked="language", ruled=True, outlasts=True)
_STATUS = SubscriberField(FieldKind.OWN, asked="status", ruled=True, outlasts=True)
_TIMEZONE = SubscriberField(
    FieldKind.ZONE, asked="timezone", help="Their time zone, such as America/Bogota."
)
# Noted once, when the person is added: no file and no command says it.
_CREATED = SubscriberField(FieldKind.OWN, imported=False, told=False, outlasts=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One person, one address; the table from which SQL, import, export and JSON follow.

    A new field is one line here and a migration; where it stands among the others is its place in
    files. `timezone` is the IANA name of their time zone, empty where it is unknown. `consent` is the wording
    they agreed to, kept as evidence. They get no issue that is queued before `paused_until`; of others
    they get the featured articles and those in `sections`, or all if `sections` is empty. Since
    `uncounted_since` nothing that they open or follow is counted, and since `no_specials_since` they get no
    special alerts, if these are not empty. `suppressed`, where it was asked for: their address must not be
    mailed, whatever the status says.
    """

    id: int
    email: Annotated[str, SubscriberField(FieldKind.OWN, asked="email", ruled=True)]
    name: Annotated[str, SubscriberField(asked="name", help="How the person is greeted.")] = ""
    language: Annotated[str, _LANGUAGE]
    timezone: Annotated[str, _TIMEZONE] = ""
    status: Annotated[SubscriberStatus, _STATUS]
    tags: Annotated[tuple[str, ...], SubscriberField(FieldKind.WORDS, asked="tag", ruled=True)] = ()
    consent: Annotated[str, SubscriberField(FieldKind.WORDING, asked="consent", evidence=True)] = ""
    consent_source: Annotated[str, SubscriberField(cap=500, asked="source", evidence=True)] = ""
    consent_at: Annotated[str, SubscriberField(cap=100, evidence=True, told=False)] = ""
    sections: Annotated[
        tuple[str, ...], SubscriberField(FieldKind.WORDS, asked="section", empty_is_all=True)
    ] = ()
    paused_until: Annotated[str, SubscriberField(FieldKind.MOMENT, asked="paused")] = ""
    uncounted_since: Annotated[str, SubscriberField(FieldKind.MOMENT, asked="uncounted")] = ""
    no_specials_since: Annotated[str, SubscriberField(FieldKind.MOMENT, asked="no_specials")] = ""
    created_at: Annotated[str, _CREATED] = ""
    suppressed: bool = False

    @property
    def on_the_list(self) -> bool:
        """True for a person who can still leave: active, or not confirmed yet, suppressed or not."""
        return self.status in (SubscriberStatus.ACTIVE, SubscriberStatus.PENDING)

    @property
    def standing(self) -> ShownStatus:
        """The status as it is shown."""
        if self.suppressed and self.status is not SubscriberStatus.ERASED:
            return ShownStatus.SUPPRESSED
        return ShownStatus(self.status)


FIELDS = fields_of(Subscriber, SubscriberField)
FIELD = {field.name: field for field in FIELDS}

IMPORTED = tuple(field.name for field in FIELDS if field.imported)
"""What a line of a file may say, in the order of `domain.entry.Entry`."""

SET_AS_TEXT = tuple(field for field in FIELDS if field.help)
"""What `add` and `edit` set by an option of the field's name."""

SHOWN = (
    *(field.name for field in FIELDS if field.imported and not field.evidence),
    *(field.name for field in FIELDS if field.evidence),
    *(field.name for field in FIELDS if not field.imported),
)
"""The keys of JSON and the columns of CSV: what a person chooses, the evidence, what we note."""
