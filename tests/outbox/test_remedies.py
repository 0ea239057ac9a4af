"""A refusal of us is told with its own remedy wherever it is looked at: live, bounce, why, status, doctor."""

from pathlib import Path

import pytest

from alerts.store import bounces
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue
from tests.relay import Relay

M = ("--month", str(MONTH))
REFUSALS = [
    ("550 5.7.26 Your email has been blocked because the sender is unauthenticated.", "Gmail could not"),
    ("550 5.7.25 [192.0.2.1] The IP address does not have a PTR record setup", "Gmail wants a PTR"),
    ("550 5.7.28 There is an unusual rate of unsolicited mail from your IP", "Gmail limits the rate"),
    ("550 5.7.515 Access denied, sending domain does not meet authentication level", "Microsoft wants SPF"),
    ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", "sender.office.com"),
    ("550 5.7.708 Service unavailable. Access denied, traffic not accepted", "5.7.708"),
    ("553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred", "Yahoo and AOL"),
    ("554 5.7.9 Message not accepted for policy reasons. See postmaster.yahooinc.com", "Yahoo and AOL"),
    ("554 IP address is block listed, see postmaster.gmx.net", "GMX and web.de"),
    ("550 5.7.1 Suspicion de contenu non sollicite. spam. LPN007_510 laposte.net", "laposte.net refuses"),
    ("554 Message rejected: Email address is not verified. Amazon SES", "Amazon SES"),
    ("550 The from address does not match a verified Sender Identity. sendgrid.net", "SendGrid"),
]  # fmt: skip
BOUNCE = """From: MAILER-DAEMON@mx.example.org
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ana@example.org
Action: failed
Diagnostic-Code: smtp; {said}

--b--
"""


@pytest.mark.parametrize(("reply", "remedy"), REFUSALS)
def test_each_of_the_five_places_tells_the_remedy(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, reply: str, remedy: str
) -> None:
    db = database(project)
    _, came_back, *_ = add_subscribers(db, 8)
    queue_issue(project, db)
    script = lambda stage, recipient, nth: reply if stage == "dot" else None  # noqa: E731
    with Relay(script=script) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        live = alerts("send", *M, "--connections", "1")
    assert remedy in live.stderr
    row = db.execute(
        """SELECT d.id, d.issue_id, d.subscriber_id, s.email FROM deliveries AS d
             JOIN subscribers AS s ON s.id = d.subscriber_id WHERE s.email = ?""",
        (came_back,),
    ).fetchone()
    detail = {"kind": "ours", "about": "our_ip", "diagnostic": reply}
    bounces.hear(db, bounces.Copy(*row), NOW, bounces.BOUNCED, detail)
    db.conn.commit()
    db.close()
    assert live.code in (75, 1)
    assert (
        remedy in alerts("bounce", "parse", "-", "--json", stdin=BOUNCE.format(said=reply)).stdout
    )
    assert remedy in alerts("why", came_back, *M).stdout
    assert remedy in alerts("status", *M).stdout
    assert remedy in " ".join(alerts("doctor", "--offline").stdout.split())
