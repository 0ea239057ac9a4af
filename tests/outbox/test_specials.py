"""A special alert: an issue that is not a month's, from its title to the archive, by its key."""

import shlex
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from alerts.domain.address import Address
from alerts.domain.month import Month
from alerts.store import subscribers
from alerts.subscribers import self_service
from alerts.subscribers.self_service import Choice
from tests.conftest import Alerts
from tests.factories import NOW, add_subscribers, database

PAGE = Path(__file__).resolve().parents[2] / "docs" / "editing.md"
TITLE = "Call to action: ¡Firme!"
NAME = "call-to-action-firme"
WORDS = "Parliament votes on **Thursday**: sign the [open call](https://www.example.org/call)."


@pytest.fixture
def readers(project: Path) -> Path:
    """Five readers: 1 and 2 are members, 2 wants no special alerts, 3 chose a section."""
    db = database(project)
    add_subscribers(db, 5)
    db.execute("UPDATE subscribers SET tags = '[\"member\"]' WHERE id <= 2")
    db.execute("UPDATE subscribers SET sections = '[\"events\"]' WHERE id = 3")
    db.close()
    _choose(project, 2, specials=False)
    return project


@pytest.fixture
def special(readers: Path, alerts: Alerts) -> str:
    """The key of a special alert that is an introduction alone."""
    key = alerts("issue", "new", "--special", TITLE).stdout.strip()
    assert Month.parse(key).special == NAME
    assert alerts("issue", "letter", "en", "--issue", key, "--text", WORDS).code == 0
    return key


def _choose(project: Path, person: int, *, specials: bool) -> None:
    db = database(project)
    self_service.choose(db, person, Choice("", "en", specials=specials), NOW)
    db.close()


def _mailed(project: Path) -> dict[str, EmailMessage]:
    folder = project / "outbox" / "new"
    messages = [
        message_from_bytes(one.read_bytes(), policy=policy.default)
        for one in (folder.iterdir() if folder.exists() else ())
    ]
    messages = [one for one in messages if "reader" in str(one["To"])]
    found = {str(one["To"]): one for one in messages}
    assert len(found) == len(messages), "twice"
    return found


def test_it_goes_to_those_who_want_special_alerts(
    readers: Path, special: str, alerts: Alerts
) -> None:
    asked = alerts("run", "--issue", special)
    assert asked.code == 0, asked.stderr
    mailed = _mailed(readers)
    assert sorted(mailed) == [f"reader{n}@example.org" for n in (1, 3, 4, 5)]
    message = mailed["reader3@example.org"]
    assert "special.alert.example.org" in str(message["List-Id"])
    assert str(message["Subject"]) == TITLE
    page = message.get_body(("html",))
    assert page is not None
    assert "<strong>Thursday</strong>" in page.get_content()
    status = alerts("status", "--issue", special, "--json").json
    assert (status["month"], status["state"]) == (special, "sent")
    assert status["recipients"] == sum(status["deliveries"].values()) == 4
    told = alerts("why", "reader2@example.org", "--issue", special).stdout
    assert "They want no special alerts, since" in told
    assert (
        "accepted by the relay" in alerts("why", "reader1@example.org", "--issue", special).stdout
    )
    assert alerts("archive", "verify").code == 0
    assert alerts("run", "--issue", special).code == 0
    assert len(_mailed(readers)) == 4


def test_cron_sends_none_before_a_person_has_queued_it(
    readers: Path, special: str, alerts: Alerts
) -> None:
    assert alerts("run").code == 0
    assert alerts("send").code == 0
    assert alerts("check").code == 0, "nothing is owed"
    assert not _mailed(readers)
    assert alerts("queue", "--issue", special).code == 0
    assert alerts("check").code == 75, "now it is"
    assert alerts("run").code == 0
    assert len(_mailed(readers)) == 4


def test_it_wants_an_approval_of_its_own(
    readers: Path, special: str, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "required")
    assert alerts("run", "--issue", special).code == 75
    assert alerts("issue", "approve", "--issue", special).code == 0
    assert alerts("run").code == 0
    assert not _mailed(readers), "approved is not queued"
    assert alerts("issue", "letter", "en", "--issue", special, "--text", "Other words.").code == 0
    assert alerts("queue", "--issue", special).code == 75, "the change voids the approval"
    assert alerts("issue", "approve", "--issue", special).code == 0
    assert alerts("run", "--issue", special).code == 0
    assert len(_mailed(readers)) == 4


