"""Every way of leaving, and then every way of coming back that is none: nobody is on the list again.

Three readers leave in each way: one whom the backup knows, and two whom it does not, of whom one came by a
list and one by hand. Of these two an old link says only a number.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.errors import InputError
from alerts.domain.subscriber import Subscriber, SuppressionReason
from alerts.mail.tokens import Purpose, sign
from alerts.store import departure_names, departures_seed, link_numbers, signing_keys, subscribers
from alerts.store.departures_location import ledger_of
from alerts.subscribers import admin, retention, self_service, unsubscribe
from alerts.subscribers.admin import SubscriberEdits
from alerts.subscribers.unsubscribe import Way
from tests.conftest import Alerts
from tests.factories import NOW, database

KNOWN, LISTED, ADDED = "known@example.net", "listed@example.net", "added@example.net"
EVERYBODY = (KNOWN, LISTED, ADDED)
Leave = Callable[[Database, Subscriber], object]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder, empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def night(project: Path, alerts: Alerts, tmp_path: Path) -> Path:
    """A backup with the first reader alone; the two others came after it."""
    assert alerts("subscriber", "add", KNOWN, "--language", "en").code == 0
    copy = tmp_path / "night.db"
    assert alerts("backup", str(copy)).code == 0
    more = tmp_path / "more.csv"
    more.write_text(f"email\n{LISTED}\n")
    assert alerts("subscriber", "import", str(more)).code == 0
    assert alerts("subscriber", "add", ADDED, "--language", "en").code == 0
    return copy


def _person(db: Database, email: str) -> Subscriber:
    person = subscribers.find(db, Address.parse(email))
    assert person is not None
    return person


def _moved(db: Database, person: Subscriber) -> None:
    new = Address.parse(f"new.{person.email}")
    admin.edit(db, Address.parse(person.email), SubscriberEdits(), now=NOW, move_to=new)
    unsubscribe.unsubscribe(db, person.id, NOW, by=Way.PAGE)


def _long_ago(db: Database, person: Subscriber) -> None:
    unsubscribe.unsubscribe(db, person.id, NOW, by=Way.PAGE)
    retention._erase(db, [_person(db, person.email)], NOW)


WAYS: dict[str, Leave] = {
    "page": lambda db, one: self_service.leave(db, one.id, NOW, by=Way.ONE_CLICK),
    "command": lambda db, one: admin.unsubscribe(db, Address.parse(one.email), now=NOW),
    "complaint": lambda db, one: unsubscribe.complain(db, one, NOW, heard=False),
    "bounce": lambda db, one: unsubscribe.suppress(
        db, [Address.parse(one.email)], reason=SuppressionReason.HARD_BOUNCE, note="", now=NOW
    ),
    "suppressed": lambda db, one: unsubscribe.suppress(
        db, [Address.parse(one.email)], reason=SuppressionReason.MANUAL, note="", now=NOW
    ),
    "erased by an admin": lambda db, one: admin.erase(db, Address.parse(one.email), now=NOW),
    "erased by themselves": lambda db, one: self_service.forget(db, one.id, NOW),
    "retention": _long_ago,
    "moved and left": _moved,
}


def _import(alerts: Alerts, folder: Path, name: str, text: str, *options: str) -> None:
    (folder / name).write_text(text)
    alerts("subscriber", "import", str(folder / name), *options)


def _come_back(alerts: Alerts, folder: Path, db: Database) -> None:
    """In every way that is not the reader's own."""
    people = [*EVERYBODY, *(f"new.{one}" for one in EVERYBODY)]
    _import(alerts, folder, "old.csv", "email\n" + "\n".join(people))
    _import(
        alerts,
        folder,
        "subscribed_email_audience_export_1a2b3c4d5e.csv",
        "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID,NOTES,TAGS\n"
        + "".join(f"{one},A,2,2019-03-12 09:14:22,1,2,,\n" for one in people),
    )
    _import(
        alerts,
        folder,
        "book.csv",
        "E-mail Address,Company\n" + "".join(f"{one},X\n" for one in people),
        "--assert-subscribed",
        "at the fair",
    )
    for one in people:
        alerts("subscriber", "add", one)
        alerts("subscriber", "add", one, "--pending")
        if subscribers.find(db, Address.parse("mover@example.net")) is None:
            admin.add(
                db, Address.parse("mover@example.net"), SubscriberEdits(), language="en", now=NOW
            )
        with pytest.raises(InputError):
            admin.edit(
                db,
                Address.parse("mover@example.net"),
                SubscriberEdits(),
                now=NOW,
                move_to=Address.parse(one),
            )


