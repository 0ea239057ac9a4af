"""Copies of a database: which of them sends, and that none sends what another has sent (P4, P7, T17)."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.domain.delivery import DeliveryState, Outcome, Reply
from alerts.store import claims, generation_markers, instance
from alerts.store.generation_markers import InstanceLocation
from alerts.store.receipts import Receipts
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue, sqlite_connection
from tests.relay import Relay

M = ("--month", "2026-10")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    with Relay() as running:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", running.url)
        yield running


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What tells this machine from others, for the time of a test."""
    machine = tmp_path / "machine-id"
    machine.write_text("one\n")
    monkeypatch.setattr(
        generation_markers, "_MACHINE", {"machine": machine, "hardware": tmp_path / "absent"}
    )
    monkeypatch.setattr(generation_markers, "_CONTAINER", (tmp_path / "in-a-container",))
    return machine


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder, empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def queued(project: Path) -> Path:
    """A project with an issue owed to six."""
    db = database(project)
    add_subscribers(db, 6)
    queue_issue(project, db)
    db.close()
    return project


def _states(root: Path) -> Counter[str]:
    db = database(root)
    rows = db.conn.execute("SELECT state FROM deliveries").fetchall()
    db.close()
    return Counter(state for (state,) in rows)


def _half_sent(alerts: Alerts) -> None:
    assert alerts("send", *M, "--limit", "3").code == 0


# --- ways in which a copy comes about --------------------------------------------------------------


def _copied(root: Path) -> Path:
    return Path(shutil.copytree(root, root.with_name("copy")))


def _moved_away_and_copied_back(root: Path) -> Path:
    """Another file system: the inode is another, the old place is empty."""
    copy = _copied(root)
    shutil.rmtree(root)
    return copy


def _machine_cloned(root: Path) -> Path:
    """The same file number and path, on a machine that says it is another."""
    (root.parent / "machine-id").write_text("another\n")
    return root


def _rolled_back(root: Path) -> Path:
    """An old copy of the file alone, written over the database in place: the same inode."""
    shutil.copyfile(root / "old.db", root / "subscribers.db")
    return root


def _rolled_back_to_before_homes(root: Path) -> Path:
    """A copy made by an older version of alerts, which knew of no home."""
    _rolled_back(root)
    db = database(root)
    db.conn.execute("DELETE FROM home")
    db.close()
    return root


def _another_put_in_its_place(root: Path) -> Path:
    """A copy from before the project had its name: as it was brought from the laptop."""
    _rolled_back(root)
    db = database(root)
    db.conn.execute("UPDATE home SET project = 'another', generation = 99")
    db.close()
    return root


def _folder_restored(root: Path) -> Path:
    """The whole folder put back from last night's backup, marker and all."""
    old = root.with_name("last-night")
    shutil.rmtree(root)
    old.rename(root)
    return root


def _folder_restored_to_the_same_inode(root: Path) -> Path:
    """The same, where the file system gave the file its old number again."""
    _folder_restored(root)
    here = InstanceLocation.of(root / "subscribers.db")
    _edit_place(root, file=here.file, volume=here.volume)
    return root


def _volume_copied_between_containers(root: Path) -> Path:
    """No machine is known, the path and even the file's number are the same."""
    (root.parent / "in-a-container").touch()
    _edit_place(root, volume=1)
    return root


def _edit_place(root: Path, **facts: object) -> None:
    db = database(root)
    row = instance.get(db)
    assert row is not None
    assert row.place is not None
    instance.put(db, replace(row, place=replace(row.place, **facts)))  # type: ignore[arg-type]
    db.close()


WAYS = (
    _copied,
    _moved_away_and_copied_back,
    _machine_cloned,
    _rolled_back,
    _folder_restored,
    _folder_restored_to_the_same_inode,
    _rolled_back_to_before_homes,
    _another_put_in_its_place,
    _volume_copied_between_containers,
)