def test_an_approval_is_for_those_readers_alone(
    readers: Path, special: str, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "required")
    assert alerts("issue", "approve", "--issue", special).code == 0
    refused = alerts("queue", "--issue", special, "--where", "tag=member")
    assert refused.code == 75, "it was approved for everybody"
    assert alerts("send").code == 0
    assert not _mailed(readers)
    assert alerts("issue", "approve", "--issue", special).code == 0
    assert alerts("queue", "--issue", special).code == 0
    assert alerts("send").code == 0
    assert sorted(_mailed(readers)) == ["reader1@example.org"], "2 is a member and wants none"


def test_an_admin_sets_for_a_reader_whether_they_want_it(
    readers: Path, special: str, alerts: Alerts
) -> None:
    edit = ("subscriber", "edit")
    assert alerts(*edit, "reader1@example.org", "--no-specials").stdout.endswith("updated\n")
    assert alerts(*edit, "reader1@example.org", "--no-specials").stdout.endswith("unchanged\n")
    assert alerts(*edit, "reader2@example.org", "--specials").stdout.endswith("updated\n")
    assert alerts(*edit, "reader3@example.org", "--tag", "new").code == 0
    assert alerts("run", "--issue", special).code == 0
    assert sorted(_mailed(readers)) == [f"reader{n}@example.org" for n in (2, 3, 4, 5)]


def test_articles_are_put_into_it_and_the_month_stays_one_issue(
    readers: Path, alerts: Alerts
) -> None:
    month = ("--month", "2026-10")
    for title in ("One", "Two"):
        address = f"https://www.example.org/{title}"
        alerts("article", "add", *month, "--url", address, "--title", title)
    key = alerts("issue", "new", "--special", "Now", "--where", "tag=member", "--json").json
    assert (key["people"], key["where"]) == (1, "tag=member")
    issue = ("--issue", key["issue"])
    alerts("article", "move", "Two", "--to", key["issue"])
    alerts("article", "add", *issue, "--url", "https://www.example.org/3", "--title", "Three")
    shown = alerts("issue", "show", *issue, "--json").json
    titles = [a["title"] for section in shown["sections"] for a in section["articles"]]
    assert sorted(titles) == ["Three", "Two"]
    assert shown["segment"] == {"where": "tag=member", "people": 1}
    text = alerts("issue", "export", *issue, "-").stdout
    assert f"month {key['issue']}" in text
    assert alerts("queue", *issue).code == 0
    assert alerts("queue", *month).code == 0
    assert alerts("send").code == 0
    status = alerts("status", *month, "--json").json
    assert (status["articles"], status["recipients"]) == (1, 5), "3 gets it, though events are none"
    assert alerts("status", *issue, "--json").json["recipients"] == 1
    db = database(readers)
    kinds = db.execute("SELECT kind, count(*) FROM issues GROUP BY kind ORDER BY kind").fetchall()
    db.close()
    assert kinds == [("month", 1), ("special", 1)]


def test_who_declines_before_their_turn_does_not_get_it_p3(
    readers: Path, special: str, alerts: Alerts
) -> None:
    alerts("queue", "--issue", special)
    alerts("send", "--issue", special, "--limit", "1")
    _choose(readers, 4, specials=False)
    assert alerts("send").code == 0
    assert sorted(_mailed(readers)) == [f"reader{n}@example.org" for n in (1, 3, 5)]
    status = alerts("status", "--issue", special, "--json").json
    assert status["deliveries"]["skipped"] == 1
    told = alerts("why", "reader4@example.org", "--issue", special).stdout
    assert "They wanted no special alerts by the time it was their turn." in told


def test_it_is_recalled_reissued_and_corrected_by_its_key(
    readers: Path, special: str, alerts: Alerts
) -> None:
    issue = ("--issue", special)
    alerts("queue", *issue)
    alerts("send", *issue, "--limit", "2")
    assert alerts("issue", "recall", *issue, "--why", "wrong day").code == 0
    assert alerts("send").code in (0, 75)
    assert len(_mailed(readers)) == 2
    alerts("issue", "letter", "en", *issue, "--text", "It is **Friday**.")
    assert alerts("issue", "reissue", *issue).code == 0
    assert alerts("send").code == 0
    bodies = [one.as_string() for one in _mailed(readers).values()]
    assert sum("Friday" in body for body in bodies) == 2
    text = ("--text", "en=It is Friday, not Thursday.", "--yes")
    done = alerts("issue", "correct", *issue, *text, "--json").json
    assert (done["month"], done["number"], done["queued"]) == (special, 1, 2)
    for one in (readers / "outbox" / "new").iterdir():
        one.unlink()
    assert alerts("send").code == 0
    assert len(_mailed(readers)) == 2
    assert "correction 1" in alerts("status", *issue).stdout
    assert alerts("collect").code == 0, "what is closed is read after a correction, too"
    assert alerts("archive", "verify").code == 0
    assert alerts("archive", "withdraw", special, "--why", "over").code == 0


