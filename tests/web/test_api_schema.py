"""Schemathesis sends what the description of the API allows, and what it does not: no fault, no 5xx.

A longer run: FUZZ=100 python -m pytest tests/web/test_api_schema.py
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from alerts import Project
from tests.pages import serve
from tests.web.test_api import caller

EXAMPLES = os.environ.get("FUZZ", "2")  # for each operation
PHASES = "examples,coverage,fuzzing" if EXAMPLES == "2" else "examples,coverage,fuzzing,stateful"
SETTINGS = Path(__file__).with_name("schemathesis.toml")
FAULT = re.compile("fault|^[A-Z]+ [^ ]+ 5[0-9]{2} ")
NOT_CALLED = "/tokens/"  # it would end its own token


def test_the_api_does_what_its_description_says(project: Path, tmp_path: Path) -> None:
    with Project(project) as opened:
        opened.subscribers.add("ana@example.org", language="es", tags=["members"])
        opened.suppressions.add("ben@example.org")
        opened.profiles.add("lab", name="Lab")
        opened.articles.add(
            "https://example.org/rivers", title="Rivers", month="2026-10", read=False
        )
    quick = {"SOURCES__TIMEOUT": "1s", "SOURCES__RETRIES": "0"}  # most addresses are nobody's
    with serve(project, WEB__API_PER_HOUR="100000000", **quick) as served:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run"),
            f"{served.url}api/v1/openapi.json",
            f"--url={served.url}api/v1",
            f"--header=Authorization: Bearer {caller(served).token}",
            f"--max-examples={EXAMPLES}",
            f"--phases={PHASES}",
            f"--exclude-path-regex={NOT_CALLED}",
            "--generation-deterministic",
            "--no-color",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        faults = [line for line in served.log if FAULT.search(line)]
        assert len(served.log) > 500
    assert done.returncode == 0, done.stdout[-6000:]
    assert not faults