def _on_the_list(alerts: Alerts) -> set[str]:
    people = alerts("subscriber", "list", "--json").json
    return {p["email"] for p in people if p["status"] in ("active", "pending")}


@pytest.mark.parametrize("way", WAYS)
def test_they_left_before_an_older_database_was_put_back(
    way: str, night: Path, project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    db = database(project)
    for email in EVERYBODY:
        WAYS[way](db, _person(db, email))
    db.close()
    (project / "subscribers.db").unlink()  # so only the ledger can tell
    assert alerts("restore", str(night)).code == 0
    assert alerts("adopt").code == 0
    assert _on_the_list(alerts) == set()
    db = database(project)
    if way == "moved and left":
        new = [f"new.{one}" for one in EVERYBODY]
        _come_back(alerts, tmp_path, db)
        assert not _on_the_list(alerts) & {*new, *EVERYBODY}
    else:
        _import(alerts, tmp_path, "new.csv", "email\n" + "\n".join(f"new.{e}" for e in EVERYBODY))
        for one in EVERYBODY:
            admin.unsubscribe(db, Address.parse(f"new.{one}"), now=NOW)
        _come_back(alerts, tmp_path, db)
        assert _on_the_list(alerts) == {"mover@example.net"}
    db.close()


def _mail(db: Database, project: Path, number: int, purpose: str) -> Path:
    """A mail that asks to unsubscribe by a link of ours, or a complaint about a message with that link."""
    keys = signing_keys.all_secrets(db)
    token = sign(max(keys), keys[max(keys)], Purpose.UNSUBSCRIBE, number)
    file = project.parent / f"{purpose}-{number}.eml"
    if purpose == "mail":
        file.write_text(f"From: x@y.example\nTo: unsubscribe+{token}@example.org\n\nplease\n")
    else:
        file.write_text(
            "From: fbl@isp.example\nTo: fbl@example.org\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nabuse\n--b\n"
            "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\n"
            "Version: 1\n\n--b\nContent-Type: message/rfc822\n\nFrom: a@example.org\n"
            f"List-Unsubscribe: <https://example.org/unsubscribe/{token}>\n\nx\n--b--\n"
        )
    return file


@pytest.mark.parametrize("purpose", ["mail", "complaint"])
@pytest.mark.parametrize("imported", ["before", "after"])
def test_they_leave_by_an_old_link_when_no_row_knows_them(
    purpose: str, imported: str, night: Path, project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    """The list of which they are brings them in again, before they leave or after it."""
    db = database(project)
    numbers = [link_numbers.number_of(db, _person(db, one).id) for one in (LISTED, ADDED)]
    db.close()
    (project / "subscribers.db").unlink()
    assert alerts("restore", str(night)).code == 0
    assert alerts("adopt").code == 0
    db = database(project)
    back = "email\n" + "\n".join((LISTED, ADDED, "other@example.net"))
    if imported == "before":  # on rows of other numbers
        _import(alerts, tmp_path, "back.csv", f"email\nfirst@example.net\n{back[6:]}")
    for number in numbers:
        alerts("bounce", "process", str(_mail(db, project, number, purpose)))
    _import(alerts, tmp_path, "back.csv", back)
    assert _on_the_list(alerts) - {"first@example.net"} == {KNOWN, "other@example.net"}
    for one in (LISTED, ADDED):
        assert alerts("subscriber", "add", one).code == 1
    # … and whoever wants to come back can.
    again = ("--resubscribe", "--consent", "yes, again")
    assert alerts("subscriber", "add", LISTED, *again).code == 0
    assert LISTED in _on_the_list(alerts)
    assert alerts("adopt").code == 0
    assert LISTED in _on_the_list(alerts)
    db.close()


def test_who_was_erased_or_moved_before_there_was_a_ledger_stays_away(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    """Their numbers in the backup are others, and of their addresses the database has hashes alone."""
    emails = ("erased@gmail.com", "moved@example.net", "long.ago@example.net", "stays@example.net")
    for one in emails:
        alerts("subscriber", "add", one, "--language", "en")
    alerts("backup", str(tmp_path / "old.db"))
    db = database(project)
    admin.erase(db, Address.parse("erased@gmail.com"), now=NOW)
    _moved(db, _person(db, "moved@example.net"))
    gone = _person(db, "long.ago@example.net")
    unsubscribe.unsubscribe(db, gone.id, NOW, by=Way.PAGE)
    retention._erase(db, [_person(db, "long.ago@example.net")], NOW)
    # As a database of before is when it was migrated: no ledger, and marks that follow from the
    # addresses of that day.
    paths = ledger_of(db).paths
    for table in ("departed", "ledger_owed", "ledger_ahead"):
        db.conn.execute(f"DELETE FROM {table}")
    db.conn.execute("UPDATE ledger SET position = 0, line = ''")
    db.conn.execute("UPDATE subscribers SET mark = mark + 1 WHERE status <> 'active'")
    for path in paths:
        path.unlink()
    departures_seed.ready(db, NOW)
    db.close()
    (project / "subscribers.db").unlink()
    assert alerts("restore", str(tmp_path / "old.db"), "--json").json["departed"] == 3
    assert _on_the_list(alerts) == {"stays@example.net"}
    _import(alerts, tmp_path, "old.csv", "email\n" + "\n".join(emails))
    assert _on_the_list(alerts) == {"stays@example.net"}
    assert alerts("subscriber", "add", "erased@googlemail.com").code == 1


def test_a_ledger_that_is_lost_is_made_anew_with_all_that_the_database_held_of_it(
    night: Path, project: Path, alerts: Alerts, tmp_path: Path, state: Path
) -> None:
    """Whom only the ledger knew among them: a stranger who left by a link, and one who moved."""
    db = database(project)
    _moved(db, _person(db, KNOWN))
    number = link_numbers.number_of(db, _person(db, LISTED).id)
    unsubscribe.unsubscribe_lost(db, number + (1 << 40), NOW, by=Way.MAIL)  # the same mark
    assert departure_names.of_mark(ledger_of(db), link_numbers.mark_of(number)).startswith(".")
    db.close()
    for path in (*project.glob("subscribers.db-departures*"), *state.rglob("*.departures*")):
        path.unlink()
    assert alerts("subscriber", "unsubscribe", ADDED).code == 0
    (project / "subscribers.db").unlink()
    assert alerts("restore", str(night)).code == 0
    assert alerts("adopt").code == 0
    _come_back(alerts, tmp_path, db := database(project))
    assert not _on_the_list(alerts) & {*EVERYBODY, f"new.{KNOWN}"}
    db.close()


def test_a_mark_follows_from_the_address_alone(project: Path, alerts: Alerts) -> None:
    """Also by an import, so whoever comes in again has the number that their old links have, or its mark."""
    db = database(project)
    secret = signing_keys.first(db)
    (project / "a.csv").write_text("email\nAna@Example.org\n")
    alerts("subscriber", "import", "a.csv")
    alerts("subscriber", "add", "bo@example.org")
    marks = dict(db.conn.execute("SELECT email_key, mark FROM subscribers").fetchall())
    assert marks == {key: link_numbers.derived_mark(secret, key) for key in marks}
    assert marks["ana@example.org"] != marks["bo@example.org"]
    db.close()
