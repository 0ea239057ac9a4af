"""Explains what happened to one person's copy of an issue, and why, in a sentence or two."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.config.windows import SendWindows
from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Reason
from alerts.domain.month import Month
from alerts.domain.send_window import ReaderGroup
from alerts.domain.subscriber import Subscriber, SubscriberStatus, SuppressionReason
from alerts.issue import load
from alerts.outbox import relay_limit, special_moment
from alerts.outbox.in_time import shown
from alerts.outbox.send_windows import windows_told
from alerts.replies.remedies import remedy, remedy_of_ours
from alerts.store import (
    audit_log,
    corrections,
    deliveries,
    dropped_issues,
    issue_versions,
    issues,
    moment,
    stamp,
    subscribers,
    suppressions,
    welcomes,
)
from alerts.store.deliveries import Delivery

_SKIPPED = {
    "unsubscribed": "They had unsubscribed by the time it was their turn.",
    "suppressed": "Their address was suppressed by the time it was their turn.",
    "erased": "They had been erased by the time it was their turn.",
    "no_specials": "They wanted no special alerts by the time it was their turn.",
    "cancelled": "An admin cancelled it.",
    "dropped": "The issue was recalled before it left, and then dropped.",
    "nothing_wanted": "The issue had nothing in the sections that they chose.",
    "paused": "They had asked for a pause, and it was not over when the issue was queued.",
}
_PUT_OFF = {
    Reason.TEMPORARY: "the relay asked to try later",
    Reason.DISCONNECTED: "the connection broke before the message was transferred",
}


Times = Callable[[str], str]
"""Writes a stored time in words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The explanation as text and as data; `delivery` is None if there was no copy for them. `holidays`: why
    the holidays of the send windows are not known, while their copy is still to go; else empty."""

    text: str
    delivery: Delivery | None = None
    holidays: str = ""


def why(
    db: Database,
    settings: Settings,
    address: Address,
    month: Month,
    now: datetime,
    at: Times = str,
) -> Answer:
    """Explain the copy of that month for the person with that address; the text is never empty.

    `at` writes a stored time; by default, times stay as they are stored.
    """
    person = subscribers.find(db, address)
    if person is None:
        return Answer(_stranger(db, address, at))
    delivery = deliveries.of_subscriber(db, person.id, month)
    if delivery is not None:
        resends = settings.delivery.in_doubt == "resend"
        told = _waits(settings, person, delivery, now) or _copy(delivery, resends, at)
        told += _edition(db, person, delivery)
        told += _version(db, delivery, at)
        if delivery.state in (DeliveryState.QUEUED, DeliveryState.DEFERRED):
            limit = relay_limit.standing(db, settings.delivery.relay, now)
            told += f" {limit[0].upper()}{limit[1:]}." if limit else ""
        told += _returned(db, delivery, at) + _corrections(db, person, month, at)
        told += _welcome(db, person, at)
        ended = delivery.state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED)
        return Answer(told, delivery, "" if ended else windows_told(settings, now)[1])
    told = _nothing(db, settings, person, address, month, at)
    return Answer(told + _welcome(db, person, at), holidays=windows_told(settings, now)[1])


def _welcome(db: Database, person: Subscriber, at: Times) -> str:
    """What became of their welcome, as a sentence; empty if there was none."""
    found = welcomes.last(db, person.id)
    if found is None:
        return ""
    state, reason, since = found
    if state is DeliveryState.SENT:
        return f" Their welcome was accepted by the relay on {at(since)}."
    if reason == Reason.UNANSWERED:
        return f" Their welcome may have arrived on {at(since)}, so it is not sent again."
    because = f" ({reason})" if reason else ""
    return f" Their welcome is {state}{because}, since {at(since)}."


def _corrections(db: Database, person: Subscriber, month: Month, at: Times) -> str:
    """What became of the corrections that they are owed, as sentences."""
    told = ""
    for number, state, since in corrections.of_subscriber(db, person.id, month):
        if state == "sent":
            told += f" Correction {number} was accepted by the relay on {at(since)}."
        else:
            told += f" Correction {number} is {state.replace('_', ' ')}, since {at(since)}."
    return told


def _version(db: Database, delivery: Delivery, at: Times) -> str:
    """Which version of the issue it is, where there is more than one, and what a recall means for it."""
    month = Month.parse(delivery.month)
    versions = issue_versions.of_month(db, month)
    if not any(one.recalled_at for one in versions):
        return ""
    ours = next(one for one in versions if one.number == delivery.version)
    if ours.recalled_at is None:
        return f" It is version {ours.number} of the issue."
    since = at(stamp(ours.recalled_at))
    because = f" ({ours.why})" if ours.why else ""
    told = f" It is version {ours.number}, which was recalled on {since}{because}"
    if delivery.state not in (DeliveryState.QUEUED, DeliveryState.DEFERRED):
        return f"{told}."
    if len(versions) > ours.number:  # it may have arrived
        return f"{told}; they may have it, so they get the same again and not the newer one."
    return (
        f"{told} before it left; they get the next version after"
        f" `alerts issue reissue {month.option}`."
    )


def _returned(db: Database, delivery: Delivery, at: Times) -> str:
    """The bounces and complaints of a copy, as sentences; empty if there are none."""
    told = ""
    for fact in deliveries.attempts(db, delivery.id):
        if fact["became"] == "bounced":
            words = " ".join(filter(None, (fact.get("status"), fact.get("diagnostic"))))
            told += f" It bounced on {at(fact['at'])} ({fact.get('kind')} bounce: {words})."
            told += _advice("", words)
        elif fact["became"] == "complained":
            told += f" They complained about it on {at(fact['at'])}, so they are no longer mailed."
    return told


def _stranger(db: Database, address: Address, at: Times) -> str:
    found = suppressions.find(db, address)
    if found is None:
        return "Nobody with this address is on the list."
    if found.reason is SuppressionReason.ERASED:
        return f"This person was erased on {at(found.since)}; nothing else is known about them."
    return f"Nobody with this address is on the list, and it is suppressed ({_reason(found, at)})."


def _nothing(
    db: Database,
    settings: Settings,
    person: Subscriber,
    address: Address,
    month: Month,
    at: Times,
) -> str:
    """Why there was no copy for a person on the list."""
    if dropped := dropped_issues.find(db, month):
        return (
            f"The issue of {month} was dropped on {at(stamp(dropped.at))} ({dropped.why}), so it is sent to"
            f" nobody. {_standing(db, person, address, at)}"
        )
    stored = issues.get(db, month)
    if stored is None or stored.queued_at is None:
        if load.composed(db, settings, month).empty:
            return f"There is no issue of {month}: it has no articles. {_standing(db, person, address, at)}"
        goes = special_moment.sentence(db, month, at)
        return f"The issue of {month} is not queued yet.{goes} {_standing(db, person, address, at)}"
    queued = f"the issue of {month} was queued on {at(stamp(stored.queued_at))}"
    if person.created_at > stamp(stored.queued_at):
        return f"They joined on {at(person.created_at)}, after {queued}; they get the next issue."
    if month.special and person.no_specials_since:
        since = at(person.no_specials_since)
        return f"They want no special alerts, since {since}. {_standing(db, person, address, at)}"
    became = _last(db, person, "subscriber.confirmed", "subscriber.resubscribed")
    if became and became["at"] > stamp(stored.queued_at):
        act = became["kind"].removeprefix("subscriber.")
        return f"They {act} on {at(became['at'])}, after {queued}. {_standing(db, person, address, at)}"
    whom = f", for readers who match “{stored.recipients.where}”" if stored.recipients else ""
    return f"There was no copy for them when {queued}{whom}. {_standing(db, person, address, at)}"


def _standing(db: Database, person: Subscriber, address: Address, at: Times) -> str:
    """Whether the person may be mailed now."""
    if found := suppressions.find(db, address):
        return f"Their address is suppressed ({_reason(found, at)})."
    if person.status is SubscriberStatus.ACTIVE:
        return "They are active, so they will get the next one."
    if person.status is SubscriberStatus.PENDING:
        return "They have not confirmed their address yet, and nobody unconfirmed is mailed."
    left = _last(db, person, "subscriber.unsubscribed")
    return f"They unsubscribed on {at(left['at'])}." if left else "They are unsubscribed."


def _last(db: Database, person: Subscriber, *kinds: str) -> Mapping[str, Any] | None:
    """The person's last event of one of those kinds."""
    found = [event for event in audit_log.of_subscriber(db, person.id) if event["kind"] in kinds]
    return found[-1] if found else None


