"""Readers of relays that sign what they report: Amazon SES, SendGrid, Mailgun, Resend.

Each takes what its documents show, and ignores what it does not know. Sources:
docs.aws.amazon.com/ses (notification-contents), twilio.com/docs/sendgrid (event), documentation.mailgun.com
(webhook-payloads), resend.com/docs (webhooks).
"""

from alerts.bounces import ses
from alerts.bounces.relays.request import (
    Fields,
    RelayBatch,
    RelayEvent,
    RelayRequest,
    bounce,
    complained,
    document,
    not_sent,
    objects,
    own_id,
    part,
    text,
)
from alerts.bounces.relays.sns import envelope, of_amazon
from alerts.bounces.report import BounceReport

_KEPT_BACK = "suppress-"  # begins Mailgun's reason for what it did not try


def of_ses(request: RelayRequest) -> RelayBatch:
    """One notification of SNS, or its question whether we want any."""
    message = envelope(request)
    kind, number = text(message, "Type"), text(message, "MessageId")
    if kind == "SubscriptionConfirmation":
        address = text(message, "SubscribeURL")
        return RelayBatch(confirm=address if of_amazon(address) else "")
    whole = message.get("Message")
    reports = ses.notification(whole if isinstance(whole, str) else "") or ()
    return RelayBatch((RelayEvent(number, kind.lower(), reports),))


def of_sendgrid(request: RelayRequest) -> RelayBatch:
    """The events of a list."""
    return RelayBatch(tuple(map(_sendgrid, objects(request.body))))


def _sendgrid(one: Fields) -> RelayEvent:
    kind, who, why = text(one, "event"), text(one, "email"), text(one, "reason")
    number, status, sent = text(one, "sg_event_id"), text(one, "status"), text(one, "smtp-id")
    found: BounceReport | None = None
    if kind == "bounce":
        hard = None if text(one, "type") != "blocked" else False
        found = bounce(who, why, status=status, permanent=hard, message_id=sent)
    elif kind == "deferred":
        words = why or text(one, "response")
        found = bounce(who, words, status=status, final=False, message_id=sent)
    elif kind == "dropped":
        found = not_sent(who, why, sent)
    elif kind == "spamreport":
        found = complained(who, message_id=sent)
    return RelayEvent(number or own_id(one), kind, (found,) if found else ())


def of_mailgun(request: RelayRequest) -> RelayBatch:
    """The one event of a request."""
    whole = {"": document(request.body)}
    one, proof = part(whole, "", "event-data"), part(whole, "", "signature")
    kind, who, said = text(one, "event"), text(one, "recipient"), part(one, "delivery-status")
    sent = text(part(one, "message", "headers"), "message-id")
    sent = f"<{sent.strip('<>')}>" if sent else ""
    found: BounceReport | None = None
    if kind == "failed" and text(one, "reason").startswith(_KEPT_BACK):
        found = not_sent(who, text(one, "reason"), sent)
    elif kind == "failed":
        words = text(said, "message") or text(said, "description")
        code = text(said, "code")
        hard = text(one, "severity") == "permanent"
        found = bounce(
            who,
            words if words.startswith(code) else f"{code} {words}",
            status=text(said, "enhanced-code"),
            permanent=None if hard else False,
            final=hard,
            message_id=sent,
        )
    elif kind == "complained":
        found = complained(who, message_id=sent)
    number = text(one, "id") or own_id(one)
    return RelayBatch(
        (RelayEvent(f"{text(proof, 'token')} {number}", kind, (found,) if found else ()),)
    )


def of_resend(request: RelayRequest) -> RelayBatch:
    """The one event of a request; it may be about several recipients."""
    one = next(iter(objects(request.body)), {})
    kind, data = text(one, "type"), part(one, "data")
    said, to = part(data, "bounce"), data.get("to")
    people = [who for who in to if isinstance(who, str)] if isinstance(to, list) else []
    sent, words = text(data, "message_id"), text(said, "message")
    found: list[BounceReport] = []
    for who in people[:100]:
        if kind == "email.bounced" and text(said, "subType") == "Suppressed":
            found.append(not_sent(who, words, sent))
        elif kind == "email.bounced":
            hard = None if text(said, "type") != "Transient" else False
            found.append(bounce(who, words, permanent=hard, message_id=sent))
        elif kind == "email.delivery_delayed":
            found.append(bounce(who, words or "delivery delayed", final=False, message_id=sent))
        elif kind == "email.complained":
            found.append(complained(who, message_id=sent))
    headers = request.headers
    number = headers.get("webhook-id") or headers.get("svix-id") or own_id(one)
    return RelayBatch((RelayEvent(number, kind, tuple(found)),))
