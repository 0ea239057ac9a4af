"""The same refusal for many readers in a row fails a few, defers the others, and stops the send."""

from pathlib import Path

import pytest

from alerts.domain.delivery import DeliveryState, Outcome, Reason, Reply
from alerts.outbox.spread import Spread
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.relay import Relay

M = ("--month", str(MONTH))
SENT = Outcome(DeliveryState.SENT, Reply(250, "ok"))


def _refused(words: str = "5.1.1 user unknown") -> Outcome:
    return Outcome(DeliveryState.FAILED, Reply(550, words), Reason.REJECTED)


@pytest.mark.parametrize(
    ("domains", "stops_at"), [(["one.example"], 50), (["a.example", "b.example", "c.example"], 20)]
)
def test_the_tenth_in_a_row_defers_and_many_stop(domains: list[str], stops_at: int) -> None:
    spread = Spread()
    for nth in range(1, stops_at + 1):
        assert not spread.stopped
        found = spread.seen(
            f"r{nth}@{domains[nth % len(domains)]}", _refused(f"5.1.1 <r{nth}@x> no")
        )
        assert found.state is (DeliveryState.FAILED if nth < 10 else DeliveryState.DEFERRED)
    assert "more likely about us" in spread.stopped


def test_a_message_that_is_taken_or_another_answer_begins_anew() -> None:
    spread = Spread()
    for nth in range(200):
        if nth % 9 == 8:
            spread.seen("x@one.example", SENT if nth % 2 else _refused("5.7.1 no"))
        else:
            assert spread.seen("x@one.example", _refused()).state is DeliveryState.FAILED
    assert not spread.stopped


def test_a_provider_that_denies_everybody_costs_few_readers_and_tells(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = database(project)
    add_subscribers(db, 120)
    queue_issue(project, db)
    db.close()
    script = lambda stage, recipient, nth: (  # noqa: E731
        "550 5.1.1 user unknown" if stage == "rcpt" else None
    )
    with Relay(script=script) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        result = alerts("send", *M)
    assert result.code == 75
    assert "more likely about us" in result.stderr
    counts = alerts("status", *M, "--json").json["deliveries"]
    assert counts["failed"] == 9
    assert counts["queued"] >= 60
