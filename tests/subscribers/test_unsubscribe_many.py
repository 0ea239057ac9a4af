"""`subscriber unsubscribe --where`: many people at once, counted and confirmed first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.domain.errors import StoreError
from alerts.domain.subscriber import Subscriber
from alerts.store import audit_log, subscribers
from alerts.subscribers import unsubscribe
from alerts.subscribers.unsubscribe import Way
from tests.conftest import Alerts
from tests.factories import NOW, add_subscribers, database, sqlite_connection
from tests.pseudo_terminal import at_terminal


def _status(project: Path) -> dict[str, int]:
    with sqlite_connection(project / "subscribers.db") as db:
        return dict(db.execute("SELECT status, count(*) FROM subscribers GROUP BY status"))


@pytest.fixture
def people(project: Path, alerts: Alerts) -> Path:
    """Three who read Spanish, one who reads English; one of the three has left already."""
    for name, language in (("ana", "es"), ("bea", "es"), ("cleo", "es"), ("dan", "en")):
        alerts("subscriber", "add", f"{name}@x.org", "--language", language)
    alerts("subscriber", "unsubscribe", "cleo@x.org")
    return project


def test_everyone_selected_leaves_with_an_event_each_and_stays_away(
    people: Path, alerts: Alerts
) -> None:
    where = ("subscriber", "unsubscribe", "--where", "language=es")
    dry = alerts(*where, "--dry-run", "--json").json
    assert dry == {"selected": 3, "on_the_list": 2, "unsubscribed": 0}
    assert alerts(*where, "--dry-run").stdout == "2 people would be unsubscribed\n"
    refused = alerts(*where)
    assert (refused.code, refused.stdout) == (2, "")
    assert "2 people would be unsubscribed: --yes does it without asking" in refused.stderr
    assert _status(people) == {"active": 3, "unsubscribed": 1}
    ledger = people / "subscribers.db-departures"
    before = ledger.read_bytes()
    assert alerts(*where, "--yes").stdout == "2 people unsubscribed\n"
    assert _status(people) == {"active": 1, "unsubscribed": 3}
    assert ledger.read_bytes() != before
    with sqlite_connection(people / "subscribers.db") as db:
        events = "SELECT count(*) FROM events WHERE kind = 'subscriber.unsubscribed'"
        assert db.execute(events).fetchone() == (3,)
    assert alerts(*where, "--yes").stdout == (
        "none of the 3 selected is on the list, so nothing changed\n"
    )


@pytest.mark.usefixtures("people")
def test_an_empty_selection_says_so_and_none_at_all_is_refused(alerts: Alerts) -> None:
    found = alerts("subscriber", "unsubscribe", "--where", "language=fr", "--yes")
    assert (found.code, found.stdout) == (0, "nobody is selected, so nothing changed\n")
    for words in ((), ("ana@x.org", "--tag", "press")):
        refused = alerts("subscriber", "unsubscribe", *words, "--yes")
        assert refused.code == 2
        assert "names an EMAIL, or selects people" in refused.stderr


def test_a_person_at_a_terminal_is_asked(people: Path) -> None:
    seen = at_terminal(people, "subscriber", "unsubscribe", "--tag", "none")
    assert "nobody is selected" in seen.text
    where = ("subscriber", "unsubscribe", "--language", "es")
    asked = at_terminal(people, *where, typed="n\n")
    assert "Unsubscribe 2 people? [y/N]" in asked.text
    assert (asked.code, _status(people)) == (2, {"active": 3, "unsubscribed": 1})
    assert at_terminal(people, *where, typed="y\n").code == 0
    assert _status(people) == {"active": 1, "unsubscribed": 3}


def test_whoever_is_cut_off_goes_on_with_the_same_command(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are committed one by one: what was done stays done, with its event and in the ledger."""
    db = database(project)
    add_subscribers(db, 7)
    monkeypatch.setattr(unsubscribe, "BATCH", 3)

    def cut_off() -> Iterator[Subscriber]:
        for number, person in enumerate(subscribers.listed(db)):
            if number == 5:
                raise StoreError("cut off")
            yield person

    with pytest.raises(StoreError):
        unsubscribe.unsubscribe_all(db, cut_off(), NOW, by=Way.COMMAND)
    assert _status(project) == {"active": 4, "unsubscribed": 3}
    everybody = [*subscribers.listed(db)]
    assert unsubscribe.unsubscribe_all(db, everybody, NOW, by=Way.COMMAND) == 4
    assert _status(project) == {"unsubscribed": 7}
    assert all(len(audit_log.of_subscriber(db, one.id)) == 1 for one in everybody)
    db.close()
