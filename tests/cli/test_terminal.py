"""What a person sees at a terminal, and what a program reads behind a pipe."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.text.plural import counted
from tests.conftest import Alerts


def _on_a_terminal(root: Path, *arguments: str, **variables: str) -> str:
    """What the command writes to a terminal of 80 columns, both outputs."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "alerts", *arguments],
        cwd=root, stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        select.select([ours], [], [])
        try:
            octets = os.read(ours, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not octets:
            break
        seen += octets
    os.close(ours)
    process.wait()
    return seen.decode().replace("\r\n", "\n")


def test_an_error_and_an_ok_look_different_with_and_without_colours(
    project: Path, alerts: Alerts
) -> None:
    coloured = _on_a_terminal(project, "doctor", "--offline")
    plain = _on_a_terminal(project, "doctor", "--offline", NO_COLOR="1")
    assert "\x1b[1;31m✗ error" in coloured
    assert "\x1b[32m✓ ok" in coloured
    assert ("✗ error" in plain, "✓ ok" in plain) == (True, True)
    assert "\x1b[31m" not in plain
    assert "\x1b[32m" not in plain
    piped = alerts("doctor", "--offline").stdout
    assert "\x1b" not in piped
    assert "settings    error    no postal address" in piped


def test_a_table_lines_up_by_columns_and_stays_plain_behind_a_pipe(
    project: Path, alerts: Alerts
) -> None:
    for slug, name in (("one", "漢字の会"), ("two", "Plain [bold]name[/bold]")):
        assert alerts("profile", "add", slug, "--name", name, "--link", "https://a.org").code == 0
    piped = alerts("profile", "list").stdout
    assert "\x1b" not in piped
    assert len(piped.splitlines()) == 3
    assert "one   漢字の会                 https://a.org" in piped
    assert "two   Plain [bold]name[/bold]  https://a.org" in piped
    seen = _on_a_terminal(project, "profile", "list", NO_COLOR="1")
    assert "Plain [bold]name[/bold]" in seen


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (("isue",), "No such command 'isue'; did you mean issue?"),
        (("issue", "lnt"), "No such command 'lnt'; did you mean lint?"),
        (("source", "ad"), "No such command 'ad'; did you mean add?"),
        (("status", "--mnth", "x"), "No such option '--mnth'; did you mean --month?"),
        (("xyzzy",), "No such command 'xyzzy' (see"),
    ],
)
def test_a_name_that_is_nearly_right_is_told(
    alerts: Alerts, line: tuple[str, ...], hint: str
) -> None:
    got = alerts(*line)
    assert got.code == 2
    assert hint in got.stderr
    assert got.stderr.count("\n") == 1


def test_the_options_of_alerts_work_behind_any_command(
    project: Path, alerts: Alerts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert alerts("article", "list").code == 2
    loud = alerts("article", "list", "--project", str(project))
    assert (loud.code, loud.stderr.endswith("0 articles, 0 excluded\n")) == (0, True)
    assert alerts("article", "list", "--project", str(project), "-q").stderr == ""
    assert alerts("status", "-v", "--project", str(project)).code == 0
    assert alerts("source", "--project", str(project), "list").code == 0
    assert alerts("article", "list", "--project", str(tmp_path / "none")).code == 2


def test_alerts_alone_prints_its_help(alerts: Alerts) -> None:
    got = alerts()
    assert got.stdout.startswith("Usage: alerts [OPTIONS] COMMAND")
    assert got.stderr == ""


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (0, "article", "0 articles"),
        (1, "article", "1 article"),
        (2, "delivery", "2 deliveries"),
        (1_200, "day", "1,200 days"),
    ],
)
def test_a_number_goes_with_its_noun(number: int, noun: str, words: str) -> None:
    assert counted(number, noun) == words
    assert counted(2, "person", "people") == "2 people"
