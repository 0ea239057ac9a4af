"""Readers of relays that show a secret: Postmark, Mailjet, SparkPost, Brevo.

Each takes what its documents show, and ignores what it does not know. Sources: postmarkapp.com/developer
(bounce and spam complaint webhooks), dev.mailjet.com (event tracking), developers.sparkpost.com
(webhooks), developers.brevo.com (transactional webhooks).
"""

from alerts.bounces.relays.request import (
    Fields,
    RelayBatch,
    RelayEvent,
    RelayRequest,
    bounce,
    complained,
    not_sent,
    objects,
    own_id,
    part,
    text,
)
from alerts.bounces.report import BounceReport

_POSTMARK = {  # Type of a bounce: whether it is permanent
    "HardBounce": True,
    "BadEmailAddress": True,
    "Transient": False,
    "SoftBounce": False,
    "DnsError": False,
    "SpamNotification": False,
    "VirusNotification": False,
    "Blocked": False,
    "DMARCPolicy": False,
    "Undeliverable": False,
    "Unknown": False,
}
_SPARKPOST_PERMANENT = ("10", "30", "90")  # bounce_class: invalid recipient, no RCPT, unsubscribe
_SPARKPOST_NO_BOUNCE = ("60", "80", "100")  # auto-reply, subscribe, challenge and response
_BREVO_PERMANENT = ("hard_bounce", "hardbounce", "invalid_email", "invalid")
_BREVO_TEMPORARY = ("soft_bounce", "softbounce", "deferred")


def of_postmark(request: RelayRequest) -> RelayBatch:
    """One record."""
    return RelayBatch(tuple(map(_postmark, objects(request.body))))


def _postmark(one: Fields) -> RelayEvent:
    kind, type_, who = text(one, "RecordType"), text(one, "Type"), text(one, "Email")
    words = text(one, "Details") or text(one, "Description")
    found: BounceReport | None = None
    if kind == "SpamComplaint" or type_ == "SpamComplaint":
        found = complained(who)
    elif kind == "Bounce" and type_ in _POSTMARK:
        found = bounce(who, words, permanent=None if _POSTMARK[type_] else False)
    number = text(one, "ID")
    return RelayEvent(
        f"{kind} {number}" if number else own_id(one), type_ or kind, (found,) if found else ()
    )


def of_mailjet(request: RelayRequest) -> RelayBatch:
    """One event, or a list."""
    return RelayBatch(tuple(map(_mailjet, objects(request.body))))


def _mailjet(one: Fields) -> RelayEvent:
    kind, who = text(one, "event"), text(one, "email")
    words = " ".join(filter(None, (text(one, "comment"), text(one, "error"))))
    found: BounceReport | None = None
    if kind == "bounce":
        found = bounce(who, words, permanent=None if one.get("hard_bounce") is True else False)
    elif kind == "blocked":
        found = not_sent(who, words)
    elif kind == "spam":
        found = complained(who)
    return RelayEvent(own_id(one), kind, (found,) if found else ())


def of_sparkpost(request: RelayRequest) -> RelayBatch:
    """A list of events, each in an envelope."""
    return RelayBatch(
        tuple(
            _sparkpost(part(one, "msys", "message_event"))
            for one in objects(request.body)
            if part(one, "msys", "message_event")
        )
    )


def _sparkpost(one: Fields) -> RelayEvent:
    kind, who, code = text(one, "type"), text(one, "rcpt_to"), text(one, "bounce_class")
    words = text(one, "raw_reason") or text(one, "reason")
    found: BounceReport | None = None
    if kind in ("bounce", "out_of_band") and code not in _SPARKPOST_NO_BOUNCE:
        found = bounce(who, words, permanent=None if code in _SPARKPOST_PERMANENT else False)
    elif kind == "policy_rejection":
        found = not_sent(who, words)
    elif kind == "delay":
        found = bounce(who, words, permanent=False, final=False)
    elif kind == "spam_complaint":
        found = complained(who, text(one, "fbtype") or "abuse")
    return RelayEvent(text(one, "event_id") or own_id(one), kind, (found,) if found else ())


def of_brevo(request: RelayRequest) -> RelayBatch:
    """One event, or a list."""
    return RelayBatch(tuple(map(_brevo, objects(request.body))))


def _brevo(one: Fields) -> RelayEvent:
    kind, who = text(one, "event").lower(), text(one, "email")
    words, sent = text(one, "reason"), text(one, "message-id")
    found: BounceReport | None = None
    if kind in _BREVO_PERMANENT:
        found = bounce(who, words, message_id=sent)
    elif kind in _BREVO_TEMPORARY:
        final = kind != "deferred"
        found = bounce(who, words, permanent=False, final=final, message_id=sent)
    elif kind == "blocked":
        found = not_sent(who, words, sent)
    elif kind in ("spam", "complaint"):
        found = complained(who, message_id=sent)
    return RelayEvent(own_id(one), kind, (found,) if found else ())
