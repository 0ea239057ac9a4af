"""A kill between any two steps of posting."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alerts.library.project import Project
from tests.channels.posting import channels_of, put_back, standing
from tests.networks import Networks

Mortal = Callable[..., int]
STEPS = [
    *((kind, step) for kind in ("mastodon", "telegram") for step in ("commit", "send", "recv")),
    ("bluesky", "send"),
    ("matrix", "recv"),
]


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    """A call of `alerts` that may be told where to die; its exit code, -9 where it did."""
    command = [sys.executable, "-m", "tests.mortal"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]

        def call(*arguments: str, **order: object) -> int:
            print(json.dumps({"arguments": arguments, **order}), file=process.stdin, flush=True)
            while not re.fullmatch(r"-?\d+", line := process.stdout.readline().strip()):
                assert process.poll() is None  # what the command printed
            return int(line)

        yield call
        process.stdin.close()


@pytest.mark.parametrize(("kind", "step"), STEPS)
def test_a_kill_at_any_step_doubles_nothing_and_loses_nothing(
    root: Path, there: Networks, tmp_path: Path, mortal: Mortal, kind: str, step: str
) -> None:
    toml = (root / "alerts.toml").read_text("utf-8")
    one = channels_of(there.url, (kind,))
    (root / "alerts.toml").write_text(toml.partition("\n[[channels]]")[0] + one, "utf-8")
    assert set(standing(root)) == {kind}  # the others are forgotten
    source = shutil.copytree(root, tmp_path / "source")
    act, killed = ("--project", str(root), "channel", "retry"), 0
    for when in ("before", "after"):
        for nth in range(1, 40):
            there.clear()
            put_back(source, root)
            if mortal(*act, step=step, when=when, nth=nth) != -9:
                break
            killed += 1
            mortal(*act)
            found, count = standing(root)[kind].figures, len(there.posts.get(kind, []))
            assert count <= 1
            if kind == "telegram":
                assert found.posted + found.held == 1
                assert count == 1 or found.held == 1
            else:
                assert (count, found.posted) == (1, 1)
    assert killed >= 2
    with Project(root) as project:
        assert not project.channels.any_due()
