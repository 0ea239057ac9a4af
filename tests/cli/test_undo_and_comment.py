"""`alerts issue undo` and `alerts comment`, as they are typed."""

from pathlib import Path

from alerts.domain.month import Month
from tests.conftest import Alerts
from tests.factories import database_at
from tests.sources.test_collect import _freeze

MONTH = ("--month", "2026-10")


def _add(alerts: Alerts) -> str:
    url = ("--url", "https://a.example/1", "--title", "Water law")
    added = alerts("article", "add", *url, *MONTH, "--json")
    assert added.code == 0, added.stderr
    return str(added.json["id"])


def test_an_act_is_listed_undone_once_and_its_undoing_undone(alerts: Alerts, project: Path) -> None:
    article = _add(alerts)
    alerts("article", "edit", article, "--title", "Water code", "--by", "Ana")
    newest = alerts("issue", "undo", *MONTH, "--json").json[0]
    assert (newest["by"], newest["can_undo"]) == ("Ana", True)
    assert newest["changes"][0]["before"] == "Water law"
    listed = alerts("issue", "undo", *MONTH)
    assert "title: “Water law” → “Water code”" in listed.stdout
    done = alerts("issue", "undo", str(newest["act"]), "--by", "Luc")
    assert (done.code, done.stderr) == (0, f"2026-10: {newest['act']} is undone\n")
    assert alerts("article", "show", article, "--json").json["title"] == "Water law"
    again = alerts("issue", "undo", str(newest["act"]))
    assert again.code == 1
    assert "somebody has changed title since" in again.stderr
    undoing = alerts("issue", "undo", *MONTH, "--json").json[0]
    assert alerts("issue", "undo", str(undoing["act"])).code == 0
    assert alerts("article", "show", article, "--json").json["title"] == "Water code"


def test_what_is_not_there_or_frozen_is_not_undone(alerts: Alerts, project: Path) -> None:
    article = _add(alerts)
    alerts("article", "edit", article, "--title", "Water code")
    act = alerts("issue", "undo", *MONTH, "--json").json[0]["act"]
    missing = alerts("issue", "undo", "987654")
    assert (missing.code, "there is no change 987654" in missing.stderr) == (2, True)
    db = database_at(project / "subscribers.db")
    _freeze(db, Month(2026, 10))
    db.close()
    assert alerts("issue", "undo", str(act)).code == 2
    assert alerts("article", "show", article, "--json").json["title"] == "Water code"


def test_comments_are_added_listed_done_and_deleted(alerts: Alerts, project: Path) -> None:
    article = _add(alerts)
    first = alerts("comment", "add", "Is the date right?", "--article", "Water", *MONTH, "--json")
    assert (first.json["article"], first.json["done"]) == (article, False)
    alerts("comment", "add", "Ready on Friday", *MONTH, "--by", "Ana")
    told = alerts("comment", "list", *MONTH, "--json").json
    assert [(one["by"], one["text"]) for one in told][1] == ("Ana", "Ready on Friday")
    number = str(first.json["number"])
    assert alerts("comment", "done", number).code == 0
    open_ones = alerts("comment", "list", *MONTH, "--open")
    assert "Ready on Friday" in open_ones.stdout
    assert "Is the date right?" not in open_ones.stdout
    assert alerts("comment", "done", number, "--off", "--json").json["done"] is False
    assert alerts("comment", "delete", number).code == 0
    assert len(alerts("comment", "list", *MONTH, "--json").json) == 1
    gone = alerts("comment", "done", number)
    assert (gone.code, "there is no such comment" in gone.stderr) == (2, True)
    assert alerts("comment", "add", " ", *MONTH).code == 1
