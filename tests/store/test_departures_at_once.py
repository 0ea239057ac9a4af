"""Two processes follow the departures ledger at the same time: neither takes the other's step for a database
that was put back."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.store import departures_follow, departures_state
from alerts.store.departures_ledger import Ledger
from alerts.store.departures_location import ledger_of
from alerts.subscribers.unsubscribe import Way, unsubscribe
from tests.factories import NOW, add_subscribers, database


def leaving_at(project: Path, people: list[int], step: Callable[..., Any]) -> Callable[..., Any]:
    """That step, just before which another process follows the ledger, and somebody leaves there."""

    def delayed(*given: Any, **named: Any) -> Any:
        if people:
            leaving = people.pop()
            with contextlib.closing(database(project)) as other:
                departures_follow.catch_up(other, NOW)
                unsubscribe(other, leaving, NOW, by=Way.PAGE)
        return step(*given, **named)

    return delayed


@pytest.mark.parametrize("step", ["what is held is read", "people are let go"])
def test_who_leaves_while_another_process_follows_the_ledger_makes_no_database_older(
    project: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A send that began at that moment was refused until `alerts adopt`."""
    with contextlib.closing(database(project)) as db:
        add_subscribers(db, 4)
        for one in (1, 2):
            unsubscribe(db, one, NOW, by=Way.PAGE)
        leaving = [3]
        if step == "what is held is read":
            held = Ledger.held
            monkeypatch.setattr(Ledger, "held", leaving_at(project, leaving, held))
        else:
            ledger = ledger_of(db)
            fact = next(fact for _, fact in ledger.read(0))
            ledger.append([fact], 1)  # of a process that died before its commit
            gone = departures_state.gone
            monkeypatch.setattr(departures_state, "gone", leaving_at(project, leaving, gone))
        older, tell = [], Ledger.tell_held

        def told(ledger: Ledger, slots: int) -> None:
            older.append(departures_follow.is_older(db))
            tell(ledger, slots)

        monkeypatch.setattr(Ledger, "tell_held", told)
        departures_follow.catch_up(db, NOW)
        assert not any(older)
        assert not leaving
        assert not departures_follow.is_older(db)
        departures_follow.catch_up(db, NOW)
        assert not departures_follow.is_older(db)
