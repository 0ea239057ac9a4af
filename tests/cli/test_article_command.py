"""`alerts article`, as an editor calls it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Alerts, Result
from tests.factories import database_at
from tests.sources.test_collect import _freeze


class Desk:
    """An editor at work on October."""

    def __init__(self, alerts: Alerts) -> None:
        self.alerts = alerts

    def __call__(self, *arguments: str) -> Result:
        return self.alerts("article", *arguments)

    def add(self, title: str, number: int, *more: str) -> Any:
        """Add an article; returns it as JSON."""
        got = self(
            "add",
            "--url",
            f"https://a.example/{number}",
            "--title",
            title,
            "--month",
            "2026-10",
            "--json",
            *more,
        )
        assert got.code == 0, got.stderr
        return got.json

    def show(self, words: str) -> Any:
        """One article as JSON."""
        return self("show", words, "--json").json


@pytest.fixture
def desk(project: Path, alerts: Alerts) -> Desk:
    return Desk(alerts)


def test_an_article_added_by_hand_has_all_that_was_given(desk: Desk) -> None:
    desk.alerts("profile", "add", "icj", "--name", "Court")
    got = desk.add(
        "A  title\nof two lines", 1, "--summary", "S", "--language", "es", "--section", "events",
        "--published", "2026-10-31", "--image", "https://a.example/i.png", "--image-alt", "A door", "--author", "Org",  # noqa: E501
        "--profile", "icj", "--tag", "law", "--tag", "home", "--event-start", "2026-11-02T18:00+01:00",
        "--event-end", "2026-11-03", "--event-place", "Madrid",
    )  # fmt: skip
    assert got == desk.show(got["id"])
    assert got == {
        "id": got["id"], "month": "2026-10", "url": "https://a.example/1", "title": "A title of two lines",
        "summary": "S", "language": "es", "section": "events", "published": "2026-10-31T12:00:00+00:00",
        "image": {"url": "https://a.example/i.png", "alt": "A door"}, "author": "Org", "tags": ["law", "home"],  # noqa: E501
        "profile": "icj", "event": {"start": "2026-11-02T17:00:00+00:00", "end": "2026-11-03", "place": "Madrid"},  # noqa: E501
        "translations": {}, "same_as": "", "reports": [], "language_guessed": False, "confidence": {},
        "featured": False, "excluded": False, "position": None, "layout": "", "note": "",
        "source": {},
    }  # fmt: skip
    again = desk("add", "--url", "http://a.example/1/?utm_source=x", "--title", "Again")
    assert (again.code, "exists already" in again.stderr) == (2, True)


def test_an_article_with_a_date_goes_to_its_month(desk: Desk) -> None:
    assert (
        desk("add", "--url", "https://a.example/", "--title", "T", "--published", "2025-03-05").code
        == 0
    )
    assert desk.show("T")["month"] == "2025-03"


def test_an_article_is_found_by_id_beginning_or_title(desk: Desk) -> None:
    house = desk.add("The House", 1)
    desk.add("The Home", 2)
    desk.add("Home", 3)
    assert desk.show(house["id"][:6])["title"] == "The House"
    assert desk.show("hou")["title"] == "The House"
    assert desk.show("home")["title"] == "Home"  # a whole title wins over a part of one
    got = desk("show", "the ho")
    assert got.code == 2
    assert "The House" in got.stderr
    assert "The Home" in got.stderr
    assert got.stderr.count("\n") == 1
    for nothing in ("zzz", "", " "):
        assert desk("show", nothing).code == 2
    assert desk("show", "house", "--month", "2026-09").code == 2


def test_edits_change_what_is_given_and_nothing_else(desk: Desk) -> None:
    before = desk.add(
        "House",
        1,
        "--summary",
        "Old",
        "--image",
        "https://a.example/i.png",
        "--event-start",
        "2026-11-02",
    )
    assert (
        desk(
            "edit", "house", "--summary", "New", "--image-alt", "Door", "--event-place", "Rome"
        ).code
        == 0
    )
    assert desk.show("house") == {
        **before, "summary": "New", "image": {"url": "https://a.example/i.png", "alt": "Door"},
        "event": {"start": "2026-11-02", "end": "", "place": "Rome"},
    }  # fmt: skip
    assert desk("edit", "house", "--image", "", "--event-start", "", "--summary", "").code == 0
    assert desk.show("house") == {**before, "summary": "", "image": None, "event": None}


def test_a_translation_is_given_field_by_field(desk: Desk) -> None:
    desk.add("House", 1)
    assert desk("translate", "house", "es", "--title", "Casa").code == 0
    assert desk("translate", "casa", "ES", "--summary", "Una casa.").code == 0
    assert desk("translate", "house", "fr", "--title", "Maison").code == 0
    assert desk.show("house")["translations"] == {
        "es": {"title": "Casa", "summary": "Una casa."}, "fr": {"title": "Maison", "summary": ""}
    }  # fmt: skip
    for bad in (("en", "--title", "x"), ("klingon", "--title", "x"), ("es",)):
        assert desk("translate", "house", *bad).code == 2


def test_articles_are_left_out_taken_in_featured_and_moved(desk: Desk) -> None:
    desk.add("House", 1)
    cases: list[tuple[tuple[str, ...], dict[str, object]]] = [
        (("exclude",), {"excluded": True}),
        (("include",), {"excluded": False}),
        (("feature",), {"featured": True}),
        (("feature", "--off"), {"featured": False}),
        (("move", "--section", "events", "--position", "2"), {"section": "events", "position": 1}),
        (("move", "--to", "2026-12"), {"month": "2026-12", "section": "events"}),
    ]
    for arguments, expected in cases:
        command, *options = arguments
        assert desk(command, "house", *options).code == 0
        shown = desk.show("house")
        assert {key: shown[key] for key in expected} == expected
    assert desk("move", "house").code == 2


def test_bad_values_are_refused_in_one_line(desk: Desk) -> None:
    desk.add("House", 1)
    bad: tuple[tuple[str, ...], ...] = (
        ("--image", "javascript:alert(1)"), ("--image-alt", "no image"), ("--language", "klingon"),
        ("--section", "nowhere"), ("--published", "soon"), ("--event-start", "2026-13-01"), ("--event-place", "x"),  # noqa: E501
        ("--profile", "nobody"), ("--title", ""), (),
    )  # fmt: skip
    for options in bad:
        got = desk("edit", "house", *options)
        assert (got.code, got.stderr.count("\n")) == (2, 1), options
    incomplete: tuple[tuple[str, ...], ...] = (
        ("--title", "T"),
        ("--url", "https://b.example/"),
        ("--url", "ftp://x/", "--title", "T"),
    )
    for options in incomplete:
        assert desk("add", *options).code == 2


def test_a_month_that_is_queued_or_sent_cannot_be_edited(desk: Desk, project: Path) -> None:

    desk.add("House", 1)
    desk("add", "--url", "https://a.example/n", "--title", "Next", "--month", "2026-11")
    from alerts.domain.month import Month

    db = database_at(project / "subscribers.db")
    _freeze(db, Month(2026, 10))
    db.close()
    commands = (
        ("edit", "house", "--title", "x"), ("translate", "house", "es", "--title", "x"), ("exclude", "house"),
        ("include", "house"), ("feature", "house"), ("move", "house", "--to", "2026-11"), ("move", "house", "--section", "events"),  # noqa: E501
        ("move", "next", "--to", "2026-10"), ("add", "--url", "https://b.example/", "--title", "x", "--month", "2026-10"),  # noqa: E501
    )  # fmt: skip
    before = desk.show("house")
    for command in commands:
        got = desk(*command)
        assert got.code == 2, command
        assert "2026-10 is queued or sent" in got.stderr
    assert desk.show("house") == before


def test_a_late_article_is_told_with_the_month_that_it_went_to(
    project: Path, alerts: Alerts
) -> None:
    """By `article add`, `article show` and `collect`."""
    add = ("article", "add", "--url")
    dated = ("--published", "2026-09-20")
    assert alerts(*add, "https://x.org/1", "--title", "In time", "--month", "2026-09").code == 0
    assert alerts("queue", "--month", "2026-09").code == 0
    new = alerts(*add, "https://x.org/2", "--title", "Too late", *dated)
    told = "belongs to 2026-09, which is queued; it goes into 2026-10"
    assert told in new.stderr
    assert alerts("article", "show", "Too late", "--json").json["late"] == told
    assert f"late: {told}\n" in alerts("article", "show", "Too late").stdout
    assert "late" not in alerts("article", "show", "In time", "--month", "2026-09").stdout
    feed = project / "feed.json"
    item = {
        "id": "3",
        "url": "https://x.org/3",
        "title": "Third",
        "date_published": "2026-09-21T09:00:00Z",
    }
    version = "https://jsonfeed.org/version/1.1"
    feed.write_text(json.dumps({"version": version, "title": "F", "items": [item]}))
    assert alerts("source", "add", "feed.json", "--kind", "feed").code == 0
    assert told in alerts("collect", "--month", "2026-10").stderr
