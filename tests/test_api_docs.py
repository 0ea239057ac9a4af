"""The examples of docs/api.md run as they stand, against a server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import Served
from tests.test_docs import ROOT
from tests.web.test_api import caller

BLOCK = re.compile(r"```(bash|python)\n(.*?)```", re.DOTALL)
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of that language."""
    return [text for kind, text in BLOCK.findall(TEXT) if kind == language]


def environment(served: Served) -> dict[str, str]:
    """What the examples are given."""
    return {**os.environ, "API": f"{served.url}api/v1", "TOKEN": caller(served).token}


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_lines_with_curl_run(served: Served, project: Path) -> None:
    (project / "people.csv").write_text("email,name\ndora@example.org,Dora\n")
    (lines,) = blocks("bash")
    commands = [line for line in lines.strip().split("\n\n") if line]
    assert len(commands) >= 8
    given = environment(served)
    for command in commands:
        failing = command.replace("curl -sS", "curl -sS --fail-with-body", 1)
        done = subprocess.run(
            ["bash", "-c", failing],
            env=given,
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert served.status("ana@example.org") == "pending"
    assert served.status("dora@example.org") == "active"


def test_the_example_in_python_runs(served: Served, project: Path) -> None:
    (example,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", example],
        env=environment(served),
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "['cleo@example.org']\n", done.stderr
