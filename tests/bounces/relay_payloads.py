"""What relays report, as their public documents show it; `%s` of addresses is the reader's.

Only addresses, ids of messages and times are replaced by those of a test.
"""

import base64
import json
from datetime import datetime
from typing import Any

SENDGRID: list[dict[str, Any]] = [
    {
        "bounce_classification": "invalid",
        "email": "WHO",
        "event": "bounce",
        "ip": "168.1.1.1",
        "reason": "550 5.1.1 The email account that you tried to reach does not exist. Please try"
        " double-checking the recipient's email address for typos",
        "sg_event_id": "Ym91bmNlLTE5OTQyMTEyLXFOd0JMZ1BRUWpXNkRKdktRd1NBYnctMA",
        "sg_message_id": "qNwBLgPQQjW6DJvKQwSAbw.filterdrecv-canary-547b64655b-cw6zx-1-6089EA4A-56.0",
        "smtp-id": "MESSAGE",
        "status": "5.1.1",
        "timestamp": 1619651147,
        "tls": 1,
        "type": "bounce",
    },
    {
        "email": "WHO",
        "event": "spamreport",
        "sg_event_id": "c3BhbS1yZXBvcnQ",
        "sg_message_id": "14c5d75ce93.dfd.64b469",
        "smtp-id": "MESSAGE",
        "timestamp": 1619651150,
    },
    {
        "email": "WHO",
        "event": "deferred",
        "attempt": "5",
        "response": "400 try again later",
        "sg_event_id": "ZGVmZXJyZWQtNS0x",
        "smtp-id": "MESSAGE",
        "timestamp": 1619651148,
    },
    {
        "email": "WHO",
        "event": "dropped",
        "reason": "Bounced Address",
        "status": "5.0.0",
        "sg_event_id": "ZHJvcHBlZC0x",
        "smtp-id": "MESSAGE",
        "timestamp": 1619651149,
    },
    {
        "email": "WHO",
        "event": "processed",
        "send_at": 0,
        "sg_event_id": "cHJvY2Vzc2VkLTE5OTQyMTEyLXFOd0JMZ1BRUWpXNkRKdktRd1NBYnctMA",
        "smtp-id": "MESSAGE",
        "timestamp": 1619651146,
    },
]
# The vector of SendGrid's own libraries: key, signature, time, body.
SENDGRID_VECTOR = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPT"
    "nlvFYPAZFceEu/1FwCM/QmGUhA==",
    "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=",
    "1588788367",
    b'{"category":"example_payload","event":"test_event","message_id":"message_id"}',
)
POSTMARK_BOUNCE: dict[str, Any] = {
    "RecordType": "Bounce",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "Name": "Hard bounce",
    "Tag": "Test",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Metadata": {"user_id": "43"},
    "ServerID": 23,
    "MessageStream": "outbound",
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "Email": "WHO",
    "From": "sender@example.com",
    "BouncedAt": "2019-11-05T16:33:54.9070259Z",
    "DumpAvailable": True,
    "Inactive": True,
    "CanActivate": True,
    "Subject": "Test subject",
    "Content": "<Full dump of bounce>",
}
POSTMARK_COMPLAINT: dict[str, Any] = {
    "RecordType": "SpamComplaint",
    "MessageStream": "outbound",
    "ID": 42,
    "Type": "SpamComplaint",
    "TypeCode": 512,
    "Name": "Spam complaint",
    "Tag": "Test",
    "MessageID": "00000000-0000-0000-0000-000000000000",
    "ServerID": 1234,
    "Description": "The subscriber explicitly marked this message as spam.",
    "Details": "Test spam complaint details",
    "Email": "WHO",
    "From": "sender@example.com",
    "BouncedAt": "2019-11-05T16:33:54.9070259Z",
    "DumpAvailable": True,
    "Inactive": True,
    "CanActivate": False,
    "Subject": "Test subject",
}
MAILGUN_FAILED: dict[str, Any] = {
    "id": "G9Bn5sl1TC6nu79C8C0bwg",
    "timestamp": 1521233195.375624,
    "log-level": "error",
    "event": "failed",
    "severity": "permanent",
    "reason": "bounce",
    "delivery-status": {
        "attempt-no": 1,
        "message": "5.1.1 The email account that you tried to reach does not exist",
        "code": 550,
        "enhanced-code": "5.1.1",
        "description": "",
        "session-seconds": 0.03,
        "bounce-type": "hard",
    },
    "flags": {"is-routed": False, "is-authenticated": True, "is-test-mode": False},
    "envelope": {"transport": "smtp", "sender": "bob@example.com", "targets": "WHO"},
    "message": {
        "headers": {"to": "WHO", "message-id": "BARE", "from": "Bob", "subject": "Test"},
        "attachments": [],
        "size": 111,
    },
    "recipient": "WHO",
    "recipient-domain": "example.com",
    "user-variables": {"my_var_1": "Mailgun Variable #1"},
}
MAILJET: list[dict[str, Any]] = [
    {
        "event": "bounce",
        "time": 1430812195,
        "MessageID": 13792286917004336,
        "Message_GUID": "1ab23cd4-e567-8901-2345-6789f0gh1i2j",
        "email": "WHO",
        "mj_campaign_id": 0,
        "mj_contact_id": 0,
        "customcampaign": "",
        "CustomID": "helloworld",
        "Payload": "",
        "blocked": False,
        "hard_bounce": True,
        "error_related_to": "recipient",
        "error": "user unknown",
        "comment": "550 5.1.1 The email account that you tried to reach does not exist",
    },
    {
        "event": "spam",
        "time": 1430812195,
        "MessageID": 13792286917004336,
        "email": "WHO",
        "CustomID": "",
        "Payload": "",
        "source": "JMRPP",
    },
    {"event": "open", "time": 1433103519, "MessageID": 19421777396190490, "email": "WHO"},
]
SPARKPOST: list[dict[str, Any]] = [
    {
        "msys": {
            "message_event": {
                "bounce_class": "10",
                "campaign_id": "Example Campaign Name",
                "customer_id": "1",
                "error_code": "550",
                "event_id": "92356927693813856",
                "friendly_from": "sender@example.com",
                "message_id": "000443ee14578172be22",
                "num_retries": "2",
                "raw_rcpt_to": "WHO",
                "raw_reason": "550 5.1.1 The email account that you tried to reach does not exist",
                "rcpt_meta": {"customKey": "customValue"},
                "rcpt_to": "WHO",
                "reason": "550 5.1.1 ... does not exist",
                "subject": "Summer deals are here!",
                "timestamp": "1454442600",
                "type": "bounce",
            }
        }
    },
    {
        "msys": {
            "message_event": {
                "event_id": "92356927693813857",
                "fbtype": "abuse",
                "message_id": "000443ee14578172be22",
                "rcpt_to": "WHO",
                "report_by": "server.email.com",
                "timestamp": "1454442600",
                "type": "spam_complaint",
            }
        }
    },
    {"msys": {"track_event": {"type": "open", "event_id": "1"}}},
    {"msys": {}},
]
BREVO: list[dict[str, Any]] = [
    {
        "event": "hard_bounce",
        "email": "WHO",
        "id": 26224,
        "date": "2020-10-09 00:00:00",
        "ts": 1604933619,
        "message-id": "MESSAGE",
        "ts_event": 1604933654,
        "subject": "My first Transactional",
        "X-Mailin-custom": "some_custom_header",
        "template_id": 22,
        "tag": "transactional-tag",
        "reason": "550 5.1.1 The email account that you tried to reach does not exist",
    },
    {"event": "spam", "email": "WHO", "id": 26224, "message-id": "MESSAGE", "ts_event": 1604933655},
    {"event": "delivered", "email": "WHO", "id": 26224, "message-id": "MESSAGE"},
]
RESEND_BOUNCE: dict[str, Any] = {
    "type": "email.bounced",
    "created_at": "2024-11-22T23:41:12.126Z",
    "data": {
        "broadcast_id": "8b146471-e88e-4322-86af-016cd36fd216",
        "created_at": "2024-11-22T23:41:11.894719+00:00",
        "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
        "from": "Acme <onboarding@resend.dev>",
        "to": ["WHO"],
        "subject": "Sending this example",
        "bounce": {
            "message": "550 5.1.1 The recipient's email address does not exist: user unknown",
            "subType": "General",
            "type": "Permanent",
        },
    },
}
RESEND_COMPLAINT: dict[str, Any] = {
    "type": "email.complained",
    "created_at": "2024-11-22T23:41:12.126Z",
    "data": {
        "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
        "from": "Acme <onboarding@resend.dev>",
        "to": ["WHO"],
        "subject": "Sending this example",
    },
}
SES_BOUNCE: dict[str, Any] = {
    "notificationType": "Bounce",
    "bounce": {
        "feedbackId": "00000137860315fd-34208509-5b74-41f3-95c5-22c1edc3c924-000000",
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "status": "5.1.1",
                "action": "failed",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                "emailAddress": "WHO",
            }
        ],
        "reportingMTA": "dns; email.example.com",
        "timestamp": "2016-01-27T14:59:38.237Z",
    },
    "mail": {
        "timestamp": "2016-01-27T14:59:38.237Z",
        "source": "john@example.com",
        "messageId": "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000",
        "destination": ["WHO"],
        "headersTruncated": False,
    },
}


def filled(payload: Any, who: str, message_id: str = "") -> bytes:
    """The payload as JSON, about that reader and message."""
    text = json.dumps(payload).replace("BARE", message_id.strip("<>"))
    return text.replace("WHO", who).replace("MESSAGE", message_id).encode()


def basic(secret: str) -> dict[str, str]:
    """The header of HTTP basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"alerts:{secret}".encode()).decode()}


def sns(notification: bytes, at: datetime, kind: str = "Notification") -> dict[str, Any]:
    """The envelope of SNS, not signed yet."""
    message = {
        "Type": kind,
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
        "Message": notification.decode(),
        "Timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.223Z",
        "SignatureVersion": "2",
        "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb72.pem",
    }
    if kind == "SubscriptionConfirmation":
        message |= {
            "Token": "2336412f37fb687f5d51e6e2425dacbbaffb",
            "SubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336",
        }
    return message