@pytest.mark.parametrize("way", WAYS)
def test_t17_a_copy_sends_nothing_until_it_is_adopted(
    queued: Path,
    relay: Relay,
    alerts: Alerts,
    way: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _half_sent(alerts)
    shutil.copyfile(queued / "subscribers.db", queued / "old.db")
    shutil.copytree(queued, queued.with_name("last-night"))
    assert alerts("send", *M, "--limit", "1").code == 0
    monkeypatch.chdir(queued.parent)
    root = way(queued)
    monkeypatch.chdir(root)
    before = len(relay.inbox)
    assert "nothing is sent" in alerts("status", *M, "--json").json["undecided"]
    for command in (
        ("send",),
        ("send", *M),
        ("run", *M),
        ("run",),
        ("queue", "--month", "2026-09"),
    ):
        refused = alerts(*command)
        assert refused.code == 1, (way.__name__, command)
        assert "nothing is sent" in refused.stderr
        assert "`alerts adopt`" in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert len(relay.inbox) == before
    adopted = alerts("adopt", "--json")
    assert adopted.code == 0, adopted.stderr
    assert not alerts("status", *M, "--json").json["undecided"]
    was_old = (
        "rolled_back" in way.__name__ or "restored" in way.__name__ or "put_in" in way.__name__
    )
    assert adopted.json["held"] == 6 - before + was_old
    held = alerts("send", *M)
    assert held.code == 1
    assert "held in doubt" in held.stderr
    assert len(relay.inbox) == before
    assert alerts("delivery", "retry", *M, "--state", "in_doubt").code == 0
    assert alerts("send", *M).code == 0
    assert set(relay.recipients) == {f"reader{n}@example.org" for n in range(1, 7)}


def test_the_copy_that_was_adopted_is_the_only_one_that_sends(
    queued: Path, relay: Relay, alerts: Alerts
) -> None:
    _half_sent(alerts)
    copy = _copied(queued)
    told = alerts("--project", str(copy), "adopt")
    assert f"the copy at {queued / 'subscribers.db'} on " in told.stderr
    assert alerts("send", *M).code == 1  # the original is no more the one
    assert len(relay.inbox) == 3
    assert alerts("adopt").code == 0  # … until an admin says so
    assert alerts("--project", str(copy), "send", *M).code == 1
    assert len(relay.inbox) == 3


def test_an_issue_that_the_copy_may_have_missed_is_held_when_it_is_queued(
    project: Path, relay: Relay, alerts: Alerts
) -> None:
    """The backup was made before the issue was queued and sent, so the rows know nothing of it (P4)."""
    alerts("subscriber", "add", "a@example.org")
    for month in ("2026-09", "2026-10"):
        alerts(
            "article",
            "add",
            "--url",
            f"https://n.example/{month}",
            "--title",
            "T",
            "--month",
            month,
        )
    assert alerts("run", "--month", "2026-09").code == 0
    assert alerts("backup", "night.db").code == 0
    assert alerts("run", *M).code == 0
    assert len(relay.inbox) == 2
    assert alerts("restore", "night.db").code == 0
    assert alerts("adopt").code == 0
    again = alerts("run", *M)
    assert again.code == 1
    assert "another copy may have sent it: 1 delivery held" in again.stderr
    assert alerts("run", "--month", "2026-09").code == 0  # its rows know that it was sent
    assert len(relay.inbox) == 2
    assert alerts("delivery", "accept", *M).code == 0
    assert alerts("run", *M).code == 0
    assert len(relay.inbox) == 2
    alerts("article", "add", "--url", "https://n.example/x", "--title", "T", "--month", "2027-01")
    on_purpose = ("--anyway", "unfinished")  # a month that was yet to come
    assert alerts("run", "--month", "2027-01", *on_purpose).code == 0
    assert len(relay.inbox) == 3


@pytest.mark.parametrize("moment", [0, 10, 11])
def test_a_copy_of_a_project_that_never_queued_needs_no_question(
    project: Path, relay: Relay, alerts: Alerts, moment: int
) -> None:
    """A project prepared on one machine and sent from another; a template used again and again."""
    alerts("subscriber", "add", "a@example.org")
    alerts("article", "add", "--url", "https://n.example/1", "--title", "T", *M)
    copies = [shutil.copytree(project, project.with_name(f"copy{n}")) for n in range(3)]
    for root in (*copies, project):
        for _ in range(2):
            done = alerts("--project", str(root), "run", *M)
            assert done.code == 0, done.stderr
    assert len(relay.inbox) == 4


def test_a_renamed_folder_and_a_changed_host_name_need_no_question(
    queued: Path, relay: Relay, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _half_sent(alerts)
    renamed = queued.rename(queued.with_name("renamed"))
    monkeypatch.chdir(renamed)
    assert alerts("send", *M, "--limit", "1").code == 0
    monkeypatch.setattr("socket.gethostname", lambda: "box-7f3a")
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == 6


def test_a_project_that_was_moved_goes_on_when_an_admin_says_so(
    queued: Path, relay: Relay, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _half_sent(alerts)
    root = _moved_away_and_copied_back(queued)
    monkeypatch.chdir(root)
    assert alerts("send", *M).code == 1
    assert alerts("adopt", "--moved").code == 0
    assert alerts("send", *M).code == 0
    assert Counter(relay.recipients) == {f"reader{n}@example.org": 1 for n in range(1, 7)}


def test_a_copy_that_another_has_overtaken_was_not_only_moved(
    queued: Path, relay: Relay, alerts: Alerts
) -> None:
    _half_sent(alerts)
    copy = _copied(queued)
    assert alerts("send", *M, "--limit", "1").code == 0
    refused = alerts("--project", str(copy), "adopt", "--moved")
    assert refused.code == 1
    assert "was not only moved" in refused.stderr
    assert _states(copy) == {"sent": 3, "queued": 3}
    assert alerts("--project", str(copy), "adopt", "--json").json["held"] == 3


def test_adopting_what_sends_already_changes_nothing(queued: Path, alerts: Alerts) -> None:
    for _ in range(2):
        told = alerts("adopt", "--json")
        assert told.json == {"former": "", "held": 0, "changed": False, "departed": 0}
    assert _states(queued) == {"queued": 6}
    assert alerts("adopt", "--set-back", "--json").json["held"] == 6
    assert _states(queued) == {"in_doubt": 6}
    assert alerts("adopt", "--set-back", "--moved").code == 2


def test_a_project_that_is_begun_anew_in_its_folder_needs_no_question(
    queued: Path, relay: Relay, alerts: Alerts
) -> None:
    assert alerts("send", *M).code == 0
    (queued / "subscribers.db").unlink()
    assert alerts("init").code == 0
    db = database(queued)
    add_subscribers(db, 1)
    queue_issue(queued, db)
    db.close()
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == 7


def test_a_database_from_before_homes_is_taken_in(
    queued: Path, relay: Relay, alerts: Alerts
) -> None:
    db = database(queued)
    db.conn.execute("DELETE FROM home")
    db.close()
    (queued / "subscribers.db.home").unlink()
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == 6
    copy = _copied(queued)
    assert alerts("--project", str(copy), "send", *M).code == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"project": 1}', "\x00"])
def test_a_witness_that_cannot_be_read_says_nothing(
    queued: Path, relay: Relay, alerts: Alerts, state: Path, text: str
) -> None:
    kept = [path for path in (state / "alerts").iterdir() if "departures" not in path.name]
    papers = [queued / "subscribers.db.home", *kept]
    assert len(papers) == 2
    for paper in papers:
        paper.write_text(text)
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == 6
    assert all(json.loads(paper.read_text())["generation"] > 1 for paper in papers)
    assert all(paper.stat().st_mode & 0o77 == 0 for paper in papers)
    assert not any("@" in paper.read_text() for paper in papers)  # no personal data


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", "a\0b", "x" * 5000])
def test_x17_a_project_name_from_a_foreign_database_names_no_file(
    queued: Path, relay: Relay, alerts: Alerts, state: Path, name: str
) -> None:
    db = database(queued)
    db.conn.execute("UPDATE home SET project = ?", (name,))
    db.close()
    assert alerts("adopt").code == 0
    assert alerts("send", *M).code == 1
    assert {path.parent for path in state.rglob("*.json")} == {state / "alerts"}
    assert not list(state.parent.rglob("*escaped*"))


def test_the_same_place_is_told_by_the_file_and_the_machine() -> None:
    here = InstanceLocation(
        "box", "/srv/a/subscribers.db", 12, 7, {"machine": "x", "hardware": "h"}
    )
    same = (
        replace(here, host="renamed"),
        replace(here, path="/srv/b/subscribers.db"),
        replace(here, volume=8),  # a file system without a lasting id
        replace(here, machine={"machine": "x"}),  # not run by root today
        replace(here, machine={}),
    )
    others = (
        replace(here, file=13),
        replace(here, machine={"machine": "y"}),
        replace(here, machine={"machine": "x", "hardware": "i"}),
        replace(here, volume=8, path="/srv/b/subscribers.db"),
        replace(here, volume=8, machine={}),
    )
    assert all(here.same(other) and other.same(here) for other in same)
    assert not any(here.same(other) or other.same(here) for other in others)


# --- backup and restore ---------------------------------------------------------------------------


def test_a_backup_is_complete_private_and_never_in_the_place_of_another(
    queued: Path, alerts: Alerts
) -> None:
    assert alerts("backup", "night.db", "--json").json["file"] == "night.db"
    assert (queued / "night.db").stat().st_mode & 0o777 == 0o600
    assert not list(queued.glob(".night*"))
    with sqlite_connection(queued / "night.db") as copy:
        assert copy.execute("SELECT count(*) FROM deliveries").fetchone() == (6,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    (queued / "night.db").write_bytes(b"mine")
    for arguments, code in (
        (("backup", "night.db"), 2),
        (("backup", "subscribers.db", "--replace"), 2),
        (("backup", "no/such/folder.db"), 2),
        (("backup", "."), 2),
        (("backup", "/dev/null", "--replace"), 2),
    ):
        refused = alerts(*arguments)
        assert refused.code == code
        assert refused.stderr.count("\n") == 1
    assert (queued / "night.db").read_bytes() == b"mine"
    assert alerts("backup", "night.db", "--replace").code == 0
    assert (queued / "night.db").stat().st_size > 1000


SENDER = (sys.executable, "-m", "alerts", "-q", "send", *M)


def test_a_backup_during_a_send_is_consistent_and_loses_nobody(
    project: Path, relay: Relay, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each backup is one moment: who the relay had taken is sent in it, or on the way and so held."""
    db = database(project)
    add_subscribers(db, 400)
    queue_issue(project, db)
    db.close()
    monkeypatch.setenv("ALERTS_DELIVERY__CONNECTIONS", "3")
    monkeypatch.setenv("ALERTS_DELIVERY__RATE", "400")
    sender = subprocess.Popen(SENDER, cwd=project)
    tried = 0
    while sender.poll() is None and tried < 20:
        before = set(relay.recipients)
        done = alerts("backup", f"night{tried}.db")
        assert done.code == 0, done.stderr
        after = set(relay.recipients)
        with sqlite_connection(project / f"night{tried}.db") as copy:
            rows = copy.execute(
                "SELECT s.email, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
            )
            states = dict(rows.fetchall())
        copy.close()
        assert {email for email, state in states.items() if state == "sent"} <= after
        assert {states[email] for email in before} <= {"sent", "sending"}
        tried += 1
    assert sender.wait() == 0
    assert tried >= 2
    assert Counter(relay.recipients) == {f"reader{n}@example.org": 1 for n in range(1, 401)}
    assert alerts("restore", "night0.db", "--json").json["held"] > 0
    assert alerts("send", *M).code == 1
    assert len(relay.inbox) == 400


def test_a_restored_backup_holds_what_was_unfinished_and_keeps_the_former_database(
    queued: Path, relay: Relay, alerts: Alerts
) -> None:
    _half_sent(alerts)
    db = database(queued)
    db.conn.execute("INSERT INTO leases (holder, host, expires_at) VALUES ('p', 'h', '2026')")
    db.conn.execute("UPDATE deliveries SET state = 'sending', lease_id = 1 WHERE id = 4")
    db.conn.execute("UPDATE deliveries SET state = 'deferred', attempts = 2 WHERE id = 5")
    db.close()
    assert alerts("backup", "night.db").code == 0
    done = alerts("restore", "night.db", "--json")
    assert done.code == 0, done.stderr
    assert done.json["held"] == 3
    kept = Path(done.json["kept"])
    assert kept.is_file()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert _states(queued) == {"sent": 3, "in_doubt": 3}
    listed = alerts("delivery", "list", *M, "--state", "in_doubt", "--json").json
    assert {one["reason"] for one in listed} == {"held"}
    assert "another copy" in alerts("why", "reader4@example.org", *M).stdout
    assert "was restored" in alerts("send").stderr
    assert "was restored" in alerts("status").stderr
    assert alerts("adopt").code == 0
    assert alerts("delivery", "accept", *M, "reader4@example.org").code == 0
    assert alerts("delivery", "cancel", *M, "reader5@example.org").code == 0
    assert alerts("delivery", "retry", *M, "--state", "in_doubt").code == 0
    assert alerts("send", *M).code == 0
    assert _states(queued) == {"sent": 5, "skipped": 1}


def test_what_a_killed_send_knew_is_not_held(queued: Path, relay: Relay, alerts: Alerts) -> None:
    """Receipts that are not folded in yet go with their database: into a copy, and out of the way."""
    assert alerts("backup", "night.db").code == 0
    db = database(queued)
    lease = claims.open_lease(db, "process 1", "host", NOW)
    claims.claim(db, [lease], 4, NOW, NOW, [MONTH], after=0, doubtful=True)
    sent = Outcome(DeliveryState.SENT, Reply(250, "ok"))
    Receipts(db).append([claims.Settlement(n, lease, sent, 1, NOW, NOW) for n in (1, 2, 3)])
    db.close()
    copy = _copied(queued)
    assert alerts("--project", str(copy), "adopt", "--json").json["held"] == 3
    assert _states(copy) == {"sent": 3, "in_doubt": 3}
    kept = Path(alerts("restore", "night.db", "--json").json["kept"])
    assert not (queued / "subscribers.db-receipts").exists()
    assert kept.with_name(f"{kept.name}-receipts").stat().st_size
    assert alerts("adopt").code == 0
    assert _states(queued) == {"in_doubt": 6}


def test_who_left_since_the_backup_stays_away(queued: Path, relay: Relay, alerts: Alerts) -> None:
    assert alerts("backup", "night.db").code == 0
    alerts("subscriber", "unsubscribe", "reader1@example.org")
    alerts("suppression", "add", "reader2@example.org", "--reason", "complaint")
    alerts("subscriber", "erase", "reader3@example.org")
    done = alerts("restore", "night.db", "--json")
    assert done.json["departed"] == 3
    assert alerts("adopt").code == 0
    assert alerts("delivery", "retry", *M, "--state", "in_doubt").code == 0
    assert alerts("send", *M).code == 0
    assert sorted(relay.recipients) == [f"reader{n}@example.org" for n in (4, 5, 6)]
    assert "was erased" in alerts("why", "reader3@example.org", *M).stdout
    assert alerts("subscriber", "add", "reader3@example.org").code == 1
    assert b"reader3@" not in (queued / "subscribers.db").read_bytes()  # S19


def test_a_damaged_database_is_kept_and_a_backup_takes_its_place(
    queued: Path, relay: Relay, alerts: Alerts
) -> None:
    assert alerts("backup", "night.db").code == 0
    broken = queued / "subscribers.db"
    broken.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (queued / "subscribers.db-journal").write_bytes(
        b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"x" * 600
    )
    done = alerts("restore", "night.db")
    assert done.code == 0, done.stderr
    assert "is on the list again" not in done.stderr  # the ledger knows who has left
    assert _states(queued) == {"in_doubt": 6}
    db = database(queued)
    assert db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_backup_brings_a_project_to_a_new_machine(
    queued: Path, relay: Relay, alerts: Alerts, tmp_path: Path
) -> None:
    _half_sent(alerts)
    assert alerts("backup", str(tmp_path / "night.db")).code == 0
    other = tmp_path / "other"
    assert alerts("init", str(other)).code == 0
    (other / "subscribers.db").unlink()
    assert alerts("--project", str(other), "restore", str(tmp_path / "night.db")).code == 0
    assert alerts("--project", str(other), "send", *M).code == 1
    assert alerts("send", *M).code == 0  # the original, which was never told otherwise
    assert len(relay.inbox) == 6


def _junk(path: Path, root: Path) -> None:
    path.write_bytes(os.urandom(5000))


def _empty(path: Path, root: Path) -> None:
    path.touch()


def _truncated(path: Path, root: Path) -> None:
    octets = (root / "subscribers.db").read_bytes()
    path.write_bytes(octets[: len(octets) // 2])


def _foreign(path: Path, root: Path) -> None:
    with sqlite_connection(path) as other:
        other.execute("CREATE TABLE subscribers (id INTEGER)")
    other.close()


def _newer(path: Path, root: Path) -> None:
    shutil.copyfile(root / "subscribers.db", path)
    with sqlite_connection(path) as other:
        other.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('alerts', 'm999_future', '')"
        )
    other.close()


def _loose(path: Path, root: Path) -> None:
    shutil.copyfile(root / "subscribers.db", path)
    with sqlite_connection(path) as other:
        other.execute("DELETE FROM editions")
    other.close()


def _itself(path: Path, root: Path) -> None:
    path.symlink_to(root / "subscribers.db")


@pytest.mark.parametrize("make", [_junk, _empty, _truncated, _foreign, _newer, _loose, _itself])
def test_what_is_no_sound_backup_is_refused_and_changes_nothing(
    queued: Path, relay: Relay, alerts: Alerts, make: Callable[[Path, Path], None]
) -> None:
    make(queued / "bad.db", queued)
    files = set(queued.iterdir())
    octets = (queued / "subscribers.db").read_bytes()
    refused = alerts("restore", "bad.db")
    assert refused.code == 1, refused.stderr
    assert "bad.db" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert (queued / "subscribers.db").read_bytes() == octets
    assert set(queued.iterdir()) - files <= {
        queued / "subscribers.db.lock",
        queued / "subscribers.db.lock.gate",
        queued / "subscribers.db.serve.lock",
        queued / "subscribers.db.serve.lock.gate",
    }
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == 6


def test_every_byte_flipped_in_a_backup_is_noticed_or_harmless(
    queued: Path, alerts: Alerts
) -> None:
    """T9: a flipped byte either is refused, or leaves a database that is sound."""
    assert alerts("backup", "night.db").code == 0
    octets = (queued / "night.db").read_bytes()
    refused = 0
    for at in range(0, len(octets), len(octets) // 60):
        bad = bytearray(octets)
        bad[at] ^= 0xFF
        (queued / "bad.db").write_bytes(bad)
        done = alerts("restore", "bad.db")
        assert done.code in (0, 1), (at, done.stderr)
        assert "Traceback" not in done.stderr
        refused += done.code
        for kept in queued.glob("subscribers.db.before-*"):
            kept.unlink()
    assert refused


def test_the_last_place_is_known_to_the_admin(queued: Path, relay: Relay, alerts: Alerts) -> None:
    _half_sent(alerts)
    copy = _copied(queued)
    refused = alerts("--project", str(copy), "send", *M)
    assert f"it last sent from {queued / 'subscribers.db'} on " in refused.stderr
    alerts("--project", str(copy), "adopt")
    refused = alerts("send", *M)
    assert f"{copy / 'subscribers.db'} on " in refused.stderr


RESTORE = (sys.executable, "-m", "alerts", "-q", "restore")


@pytest.mark.parametrize("seed", range(12))
def test_a_restore_that_is_killed_leaves_the_former_database_or_the_backup(
    queued: Path, alerts: Alerts, seed: int
) -> None:
    """kill -9 at a random moment: a whole database is there, and restoring again completes it."""
    assert alerts("backup", "night.db").code == 0
    db = database(queued)
    db.conn.execute("UPDATE deliveries SET state = 'sent'")
    db.close()
    process = subprocess.Popen([*RESTORE, "night.db"], cwd=queued)
    names = {".subscribers.db.", "subscribers.db.before-"}
    steps = random.Random(seed).randint(0, 40)
    while process.poll() is None and steps:
        present = {path.name for path in queued.iterdir()}
        steps -= any(name.startswith(tuple(names)) for name in present)
    process.kill()
    process.wait()
    with sqlite_connection(queued / "subscribers.db") as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        states = {s for (s,) in found.execute("SELECT DISTINCT state FROM deliveries")}
        assert states in ({"sent"}, {"in_doubt"})
    found.close()
    for kept in queued.glob("subscribers.db.before-*"):
        kept.rename(queued / "kept")
    assert alerts("restore", "night.db").code == 0
    assert _states(queued) == {"in_doubt": 6}
    assert not list(queued.glob(".subscribers.db.*"))
    assert alerts("send", *M).code == 1


def test_a_state_folder_that_cannot_be_written_stops_nobody(
    queued: Path, relay: Relay, alerts: Alerts, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.rename(state.with_name("gone"))
    state.write_text("a file, where a folder should be")
    assert alerts("send", *M).code == 0
    assert len(relay.inbox) == 6


@pytest.mark.parametrize("seed", range(3))
def test_p4_p7_whatever_is_copied_put_back_and_adopted_nobody_is_mailed_twice_unasked(
    project: Path, relay: Relay, alerts: Alerts, seed: int
) -> None:
    """Random histories of one project on one machine: folders copied, files and folders put back,
    backups restored, copies adopted; in between all of them send and run ten months, past and to
    come."""
    chance = random.Random(seed)
    months = [f"{year}-{number:02}" for year in (2026, 2099) for number in range(4, 9)]
    db = database(project)
    add_subscribers(db, 4)
    db.close()
    for month in months:
        link = f"https://n.example/{month}"
        assert alerts("article", "add", "--url", link, "--title", "T", "--month", month).code == 0
    places = [project, *(project.with_name(f"copy{n}") for n in range(2))]
    shelf = project.with_name("shelf")
    shelf.mkdir()
    done: Counter[str] = Counter()

    def act(root: Path) -> str:
        here = ("--project", str(root))
        name = chance.choice(
            (*["run"] * 4, "send", "send", "adopt", "copy", "keep", "put", "restore")
        )
        kept = sorted(shelf.iterdir())
        old = chance.choice(kept) if kept else None
        match name:
            case "run":
                alerts(*here, "run", "--month", chance.choice(months))
            case "send":
                month, few = chance.choice(months), chance.choice("123")
                queued = alerts(*here, "queue", "--month", month).code
                name = (
                    f"send {alerts(*here, 'send', '--month', month, '--limit', few).code | queued}"
                )
            case "adopt":
                alerts(*here, "adopt", *(["--moved"] if chance.random() < 0.2 else []))
            case "copy":
                other = chance.choice(places)
                if other != root:
                    shutil.rmtree(other, ignore_errors=True)
                    shutil.copytree(root, other)
            case "keep":
                alerts(*here, "backup", str(shelf / f"{len(kept)}.db"))
                shutil.copytree(root, shelf / f"{len(kept)}")
            case "put" if old and old.is_dir():
                shutil.rmtree(root)
                shutil.copytree(old, root)
            case "put" if old:
                shutil.copyfile(old, root / "subscribers.db")
            case "restore" if old and old.is_file():
                alerts(*here, "restore", str(old))
        return name

    alerts("run", "--month", months[0])
    for _ in range(60):
        done[act(chance.choice([root for root in places if root.exists()]))] += 1
    sent = Counter(
        (taken.recipient, taken.octets.partition(b"Feedback-ID: ")[2][:7]) for taken in relay.inbox
    )
    assert not [who for who, number in sent.items() if number > 1], done
    assert len(sent) >= 4, "somebody must have been mailed for this to prove anything"
    assert all(done[name] for name in ("run", "adopt", "copy", "put", "restore"))
