"""What a person sees at terminals of several widths; and terminals, pipes and encodings that are bad."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unicodedata import normalize

import pytest
from rich.cells import cell_len

from alerts.cli.terminal import TableColumn, fitted
from tests.conftest import Alerts
from tests.factories import add_subscribers, database, queue_issue
from tests.pseudo_terminal import ESCAPE, at_terminal, each_at_terminal

M = ("--month", "2026-10")
TITLES = (
    "A ruling on the river, and what it means for the forty towns that drink from it every day",
    "أهالي حوض النهر يقيسون جودة مياههم بأنفسهم كل صباح منذ عشر سنوات كاملة بلا انقطاع",
    "漢字の会が川の水質を十年間にわたって毎朝測定し続けた記録のすべてを公開した",
    "👩‍👩‍👧‍👦 families measure, e\u0301cole by e\u0301cole, the water of the whole valley for a year 🌊",
)
PEOPLE = (
    ("a.very.long.address.of.somebody@department.of.water.example.org", "Ana María de los Ríos"),
    ("li@example.org", "渡辺 浩と川の水質を守る会の皆さん"),
    ("amina@example.org", "أمينة الخطيب"),
)
COMMANDS = (
    ("issue", "show", *M),
    ("issue", "list"),
    ("status", *M),
    ("why", "li@example.org", *M),
    ("next",),
    ("schedule", "next"),
    ("subscriber", "list"),
    ("check",),
    ("doctor", "--offline"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, alerts: Alerts) -> Path:
    """A project with an issue and people whose texts are long, wide, and from right to left."""
    root = tmp_path_factory.mktemp("filled") / "project"
    assert alerts("init", str(root)).code == 0
    here = ("--project", str(root))
    for number, title in enumerate(TITLES):
        added = alerts(
            *here, "article", "add", "--url", f"https://a.example/{number}", "--title", title, *M
        )
        assert added.code == 0
    for email, name in PEOPLE:
        assert alerts(*here, "subscriber", "add", email, "--name", name).code == 0
    return root


@pytest.mark.parametrize("width", [20, 60, 80])
def test_no_line_is_longer_than_the_terminal_and_the_last_one_is_the_next_step(
    filled: Path, width: int
) -> None:
    shown = each_at_terminal(filled, COMMANDS, width)
    assert len(shown) == len(COMMANDS)
    for command, seen in zip(COMMANDS, shown, strict=True):
        long = [line for line in seen.lines if cell_len(line) > width]
        assert not long, (command, long)
        if width >= 60:
            steps = [n for n, line in enumerate(seen.lines) if line.startswith("next: alerts ")]
            assert len(steps) == 1, (command, seen.text)
            # a command that is too long goes on as a shell takes it
            assert all(line.endswith("\\") for line in seen.lines[steps[0] : -1]), command
        assert "Traceback" not in seen.text


def test_rows_are_cut_and_what_names_them_is_whole(filled: Path, alerts: Alerts) -> None:
    document = alerts("--project", str(filled), "issue", "show", *M, "--json").json
    ids = [one["id"] for section in document["sections"] for one in section["articles"]]
    for width in (40, 80):
        shown = at_terminal(filled, "issue", "show", *M, width=width).lines
        rows = [next(line for line in shown if line.startswith(f"  {name}")) for name in ids]
        assert len({shown.index(row) for row in rows}) == len(ids)
        assert rows[0].endswith("…")  # the longest title
    people = at_terminal(filled, "subscriber", "list", width=60).lines
    assert sum("active" in line for line in people) == 3
    assert any("✓ active" in line and "li@example.org" in line for line in people)


def test_nothing_is_cut_where_there_is_room(filled: Path) -> None:
    shown = at_terminal(filled, "issue", "show", *M, width=200).text
    assert all(normalize("NFC", title) in normalize("NFC", shown) for title in TITLES)


def test_a_colour_goes_with_a_sign_and_is_left_out_where_it_is_not_wanted(filled: Path) -> None:
    coloured = at_terminal(filled, "subscriber", "list").raw
    assert "\x1b[32m✓ active" in coloured
    without = at_terminal(filled, "subscriber", "list", NO_COLOR="1").raw
    assert "✓ active" in without
    assert not any(f"\x1b[{code}m" in without for code in (31, 32, 33, 36))
    assert not ESCAPE.search(at_terminal(filled, "subscriber", "list", TERM="dumb").raw)


def test_times_are_human_at_a_terminal_and_iso_for_programs(project: Path, alerts: Alerts) -> None:
    db = database(project)
    add_subscribers(db, 1)
    queue_issue(project, db)
    db.close()
    alerts("send", *M)
    seen = at_terminal(project, "why", "reader1@example.org", *M, width=200).text
    piped = alerts("why", "reader1@example.org", *M)
    assert "accepted by the relay on" in seen
    assert " ago" in seen or "now" in seen
    assert "Z." in piped.stdout
    moments = alerts("schedule", "next", "--json").json["moments"]
    assert {"collect", "send", "retention", "issue", "wait_until"} <= {
        one["kind"] for one in moments
    }
    assert all(one["at"][-6] in "+-" for one in moments)
    assert [one["at"] for one in moments] == sorted(one["at"] for one in moments)


def test_the_next_step_is_in_each_document_and_a_message_behind_a_pipe(
    filled: Path, alerts: Alerts
) -> None:
    for command in COMMANDS:
        got = alerts("--project", str(filled), *command)
        assert got.stderr.splitlines()[-1].startswith("next: alerts "), command
        assert "next: " not in got.stdout
        assert "\x1b" not in got.stdout
        assert "next: " not in alerts("--project", str(filled), "-q", *command).stderr
        if command[-1] != "list":  # its document is a list
            document = alerts("--project", str(filled), *command, "--json").json
            assert document["next"].startswith("alerts ")
            assert document["next_why"]


def test_all_commands_agree_on_the_next_step(filled: Path, alerts: Alerts) -> None:
    about = (
        ("issue", "show"),
        ("status",),
        ("subscriber", "list"),
        ("next",),
        ("schedule", "next"),
    )
    said = {alerts("--project", str(filled), *command).stderr.splitlines()[-1] for command in about}
    assert len(said) == 1


def test_a_setting_that_cannot_be_read_does_not_stop_a_list(
    filled: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SCHEDULE__RUN", "never")
    listed = alerts("--project", str(filled), "subscriber", "list")
    assert (listed.code, len(listed.stdout.splitlines())) == (0, 3)
    assert "next: alerts doctor" in listed.stderr


def test_languages_stand_in_the_order_of_the_settings(project: Path, alerts: Alerts) -> None:
    settings = project / "alerts.toml"
    text = settings.read_text()
    (line,) = [one for one in text.splitlines() if one.startswith("languages")]
    settings.write_text(text.replace(line, 'languages = ["fr", "es", "en"]'))
    url = "https://a.example/1"
    alerts("article", "add", "--url", url, "--title", "One", "--language", "en", *M)
    name = alerts("article", "list", *M, "--json").json[0]["id"]
    for tag in ("es", "fr"):
        done = alerts("article", "translate", name, tag, "--title", tag, "--summary", tag)
        assert done.code == 0
        assert alerts("issue", "letter", tag, "--text", tag, *M).code == 0
    assert alerts("render", *M).code == 0
    document = alerts("issue", "show", *M, "--json").json
    assert document["sections"][0]["articles"][0]["translations"] == ["fr", "es"]
    assert list(document["letters"]) == ["fr", "es"]
    assert list(document["coverage"]) == list(document["pictures"]) == ["fr", "es", "en"]
    editions = alerts("status", *M, "--json").json["editions"]
    assert [one["language"] for one in editions] == ["fr", "es", "en"]
    assert f"{name}  en fr es  One" in at_terminal(project, "issue", "show", *M).text


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"TERM": "dumb"},
        {"COLUMNS": "0"},
        {"COLUMNS": "many"},
    ],
)
def test_a_bad_terminal_shows_what_it_can(filled: Path, variables: dict[str, str]) -> None:
    shown = each_at_terminal(filled, COMMANDS, 80, **variables)
    assert len(shown) == len(COMMANDS)
    for command, seen in zip(COMMANDS, shown, strict=True):
        assert "error in the program" not in seen.text, command
        assert "next: alerts" in seen.text, command
        assert max(map(cell_len, seen.lines)) <= 80


def test_json_is_whole_in_any_encoding(filled: Path) -> None:
    for encoding in ("ascii", "latin-1"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        for command in (("issue", "show", *M), ("subscriber", "list")):
            done = subprocess.run(
                [sys.executable, "-m", "alerts", *command, "--json"],
                cwd=filled, env=environment, capture_output=True, check=True,
            )  # fmt: skip
            told = json.dumps(json.loads(done.stdout.decode(encoding)), ensure_ascii=False)
            assert (TITLES[2] if command[0] == "issue" else PEOPLE[2][1]) in told
    exported = subprocess.run(
        [sys.executable, "-m", "alerts", "subscriber", "export", "-"],
        cwd=filled, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False,
    )  # fmt: skip
    assert exported.returncode == 0, exported.stderr
    assert PEOPLE[2][1] in exported.stdout.decode()


@pytest.mark.parametrize(
    ("command", "code"),
    [(("issue", "show", *M), 0), (("subscriber", "list"), 0), (("doctor", "--offline"), 1)],
)
def test_a_reader_who_goes_changes_no_exit_code(
    filled: Path, command: tuple[str, ...], code: int
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "alerts", *command],
        cwd=filled, stdout=writing, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


COLUMNS = (
    TableColumn(whole=True),
    TableColumn(gives=1, whole=True),
    TableColumn(gives=2, least=10),
)


@pytest.mark.parametrize(
    ("room", "widths"),
    [
        (80, [10, 12, 40]),
        (66, [10, 12, 40]),
        (60, [10, 12, 34]),
        (36, [10, 12, 10]),
        (35, [10, 12, 0]),
        (20, [10, 0, 0]),
        (6, [6, 0, 0]),
        (0, [1, 0, 0]),
    ],
)
def test_the_column_that_matters_least_gives_way_first(room: int, widths: list[int]) -> None:
    assert fitted([10, 12, 40], COLUMNS, room) == widths


def test_an_empty_column_takes_no_room() -> None:
    assert fitted([10, 0, 40], COLUMNS, 30) == [10, 0, 18]
