"""Editing as an editor does it: articles one by one, the whole issue as one text, and its log."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.domain.article import Article, Translation
from alerts.domain.month import Month
from alerts.store import transaction
from alerts.store.articles import put
from tests.conftest import Alerts, Result
from tests.factories import NOW, database_at
from tests.sources.test_collect import _freeze

OCTOBER = Month(2026, 10)
SITE = "https://a.example"


@pytest.fixture
def october(project: Path, alerts: Alerts) -> Path:
    """A project with three collected articles in October."""
    (project / "alerts.toml").write_text(
        '[alert]\nname = "The Alert"\naddress = "1 Street"\nlanguages = ["en", "es"]\n'
    )
    for name in ("one", "two", "three"):
        say(project, name)
    return project


def say(project: Path, name: str, title: str = "", **fields: object) -> None:
    """A source says this of an article, for the first time or anew."""
    article = Article(f"{SITE}/{name}", title or f"Title {name}", "A summary.", **fields)  # type: ignore[arg-type]
    db = database_at(project / "subscribers.db")
    with transaction(db):
        put(db, article, OCTOBER, None, NOW)
    db.close()


def exported(alerts: Alerts) -> str:
    got = alerts("issue", "export", "-", "--month", "2026-10")
    assert got.code == 0, got.stderr
    return got.stdout


def taken(alerts: Alerts, text: str, *more: str) -> Result:
    return alerts("issue", "import", "-", *more, stdin=text)


def titles(alerts: Alerts) -> list[str]:
    """The titles of the issue in reading order."""
    shown = alerts("issue", "show", "--month", "2026-10", "--json").json
    return [a["title"] for section in shown["sections"] for a in section["articles"]]


def id_of(alerts: Alerts, words: str) -> str:
    return str(alerts("article", "show", words, "--json").json["id"])


# --- the source's new version ---------------------------------------------------------------------


def test_an_edit_stays_and_the_sources_new_version_is_shown_beside_it(
    october: Path, alerts: Alerts
) -> None:
    assert alerts("article", "edit", "one", "--title", "Mine").code == 0
    assert alerts("article", "translate", "two", "es", "--title", "Mío").code == 0
    before = alerts("article", "show", "mine", "--json").json
    assert before["source"] == {"title": {"found": "Title one", "changed": False}}
    assert "changed at the source" not in alerts("issue", "show", "--month", "2026-10").stdout
    say(october, "one", "Theirs, anew")
    say(october, "two", translations={"es": Translation("Suyo")})
    shown = alerts("article", "show", "mine")
    assert (
        "title: Mine\n  its source says, which is new since the edit: Theirs, anew" in shown.stdout
    )
    assert "--take-source" in shown.stderr
    issue = alerts("issue", "show", "--month", "2026-10")
    assert "2 articles have changed at the source since you edited" in issue.stdout
    changed = alerts("issue", "show", "--month", "2026-10", "--json").json["changed_at_source"]
    assert [one["fields"] for one in changed] == [
        {"title": "Theirs, anew"},
        {"translations.es.title": "Suyo"},
    ]
    text = exported(alerts)
    assert "Title: Mine\n# Since you edited, its source says: Theirs, anew\n" in text
    assert "Title (es): Mío\n# Since you edited, its source says: Suyo\n" in text


def test_the_sources_version_is_taken_or_known_and_left(october: Path, alerts: Alerts) -> None:
    for words in ("one", "two"):
        assert alerts("article", "edit", words, "--title", f"Mine {words}", "--note", "n").code == 0
        say(october, words, f"Theirs {words}")
    got = alerts("article", "edit", "mine one", "--take-source")
    assert (got.code, "title: taken from the source" in got.stderr) == (0, True)
    one = alerts("article", "show", "theirs one", "--json").json
    assert (one["title"], one["source"], one["note"]) == ("Theirs one", {}, "n")
    say(october, "one", "Theirs again")  # nothing of an editor's lies over it any more
    assert "Theirs again" in titles(alerts)
    assert alerts("article", "edit", "mine two", "--keep-edits").code == 0
    two = alerts("article", "show", "mine two", "--json").json
    assert two["source"] == {"title": {"found": "Theirs two", "changed": False}}
    assert alerts("article", "translate", "mine two", "es", "--title", "Mío").code == 0
    say(october, "two", "Theirs two", translations={"es": Translation("Suyo", "Suyo.")})
    assert alerts("article", "edit", "mine two", "--take-source").code == 0
    two = alerts("article", "show", "mine two", "--json").json
    assert two["translations"] == {"es": {"title": "Suyo", "summary": "Suyo."}}
    assert alerts("article", "edit", "mine two", "--keep-edits", "--take-source").code == 2
    assert alerts("article", "edit", "mine two", "--take-source").code == 0
    assert "Theirs two" in titles(alerts)


def test_what_nobody_wrote_over_follows_its_source(october: Path, alerts: Alerts) -> None:
    assert alerts("article", "edit", "one", "--summary", "Mine.").code == 0
    say(october, "one", "New title")
    one = alerts("article", "show", "new title", "--json").json
    assert (one["title"], one["summary"]) == ("New title", "Mine.")
    assert one["source"] == {"summary": {"found": "A summary.", "changed": False}}


def test_what_was_added_by_hand_stays_when_a_source_names_it_later(
    october: Path, alerts: Alerts
) -> None:
    add = ("article", "add", "--url", f"{SITE}/hand", "--title", "By hand", "--month", "2026-10")
    assert alerts(*add).code == 0
    assert alerts("article", "show", "by hand", "--json").json["source"] == {}
    say(october, "hand", "By the source")
    shown = alerts("article", "show", "by hand", "--json").json
    assert shown["source"] == {"title": {"found": "By the source", "changed": True}}
    assert shown["summary"] == "A summary."


def test_the_same_twice_is_one_event(october: Path, alerts: Alerts) -> None:
    for _ in range(2):
        for words in (
            ("exclude", "one"),
            ("edit", "two", "--title", "Number two"),
            ("feature", "three"),
        ):
            assert alerts("article", *words, "--month", "2026-10").code == 0
    log = alerts("issue", "log", "--month", "2026-10", "--json").json
    assert [event["kind"] for event in log] == [
        "article.excluded",
        "article.edited",
        "article.featured",
    ]


# --- by id, by its beginning, by a part of the title ----------------------------------------------


def test_an_article_is_meant_by_any_beginning_of_its_id(october: Path, alerts: Alerts) -> None:
    ids = {name: id_of(alerts, f"title {name}") for name in ("one", "two", "three")}
    tried = 0
    for name, id_ in ids.items():
        for length in range(4, 11):
            shown = alerts("article", "show", id_[:length], "--json")
            assert shown.json["title"] == f"Title {name}"
            tried += 1
    assert tried == 21


def test_open_months_come_first_when_titles_are_alike(october: Path, alerts: Alerts) -> None:
    add = ("article", "add", "--url", f"{SITE}/old", "--title", "Title one", "--month", "2026-09")
    assert alerts(*add).code == 0
    got = alerts("article", "exclude", "Title one")
    assert got.code == 2
    assert "(2026-09)" in got.stderr
    assert "(2026-10)" in got.stderr
    db = database_at(october / "subscribers.db")
    _freeze(db, Month(2026, 9))
    db.close()
    assert alerts("article", "exclude", "Title one").code == 0


def test_a_place_in_a_section_is_that_place(october: Path, alerts: Alerts) -> None:
    start = titles(alerts)
    for position in (1, 2, 3, 9):
        for title in start:
            assert alerts("article", "move", title, "--position", str(position)).code == 0
            assert titles(alerts).index(title) == min(position, 3) - 1
    assert alerts("article", "feature", "one").code == 0
    assert alerts("article", "move", "one", "--section", "events").code == 0
    assert not alerts("article", "show", "title one", "--json").json["featured"]


# --- the whole issue as one text ------------------------------------------------------------------


def test_export_and_import_without_a_change_change_nothing(october: Path, alerts: Alerts) -> None:
    alerts("issue", "letter", "en", "--text", "Hello\n\nall", "--month", "2026-10")
    before = alerts("issue", "log", "--month", "2026-10", "--json").json
    text = exported(alerts)
    got = taken(alerts, text)
    assert (got.code, got.stderr) == (0, "2026-10: nothing changed\n")
    assert alerts("issue", "log", "--month", "2026-10", "--json").json == before
    assert exported(alerts) == text


def test_import_takes_everything_in_at_once_and_twice_is_once(
    october: Path, alerts: Alerts
) -> None:
    text = exported(alerts)
    one, two, three = (f"[{id_of(alerts, f'title {name}')}]" for name in ("one", "two", "three"))
    blocks = {
        name: text[text.index(name) :].split("\n\n")[0] + "\n\n" for name in (one, two, three)
    }
    new = text
    for block in blocks.values():
        new = new.replace(block, "")
    changed = (
        blocks[two]
        .replace("Title: Title two", "Title: Second")
        .replace("Title (es):", "Title (es): Segundo")
    )
    added = f"[new]\nLink: {SITE}/four\nTitle: Title four\nNote: ask Ann\n\n"
    new = (
        new.replace("=== News", f"{changed}{added}=== News")
        .replace("=== Events", f"{blocks[one]}=== Events")
        .replace("Letter (es):\n", "Letter (es):\nQueridas amigas:\n\nhasta pronto\n")
    )
    got = taken(alerts, new, "--by", "Ann", "--json")
    assert got.code == 0, got.stderr
    assert got.json == {
        "month": "2026-10", "edited": 1, "moved": 2, "excluded": 1, "included": 0, "added": 1,
        "letters": ["es"], "faces": [],
    }  # fmt: skip
    shown = alerts("issue", "show", "--month", "2026-10", "--json").json
    assert [(s["key"], [a["title"] for a in s["articles"]]) for s in shown["sections"]] == [
        ("featured", ["Second", "Title four"]),
        ("publications", ["Title one"]),
    ]
    assert shown["excluded"] == 1
    assert shown["letters"] == {"es": "Queridas amigas:\n\nhasta pronto"}
    log = alerts("issue", "log", "--month", "2026-10", "--json").json
    assert {(e["by"], e["command"]) for e in log} == {("Ann", "issue import")}
    again = taken(alerts, new)
    assert (again.code, again.stderr) == (0, "2026-10: nothing changed\n")
    assert alerts("issue", "log", "--month", "2026-10", "--json").json == log


def test_a_fault_leaves_everything_as_it_was(october: Path, alerts: Alerts) -> None:
    text = exported(alerts)
    bad = text.replace("Title: Title one", "Title: New").replace("Title: Title two", "Titl: New")
    line = bad[: bad.index("Titl: New")].count("\n") + 1
    got = taken(alerts, bad)
    assert got.code == 1
    assert f"line {line}: “Titl:” is not a field; write “Title:”" in got.stderr
    assert "nothing was imported" in got.stderr
    assert exported(alerts) == text
    picture = text.replace("Title: Title one", "Title: T\nPicture shows: a door")
    got = taken(alerts, picture)
    assert (got.code, "has no picture" in got.stderr) == (1, True)
    assert exported(alerts) == text


def test_what_others_changed_meanwhile_is_never_overwritten(october: Path, alerts: Alerts) -> None:
    text = exported(alerts)
    say(october, "two", "The source was faster")
    say(october, "late", "Came in between")
    assert alerts("article", "exclude", "title three").code == 0
    mine = text.replace("Title: Title one", "Title: Mine")
    assert taken(alerts, mine).code == 0  # somebody else's articles are left as they are now
    assert sorted(titles(alerts)) == ["Came in between", "Mine", "The source was faster"]
    both = text.replace("Title: Title two", "Title: Mine too").replace("Title one", "Once more")
    got = taken(alerts, both)
    assert got.code == 1
    assert "“The source was faster” has another text now" in got.stderr
    assert "“Mine” has another text now" in got.stderr
    assert sorted(titles(alerts)) == ["Came in between", "Mine", "The source was faster"]


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "is missing"),
        (b"hello", "is missing"),
        (b"\xff\xfe\x00", "not UTF-16"),
        (b"a\n\x80", "line 2: not UTF-8"),
        (b"\x00" * 100, "a NUL character"),
    ],
)
def test_what_is_no_issue_is_refused_in_a_line(
    october: Path, alerts: Alerts, octets: bytes, words: str
) -> None:
    got = alerts("issue", "import", "-", stdin=octets)
    assert (got.code, words in got.stderr) == (1, True)
    assert "Traceback" not in got.stderr


def test_a_text_is_read_as_other_systems_save_it(october: Path, alerts: Alerts) -> None:
    text = exported(alerts).replace("Title: Title one", "Title: Über")
    for number, octets in enumerate(
        (
            text.encode("utf-16"),
            b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
            text.replace("Über", "Ünder").encode(),
        )
    ):
        got = alerts("issue", "import", "-", stdin=octets)
        assert (got.code, number, got.stderr.count("edited")) in {(0, 0, 1), (0, 1, 0), (1, 2, 0)}


def test_a_text_of_another_month_is_not_taken_for_this_one(october: Path, alerts: Alerts) -> None:
    got = taken(alerts, exported(alerts), "--month", "2026-09")
    assert (got.code, "is the issue of 2026-10 and not of 2026-09" in got.stderr) == (2, True)


# --- in an editor ---------------------------------------------------------------------------------


def editor(project: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A real program as $EDITOR; $1 is the file."""
    path = project / "an editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{path}' --wait")


