"""A special alert at the desk: it is begun there, and the moment at which it goes is chosen and changed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from tests.factories import MONTH
from tests.web.desk.signed_in import Desk, desk_of, press

MADRID = {"ALERT__TIMEZONE": "Europe/Madrid", "ALERT__LANGUAGES": "en,es"}
NINE = datetime(2027, 12, 10, 8, tzinfo=UTC)  # 09:00 in Madrid


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk whose issues are approved, with a reader."""
    with desk_of(project, ALERT__REVIEW="required", **MADRID) as running:
        running.project().subscribers.add("reader@example.net", language="es")
        yield running


def _begin(browser: httpx2.Client, **values: str) -> httpx2.Response:
    given = {"title": "Act now", "language": "en", **values}
    return press(browser, "/desk/special", "/desk/special", **given)


def _seen(browser: httpx2.Client, key: str) -> str:
    """The moment that the page has shown."""
    found = re.search(r'name="seen" value="([^"]*)"', browser.get(f"/desk/send?month={key}").text)
    assert found
    return found[1]


def _choose(browser: httpx2.Client, key: str, **values: str) -> httpx2.Response:
    values = {"seen": _seen(browser, key), **values}
    return press(browser, f"/desk/send/moment?month={key}", **values)


def _at(desk: Desk) -> tuple[str, datetime | None]:
    issues = desk.project().issues
    ((month, _),) = issues.specials()
    return str(month), issues.scheduled(month)


def test_one_is_begun_with_a_day_and_an_hour_which_are_changed_and_taken_back(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        assert "/desk/special" in anna.get(f"/desk?month={MONTH}").text
        begun = _begin(anna, day="2027-12-10", hour="09:00")
        assert begun.status_code == 303
        key, at = _at(desk)
        assert at == NINE
        assert f"month={key}" in begun.headers["location"]
        page = f"/desk/send?month={key}"
        assert "Fri, Dec 10, 2027" in anna.get(page).text.replace("\N{NO-BREAK SPACE}", " ")
        assert "Europe/Madrid" in anna.get(page).text
        spanish = anna.get(f"{page}&lang=es").text
        assert "Sale por sí solo" in spanish
        assert "10 dic 2027" in spanish
        old = _seen(anna, key)
        later = _choose(anna, key, day="2027-10-31", hour="02:30")
        assert later.status_code == 303
        assert _at(desk)[1] == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
        assert "shows this hour twice" in anna.get(page).text
        stale = _choose(anna, key, seen=old, day="2027-12-11", hour="09:00")
        assert (stale.status_code, "another moment meanwhile" in stale.text) == (422, True)
        assert _choose(anna, key, off="1").status_code == 303
        assert _at(desk)[1] is None
        assert "only when someone sends it" in anna.get(page).text


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        ("2027-03-28", "02:30", "the clock is set forward"),
        ("2020-01-01", "09:00", "has passed"),
        ("2027-12-10", "", "Write a day and an hour"),
        ("tomorrow", "9", "is no moment"),
    ],
)
def test_a_moment_that_there_is_not_begins_nothing(
    desk: Desk, day: str, hour: str, words: str
) -> None:
    with desk.browser("anna@example.org") as anna:
        wrong = _begin(anna, day=day, hour=hour)
        assert (wrong.status_code, words in wrong.text) == (422, True)
        assert 'value="Act now"' in wrong.text
        assert not desk.project().issues.specials()


def test_what_the_library_refuses_is_said(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        assert "needs a title" in _begin(anna, title=" ").text
        assert _begin(anna).status_code == 303
        assert "with this title already" in _begin(anna).text
        assert "Choose a language" in _begin(anna, title="Other", language="tlh").text
        of_month = press(anna, f"/desk/send/moment?month={MONTH}", day="2027-12-10", hour="09:00")
        assert of_month.status_code == 422


def test_surprising_readers_are_asked_about_before_it_has_a_moment(project: Path) -> None:
    with (
        desk_of(project, ALERT__REVIEW="required", **MADRID) as desk,
        desk.browser("anna@example.org") as anna,
    ):
        begun = _begin(anna, day="2027-12-10", hour="09:00")
        key, at = _at(desk)
        assert at is None
        asked = anna.get(begun.headers["location"]).text
        assert "wants special alerts" in asked
        assert "--anyway" not in asked
        assert 'name="anyway"' in asked
        assert 'value="2027-12-10"' in asked
        again = _choose(anna, key, day="2027-12-10", hour="09:00")
        assert (again.status_code, 'name="anyway"' in again.text) == (422, True)
        _choose(anna, key, day="2027-12-10", hour="09:00", anyway="1")
        assert _at(desk)[1] == NINE


def test_who_may_not_send_chooses_no_moment_where_nothing_is_approved(project: Path) -> None:
    with desk_of(project, **MADRID) as desk:
        desk.project().subscribers.add("reader@example.net", language="es")
        desk.project().people.add("eva@example.org", ("editor",))
        with desk.browser("lucia@example.org") as lucia:
            assert _begin(lucia).status_code == 403
        with desk.browser("eva@example.org") as eva:
            assert 'name="hour"' not in eva.get("/desk/special").text
            assert _begin(eva, day="2027-12-10", hour="09:00").status_code == 403
            assert _begin(eva).status_code == 303
            key, _ = _at(desk)
            assert press(eva, f"/desk/send/moment?month={key}", off="1").status_code == 403
        with desk.browser("dana@example.org") as dana:
            assert _choose(dana, key, day="2027-12-10", hour="09:00").status_code == 303
        assert _at(desk)[1] == NINE
