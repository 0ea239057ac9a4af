"""What happened to one person's copy of an issue, and why, in a sentence or two."""

from sqlite_utils import Database

from alerts.address import Address
from alerts.model import (
    DeliveryState,
    Month,
    Reason,
    Subscriber,
    SubscriberStatus,
    SuppressionReason,
)
from alerts.store import deliveries, events, issues, stamp, subscribers, suppressions
from alerts.store.deliveries import Delivery

_SKIPPED = {
    "unsubscribed": "They had unsubscribed by the time it was their turn.",
    "suppressed": "Their address was suppressed by the time it was their turn.",
    "erased": "They had been erased by the time it was their turn.",
    "cancelled": "An admin cancelled it.",
}

_DECIDE = (
    "`alerts delivery retry EMAIL --state in_doubt` sends it, `alerts delivery accept EMAIL` takes it "
    "as arrived."
)


def why(db: Database, address: Address, month: Month) -> str:
    """The answer, as text; never empty."""
    person = subscribers.find(db, address)
    if person is None:
        return _stranger(db, address)
    delivery = deliveries.of_subscriber(db, person.id, month)
    if delivery is not None:
        return _copy(delivery)
    stored = issues.get(db, month)
    if stored is None or stored.queued_at is None:
        return f"The issue of {month} is not queued yet. {_standing(db, person, address)}"
    if person.created_at > stamp(stored.queued_at):
        return (
            f"They joined on {person.created_at}, after the issue of {month} was queued on "
            f"{stamp(stored.queued_at)}; the next issue is theirs."
        )
    return f"They were owed no copy of {month}. {_standing(db, person, address)}"


def _stranger(db: Database, address: Address) -> str:
    found = suppressions.find(db, address)
    if found is None:
        return "Nobody with this address is on the list."
    if found.reason is SuppressionReason.ERASED:
        return f"This person was erased on {found.since}; nothing else is known of them."
    return f"Nobody with this address is on the list, and it is suppressed ({_reason(found)})."


def _standing(db: Database, person: Subscriber, address: Address) -> str:
    """Whether the person may be mailed now."""
    if found := suppressions.find(db, address):
        return f"Their address is suppressed ({_reason(found)})."
    if person.status is SubscriberStatus.ACTIVE:
        return "They are active, so they will get the next one."
    if person.status is SubscriberStatus.PENDING:
        return "They have not confirmed their address yet, and nobody unconfirmed is mailed."
    left = [
        e["at"] for e in events.of_subscriber(db, person.id) if e["kind"].endswith("unsubscribed")
    ]
    return f"They unsubscribed{f' on {left[-1]}' if left else ''}."


def _reason(found: suppressions.Suppression) -> str:
    return f"{found.reason.value.replace('_', ' ')}, since {found.since}"


def _copy(delivery: Delivery) -> str:
    """What became of the copy that they were owed."""
    said = f" The relay said: {delivery.reply}" if delivery.reply else ""
    subject = f"Their copy of {delivery.month} ({delivery.language})"
    match DeliveryState(delivery.state):
        case DeliveryState.SENT:
            return f"{subject} was taken by the relay on {delivery.changed_at}.{said}"
        case DeliveryState.QUEUED:
            return f"{subject} is queued and waits for `alerts send`."
        case DeliveryState.SENDING:
            return f"{subject} is being sent, since {delivery.changed_at}."
        case DeliveryState.DEFERRED:
            return (
                f"{subject} was put off after attempt {delivery.attempts} ({delivery.reason}); "
                f"the next one is due at {delivery.due_at}.{said}"
            )
        case DeliveryState.FAILED:
            return f"{subject} failed on {delivery.changed_at} ({delivery.reason}).{said}"
        case DeliveryState.IN_DOUBT if delivery.reason == Reason.HELD:
            return (
                f"{subject} is held since {delivery.changed_at}: the database was copied or restored, "
                f"and another copy of it may have sent this one. {_DECIDE}"
            )
        case DeliveryState.IN_DOUBT:
            return (
                f"{subject} may or may not have arrived: the connection ended before the relay "
                f"answered, on {delivery.changed_at}.{said}"
            )
        case DeliveryState.SKIPPED:
            return f"{subject} was skipped on {delivery.changed_at}. {_SKIPPED[delivery.reason]}"
