"""A mistake of ours reaches its user as one line too."""

import subprocess
import sys

import pytest

BROKEN = "from alerts import cli; cli.call = lambda given: given.index('nowhere'); cli.main()"


@pytest.mark.parametrize("whole", [False, True])
def test_a_mistake_in_the_program_is_one_line_unless_more_is_asked_for(whole: bool) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BROKEN, "status"],
        capture_output=True,
        text=True,
        env={"ALERTS_TRACEBACK": "1"} if whole else {},
    )
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ("Traceback" in ran.stderr) == whole
    assert "ValueError" in ran.stderr
    if not whole:
        assert ran.stderr.startswith(
            "alerts: an error in the program (ValueError in <string>, line 1)"
        )
        assert ran.stderr.count("\n") == 1
