"""A story or an issue that is withdrawn is shown no more, and everything else is as it was."""

import html
import re
import shutil
from pathlib import Path

import pytest

from alerts import Project, cli
from alerts.archive.withdrawn import Gone, without
from alerts.domain.errors import UsageError
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.domain.picture import names_in
from tests.conftest import Alerts
from tests.factories import sqlite_connection

MONTH = Month(2026, 10)
LANGUAGES = ("en", "es", "fr", "ar")
LEAD, DROUGHT = "8f1f757e8b", "c24742f28d"
NOTICE = "padding:16px 20px;border-"


@pytest.fixture(scope="module", params=["magazine", "bulletin", "quiet"])
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, sent, in each theme."""
    root = tmp_path_factory.mktemp("withdrawals") / "demo"
    options = ["--month", str(MONTH), "--theme", request.param]
    assert cli.call(["-q", "demo", str(root), *options]) == 0
    return root


@pytest.fixture
def demo(sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may change; of one theme alone."""
    if "magazine" not in (sent / "alerts.toml").read_text(encoding="utf-8"):
        pytest.fail("this test wants one theme")
    root = tmp_path / "demo"
    shutil.copytree(sent, root)
    monkeypatch.chdir(root)
    return root


def _words(document: str) -> str:
    text = html.unescape(re.sub(r"<[^>]*>", " ", document))
    return " ".join(re.sub("[\u2066-\u2069\u200f\u200e]", "", text).split())


@pytest.mark.proof
def test_stories_of_every_form_can_be_taken_out_and_the_others_stay(sent: Path) -> None:
    with Project(sent) as project:
        archive = project.archive
        before = {tag: archive.edition(MONTH, tag) for tag in LANGUAGES}
        stories = {tag: archive.pieces(MONTH, tag) for tag in LANGUAGES}
        for number, story in enumerate(stories["en"][::3], start=1):
            archive.withdraw(MONTH, story.id, why="A number was wrong.")
            gone = {one.article for one in archive.withdrawn()}
            for tag in LANGUAGES:
                edition, was = archive.edition(MONTH, tag), before[tag]
                assert edition is not None
                assert was is not None
                said = _words(edition.html)
                assert edition.html.count(NOTICE) == number
                for one in stories[tag]:
                    there = one.id not in gone
                    assert (one.title in said) == (there and one.title in _words(was.html))
                    assert (f'"{one.url}"' in edition.html) == (
                        there and f'"{one.url}"' in was.html
                    )
                    assert f"/{one.id}.ics" not in edition.html or there
                    assert one.title not in edition.subject or there
                assert len(archive.pieces(MONTH, tag)) == len(stories[tag]) - number
        for article in gone:
            archive.show_again(MONTH, article)
        assert {tag: archive.edition(MONTH, tag) for tag in LANGUAGES} == before


