"""A session is renewed before the relay has counted too many errors: it neither delays nor hangs up."""

from pathlib import Path

import pytest

from alerts.transport.allowance import ErrorAllowance
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.relay import Relay

M = ("--month", str(MONTH))
PIPELINING = ("PIPELINING", "8BITMIME")


@pytest.mark.parametrize(
    ("greylisted", "offers", "patience"),
    [
        ("half", PIPELINING, (10, 20)),  # stock Postfix
        ("half", ("8BITMIME",), (10, 20)),
        ("all", PIPELINING, (10, 20)),
        ("all", ("8BITMIME",), (10, 20)),
        ("block", PIPELINING, (10, 20)),
        ("all", PIPELINING, (6, 6)),  # one that hangs up sooner than it said
    ],
)
def test_greylisted_readers_cost_no_other_reader_anything(
    project: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    greylisted: str,
    offers: tuple[str, ...],
    patience: tuple[int, int],
) -> None:
    db = database(project)
    emails = add_subscribers(db, 60)
    queue_issue(project, db)
    db.close()
    refused = set({"half": emails[::2], "all": emails, "block": emails[20:50]}[greylisted])
    script = lambda stage, recipient, nth: (  # noqa: E731
        "450 4.2.0 greylisted" if stage == "rcpt" and recipient in refused else None
    )
    with Relay(script=script, offers=offers, patience=patience, tarpit=0.0) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        assert alerts("send", *M, "--connections", "2").code == 75
    assert sorted(relay.recipients) == sorted(set(emails) - refused)
    counts = alerts("status", *M, "--json").json["deliveries"]
    assert counts["deferred"] == len(refused)
    assert counts["in_doubt"] == counts["failed"] == counts["queued"] == 0
    if patience == (10, 20):
        assert relay.delayed == relay.hung_up == 0
    else:
        assert relay.hung_up <= 4  # learned from the first ones, of either connection


def test_the_allowance_shrinks_by_what_is_answered_and_grows_back() -> None:
    allowance = ErrorAllowance()
    assert not allowance.is_used_up(6, 2)
    assert allowance.is_used_up(7, 2)
    allowance.hung_up(5)
    assert allowance.errors == 4
    for _ in range(100):
        allowance.renewed()
    assert allowance.errors == 8
    allowance.hung_up(1)
    assert not allowance.is_used_up(0, 2)
    assert allowance.is_used_up(1, 2)
