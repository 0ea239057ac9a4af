"""`alerts setup` killed while it writes: the project is as it was, or as it was to be."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.config.secret_files import password
from alerts.store import instance, signing_keys
from tests.factories import database
from tests.setup.test_setup import GOOD

KILLED = -9


class Setup:
    """Runs `alerts setup` in a process that may be told at which step to die."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process, self._folder = process, folder
        self.root = folder / "p"

    def run(self, host: str, secret: str, *die: str | int) -> int:
        """With that relay and password; `die`: the step, when, and the how manieth. The exit code."""
        (self._folder / "secret").write_text(f"{secret}\n")
        given = (*GOOD, "--relay", f"smtp://me@{host}")
        line = ["-q", "setup", str(self.root), *given, "--relay-password-file"]
        order = dict(zip(("step", "when", "nth"), die, strict=False))
        order_line = json.dumps({"arguments": [*line, str(self._folder / "secret")], **order})
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(order_line, file=self._process.stdin, flush=True)
        return next(int(said) for said in self._process.stdout if said.strip("-\n").isdigit())

    @property
    def names(self) -> set[str]:
        """What lies in the folder."""
        return {path.name for path in self.root.iterdir()}


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.mortal"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield Setup(process, tmp_path)
        assert process.stdin is not None
        process.stdin.close()


def test_a_new_project_is_finished_by_the_next_setup(setup: Setup) -> None:
    relay = ("relay.rivers.net", "secret")
    assert setup.run(*relay, "rename", "before", 2) == KILLED
    assert "relay.password" in setup.names
    assert "alerts.toml" not in setup.names
    assert setup.run(*relay, "statement", "before", 1) == KILLED
    assert (setup.root / "subscribers.db").stat().st_size == 0
    assert setup.run(*relay, "commit", "before", 60) == KILLED
    assert setup.run(*relay, "rename", "before", 1) == KILLED, "the marker of the database's place"
    assert setup.run(*relay) == 0
    assert not any(name.startswith((".alerts", ".relay", ".subscribers")) for name in setup.names)
    settings = load(setup.root, {})
    assert (settings.delivery.relay, password(settings, "delivery", {})) == (
        "smtp://me@relay.rivers.net",
        "secret",
    )
    db = database(setup.root)
    assert instance.get(db) is not None
    assert len(signing_keys.all_secrets(db)) == 1


def test_relay_and_password_change_together(setup: Setup) -> None:
    old, new = ("old.rivers.net", "of the old one"), ("new.rivers.net", "of the new one")
    assert setup.run(*old) == 0
    for step, when, nth, expected in (
        ("rename", "before", 1, old),
        ("rename", "before", 2, old),
        ("rename", "after", 2, new),
    ):
        assert setup.run(*new, step, when, nth) == KILLED
        settings = load(setup.root, {})
        host, secret = expected
        assert settings.delivery.relay == f"smtp://me@{host}", (step, when, nth)
        assert password(settings, "delivery", {}) == secret, (step, when, nth)
    assert setup.run(*old) == 0
    assert {name for name in setup.names if "password" in name} == {"relay.password"}