def test_the_archive_and_the_feeds_show_it(readers: Path, special: str, alerts: Alerts) -> None:
    alerts(
        "article", "add", "--month", "2026-10", "--url", "https://www.example.org/1", "--title", "A"
    )
    alerts("queue", "--month", "2026-10")
    alerts("queue", "--issue", special)
    alerts("archive", "export", str(readers / "site"))
    page = (readers / "site" / "archive" / special / "en" / "index.html").read_text()
    assert "Special alert, " in page
    assert "<strong>Thursday</strong>" in page
    feed = (readers / "site" / "archive" / "feed.en.json").read_text()
    assert f"archive/{special}/en" in feed
    assert "Parliament votes on Thursday: sign the open call." in feed
    front = (readers / "site" / "archive" / "index.html").read_text()
    assert 0 < front.index(f"{special}/en") < front.index("2026-10/en"), "the newest month first"


def test_the_story_of_the_document_runs_line_by_line(
    readers: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en,es")
    alerts("article", "add", "--url", "https://www.example.org/b", "--title", "A bucket")
    story = PAGE.read_text(encoding="utf-8").partition("A special alert\n")[2]
    lines = story.partition("```sh\n")[2].partition("```")[0].splitlines()
    key = ""
    for line in lines:
        words = [key if word == "KEY" else word for word in shlex.split(line, comments=True)[1:]]
        done = alerts(*words)
        assert done.code == 0, f"{line}: {done.stderr}"
        key = key or done.stdout.strip()
    assert len(lines) == 8
    assert alerts("status", "--issue", key, "--json").json["deliveries"]["sent"] == 4
    editions = alerts("status", "--issue", key, "--json").json["editions"]
    assert [one["subject"] for one in editions] == ["Call to action", "Llamada a la acción"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("issue", "new", "--special", "  "), "a special alert needs a title"),
        (("issue", "new", "--special", TITLE), "there is one already"),
        (("issue", "new", "--special", "X", "--where", "colour=red"), "fields are"),
        (("issue", "new", "--special", "X", "--language", "xx-yy"), "unknown language"),
        (("issue", "show", "--issue", "2026-11-nothing"), "no special alert: there are"),
        (("issue", "show", "--issue", "2026-11-Nothing"), "is not a month"),
        (("queue", "--issue", "2026-10", "--month", "2026-11"), "one issue at a time"),
        (
            ("article", "add", "--issue", "2026-11-no", "--url", "https://a.org", "--title", "t"),
            "no s",
        ),
    ],
    ids=["empty", "again", "question", "language", "unknown", "capitals", "both", "article"],
)
def test_bad_input_is_one_line(
    readers: Path, special: str, alerts: Alerts, arguments: tuple[str, ...], words: str
) -> None:
    said = alerts(*arguments)
    assert (said.code, said.stderr.count("\n")) == (2, 1), said.stderr
    assert words in said.stderr


def test_nothing_is_collected_for_it(readers: Path, special: str, alerts: Alerts) -> None:
    refused = alerts("collect", "--issue", special)
    assert (refused.code, "only what editors put into it" in refused.stderr) == (2, True)


def test_one_that_nobody_wants_is_asked_about(readers: Path, special: str, alerts: Alerts) -> None:
    for person in (1, 3, 4, 5):
        _choose(readers, person, specials=False)
    refused = alerts("queue", "--issue", special)
    assert (refused.code, "nobody who may be mailed wants special alerts" in refused.stderr) == (
        2,
        True,
    )


def test_a_title_without_latin_letters_has_a_key_too(readers: Path, alerts: Alerts) -> None:
    key = alerts("issue", "new", "--special", "دعوة إلى التحرك", "--language", "ar").stdout.strip()
    assert Month.parse(key).special == "special"


def test_the_choice_is_exported_imported_and_kept(readers: Path, alerts: Alerts) -> None:
    db = database(readers)
    person = subscribers.find(db, Address.parse("reader2@example.org"))
    db.close()
    assert person is not None
    exported = alerts("subscriber", "export", "--where", "no_specials>2026-01").stdout
    assert person.no_specials_since in exported
    assert exported.count("@example.org") == 1