def _reason(found: suppressions.Suppression, at: Times) -> str:
    return f"{found.reason.value.replace('_', ' ')}, since {at(found.since)}"


def _copy(delivery: Delivery, resends: bool, at: Times) -> str:
    """What happened to their copy."""
    said = f" The relay said: {delivery.reply}" if delivery.reply else ""
    subject = f"Their copy of {delivery.month} ({delivery.language})"
    since, reason = at(delivery.changed_at), Reason(delivery.reason)
    match DeliveryState(delivery.state):
        case DeliveryState.SENT:
            return f"{subject} was accepted by the relay on {since}.{said}{_stop(said)}"
        case DeliveryState.QUEUED:
            return f"{subject} is queued and waits for `alerts send`."
        case DeliveryState.SENDING:
            return f"{subject} is being sent, since {since}."
        case DeliveryState.DEFERRED:
            return (
                f"{subject} was deferred after attempt {delivery.attempts} ({reason}): "
                f"{_PUT_OFF.get(reason, 'it was not accepted')}; "
                f"the next one is due at {at(delivery.due_at)}.{said}{_advice(said, delivery.reply)}"
            )
        case DeliveryState.FAILED:
            advice = remedy(reason, delivery.reply)
            return f"{subject} failed on {since} ({reason}).{said}{_stop(said)} {advice}"
        case DeliveryState.IN_DOUBT:
            return f"{subject} {_doubt(delivery, resends, at)}{said}"
        case DeliveryState.SKIPPED:
            return f"{subject} was skipped on {since}. {_SKIPPED[reason]}"


