"""Whoever left stays away, whatever is put back; and a number is never somebody else's."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.domain.address import Address
from alerts.mail.tokens import Purpose, sign
from alerts.store import (
    departures_write,
    link_numbers,
    signing_keys,
    subscribers,
    transaction,
)
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure, ledger_of
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, database_at, queue_issue

M = ("--month", str(MONTH))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder, empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def _standing(alerts: Alerts) -> dict[str, str]:
    return {p["email"]: p["status"] for p in alerts("subscriber", "list", "--json").json}


@pytest.fixture
def left(project: Path, alerts: Alerts, tmp_path: Path) -> Path:
    """A backup of a project with six readers, of whom five have gone since in five ways."""
    names = ("late", "mover", "erased", "blocked", "back", "stays")
    for name in names:
        assert alerts("subscriber", "add", f"{name}@example.org", "--language", "en").code == 0
    copy = tmp_path / "night.db"
    assert alerts("backup", str(copy)).code == 0
    assert alerts("subscriber", "unsubscribe", "late@example.org").code == 0
    moved = ("subscriber", "edit", "mover@example.org", "--email", "moved@example.org")
    assert alerts(*moved).code == 0
    assert alerts("subscriber", "unsubscribe", "moved@example.org").code == 0
    assert alerts("subscriber", "erase", "erased@example.org").code == 0
    assert alerts("suppression", "add", "blocked@example.org").code == 0
    assert alerts("suppression", "add", "stranger@example.org").code == 0
    assert alerts("subscriber", "unsubscribe", "back@example.org").code == 0
    again = ("--resubscribe", "--consent", "yes, again")
    assert alerts("subscriber", "add", "back@example.org", *again).code == 0
    return copy


AWAY = {
    "late@example.org": "unsubscribed",
    "mover@example.org": "unsubscribed",
    "blocked@example.org": "suppressed",
    "back@example.org": "active",
    "stays@example.org": "active",
}


@pytest.mark.parametrize("lost", ["nothing", "database", "database and ledger", "folder"])
def test_they_stay_away_after_a_restore(
    left: Path, alerts: Alerts, project: Path, lost: str
) -> None:
    """Also where only the copy in the user's state folder is left."""
    if lost == "database":
        (project / "subscribers.db").unlink()
    elif lost != "nothing":
        for file in project.glob("subscribers.db*"):
            file.unlink()
        if lost == "folder":
            assert (
                alerts("init", str(project)).code == 0
            )  # a database of another project, so to speak
    done = alerts("restore", str(left), "--json")
    assert done.code == 0, done.stderr
    assert done.json["departed"] >= 4
    assert _standing(alerts) == AWAY
    assert alerts("adopt").code == 0
    assert _standing(alerts) == AWAY


@pytest.mark.parametrize("in_place", [True, False])
def test_a_copy_put_back_is_noticed_and_refused_until_it_is_adopted(
    left: Path, alerts: Alerts, project: Path, in_place: bool
) -> None:
    """The same inode on the same machine, so nothing but the ledger can tell."""
    there = project / "subscribers.db"
    if in_place:
        with left.open("rb") as old, there.open("r+b") as new:
            new.truncate()
            shutil.copyfileobj(old, new)
    else:
        there.unlink()
        shutil.copy(left, there)
    for command in ("queue", "send", "run"):
        refused = alerts(command, *M)
        assert refused.code == 1, refused
        assert "alerts adopt" in refused.stderr
    assert "older than its departures ledger" in alerts("doctor", "--offline").stdout
    assert alerts("status", "--json").json["undecided"]
    assert alerts("adopt", "--json").json["departed"] == 4
    assert _standing(alerts) == AWAY
    assert alerts("send", *M).code == 0
    assert "older than" not in alerts("doctor", "--offline").stdout


def test_none_of_their_addresses_comes_in_by_a_list_or_by_hand(
    left: Path, alerts: Alerts, project: Path, tmp_path: Path
) -> None:
    assert alerts("restore", str(left)).code == 0
    rows = ["late", "mover", "moved", "erased", "blocked", "stranger", "stays", "new"]
    old = tmp_path / "old.csv"
    old.write_text("email\n" + "".join(f"{name}@example.org\n" for name in rows))
    done = alerts("subscriber", "import", str(old), "--json").json
    assert {r["email"] for r in done["rejected"]} == {
        f"{n}@example.org" for n in ("late", "mover", "moved", "erased", "blocked", "stranger")
    }
    assert _standing(alerts) == {**AWAY, "new@example.org": "active"}
    for name in ("moved", "erased", "stranger"):
        assert alerts("subscriber", "add", f"{name}@example.org").code == 1


