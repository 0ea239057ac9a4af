"""The first project of the README, line by line as it stands there."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.cli.context import Session
from tests.conftest import Alerts

README = Path(__file__).resolve().parents[2] / "README.md"
NOT_HERE = {"pip", "serve", "preview", "edit", "doctor"}  # install, never end, or ask the network


def _lines() -> list[str]:
    text = README.read_text(encoding="utf-8").partition("## A first project")[2]
    found = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return [line.partition("#")[0].strip() for line in found[1].splitlines()]


def test_each_line_does_what_it_says(
    tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    now = datetime(2026, 11, 15, 12, tzinfo=UTC)
    monkeypatch.setattr(Session, "clock", staticmethod(lambda: now))
    run = []
    for line in _lines():
        for part in line.replace("~", str(home)).split(" && "):
            words = shlex.split(part)
            if words[0] == "cd":
                monkeypatch.chdir(words[1])
            elif not NOT_HERE & set(words[:3]):
                assert words[0] == "alerts"
                done = alerts(*words[1:])
                assert done.code == 0, (part, done.stderr)
                run.append(words[1])
    assert {"init", "source", "subscriber", "collect", "issue", "render", "run", "status"} <= {*run}
    assert len(list((home / "monthly" / "outbox" / "new").iterdir())) == 2
    assert alerts("issue", "show", "--json").json["sections"], "the sample article"


def test_a_project_that_was_there_gets_no_samples(tmp_path: Path, alerts: Alerts) -> None:
    (tmp_path / "alerts.toml").write_text("")
    (tmp_path / "people.csv").write_text("email\n")
    assert alerts("init", str(tmp_path)).code == 0
    assert not (tmp_path / "articles").exists()
    (tmp_path / "alerts.toml").unlink()
    assert "people.csv" not in alerts("init", str(tmp_path)).stderr
    assert (tmp_path / "people.csv").read_text() == "email\n", "never overwritten"
    assert (tmp_path / "articles" / "what-a-bucket-costs.md").exists()
