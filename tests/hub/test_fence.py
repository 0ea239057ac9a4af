"""What must not pass once a lease, a send or a connection is given up, against a real hub."""

import os
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from alerts.domain.delivery import RetryPolicy
from alerts.hub import claims, lent
from alerts.hub.database import HubDatabase, HubUnavailable
from alerts.hub.lend import HubLending
from alerts.hub.stopping import HubStopping
from alerts.hub.worker_settlements import merge_of
from alerts.mail.dkim_keys import Keyring
from alerts.outbox.options import Orders, World
from alerts.store import hub_leases
from alerts.transport.relay import Null
from tests.factories import MONTH
from tests.hub.control import SENT, Control, worker_of
from tests.postgres import Postgres


def test_who_is_lent_anew_to_the_worker_that_gave_them_back_is_sent_in_order(
    control: Control,
) -> None:
    """Passed over, they would be the first of the lease in the hub, and the one behind them would be sent."""
    control.begin(number=4)
    control.lend()
    worker = worker_of(control)
    lease = worker.open_lease(0)
    worker.deal()
    assert [one.id for one in worker.held(lease)] == [1, 2]
    lent.revoke(control.hub, [1])
    worker.write([])
    assert lent.withdraw(control.hub) == {1}
    control.export.copy(control.lease, hub_leases.lent_deliveries(control.db, control.lease, 0, 1))
    assert worker.begin(worker.held(lease).popleft())
    worker.write([(lease, 2, SENT)])
    worker.deal()
    worker.drop_revoked(lease)
    assert [one.id for one in worker.held(lease)] == [1, 3]
    assert worker.begin(worker.held(lease).popleft())


def test_a_worker_of_a_hub_that_was_lost_ends_no_lease_of_the_one_that_was_made_anew(
    control: Control,
) -> None:
    """The numbers of leases begin again with the schema."""
    control.begin(number=4)
    control.lend()
    worker = worker_of(control)
    stale = worker.open_lease(0)
    control.hub.rows("DROP SCHEMA alerts_hub CASCADE")
    lent.take(control.hub)
    lent.begin(control.hub, 78, "project", {}, open_=True)
    control.export.lend_missing(control.lease)
    other = claims.open_lease(control.hub, 78, "other")
    assert other == stale
    assert len(claims.claim(control.hub, 78, other, 0, 4)) == 4
    lent.revoke(control.hub, [1])
    worker.write([])
    worker.close_lease(stale)
    worker.release()
    assert lent.held(control.hub) == 4, "another worker is sending these"


def test_a_round_that_meets_another_history_of_the_hub_begins_nothing(control: Control) -> None:
    """After a failover, deliveries whose outcome was lost are open again; the control node holds them."""
    control.begin(number=4)
    control.lend()
    worker = worker_of(control)
    lease = worker.open_lease(0)
    control.hub.rows("UPDATE alerts_hub.sends SET cluster = 'before'")
    worker.deal()
    assert not worker.held(lease)
    worker.write([])
    assert not worker.goes_on


def test_a_statement_of_a_connection_that_is_given_up_has_no_effect_later(
    control: Control, hub: Postgres
) -> None:
    """The server has not seen that the client is gone: its statement waits for a row."""
    control.begin(number=4)
    with psycopg.connect(hub.url) as db, ThreadPoolExecutor() as pool:
        db.execute("SELECT 1 FROM alerts_hub.sends FOR UPDATE")
        late = pool.submit(lent.sign, control.hub, 77, open_=False)
        while not control_waits(db):
            pass
        assert control.hub._open
        with socket.socket(fileno=os.dup(control.hub._open.fileno())) as client:
            client.shutdown(socket.SHUT_RDWR)
        with pytest.raises(HubUnavailable):
            late.result()
        assert control.hub.rows("SELECT 1")
        db.commit()
        while control_waits(db):
            db.rollback()
        assert db.execute("SELECT open FROM alerts_hub.sends").fetchall() == [(True,)]
    lent.take(control.hub)


def control_waits(db: psycopg.Connection[Any]) -> bool:
    """Whether a statement waits for a row."""
    return db.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is not None


