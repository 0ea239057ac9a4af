"""“The wrong number” in docs/operations.md, command by command, as an editor would type it."""

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Alerts
from tests.factories import add_subscribers, database

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def _commands() -> list[list[str]]:
    story = (
        PAGE.read_text(encoding="utf-8").partition("## The wrong number")[2].partition("\n## ")[0]
    )
    blocks = re.findall(r"```sh\n(.*?)```", story, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("alerts ")]


def test_the_story_runs_line_by_line(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en,es")
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "required")
    db = database(project)
    add_subscribers(db, 4)
    db.execute("UPDATE subscribers SET email = 'bo@example.org', email_key = email WHERE id = 4")
    db.execute("UPDATE subscribers SET email_key = email")
    db.close()
    url = "https://www.example.org/budget"
    alerts(
        "article", "add", "--url", url, "--title", "What the budget says", "--summary", "It is 4."
    )
    assert alerts("issue", "approve", "--by", "Ana").code == 0
    assert alerts("queue").code == 0
    assert alerts("send", "--limit", "2").code == 0

    commands = _commands()
    verbs = [" ".join(one[:2]) for one in commands]
    assert [verbs.count(f"issue {verb}") for verb in ("recall", "reissue", "correct")] == [1, 1, 2]
    for command in commands:
        done = alerts(*command)
        waits = command[0] == "status" and "recalled" in done.stderr
        assert done.code == int(waits), f"{command}: {done.stderr}"
    status = alerts("status", "--json").json
    assert [one["deliveries"]["sent"] for one in status["versions"]] == [2, 2]
    assert [one["deliveries"]["sent"] for one in status["corrections"]] == [2]
    assert alerts("check").code == 0
