"""What happened to one person's copy of an issue, and why, in a sentence or two."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from alerts import publish
from alerts.address import Address
from alerts.diagnosis import remedy
from alerts.model import (
    DeliveryState,
    Month,
    Reason,
    Subscriber,
    SubscriberStatus,
    SuppressionReason,
)
from alerts.settings import Settings
from alerts.store import deliveries, events, issues, stamp, subscribers, suppressions
from alerts.store.deliveries import Delivery

_SKIPPED = {
    "unsubscribed": "They had unsubscribed by the time it was their turn.",
    "suppressed": "Their address was suppressed by the time it was their turn.",
    "erased": "They had been erased by the time it was their turn.",
    "cancelled": "An admin cancelled it.",
    "nothing_wanted": "The issue had nothing in the sections that they want.",
    "paused": "They had asked for a pause, and it was not over when the issue was queued.",
}
_PUT_OFF = {
    Reason.TEMPORARY: "the relay asked to try later",
    Reason.DISCONNECTED: "the connection broke before the message was through",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known, for people and for programs; `delivery` where they were owed a copy."""

    text: str
    delivery: Delivery | None = None


def why(db: Database, settings: Settings, address: Address, month: Month) -> Answer:
    """The answer; its text is never empty."""
    person = subscribers.find(db, address)
    if person is None:
        return Answer(_stranger(db, address))
    delivery = deliveries.of_subscriber(db, person.id, month)
    if delivery is not None:
        resends = settings.delivery.in_doubt == "resend"
        told = f"{_copy(delivery, resends)}{_edition(db, person, delivery)}"
        return Answer(f"{told}{_returned(db, delivery)}", delivery)
    return Answer(_nothing(db, settings, person, address, month))


def _returned(db: Database, delivery: Delivery) -> str:
    """What came back of a copy; empty where nothing did."""
    told = ""
    for fact in deliveries.attempts(db, delivery.id):
        if fact["became"] == "bounced":
            words = " ".join(filter(None, (fact.get("status"), fact.get("diagnostic"))))
            told += f" It came back on {fact['at']} ({fact.get('kind')} bounce: {words})."
        elif fact["became"] == "complained":
            told += f" They complained about it on {fact['at']}, so they are mailed no more."
    return told


def _stranger(db: Database, address: Address) -> str:
    found = suppressions.find(db, address)
    if found is None:
        return "Nobody with this address is on the list."
    if found.reason is SuppressionReason.ERASED:
        return f"This person was erased on {found.since}; nothing else is known of them."
    return f"Nobody with this address is on the list, and it is suppressed ({_reason(found)})."


def _nothing(
    db: Database, settings: Settings, person: Subscriber, address: Address, month: Month
) -> str:
    """Why a person on the list was owed no copy."""
    stored = issues.get(db, month)
    if stored is None or stored.queued_at is None:
        if not publish.composed(db, settings, month).articles:
            return f"There is no issue of {month}: it has no articles. {_standing(db, person, address)}"
        return f"The issue of {month} is not queued yet. {_standing(db, person, address)}"
    queued = f"the issue of {month} was queued on {stamp(stored.queued_at)}"
    if person.created_at > stamp(stored.queued_at):
        return f"They joined on {person.created_at}, after {queued}; the next issue is theirs."
    became = _last(db, person, "subscriber.confirmed", "subscriber.resubscribed")
    if became and became["at"] > stamp(stored.queued_at):
        act = became["kind"].removeprefix("subscriber.")
        return f"They {act} on {became['at']}, after {queued}. {_standing(db, person, address)}"
    return f"They were owed no copy when {queued}. {_standing(db, person, address)}"


def _standing(db: Database, person: Subscriber, address: Address) -> str:
    """Whether the person may be mailed now."""
    if found := suppressions.find(db, address):
        return f"Their address is suppressed ({_reason(found)})."
    if person.status is SubscriberStatus.ACTIVE:
        return "They are active, so they will get the next one."
    if person.status is SubscriberStatus.PENDING:
        return "They have not confirmed their address yet, and nobody unconfirmed is mailed."
    left = _last(db, person, "subscriber.unsubscribed")
    return f"They unsubscribed on {left['at']}." if left else "They are unsubscribed."


def _last(db: Database, person: Subscriber, *kinds: str) -> Mapping[str, Any] | None:
    """The last event of those kinds in a person's life."""
    found = [event for event in events.of_subscriber(db, person.id) if event["kind"] in kinds]
    return found[-1] if found else None


def _reason(found: suppressions.Suppression) -> str:
    return f"{found.reason.value.replace('_', ' ')}, since {found.since}"


def _copy(delivery: Delivery, resends: bool) -> str:
    """What became of the copy that they were owed."""
    said = f" The relay said: {delivery.reply}" if delivery.reply else ""
    subject = f"Their copy of {delivery.month} ({delivery.language})"
    since, reason = delivery.changed_at, Reason(delivery.reason)
    match DeliveryState(delivery.state):
        case DeliveryState.SENT:
            return f"{subject} was taken by the relay on {since}.{said}"
        case DeliveryState.QUEUED:
            return f"{subject} is queued and waits for `alerts send`."
        case DeliveryState.SENDING:
            return f"{subject} is being sent, since {since}."
        case DeliveryState.DEFERRED:
            return (
                f"{subject} was put off after attempt {delivery.attempts} ({reason}): "
                f"{_PUT_OFF.get(reason, 'it was not taken')}; the next one is due at {delivery.due_at}."
                f"{said}"
            )
        case DeliveryState.FAILED:
            advice = remedy(reason, delivery.reply)
            return f"{subject} failed on {since} ({reason}).{said}{_stop(said)} {advice}"
        case DeliveryState.IN_DOUBT:
            return f"{subject} {_doubt(delivery, resends)}{said}"
        case DeliveryState.SKIPPED:
            return f"{subject} was skipped on {since}. {_SKIPPED[reason]}"


def _stop(said: str) -> str:
    """A full stop where the relay's words have none."""
    return "." if said and not said.endswith((".", "!")) else ""


def _doubt(delivery: Delivery, resends: bool) -> str:
    """Why it is not known whether a copy arrived, and what comes of it."""
    decide = (
        "`alerts delivery retry EMAIL --state in_doubt` sends it, `alerts delivery accept EMAIL` takes "
        "it as arrived."
    )
    if delivery.reason == Reason.HELD:
        return (
            f"is held since {delivery.changed_at}: the database was copied or restored, and another "
            f"copy of it may have sent this one. {decide}"
        )
    return (
        "may or may not have arrived: the connection ended before the relay answered, on "
        f"{delivery.changed_at}. {'The next `alerts send` sends it again.' if resends else decide}"
    )


def _edition(db: Database, person: Subscriber, delivery: Delivery) -> str:
    """Why the edition is not in the person's language."""
    if delivery.language == person.language:
        return ""
    stored = issues.get(db, Month.parse(delivery.month))
    made = {edition.language for edition in issues.editions(db, stored.id)} if stored else set()
    if person.language in made:
        return f" They have chosen {person.language} since it was queued."
    return f" They read {person.language}, in which there is no edition."