def test_giving_up_a_lease_waits_for_what_is_being_given_back(
    control: Control, hub: Postgres
) -> None:
    """Else it would take the first by what it saw before, and open what may have been begun."""
    control.begin(number=4)
    control.lend()
    assert control.claim() == [1, 2, 3, 4]
    control.hub.rows("UPDATE alerts_hub.leases SET expires_at = clock_timestamp() - interval '1 s'")
    lent.revoke(control.hub, [1])
    worker = HubDatabase(hub.url, "--hub", "worker")
    with psycopg.connect(hub.url) as db, ThreadPoolExecutor() as pool:
        worker.rows("BEGIN")
        claims.give_back(worker, 77, control.leases, [1])
        reaping = pool.submit(lent.reap, control.hub)
        while not control_waits(db):
            db.rollback()
        worker.rows("COMMIT")
        reaping.result()
    worker.close()
    assert (lent.held(control.hub), lent.receipts(control.hub, 9)) == (3, [])


class GivenUp(HubDatabase):
    """A hub whose control node gives up all leases just before a worker gives deliveries back."""

    control: HubDatabase

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        if "AND revoked" in statement:
            self.control.rows("UPDATE alerts_hub.leases SET expires_at = '2000-01-01'")
            lent.reap(self.control)
        return super().rows(statement, values)


def test_a_lease_that_was_given_up_before_its_revoked_were_given_back_sends_nothing(
    control: Control, hub: Postgres
) -> None:
    """Its first is in doubt, and was not begun; the one behind it is others'."""
    control.begin(number=4)
    control.lend()
    ahead = GivenUp(hub.url, "--hub", "worker")
    ahead.control = control.hub
    worker = worker_of(control, ahead)
    lease = worker.open_lease(0)
    worker.deal()
    assert [one.id for one in worker.held(lease)] == [1, 2]
    lent.revoke(control.hub, [1])
    worker.write([])
    assert control.claim() == [2, 3, 4]
    assert not worker.held(lease)
    ahead.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_who_leaves_and_comes_back_while_a_worker_holds_them_is_lent_anew(
    control: Control, restarted: bool
) -> None:
    """Else they stay revoked in the hub, claimed by nobody and taken back by nobody, and the send never
    ends."""
    control.begin(number=4)
    control.lend()
    assert control.claim(most=2) == [1, 2]
    held = control.leases[-1]
    stopping = control.stopping
    control.status(1, "unsubscribed")
    stopping.look(control.lease)
    control.status(1, "active")
    if restarted:
        stopping = HubStopping(
            control.db, control.hub, control.orders, control.world, control.export
        )
        stopping.before_others(control.lease)
    stopping.look(control.lease)
    claims.give_back(control.hub, 77, [held], [1])
    stopping.look(control.lease)
    assert control.claim() == [1, 3, 4]
    assert not lent.revoked(control.hub)


def test_an_edition_is_made_only_for_the_send_that_lent_it(control: Control) -> None:
    """Another project's editions have the same numbers."""
    control.begin(number=1)
    control.lend()
    (owed,) = hub_leases.lent_deliveries(control.db, control.lease, 0, 9)
    assert merge_of(control.hub, 77, owed.edition_id, Keyring()).message(owed)
    lent.begin(control.hub, 78, "other", {}, open_=True)
    with pytest.raises(HubUnavailable):
        merge_of(control.hub, 77, owed.edition_id, Keyring())


def test_a_send_that_is_over_hinders_nobody_and_one_that_may_live_does(control: Control) -> None:
    """Its control node was killed once it had given everything back, before it emptied the hub."""
    control.begin(number=4)
    control.lend()
    assert control.claim(most=1) == [1]
    lent.sign(control.hub, 77, open_=False)
    assert lent.others(control.hub, 0), "a worker holds one"
    claims.settle(control.hub, 77, "worker", control.leases, [(control.leases[-1], 1, SENT)])
    assert lent.others(control.hub, 0), "an outcome is not in the outbox"
    lent.folded(control.hub, [1])
    assert not lent.others(control.hub, 0)
    lent.sign(control.hub, 77, open_=True)
    assert lent.others(control.hub, 0)


def test_after_a_failover_the_same_call_goes_on(control: Control) -> None:
    """The send in the hub is its own, so it need not wait until its control node has been away for long."""
    control.begin(number=4)
    control.lend()
    control.hub.rows("UPDATE alerts_hub.sends SET cluster = 'before'")
    control.hub.close()
    said: list[str] = []
    world = World(Null, lambda: control.now, iter(range(999)).__next__, lambda: 0.5)
    orders = Orders([MONTH], 2, RetryPolicy(), "host", "process 1", resend_in_doubt=False)
    HubLending(control.db, control.hub, orders, world, "", said.append, {}).run(lambda *_: None)
    assert control.states() == {"in_doubt": 4}
    assert "the hub has lost the send" in said[0]
    assert lent.ids(control.hub, 0, 9) == frozenset()