def _waits(settings: Settings, person: Subscriber, delivery: Delivery, now: datetime) -> str:
    """Until when a copy waits for its send window; empty if it does not."""
    due = moment(delivery.due_at)
    if delivery.state != DeliveryState.QUEUED or due <= now or not settings.windows.on:
        return ""
    zone = SendWindows.of(settings).zone(ReaderGroup(person.language, person.timezone))
    return (
        f"Their copy of {delivery.month} ({delivery.language}) is queued and waits for their send window,"
        f" which opens {shown(due, zone)}."
    )


def _advice(said: str, reply: str) -> str:
    """What to mend, where a reply is about us."""
    advice = remedy_of_ours(reply)
    return f"{_stop(said)} {advice}" if advice else ""


def _stop(said: str) -> str:
    """A full stop, if the relay's reply has none."""
    return "." if said and not said.endswith((".", "!")) else ""


def _doubt(delivery: Delivery, resends: bool, at: Times) -> str:
    """Why it is unknown whether a copy arrived, and what happens next."""
    decide = (
        "`alerts delivery retry EMAIL --state in_doubt` sends it, `alerts delivery accept EMAIL` "
        "marks it as arrived."
    )
    if delivery.reason == Reason.HELD:
        return (
            f"is held since {at(delivery.changed_at)}: the database was copied or restored, and another "
            f"copy of it may have sent this one. {decide}"
        )
    return (
        "may or may not have arrived: the connection ended before the relay answered, on "
        f"{at(delivery.changed_at)}. {'The next `alerts send` sends it again.' if resends else decide}"
    )


def _edition(db: Database, person: Subscriber, delivery: Delivery) -> str:
    """Why the edition is not in the person's language."""
    if delivery.language == person.language:
        return ""
    stored = issues.get(db, Month.parse(delivery.month))
    editions = issues.editions(db, stored.id, delivery.version) if stored else ()
    made = {edition.language for edition in editions}
    if person.language in made:
        return f" They have chosen {person.language} since it was queued."
    return f" They read {person.language}, in which there is no edition."
