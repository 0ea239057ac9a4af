"""Notifications of Amazon SES: bounces, complaints and delays, in SNS' envelope, in a mail, or bare."""

import json
from typing import Any

import pytest

from alerts.bounces.classify import classify
from alerts.bounces.report import Kind

WHO = "bob@example.org"


def _bounce(kind: str, subtype: str, **recipient: str) -> dict[str, Any]:
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": kind,
            "bounceSubType": subtype,
            "bouncedRecipients": [{"emailAddress": WHO, **recipient}],
        },
        "mail": {
            "source": "alerts+1-2-3@example.net",
            "headers": [{"name": "Subject", "value": "x"}],
        },
    }


UNKNOWN = _bounce(
    "Permanent", "General", status="5.1.1", diagnosticCode="smtp; 550 5.1.1 unknown user"
)


@pytest.mark.parametrize(
    ("said", "kind", "counts"),
    [
        (UNKNOWN, Kind.HARD, False),
        (_bounce("Permanent", "NoEmail"), Kind.HARD, False),
        (_bounce("Permanent", "General"), Kind.SOFT, False),
        (_bounce("Permanent", "Suppressed", status="5.1.1",
                 diagnosticCode="Amazon SES has suppressed sending to this address"), Kind.SOFT, False),
        (_bounce("Transient", "MailboxFull"), Kind.SOFT, True),
        (_bounce("Transient", "ContentRejected"), Kind.OURS, False),
        (
            {
                "eventType": "Complaint",
                "complaint": {"complainedRecipients": [{"emailAddress": WHO}]},
            },
            Kind.COMPLAINT,
            False,
        ),
        (
            {
                "eventType": "DeliveryDelay",
                "deliveryDelay": {
                    "delayType": "TransientCommunicationFailure",
                    "delayedRecipients": [{"emailAddress": WHO, "status": "4.4.1"}],
                },
            },
            Kind.SOFT,
            False,
        ),
    ],
)  # fmt: skip
def test_a_notification_is_read_in_each_of_its_wrappings(
    said: dict[str, Any], kind: Kind, counts: bool
) -> None:
    bare = json.dumps(said)
    envelope = json.dumps({"Type": "Notification", "Message": bare}, indent=2)
    for text in (bare, envelope):
        for octets in (
            text,
            f"From: no-reply@sns.amazonaws.com\n\n{text}\n\n--\nIf you wish to stop\n",
        ):
            (found,) = classify(octets.encode())
            assert (found.kind, found.recipient, found.counts) == (kind, WHO, counts)


def test_the_return_path_and_header_of_our_message_are_kept() -> None:
    (found,) = classify(json.dumps(UNKNOWN).encode())
    assert found.returned["return-path"] == "alerts+1-2-3@example.net"
    assert found.returned["subject"] == "x"
    assert found.diagnostic == "550 5.1.1 unknown user"


@pytest.mark.parametrize(
    "text",
    ["{", "{}", '{"notificationType":"Bounce"}', '{"notificationType":"Bounce","bounce":[]}',
     '{"Message":"{"}', '{"notificationType":["x"]}', "{" * 5000,
     '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[1,null]}}'],
)  # fmt: skip
def test_other_json_is_no_notification(text: str) -> None:
    assert [each.kind for each in classify(text.encode())] == [Kind.UNRECOGNISED]
    assert [each.kind for each in classify(f"Subject: x\n\n{text}".encode())] == [Kind.UNRECOGNISED]