@pytest.mark.parametrize("sent", ["magazine"], indirect=True)
class TestOfOneTheme:
    """What does not depend on the look."""

    def test_all_ways_to_it_are_closed_and_verify_tells_the_truth(
        self, demo: Path, alerts: Alerts
    ) -> None:
        with Project(demo) as project:
            edition = project.archive.edition(MONTH, "en")
            assert edition is not None
            names = set(names_in(edition.html))
            assert project.archive.search("drought")
        assert alerts("archive", "export", "site").code == 0
        done = alerts(
            "archive", "withdraw", "Drought bulletin", "--why", "Wrong figures.", "--json"
        )
        assert done.code == 0
        assert done.json == {
            "month": "2026-10",
            "article": DROUGHT,
            "editions": 4,
            "withdrawn": True,
            "erased": False,
        }
        with Project(demo) as project:
            edition = project.archive.edition(MONTH, "en")
            assert edition is not None
            assert "Wrong figures." in edition.html
            assert not project.archive.search("drought")
            gone = names - set(names_in(edition.html))
            assert gone
            assert not any(map(project.pictures.get, gone))
            assert all(map(project.pictures.get, names - gone))
        verified = alerts("archive", "verify", "--json")
        assert (verified.code, verified.json["altered"]) == (0, 0)
        exported = alerts("archive", "export", "site", "--json").json
        assert {f"pictures/{name}" for name in gone} <= set(exported["removed"])
        assert not [
            page
            for page in (demo / "site").rglob("*")
            if page.is_file() and b"reservoirs in the Velda" in page.read_bytes()
        ]
        listed = alerts("archive", "withdrawn", "--json").json
        assert [(one["article"], one["erased"]) for one in listed] == [(DROUGHT, False)]
        assert alerts("archive", "withdraw", DROUGHT, "--undo").code == 0
        with Project(demo) as project:
            assert project.archive.search("drought")
            assert all(map(project.pictures.get, names))

    def test_what_is_erased_is_in_no_file_any_more(self, demo: Path, alerts: Alerts) -> None:
        assert alerts("article", "show", DROUGHT).code == 0
        refused = alerts("archive", "withdraw", DROUGHT, "--erase")
        assert refused.code == 2
        assert "--yes" in refused.stderr
        done = alerts("archive", "withdraw", DROUGHT, "--erase", "--yes")
        assert done.code == 0, done.stderr
        alerts("backup", "copy.db")
        for word in (b"reservoirs in the Velda", b"embalses de la cuenca del Velda"):
            assert word not in (demo / "copy.db").read_bytes()
        verified = alerts("archive", "verify")
        assert (verified.code, verified.stdout) == (0, "4 editions, 0 altered\n")
        undone = alerts("archive", "withdraw", DROUGHT, "--undo")
        assert undone.code == 2
        assert "was erased" in undone.stderr
        assert alerts("archive", "withdraw", LEAD).code == 0
        assert alerts("archive", "withdraw", LEAD, "--undo").code == 0
        assert alerts("archive", "verify").code == 0
        again = alerts("collect", "--month", "2026-10", "--json")
        assert (again.code, again.json["new"], again.json["updated"]) == (0, 0, 0)
        shown = alerts("delivery", "show", "amina@wells-and-rivers.example", "--message")
        assert "Traceback" not in shown.stderr

    def test_verify_finds_what_was_altered_after_an_erasure(
        self, demo: Path, alerts: Alerts
    ) -> None:

        assert alerts("archive", "withdraw", DROUGHT, "--erase", "--yes").code == 0
        with sqlite_connection(demo / "subscribers.db") as db:
            db.execute("UPDATE editions SET html = html || '.' WHERE language = 'es'")
        db.close()
        verified = alerts("archive", "verify")
        assert verified.code == 1
        assert "es: altered since it was frozen: html" in verified.stderr

    def test_a_whole_issue_is_a_notice(self, demo: Path, alerts: Alerts) -> None:
        done = alerts("archive", "withdraw", "2026-10", "--why", "Sent by <b>mistake</b>.")
        assert done.code == 0, done.stderr
        with Project(demo) as project:
            for tag in LANGUAGES:
                edition = project.archive.edition(MONTH, tag)
                assert edition is not None
                assert "Sent by &lt;b&gt;mistake&lt;/b&gt;." in edition.html
                assert not project.archive.pieces(MONTH, tag)
            (past,) = project.archive.listed("en")
            assert past.subject == "Waters Monthly, October 2026"
        assert alerts("archive", "export", "site").code == 0
        page = (demo / "site/archive/2026-10/en/index.html").read_text(encoding="utf-8")
        assert "This issue was withdrawn on" in page
        assert "Velda" not in page.replace("Velda</", "")
        assert alerts("archive", "verify").code == 0
        assert alerts("archive", "withdraw", "2026-10", "--undo").code == 0
        with Project(demo) as project:
            assert len(project.archive.pieces(MONTH, "en")) == 16

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["2026-09"], "2026-09 was not queued"),
            (["2026-10", "--undo"], "2026-10 is not withdrawn"),
            (["nothing like it"], "no article"),
            ([DROUGHT, "--why", "x" * 501], "501 characters"),
            ([DROUGHT, "--undo", "--erase"], "--undo takes neither"),
        ],
    )
    def test_what_cannot_be_withdrawn_is_said(
        self, demo: Path, alerts: Alerts, arguments: list[str], words: str
    ) -> None:
        refused = alerts("archive", "withdraw", *arguments)
        assert refused.code == 2
        assert words in refused.stderr

    def test_words_that_are_still_to_be_sent_are_not_erased(
        self, demo: Path, alerts: Alerts
    ) -> None:

        with sqlite_connection(demo / "subscribers.db") as db:
            db.execute("UPDATE deliveries SET state = 'deferred' WHERE id = 1")
            db.execute("UPDATE issues SET state = 'queued' WHERE month = '2026-10'")
        db.close()
        refused = alerts("archive", "withdraw", DROUGHT, "--erase", "--yes")
        assert refused.code == 2
        assert "still being sent" in refused.stderr


def test_a_story_of_an_open_month_is_excluded_and_not_withdrawn(project: Path) -> None:
    with Project(project) as opened, pytest.raises(UsageError, match="article exclude"):
        opened.archive.withdraw(MONTH, "0000000000")


def test_a_title_that_is_a_common_word_takes_no_other_words_with_it() -> None:
    page = """<body><h1>Water</h1><h2 id="s-1">Water and law</h2>
        <p><a href="https://a.example/1">Water</a> It rained.</p>
        <p><a href="https://a.example/2">Water prices rise</a></p></body>"""
    edition = Edition("en", "Water · The Alert, October 2026", "Water prices", page, "", 2)
    gone = Gone(["https://a.example/1"], "Water", "It rained.", "<p>Withdrawn.</p>")
    shown = without(edition, [gone], ["https://a.example/2"], "The Alert, October 2026")
    assert _words(shown.html) == (
        "The Alert, October 2026 Water and law Withdrawn. Water prices rise"
    )
    assert (shown.subject, shown.preheader) == ("The Alert, October 2026", "Water prices")
