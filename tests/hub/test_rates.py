"""Rates and `--limit` by several workers: real processes, a real PostgreSQL, a relay on a socket."""

import time
from pathlib import Path

from tests.factories import add_subscribers, database, queue_issue
from tests.hub.crew import Crew, ended, left_in, queued, states
from tests.postgres import Postgres
from tests.relay import Relay, Taken

RATE = 20


def test_two_workers_keep_one_rate_and_the_limit_of_the_call(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    """A destination with a rate of its own delays no other; of the rest, three wait for the next call."""
    with (project / "alerts.toml").open("a") as settings:
        settings.write(
            f'\n[[destinations]]\ndomains = ["slow.example"]\nconnections = 2\nrate = {RATE}\n'
        )
    db = database(project)
    add_subscribers(db, 41, domain="slow.example")
    add_subscribers(db, 32)
    queue_issue(project, db)
    db.close()
    times: list[tuple[str, float]] = []

    def note(taken: Taken) -> None:
        times.append((taken.recipient.rpartition("@")[2], time.monotonic()))

    with Relay(on_taken=note) as relay:
        workers = [crew.worker(relay), crew.worker(relay)]
        code, said = ended(crew.control("--limit", "70"))
        assert code in (0, 1), said
        slow = sorted(at for domain, at in times if domain == "slow.example")
        assert (len(slow), len(relay.inbox)) == (41, 70)
        assert len({one.recipient for one in relay.inbox}) == 70
        taken_at_once = 2 * 0.1 * RATE  # at most, by two workers
        assert slow[-1] - slow[0] >= (len(slow) - 1 - taken_at_once) / RATE - 0.1
        assert states(project) == {"sent": 70, "queued": 3}
        assert not left_in(hub)
        for one in workers:
            one.terminate()
            assert ended(one)[0] == 0


def test_a_limit_that_the_relay_of_all_workers_states_ends_the_send_and_is_learned(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    """They would knock once a minute for a day. The next call lends nothing before it may."""
    queued(project, 40)
    relay, quota = Relay(), "550 5.4.5 Daily user sending limit exceeded"
    relay.script = lambda stage, recipient, nth: (
        quota if stage == "dot" and len(relay.inbox) >= 15 else None
    )
    with relay:
        worker = crew.worker(relay)
        code, said = ended(crew.control())
        assert code == 75, said
        assert f"{quota}; sending goes on after" in said
        accepted = len(relay.inbox)
        found = states(project)
        assert found["sent"] == accepted
        assert found["queued"] + found["deferred"] == 40 - accepted
        assert not left_in(hub)
        code, said = ended(crew.control())
        assert code == 75, said
        assert f"it took {accepted} messages in 24 hours, then said “{quota}" in said
        assert len(relay.inbox) == accepted
        worker.terminate()
        assert ended(worker)[0] == 0
