"""What the control node lends and takes back, against a real hub, with a clock of the test."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from alerts.config.window_declarations import WindowsSettings
from alerts.config.windows import SendWindows
from alerts.hub import claims, lent, rates, schema
from alerts.hub.database import HubDatabase
from alerts.outbox.options import Destination
from tests.factories import add_subscribers
from tests.hub.control import RETRY, SENT, Control, worker_of
from tests.postgres import Postgres


def test_no_more_is_lent_than_the_limit_of_the_call(control: Control) -> None:
    control.begin(limit=7)
    assert [control.lend(), control.lend()] == [7, 7]
    control.settle(control.claim())
    assert control.lend() == 0
    assert not control.export.due(again=True), "and so the send ends"


def test_what_is_lent_counts_for_the_window_until_it_is_sent_and_after_that(
    control: Control,
) -> None:
    control.begin(window=(5, timedelta(hours=1)))
    assert control.lend() == 5
    control.settle(control.claim(most=3))
    assert control.lend() == 2, "three sent, two lent"
    assert control.export.due(again=True), "the send waits for more"
    control.now += timedelta(minutes=61)
    assert control.lend() == 5
    assert control.states() == {"queued": 12, "sending": 5, "sent": 3}


def test_warm_up_grows_by_days_in_the_time_zone_of_the_alert(control: Control) -> None:
    control.begin(warm_up=(4, 9))
    assert control.lend() == 4
    control.settle(control.claim())
    assert control.lend() == 0
    control.now += timedelta(days=1)
    assert control.lend() == 9
    control.settle(control.claim())
    control.now += timedelta(days=1)
    assert control.lend() == 7, "after the last day without a limit"


def test_a_delivery_due_again_is_lent_beside_those_that_are_lent(control: Control) -> None:
    """Only what is new is copied: a second copy of the others would end the statement."""
    control.begin(number=6)
    assert control.lend() == 6
    control.settle(control.claim(most=1))
    control.db.conn.execute("UPDATE deliveries SET state = 'queued' WHERE state = 'sent'")
    control.db.conn.commit()
    assert control.lend() == 6
    assert control.states() == {"sending": 6}


def test_a_reader_who_leaves_while_a_worker_holds_them_is_skipped_only_once_it_has_given_back(
    control: Control,
) -> None:
    """Another delivery comes due meanwhile, and its claim must not touch those that are lent."""
    control.begin(number=6)
    control.lend()
    held = control.claim(most=3)
    control.db.conn.execute("UPDATE subscribers SET status = 'unsubscribed' WHERE id <= 2")
    control.db.conn.execute("UPDATE deliveries SET state = 'queued', lease_id = NULL WHERE id = 6")
    control.db.conn.commit()
    control.hub.rows("DELETE FROM alerts_hub.slips WHERE id = 6")
    control.lend()
    assert control.states() == {"sending": 6}, "a worker may be sending one of the two"
    control.stopping.look(control.lease)
    sight = claims.settle(control.hub, 77, "worker", control.leases, [])
    assert sight.revoked == frozenset(held[:2])
    claims.give_back(control.hub, 77, control.leases, held[:2])
    control.stopping.look(control.lease)
    assert control.states() == {"sending": 4, "skipped": 2}


def test_windows_are_lent_by_closing_and_taken_back_when_they_close(control: Control) -> None:
    """Of three zones one is closed; the one that closes first goes first, and is postponed at its closing."""
    add_subscribers(control.db, 9)
    control.now = datetime(2026, 11, 2, 14, tzinfo=UTC)
    zones = ("Asia/Tokyo", "Europe/Berlin", "America/Lima")  # 23:00, 15:00, 9:00
    for number, zone in enumerate(zones):
        control.db.conn.execute(
            "UPDATE subscribers SET timezone = ? WHERE id % 3 = ?", (zone, number)
        )
    control.db.conn.commit()
    windows = SendWindows(True, WindowsSettings("08:00-18:00", "mon-fri"))
    control.begin((), windows=windows)
    assert control.lend() == 6
    berlin, lima = [1, 4, 7], [2, 5, 8]
    assert control.claim(most=2) == berlin[:2]
    control.settle(berlin[:1])
    control.now = datetime(2026, 11, 2, 17, 30, tzinfo=UTC)  # 18:30 in Berlin
    control.stopping.look(control.lease)
    assert control.states() == {"queued": 4, "sending": 4, "sent": 1}, "7 is back; 4 is held"
    claims.give_back(control.hub, 77, control.leases, berlin)
    control.stopping.look(control.lease)
    assert control.states() == {"queued": 5, "sending": 3, "sent": 1}
    assert sorted(lent.ids(control.hub, 0, 100)) == lima
    control.now = datetime(2026, 11, 3, 7, 30, tzinfo=UTC)  # Tokyo 16:30, Berlin 8:30, Lima 2:30
    control.stopping.look(control.lease)
    assert control.lend() == 5
    assert control.claim(most=9) == [3, 4, 6, 7, 9], "Tokyo and Berlin"


def test_destinations_have_places_of_their_own(control: Control) -> None:
    named = Destination(("slow.example",), 1, 2.0, RETRY)
    control.begin(("slow.example", "example.org"), number=3, destinations=[named])
    control.lend()
    assert control.claim(place=0) == [1, 2, 3]
    assert claims.waiting_places(control.hub, 2) == {1}
    assert control.claim(place=1) == [4, 5, 6]


def test_a_send_is_not_closed_while_a_claim_is_on_its_way(control: Control, hub: Postgres) -> None:
    """Else what the control node takes back could be in the hands of a worker."""
    control.begin()
    control.lend()
    control.hub.rows("BEGIN")
    assert control.claim()
    with psycopg.connect(hub.url) as other, pytest.raises(psycopg.errors.LockNotAvailable):
        other.execute("SELECT 1 FROM alerts_hub.sends FOR NO KEY UPDATE NOWAIT")
    control.hub.rows("COMMIT")
    lent.sign(control.hub, 77, open_=False)
    assert not control.claim()


def test_the_moments_of_a_rate_are_given_once_to_all_workers_together(
    control: Control, hub: Postgres
) -> None:
    control.begin()
    rates.keep(control.hub, {0: 200.0, rates.ALL: 1000.0})
    workers = [HubDatabase(hub.url, "--hub", f"worker {n}") for n in range(3)]
    with psycopg.connect(hub.url, autocommit=True) as db:
        db.execute("UPDATE alerts_hub.rates SET next_at = clock_timestamp() + interval '1 hour'")
        taken = [rates.take(worker, 0, 0.1) for worker in workers * 5]
        ends = db.execute(
            """SELECT extract(epoch FROM next_at - clock_timestamp()) - 3600 FROM alerts_hub.rates
                WHERE place = 0"""
        ).fetchone()
    assert [one and one.number for one in taken] == [20] * 15
    assert ends is not None
    assert ends[0] < 15 * 20 / 200, "no moment is given twice: 1.5 s of them, less what has passed"
    firsts = [one.first for one in taken if one]
    assert firsts == sorted(firsts), "each later than those of the workers before"
    rates.keep(control.hub, {0: 200.0})
    assert rates.take(workers[0], rates.ALL, 0.1) is None
    for worker in workers:
        worker.close()


def test_an_older_schema_is_brought_up_to_date_with_what_is_in_it(control: Control) -> None:
    control.begin()
    control.lend()
    control.hub.rows(
        """ALTER TABLE alerts_hub.slips DROP COLUMN place, DROP COLUMN closes;
           DROP INDEX IF EXISTS alerts_hub.slips_open; UPDATE alerts_hub.version SET number = 1;
           CREATE INDEX slips_open ON alerts_hub.slips (id) WHERE state = 'open'"""
    )
    schema.ensure(control.hub)
    assert schema.version(control.hub) == schema.VERSION
    assert len(control.claim()) == 20


@pytest.mark.parametrize("seen", ["by a claim", "by a look"])
def test_what_a_lease_held_that_was_given_up_is_not_begun_under_it_any_more(
    control: Control, seen: str
) -> None:
    """The same worker may claim it anew for another connection, and would send it by both."""
    control.begin(number=4)
    control.lend()
    worker = worker_of(control)
    frozen = worker.open_lease(0)
    worker.deal()
    assert worker.begin(worker.held(frozen).popleft())
    assert [one.id for one in worker.held(frozen)] == [2]
    control.hub.rows("UPDATE alerts_hub.leases SET expires_at = clock_timestamp() - interval '1 s'")
    lent.reap(control.hub)
    other = worker.open_lease(0)
    if seen == "by a look":
        worker.write([])
        assert not worker.held(frozen)
    worker.deal()
    assert [one.id for one in worker.held(other)] == [2, 3]
    assert not worker.held(frozen)
    assert worker.lost(frozen)


@pytest.mark.parametrize("why", ["the send was closed for a moment", "its lease seemed to end"])
def test_behind_a_message_that_may_not_begin_nothing_begins_under_its_lease(
    control: Control, why: str
) -> None:
    """Of a lease that is given up the first delivery is in doubt: it has to be the one that was begun."""
    control.begin(number=4)
    control.lend()
    now = 0.0
    worker = worker_of(control, steady=lambda: now)
    lease = worker.open_lease(0)
    worker.deal()
    assert [one.id for one in worker.held(lease)] == [1, 2]
    if why == "its lease seemed to end":
        now = float(claims.LEASE)
    else:
        lent.sign(control.hub, 77, open_=False)
        worker.write([])
    assert not worker.begin(worker.held(lease).popleft())
    lent.sign(control.hub, 77, open_=True)
    worker.write([])
    worker.deal()
    assert worker.goes_on
    assert not worker.held(lease), "2 would be sent, and 1 held in doubt for it"
    worker.close_lease(lease)
    worker.release()
    assert control.claim() == [1, 2, 3, 4]


def test_what_a_lease_holds_that_is_gone_is_open_again(control: Control) -> None:
    """A claim that was on its way while its lease was released."""
    control.begin(number=4)
    control.lend()
    assert control.claim() == [1, 2, 3, 4]
    control.hub.rows("DELETE FROM alerts_hub.leases")
    lent.reap(control.hub)
    assert control.claim() == [1, 2, 3, 4]


def test_an_outcome_told_while_its_delivery_is_revoked_is_written(
    control: Control, hub: Postgres
) -> None:
    """Two transactions at once: the second waits for the first, and then must not pass over the row."""
    control.begin(number=4)
    control.lend()
    one = control.claim()[0]
    other = HubDatabase(hub.url, "--hub", "worker")
    with psycopg.connect(hub.url) as db, ThreadPoolExecutor() as pool:
        db.execute("UPDATE alerts_hub.slips SET revoked = true WHERE id = %s", [one])
        told = [(control.leases[-1], one, SENT)]
        settling = pool.submit(claims.settle, other, 77, "worker", control.leases, told)
        while not control.hub.rows("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        db.commit()
        settling.result()
    other.close()
    assert [found.delivery_id for found in lent.receipts(control.hub, 10)] == [one]


class Planned(HubDatabase):
    """A hub that says how it carries out each statement."""

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        self.plan = "\n".join(str(row[0]) for row in super().rows(f"EXPLAIN {statement}", values))
        return super().rows(statement, values)


def test_no_statement_of_a_send_reads_all_deliveries(control: Control, hub: Postgres) -> None:
    """Nobody has counted the tables, which are new; by guess a claim of a million took more than a second."""
    control.begin(number=300)
    control.lend()
    planned = Planned(hub.url, "--hub", "worker")
    lease = claims.open_lease(control.hub, 77, "worker")
    asked: list[Callable[[], object]] = [
        lambda: claims.claim(planned, 77, lease, 0, 10),
        lambda: claims.settle(planned, 77, "worker", [lease], [(lease, 1, SENT)]),
        lambda: claims.give_back(planned, 77, [lease], [2]),
        lambda: claims.waiting_places(planned, 1),
        lambda: claims.release(planned, 77, [lease]),
        lambda: lent.receipts(planned, 10),
        lambda: lent.folded(planned, [1]),
        lambda: lent.revoke(planned, [3]),
        lambda: lent.revoked(planned),
        lambda: lent.withdraw(planned),
        lambda: lent.held(planned),
        lambda: lent.reap(planned),
    ]
    for ask in asked:
        ask()
        assert "slips" in planned.plan
        assert "Seq Scan on slips" not in planned.plan, planned.plan
        assert "Sort" not in planned.plan, planned.plan
    planned.close()
