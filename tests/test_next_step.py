"""The next step as one table: how things stand, and the command that helps most now."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.domain.month import Month
from alerts.library.next_step import PersonAsked, Situation, next_step
from alerts.library.standing import MonthStanding, Needs, Stand

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
DUE = datetime(2026, 12, 1, 8, tzinfo=UTC)
M = "--month 2026-10"
FULL = Situation(OCTOBER, articles=16, sources=3, readers=27, following=NOVEMBER, planned=DUE)


def _standing(stand: Stand, needs: Needs = Needs.TIME, why: str = "") -> Situation:
    return replace(FULL, standing=MonthStanding(OCTOBER, stand, needs, why))


def _person(copy: str, status: str = "active") -> Situation:
    asked = PersonAsked("ana@example.org", copy, status)
    return replace(FULL, frozen=True, person=asked)


SENT = replace(_standing(Stand.SENT, Needs.NOBODY), frozen=True)


@pytest.mark.parametrize(
    ("situation", "command"),
    [
        # a new project, in the order in which it is filled
        (Situation(OCTOBER), "alerts source add LOCATION"),
        (Situation(OCTOBER, sources=1), f"alerts collect {M}"),
        (replace(FULL, readers=0), "alerts subscriber import FILE"),
        # what stops everything comes before what is owed
        (replace(_standing(Stand.DUE), undecided="was restored"), "alerts adopt"),
        (replace(_standing(Stand.DUE), doubt="a day behind"), "alerts clock"),
        (replace(_standing(Stand.DUE), error="set sender.address"), "alerts doctor"),
        (_standing(Stand.DUE, Needs.PERSON, "no postal address"), "alerts doctor"),
        (_standing(Stand.SENDING, Needs.PERSON, "the relay refuses"), "alerts doctor"),
        # the month that is owed
        (_standing(Stand.DUE), "alerts run"),
        (_standing(Stand.WAITING, why="waits for a feed"), f"alerts run {M}"),
        (_standing(Stand.UNAPPROVED, Needs.PERSON), f"alerts issue approve {M}"),
        (
            replace(_standing(Stand.INCOMPLETE, Needs.PERSON), untranslated=("ab12", "es")),
            f"alerts article translate ab12 es {M}",
        ),
        (_standing(Stand.INCOMPLETE, Needs.PERSON), f"alerts issue edit {M}"),
        (_standing(Stand.OVERDUE, Needs.PERSON), f"alerts run {M}"),
        (replace(_standing(Stand.SENDING), frozen=True), "alerts send"),
        (replace(_standing(Stand.SENDING), frozen=True, running=True), f"alerts status {M}"),
        (
            replace(_standing(Stand.HELD, Needs.PERSON), frozen=True),
            f"alerts delivery list {M} --state in_doubt",
        ),
        (replace(_standing(Stand.LEFT_OPEN, Needs.PERSON), frozen=True), f"alerts send {M}"),
        # a month of which nothing is owed
        (_standing(Stand.EARLY, Needs.NOBODY), f"alerts issue preview {M}"),
        (replace(FULL, ended=False), f"alerts issue preview {M}"),
        (_standing(Stand.NOT_SCHEDULED, Needs.NOBODY), f"alerts run {M}"),
        (
            replace(_standing(Stand.EMPTY, Needs.NOBODY), articles=0),
            "alerts issue show --month 2026-11",
        ),
        (SENT, "alerts issue show --month 2026-11"),
        (replace(SENT, failed=2), f"alerts delivery list {M} --state failed"),
        (replace(SENT, following=None, planned=None), "alerts schedule next"),
        # one person
        (_person("failed"), f"alerts delivery retry ana@example.org {M}"),
        (_person("in_doubt"), f"alerts delivery retry ana@example.org {M} --state in_doubt"),
        (_person("sent"), f"alerts delivery show ana@example.org {M}"),
        (_person("queued"), "alerts issue show --month 2026-11"),
        (_person("", "suppressed"), "alerts subscriber show ana@example.org"),
        (_person("", "pending"), "alerts subscriber show ana@example.org"),
        (_person("", ""), "alerts subscriber list"),
        (_person("", "active"), "alerts issue show --month 2026-11"),
    ],
)
def test_the_next_step_follows_from_how_things_stand(situation: Situation, command: str) -> None:
    step = next_step(situation)
    assert step.command == command
    assert step.why


@pytest.mark.parametrize("stand", list(Stand))
@pytest.mark.parametrize("needs", list(Needs))
def test_there_is_always_a_next_step(stand: Stand, needs: Needs) -> None:
    standing = MonthStanding(OCTOBER, stand, needs, "why")
    for articles in (0, 3):
        for frozen in (False, True):
            found = Situation(OCTOBER, standing, articles=articles, frozen=frozen, readers=1)
            assert next_step(found).command.startswith("alerts ")


def test_an_address_is_quoted_for_the_shell() -> None:
    asked = PersonAsked("o'neil;rm@example.org", "failed", "active")
    step = next_step(replace(FULL, person=asked))
    assert step.command == f"""alerts delivery retry 'o'"'"'neil;rm@example.org' {M}"""


def test_a_step_for_later_says_from_when_on() -> None:
    later = replace(_standing(Stand.SENDING), frozen=True, retry=DUE)
    assert (next_step(later).command, next_step(later).at) == ("alerts send", DUE)
    assert next_step(SENT).at == DUE