def test_a_database_begun_anew_beside_an_old_ledger_knows_who_left(
    left: Path, alerts: Alerts, project: Path, tmp_path: Path
) -> None:
    (project / "subscribers.db").unlink()
    assert alerts("init", str(project)).code == 0
    old = tmp_path / "old.csv"
    old.write_text("email\nlate@example.org\nmover@example.org\nstays@example.org\n")
    done = alerts("subscriber", "import", str(old), "--json").json
    assert len(done["rejected"]) == 2
    assert _standing(alerts) == {"stays@example.org": "active"}


def test_a_whole_folder_put_back_is_brought_up_from_the_other_copy(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    alerts("subscriber", "add", "late@example.org", "--language", "en")
    shutil.copytree(project, tmp_path / "copy")
    alerts("subscriber", "unsubscribe", "late@example.org")
    for file in project.glob("subscribers.db*"):
        file.unlink()
    shutil.copytree(tmp_path / "copy", project, dirs_exist_ok=True)
    assert alerts("send").code == 1
    assert alerts("adopt").code == 0
    assert _standing(alerts) == {"late@example.org": "unsubscribed"}


def test_a_further_copy_is_kept_where_the_settings_say(
    project: Path, alerts: Alerts, tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = tmp_path / "mount"
    mount.mkdir()
    monkeypatch.setenv("ALERTS_DEPARTURES__PATHS", f'["{mount}"]')
    alerts("subscriber", "add", "late@example.org", "--language", "en")
    alerts("backup", str(tmp_path / "b.db"))
    alerts("subscriber", "unsubscribe", "late@example.org")
    for file in project.glob("subscribers.db*"):
        file.unlink()
    shutil.rmtree(state)
    assert alerts("restore", str(tmp_path / "b.db"), "--json").json["departed"] == 1
    assert _standing(alerts) == {"late@example.org": "unsubscribed"}


def test_a_crash_between_ledger_and_database_is_made_good_by_the_next_send(
    project: Path, alerts: Alerts
) -> None:
    """Nobody need adopt anything: the database is as it last was."""
    db = database(project)
    emails = add_subscribers(db, 3)
    queue_issue(project, db)
    alerts("send", *M, "--limit", "1")
    person = subscribers.find(db, Address.parse(emails[2]))
    assert person is not None
    departures_write.append_departures(
        db, [Departure.of(DepartureKind.LEFT, db, person)], NOW
    )  # … and then it died
    sent = alerts("send", *M, "--json")
    assert (sent.code, sent.json["sent"]) == (0, 1), sent
    assert _standing(alerts)[emails[2]] == "unsubscribed"
    db.close()


def test_a_page_that_breaks_after_the_ledger_lets_nobody_be_mailed(
    project: Path, alerts: Alerts
) -> None:
    """The transaction is rolled back, and the promise stands."""
    db = database(project)
    (email,) = add_subscribers(db, 1)
    person = subscribers.find(db, Address.parse(email))
    assert person is not None
    about = [Departure.of(DepartureKind.LEFT, db, person)]
    with pytest.raises(ZeroDivisionError), departures_write.recorded_departures(db, about, NOW):
        raise ZeroDivisionError
    assert _standing(alerts) == {email: "active"}
    queue_issue(project, db)
    assert alerts("send", *M, "--json").json["sent"] == 0
    db.close()


def test_a_departure_is_refused_where_it_cannot_be_kept(project: Path, alerts: Alerts) -> None:
    alerts("subscriber", "add", "late@example.org", "--language", "en")
    db = database(project)
    for path in ledger_of(db).paths:
        path.unlink()
        path.mkdir()  # nothing can be written there
    db.close()
    refused = alerts("subscriber", "unsubscribe", "late@example.org")
    assert refused.code == 1
    assert "cannot be written" in refused.stderr
    assert _standing(alerts) == {"late@example.org": "active"}


def test_retention_and_erasure_leave_only_hashes(left: Path, alerts: Alerts, project: Path) -> None:
    for file in (*project.glob("subscribers.db-departures*"),):
        assert b"example.org" not in file.read_bytes()


def test_whoever_must_not_be_mailed_is_never_shown_as_active(left: Path, alerts: Alerts) -> None:
    assert _standing(alerts)["blocked@example.org"] == "suppressed"
    shown = alerts("subscriber", "list", "--status", "suppressed").stdout
    assert shown.startswith("suppressed  ")
    assert "blocked@example.org" in shown
    assert "blocked" not in alerts("subscriber", "list", "--status", "active").stdout
    assert "blocked" not in alerts("subscriber", "list", "--where", "status=active").stdout
    assert ",suppressed," in alerts("subscriber", "export").stdout
    assert (
        alerts("subscriber", "show", "blocked@example.org", "--json").json["status"] == "suppressed"
    )


# --- numbers --------------------------------------------------------------------------------------


def _links(project: Path) -> dict[str, tuple[str, str, str]]:
    """Per reader: the tokens of their unsubscribe link and return path, and the Message-ID."""
    found = {}
    for file in sorted((project / "outbox" / "new").iterdir()):
        octets = file.read_text().replace("\n ", " ")
        to = re.search(r"^Delivered-To: (.*)$|^To: .*?([^ <]+@[^ >]+)>?$", octets, re.M)
        leave = re.search(r"/unsubscribe/([0-9a-f-]+)", octets)
        back = re.search(r"^Return-Path: <[^+]*\+([0-9a-f-]+)@", octets, re.M)
        id_ = re.search(r"^Message-ID: <(.*)>$", octets, re.M)
        assert to
        assert leave
        assert back
        assert id_
        found[to[1] or to[2]] = (leave[1], back[1], id_[1])
    return found


def test_links_bounces_and_message_ids_are_never_somebody_elses(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    """After a backup, Bo, a run, a restore and Cy: Bo's are about nobody, and Cy's are others."""
    alerts("subscriber", "add", "ana@example.net", "--language", "en")
    alerts("backup", str(tmp_path / "night.db"))
    alerts("subscriber", "add", "bo@example.net", "--language", "en")
    db = database(project)
    queue_issue(project, db)
    db.close()
    assert alerts("send", *M).code == 0
    bo = _links(project)["bo@example.net"]
    assert alerts("restore", str(tmp_path / "night.db")).code == 0
    assert alerts("adopt").code == 0
    alerts("subscriber", "add", "cy@example.net", "--name", "Cy Secret", "--language", "en")
    shutil.rmtree(project / "outbox")
    db = database(project)
    queue_issue(project, db)
    assert alerts("delivery", "retry", *M, "--state", "in_doubt").code == 0
    assert alerts("send", *M).code == 0
    cy = _links(project)["cy@example.net"]
    assert not set(bo) & set(cy)
    mail = tmp_path / "bounce.eml"
    for to, subject in ((f"unsubscribe+{bo[0]}", "leave"), (f"bounces+{bo[1]}", "failed")):
        mail.write_text(
            f"From: <>\nTo: {to}@example.org\nSubject: {subject}\n\n"
            "550 5.1.1 <bo@example.net>: no such user\n"
        )
        alerts("bounce", "process", str(mail))
    assert _standing(alerts) == {"ana@example.net": "active", "cy@example.net": "active"}
    # Bo, who is in no database, left all the same: an old list does not bring her back.
    old = tmp_path / "old.csv"
    old.write_text("email\nbo@example.net\n")
    assert len(alerts("subscriber", "import", str(old), "--json").json["rejected"]) == 1
    db.close()


def test_people_of_before_keep_their_links_and_their_numbers_follow_from_their_address(
    project: Path,
) -> None:
    """As after the migration, and after that of a backup in which a row is somebody else's."""
    secret = b"s" * 32
    one = link_numbers.derived_mark(secret, "ana@example.org")
    assert one == link_numbers.derived_mark(secret, "ana@example.org")
    assert one != link_numbers.derived_mark(secret, "bo@example.org")
    db = database(project)
    add_subscribers(db, 2)
    with transaction(db):
        db.conn.execute("UPDATE subscribers SET old_links = 1 WHERE id = 1")
    assert link_numbers.whom(db, 1) == 1
    assert link_numbers.whom(db, 2) is None  # who came later answers to the whole number alone
    for number in (1, 2):
        assert link_numbers.whom(db, link_numbers.number_of(db, number)) == number
    assert link_numbers.whom(db, link_numbers.number_of(db, 2) ^ 1) is None
    db.close()


def test_restore_is_refused_while_serve_runs_and_names_it(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    alerts("backup", str(tmp_path / "b.db"))
    command = [sys.executable, "-m", "alerts", "--project", str(project), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as served:
        assert served.stderr is not None
        served.stderr.readline()
        refused = alerts("restore", str(tmp_path / "b.db"))
        served.terminate()
        served.stderr.read()
    assert refused.code == 75
    assert "`alerts serve`" in refused.stderr
    assert alerts("restore", str(tmp_path / "b.db")).code == 0


def test_a_token_of_a_person_is_not_one_of_a_row(project: Path) -> None:
    db = database_at(project / "subscribers.db")
    add_subscribers(db, 1)
    keys = signing_keys.all_secrets(db)
    bare = sign(max(keys), keys[max(keys)], Purpose.UNSUBSCRIBE, 1)
    assert bare.split("-")[1] == "1"
    assert link_numbers.whom(db, 1) is None
    db.close()
