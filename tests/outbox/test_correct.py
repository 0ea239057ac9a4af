"""A mistake in an issue that was sent: those who have it are told what is right, and nobody else."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState
from alerts.store import deliveries
from alerts.store.deliveries import DeliverySelection
from alerts.subscribers import admin
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database

M = ("--month", "2026-10")
TEXT = ("--text", "en=The budget is **40 million**, not 4.", "--text", "fr=C’est **40 millions**.")


@pytest.fixture
def mended(project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Readers 1 to 3 have the wrong version, 4 and 5 the right one; reader 2 reads Arabic."""
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en,ar")
    db = database(project)
    add_subscribers(db, 5)
    db.execute("UPDATE subscribers SET language = 'ar' WHERE id = 2")
    db.close()
    for title in ("Wrong claim", "Fine"):
        url = f"https://www.example.org/{title[0]}"
        alerts("article", "add", *M, "--url", url, "--title", title)
    assert alerts("issue", "correct", *M, *TEXT, "--yes").code == 2, "nothing was sent"
    alerts("queue", *M)
    alerts("send", *M, "--limit", "3")
    refused = alerts("issue", "correct", *M, *TEXT, "--yes")
    assert (refused.code, "issue recall" in refused.stderr) == (2, True), "it is still being sent"
    alerts("issue", "recall", *M)
    alerts("article", "exclude", "Wrong", *M)
    assert alerts("issue", "reissue", *M).code == 0
    assert alerts("send", *M).code == 0
    return project


def _corrections(project: Path) -> dict[str, str]:
    """The corrections in the Maildir: recipient and HTML."""
    found = {}
    for path in (project / "outbox" / "new").iterdir():
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if "Correction" in str(message["Subject"]) or "تصويب" in str(message["Subject"]):
            assert str(message["To"]) not in found, "twice"
            assert message["List-Unsubscribe"]
            page = message.get_body(("html",))
            assert page is not None
            found[str(message["To"])] = page.get_content()
    return found


def test_those_who_have_it_are_told_once_and_the_archive_carries_it(
    mended: Path, alerts: Alerts
) -> None:
    found = alerts("issue", "correct", *M, *TEXT, "--dry-run", "--json").json
    assert (found["people"], found["languages"], found["versions"]) == (3, {"ar": 1, "en": 2}, [1])
    refused = alerts("issue", "correct", *M, *TEXT)
    assert (refused.code, "3 readers would get it" in refused.stderr) == (2, True)
    done = alerts("issue", "correct", *M, *TEXT, "--yes", "--json").json
    assert (done["number"], done["queued"]) == (1, 3)
    again = alerts("issue", "correct", *M, *TEXT, "--yes", "--json").json
    assert (again["already"], again["queued"]) == (True, 0), "the same twice is one"
    assert alerts("check").code == 75, "it is owed"

    db = database(mended)
    admin.unsubscribe(db, Address.parse("reader3@example.org"), now=NOW)
    assert alerts("send").code == 0, "also without a month"
    mailed = _corrections(mended)
    assert sorted(mailed) == ["reader1@example.org", "reader2@example.org"]
    assert "<strong>40 million</strong>" in mailed["reader1@example.org"]
    arabic = mailed["reader2@example.org"]
    assert '<html lang="ar" dir="rtl"' in arabic
    assert 'lang="en" dir="ltr"' in arabic.partition("40 million")[0].rpartition("<div")[2]
    assert "/unsubscribe/" in arabic

    status = alerts("status", *M, "--json").json
    (one,) = status["corrections"]
    assert (one["deliveries"]["sent"], one["deliveries"]["skipped"]) == (2, 1)
    assert status["deliveries"]["sent"] == 5, "the issue is counted by itself"
    why = alerts("why", "reader1@example.org", *M).stdout
    assert "Correction 1 was accepted" in why
    assert "Correction" not in alerts("why", "reader4@example.org", *M).stdout
    listed = alerts("delivery", "list", *M, "--json").json
    assert [row["correction"] for row in listed] == [0] * 5 + [1] * 3
    assert "6 editions, 0 altered" in alerts("archive", "verify").stdout

    assert alerts("archive", "export", "out").code == 0
    page = Path("out/archive/2026-10/ar/index.html").read_text()
    assert '<div lang="en" dir="ltr"><p>The budget is <strong>40 million' in page
    assert "40 million" in Path("out/archive/feed.en.atom").read_text()
    assert "date_modified" in Path("out/archive/feed.en.json").read_text()

    which = DeliverySelection(MONTH, [DeliveryState.SKIPPED], keys=["reader3@example.org"])
    assert deliveries.decide(db, which, DeliveryState.QUEUED, NOW) == 1
    assert alerts("send", *M).code == 0, "who left stays away from a correction, too"
    assert len(_corrections(mended)) == 2
    db.close()


ONLY = {
    ("--version", "2"): 2,
    ("--article", "Wrong"): 3,
    ("--article", "Fine", "--version", "2"): 2,
    ("--version", "9"): None,
    ("--article", "Nothing like it"): None,
    ("--article", "Wrong", "--version", "2"): None,
}


def test_only_those_who_are_meant_are_counted(mended: Path, alerts: Alerts) -> None:
    for options, people in ONLY.items():
        found = alerts("issue", "correct", *M, *TEXT, *options, "--dry-run", "--json")
        if people is None:
            assert (found.code, found.stderr.count("\n")) == (2, 1), options
        else:
            assert found.json["people"] == people, options


@pytest.mark.parametrize(
    "given",
    [(), ("--text", "no language"), ("--text", "en="), ("--text", "en=a", "--text", "en=b"),
     ("--text", "Klingon=a"), ("--file", "en=nowhere.txt")],
)  # fmt: skip
def test_words_that_cannot_be_are_told_in_one_line(
    project: Path, alerts: Alerts, given: tuple[str, ...]
) -> None:
    told = alerts("issue", "correct", *M, *given, "--yes")
    assert told.code in (1, 2)
    assert told.stderr.count("\n") == 1
    assert "Traceback" not in told.stderr
