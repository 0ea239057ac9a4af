"""The score of SpamAssassin for a message, where it is installed on this machine.

It is run on its own, off the network (`--local`), without what it has learnt here: the score is the
same for everyone with its rules. It is told nothing and keeps nothing.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass

from alerts.domain.open_transaction import outside
from alerts.text.network_faults import system_words

_PATIENCE = 120  # seconds; reading its rules takes it one or two
_POINTS = re.compile(r"\(\s*(-?\d+(?:\.\d+)?) points?, (-?\d+(?:\.\d+)?) required\)")
_RULE = re.compile(r"\s*(-?\d+\.\d+)\s+([A-Z][A-Z0-9_]+)\s+(.*)")


@dataclass(frozen=True, slots=True)
class Score:
    """Points; `required` of them make a message spam; `rules` are (points, name, what it says)."""

    points: float
    required: float
    rules: tuple[tuple[float, str, str], ...]


def program() -> str:
    """Where SpamAssassin is, or ""."""
    return shutil.which("spamassassin") or ""


def score(message: bytes, command: str) -> Score | str:
    """The score of a message, or why there is none."""
    outside("a program is run")
    arguments = [command, "--local", "--test-mode", "--nocreate-prefs", "--cf=use_bayes 0"]
    try:
        ended = subprocess.run(
            arguments, input=message, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_PATIENCE} s"
    except OSError as fault:
        return system_words(fault)
    report = ended.stdout.decode("utf-8", "replace")
    return _read(report) or _why(ended.stderr.decode("utf-8", "replace"), ended.returncode)


def _read(report: str) -> Score | None:
    """The last report in the output: a message may quote another one."""
    found = list(_POINTS.finditer(report))
    if not found:
        return None
    rules: list[tuple[float, str, str]] = []
    for line in report[found[-1].end() :].splitlines():
        if rule := _RULE.fullmatch(line):
            rules.append((float(rule[1]), rule[2], rule[3].strip()))
        elif rules and re.match(r"\s{8,}\S", line):  # its description continues
            points, name, words = rules[-1]
            rules[-1] = (points, name, f"{words} {line.strip()}")
    return Score(float(found[-1][1]), float(found[-1][2]), tuple(rules))


def _why(said: str, code: int) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"it ended with code {code} and no report"
