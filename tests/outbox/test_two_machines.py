"""Two machines on one outbox whose lock does not reach across: leases, expiry, clocks at odds (P2, P4).

The project's lock keeps two runs apart wherever the file system carries it. Where it does not, leases do,
and the worst that a wrong clock can do is to put in doubt what is on its way: one message a connection.
"""

import contextlib
from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Lock

import pytest

from alerts.domain.errors import LockHeld, TakenOver
from alerts.outbox import claims
from alerts.store import claims as claims_of
from tests.factories import MONTH, NOW, database
from tests.outbox.test_dispatch import Sending
from tests.relay import Relay, Taken


@pytest.mark.parametrize("skew", [timedelta(0), timedelta(minutes=55), timedelta(days=-300)])
def test_a_lease_of_another_machine_is_respected_until_it_expires_p2(
    project: Path, skew: timedelta
) -> None:
    sending = Sending(project, readers=20)
    lease = claims_of.open_lease(sending.db, "process 1", "other", NOW + timedelta(hours=1))
    claims_of.claim(
        sending.db, [lease], 7, NOW, NOW + timedelta(hours=1), [MONTH], after=0, doubtful=True
    )
    sending.now = NOW + skew
    with Relay() as relay:
        if skew < timedelta(0):  # our clock says that nothing is due yet
            sending.send(relay)
            assert not relay.inbox
            sending.now = NOW
        sending.send(relay)
        assert sending.counts == {"sending": 7, "sent": 13}
        sending.now = NOW + timedelta(hours=1)
        sending.send(relay, resend=False)
        assert sending.counts == {"sent": 19, "in_doubt": 1}, "the first of a lease is in doubt"
    assert len(relay.inbox) == 19


@pytest.mark.parametrize("resend", [True, False])
@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("at", [1, 5, 17, 39])
def test_a_machine_whose_clock_is_hours_ahead_takes_over_and_the_other_gives_way_p2(
    project: Path, at: int, connections: int, resend: bool
) -> None:
    """Of 40 readers nobody is lost; at most one a connection is mailed twice, none with "hold"."""
    sending = Sending(project, readers=40)
    ahead = Sending.__new__(Sending)
    ahead.__dict__ |= sending.__dict__ | {
        "db": database(project, threads=True),
        "now": NOW + timedelta(hours=5),
    }
    with Relay() as second:
        first = Lock()  # two connections may both see that number: only one machine takes over

        def take_over(taken: Taken) -> None:
            if len(relay.inbox) == at and first.acquire(blocking=False):
                ahead.send(second, host="ahead", resend=resend)

        with Relay(on_taken=take_over) as relay:
            if at < 35:
                with pytest.raises(LockHeld, match="clocks"):
                    sending.send(relay, connections=connections, resend=resend)
            else:  # it may have had nothing left to begin
                with contextlib.suppress(LockHeld):
                    sending.send(relay, connections=connections, resend=resend)
        copies = Counter(relay.recipients + second.recipients)
        assert sum(copies.values()) - len(copies) <= (connections if resend else 0)
        held = sending.counts.get("in_doubt", 0)
        assert held <= connections
        assert sending.counts == ({"sent": 40 - held} | ({"in_doubt": held} if held else {}))
        assert len(copies) >= 40 - held
    contents: dict[str, set[bytes]] = {}
    for taken in relay.inbox + second.inbox:
        contents.setdefault(taken.recipient, set()).add(taken.octets)
    assert all(len(found) == 1 for found in contents.values()), "a repeat is the same octets"


def test_nothing_is_claimed_for_leases_of_which_another_machine_has_ended_one(
    project: Path,
) -> None:
    """Between two looks at what others wrote, a claim is the first that meets the other's writing."""
    sending = Sending(project, readers=20)
    expiry = NOW + timedelta(hours=1)
    leases = [claims_of.open_lease(sending.db, "process 1", "other", expiry) for _ in range(3)]
    claims_of.release(sending.db, leases[1:2], NOW)
    with pytest.raises(TakenOver, match="clocks"):
        claims_of.claim(sending.db, leases, 7, NOW, expiry, [MONTH], after=0, doubtful=True)
    assert sending.counts == {"queued": 20}


def test_a_send_longer_than_its_leases_renews_them_p2(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is claimed for hours at a slow rate; another machine must not think it dead."""
    sending = Sending(project, readers=12)
    monkeypatch.setattr(claims, "_RENEW_AFTER", 0.0)
    expiries = []

    def pass_time(taken: Taken) -> None:
        other = database(project, threads=True)
        expiries.append(other.execute("SELECT min(expires_at) FROM leases").fetchone()[0])
        claims_of.expire(other, "other", sending.now)
        assert not claims_of.recover(other, sending.now), "its leases are taken for dead"
        other.close()
        sending.now += timedelta(minutes=50)

    with Relay(on_taken=pass_time) as relay:
        sending.send(relay)
    assert sending.counts == {"sent": 12}
    assert expiries == sorted(expiries)
    assert len(set(expiries)) > 10