def test_issue_edit_opens_the_text_and_takes_it_in(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(october, monkeypatch, 'sed -i "s/^Title: Title one/Title: Changed/" "$2"')
    got = alerts("issue", "edit", "--month", "2026-10", "--by", "Ann")
    assert (got.code, got.stderr) == (0, "2026-10: 1 edited\n")
    assert "Changed" in titles(alerts)
    assert not (october / "drafts" / "2026-10.txt").exists()
    editor(october, monkeypatch, "true")
    assert alerts("issue", "edit", "--month", "2026-10").stderr == "2026-10: nothing changed\n"


def test_a_fault_is_shown_at_its_line_and_no_word_is_lost(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = october / "drafts" / "2026-10.txt"
    editor(october, monkeypatch, 'sed -i "s/^Title: Title one/Titel: Mine/" "$2"')
    got = alerts("issue", "edit", "--month", "2026-10")
    assert got.code == 1
    assert f"your text is kept in {draft}" in got.stderr
    assert "#! “Titel:” is not a field; write “Title:”" in draft.read_text()
    lines = draft.read_text().split("\n")
    assert lines[lines.index("Titel: Mine") - 1].startswith("#! ")
    assert "Mine" not in titles(alerts)
    editor(october, monkeypatch, 'sed -i "s/^Titel: Mine/Title: Mine/" "$2"')
    got = alerts("issue", "edit", "--month", "2026-10")
    assert got.code == 0
    assert "continuing with" in got.stderr
    assert "Mine" in titles(alerts)
    assert not draft.exists()


def test_an_editor_that_fails_keeps_the_text(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = october / "drafts" / "2026-10.txt"
    editor(october, monkeypatch, 'sed -i "s/^Title: Title one/Title: Mine/" "$2"; exit 3')
    got = alerts("issue", "edit", "--month", "2026-10")
    assert (got.code, "exit code 3" in got.stderr, str(draft) in got.stderr) == (1, True, True)
    assert "Title: Mine" in draft.read_text()
    got = alerts("issue", "edit", "--month", "2026-10", "--fresh")
    assert (got.code, "kept aside" in got.stderr) == (1, True)
    (aside,) = (october / "drafts").glob("2026-10.*-*.txt")
    assert "Title: Mine" in aside.read_text()
    monkeypatch.setenv("EDITOR", "no-such-program")
    got = alerts("issue", "edit", "--month", "2026-10")
    assert (got.code, "set $EDITOR" in got.stderr) == (2, True)
    monkeypatch.setenv("EDITOR", "'vi")
    got = alerts("issue", "edit", "--month", "2026-10")
    assert (got.code, "$EDITOR: “'vi”: a quotation mark" in got.stderr) == (2, True)


def test_a_conflict_shows_both_versions_and_saving_again_decides(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = october / "drafts" / "2026-10.txt"
    python = sys.executable
    script = f"""sed -i "s/^Title: Title one/Title: Mine/; s/^Title: Title two/Title: Second/" "$2"
{python} -m alerts -q --project "{october}" article edit "Title one" --title Theirs
{python} -m alerts -q --project "{october}" article edit "Title three" --title "Theirs alone" """
    editor(october, monkeypatch, script)
    got = alerts("issue", "edit", "--month", "2026-10")
    assert (got.code, "“Theirs” has another text now" in got.stderr) == (1, True)
    (aside,) = (october / "drafts").glob("2026-10.*-*.txt")
    assert "Title: Mine" in aside.read_text()
    text = draft.read_text()
    assert "#! Title: Theirs\n[" in text
    assert text.count("\n#! ") == 2
    for title in ("Mine", "Second", "Theirs alone"):
        assert f"\nTitle: {title}\n" in text
    assert sorted(titles(alerts)) == ["Theirs", "Theirs alone", "Title two"]
    editor(october, monkeypatch, "true")
    assert alerts("issue", "edit", "--month", "2026-10").code == 0
    assert sorted(titles(alerts)) == ["Mine", "Second", "Theirs alone"]


def test_two_editors_at_once_are_told_of_each_other(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    editor(
        october,
        monkeypatch,
        f'alerts --project "{october}" issue edit --month 2026-10; echo $? > code',
    )
    got = alerts("issue", "edit", "--month", "2026-10")
    assert got.code == 0
    assert (october / "code").read_text() == "75\n"


# --- the log, and months that are closed ----------------------------------------------------------


def test_everything_that_changed_an_issue_is_in_its_log(october: Path, alerts: Alerts) -> None:
    acts = (
        (("article", "edit", "one", "--title", "Mine"), "article.edited"),
        (("article", "translate", "mine", "es", "--title", "Mío"), "article.translated"),
        (("article", "exclude", "two"), "article.excluded"),
        (("article", "include", "two"), "article.included"),
        (("article", "feature", "two"), "article.featured"),
        (("article", "move", "two", "--section", "events"), "article.moved"),
        (("article", "move", "three", "--to", "2026-12"), "article.moved"),
        (("article", "add", "--url", f"{SITE}/x", "--title", "X", "--month", "2026-10"), "article.added"),
        (("issue", "letter", "en", "--text", "Hi", "--month", "2026-10"), "letter.written"),
        (("issue", "letter", "en", "--text", "", "--month", "2026-10"), "letter.removed"),
        (("issue", "approve", "--month", "2026-10"), "issue.approved"),
        (("issue", "test", "--to", "t@x.example", "--month", "2026-10"), "issue.tested"),
        (("article", "exclude", "mine"), "article.excluded"),
        (("queue", "--month", "2026-10"), "issue.queued"),
    )  # fmt: skip
    for words, _ in acts:
        by = () if words[0] == "queue" else ("--by", "Ann Lee")
        assert alerts(*words, *by).code == 0, words
    log = alerts("issue", "log", "--month", "2026-10", "--json").json
    kinds = [kind for _, kind in acts]
    kinds.insert(13, "issue.voided")
    assert [event["kind"] for event in log] == kinds
    for event in log[:-1]:
        assert event["by"] == "Ann Lee"
        assert event["command"].split()[0] in ("article", "issue")
        assert event["at"]
    assert log[0]["changes"] == {"title": ["Title one", "Mine"]}
    assert log[6]["to"] == "2026-12"
    shown = alerts("issue", "log", "--month", "2026-10")
    assert "Ann Lee article translate" in shown.stdout
    assert "translations.es.title: nothing → “Mío”" in shown.stdout
    december = alerts("issue", "log", "--month", "2026-12", "--json").json
    assert [event["kind"] for event in december] == ["article.moved"]


def test_collecting_is_in_the_log_of_the_month_that_it_changed(
    project: Path, alerts: Alerts
) -> None:
    folder = project / "texts"
    folder.mkdir()
    page = "---\ntitle: {}\nurl: https://a.example/{}\npublished: 2026-10-{}\n---\nText.\n"
    for number in (1, 2):
        (folder / f"{number}.md").write_text(page.format(f"T{number}", number, 10 + number))
    assert alerts("source", "add", "texts", "--kind", "folder").code == 0
    assert alerts("collect", "--month", "2026-10").code == 0
    assert alerts("collect", "--month", "2026-10").code == 0
    (event,) = alerts("issue", "log", "--month", "2026-10", "--json").json
    assert (event["kind"], len(event["new"])) == ("issue.collected", 2)
    assert event["source"].endswith("texts")


def test_a_month_that_is_queued_refuses_every_editing_command(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = exported(alerts).replace("Title one", "Mine")
    assert alerts("queue", "--month", "2026-10").code == 0
    editor(october, monkeypatch, "true")
    for command in (
        ("issue", "edit", "--month", "2026-10"),
        ("issue", "letter", "en", "--text", "x", "--month", "2026-10"),
        ("issue", "approve", "--month", "2026-10"),
        ("article", "edit", "one", "--title", "x"),
        ("article", "edit", "one", "--take-source"),
        ("article", "move", "one", "--position", "1"),
    ):
        got = alerts(*command)
        assert got.code == 2, command
        assert "2026-10 is queued or sent" in got.stderr
    got = taken(alerts, text)
    assert (got.code, "2026-10 is queued or sent" in got.stderr) == (2, True)
    assert "Mine" not in titles(alerts)


def test_a_profile_that_changes_changes_the_issues_that_show_it(
    october: Path, alerts: Alerts
) -> None:
    assert alerts("profile", "add", "lab", "--name", "Lab").code == 0
    assert alerts("article", "edit", "one", "--profile", "lab").code == 0
    assert alerts("issue", "approve", "--month", "2026-10", "--by", "Ann").code == 0
    got = alerts("profile", "edit", "lab", "--name", "City Lab")
    assert (got.code, "approval by Ann is void" in got.stderr) == (0, True)
    log = alerts("issue", "log", "--month", "2026-10", "--json").json
    assert [e["kind"] for e in log][-2:] == ["profile.changed", "issue.voided"]
    assert log[-2]["changes"] == {"name": ["Lab", "City Lab"]}
    assert alerts("profile", "remove", "lab").code == 0
    log = alerts("issue", "log", "--month", "2026-10", "--json").json
    assert log[-1]["changes"]["name"] == ["City Lab", None]


def test_a_draft_that_nobody_changed_is_written_anew(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = october / "drafts" / "2026-10.txt"
    editor(october, monkeypatch, "exit 1")
    assert alerts("issue", "edit", "--month", "2026-10").code == 1
    assert draft.exists()
    say(october, "one", "Another title")
    editor(october, monkeypatch, 'cp "$2" seen')
    got = alerts("issue", "edit", "--month", "2026-10")
    assert (got.code, "going on" in got.stderr) == (0, False)
    assert "Title: Another title" in (october / "seen").read_text()


def test_kill_9_in_the_middle_of_editing_loses_no_word(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = 'sed -i "s/^Title: Title one/Title: Written before the crash/" "$2"; kill -9 $PPID'
    editor(october, monkeypatch, kill)
    command = [sys.executable, "-m", "alerts", "issue", "edit", "--month", "2026-10"]
    killed = subprocess.run(command, cwd=october, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert "Title one" in titles(alerts)
    editor(october, monkeypatch, "true")
    got = alerts("issue", "edit", "--month", "2026-10")
    assert (got.code, "continuing with" in got.stderr) == (0, True)
    assert "Written before the crash" in titles(alerts)


def test_at_a_terminal_the_text_opens_again_on_its_faults(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = """if grep -q "^#! “Titel" "$2"; then sed -i "s/^Titel:/Title:/" "$2"
else sed -i "s/^Title: Title one/Titel: Mended/" "$2"; fi"""
    editor(october, monkeypatch, script)
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "alerts", "issue", "edit", "--month", "2026-10"]
    os.write(ours, b"y\n")
    done = subprocess.run(command, cwd=october, stdin=theirs, stderr=theirs, check=False)
    said = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, said
    assert "Open it again? [Y/n]" in said
    assert "2026-10: 1 edited" in said
    assert "Mended" in titles(alerts)
