"""`bounce forgive`: whom our own fault suppressed may be mailed again, and nobody else."""

from datetime import timedelta
from pathlib import Path

from alerts.domain.address import Address
from alerts.domain.subscriber import SuppressionReason
from alerts.store import suppressions, transaction
from tests.conftest import Alerts
from tests.factories import NOW, add_subscribers, database

LISTED = "5.7.1 550 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org"
GONE = "5.1.1 550 5.1.1 user unknown"
KEPT = {
    "gone@example.org": GONE,
    "full@example.org": "3 issues in a row came back, the last: 5.2.2 552 5.2.2 mailbox full",
    "untold@example.org": "",
}
LIFTED = {
    "listed@example.org": LISTED,
    "row@example.org": f"3 issues in a row came back, the last: {LISTED}",
    "ptr@example.org": "5.7.25 550-5.7.25 The IP address does not have a PTR record",
}


def _suppress(project: Path) -> None:
    db = database(project)
    add_subscribers(db, 1)
    bounced = SuppressionReason.HARD_BOUNCE
    with transaction(db):
        for email, note in (KEPT | LIFTED).items():
            suppressions.add(db, Address.parse(email), bounced, note, NOW)
        old = Address.parse("before@example.org")
        suppressions.add(db, old, bounced, LISTED, NOW - timedelta(days=40))
        left = Address.parse("complained@example.org")
        suppressions.add(db, left, SuppressionReason.COMPLAINT, LISTED, NOW)
    db.close()


def _who(alerts: Alerts) -> set[str]:
    return {each["email"] for each in alerts("suppression", "list", "--json").json}


def test_who_was_suppressed_for_our_fault_is_forgiven_and_twice_is_once(
    project: Path, alerts: Alerts
) -> None:
    _suppress(project)
    day = (NOW - timedelta(days=1)).date().isoformat()
    done = alerts("bounce", "forgive", "--since", day, "--json")
    assert done.code == 0
    assert set(done.json["forgiven"]) == set(LIFTED)
    assert done.json["kept"] == len(KEPT)
    stay = {"before@example.org", "complained@example.org"}
    assert _who(alerts) == set(KEPT) | stay
    again = alerts("bounce", "forgive", "--since", day, "--json")
    assert (again.code, again.json["forgiven"]) == (0, [])


def test_an_outage_that_denied_all_users_is_undone_with_gone_too(
    project: Path, alerts: Alerts
) -> None:
    _suppress(project)
    day = (NOW - timedelta(days=1)).date().isoformat()
    done = alerts("bounce", "forgive", "--since", day, "--gone-too")
    assert (done.code, done.stdout.strip()) == (0, "6 may be mailed again; 0 stay suppressed")
    assert _who(alerts) == {"before@example.org", "complained@example.org"}


def test_a_day_that_is_none_is_refused(project: Path, alerts: Alerts) -> None:
    assert alerts("bounce", "forgive", "--since", "yesterday").code == 2
