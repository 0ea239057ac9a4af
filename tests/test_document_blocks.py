"""Every shell block of the documents runs line by line as it stands, or it is said here why not.

A block is named by its document and first line. Lines of `alerts` run in this process, document by document,
in a project with the articles and people that the texts speak of. What another test runs is in `ELSEWHERE`.
"""

import re
import shlex
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from alerts import Project
from alerts.cli.context import Session
from alerts.library.create import create
from tests.conftest import Alerts
from tests.factories import NOW
from tests.test_docs import DOCUMENTS, ROOT

BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
KEY = "2026-11-call-to-action"  # what stands in the texts as KEY

_BY_STORY = "tests/outbox/test_wrong_number_story.py"
_ROOT = "needs root, and changes the accounts of the machine"
_DKIM = "tests/mail/test_dkim.py and tests/doctor/test_doctor.py"
ELSEWHERE = {
    "README.md: make demo": ".ci/run runs `alerts demo` and all tests",
    "README.md: pip install . -c constraints.txt": "tests/test_first_project.py",
    "api.md: curl -sS": "tests/test_api_docs.py",
    "desk.md: alerts demo": "tests/cli/test_demo.py and tests/web/desk",
    "dkim.md: umask 077": _DKIM,
    "dkim.md: echo": _DKIM,
    "operations.md: alerts issue recall": _BY_STORY,
    "operations.md: alerts issue correct": _BY_STORY,
    "setup.md: alerts setup monthly": "tests/setup/test_setup.py: it asks a person at a terminal",
}
NOT_RUN = {
    "bounces.md: alerts bounce process": "a pipe, and files of mail: tests/bounces/test_bounce_pipe.py",
    "bounces.md: useradd": _ROOT,
    "bounces.md: install -d": _ROOT,
    "container.md: podman": "needs podman; .ci/container runs the steps of the Containerfile",
    "first-mail.md: python3 -m venv": "writes to /opt; .ci/run installs a wheel",
    "first-mail.md: useradd": _ROOT,
    "operations.md: alerts backup": "writes to /backups; tests/instance/test_restores.py",
    "operations.md: alerts restore": "reads /backups; tests/instance/test_restores.py",
    "setup.md: alerts completion": "writes into the home of a person; tests/cli/test_start.py",
}
LINES_NOT_RUN = {
    "alerts issue drop --month 2026-08 --why": "asks a person; tests/schedule/test_dropped.py",
    "alerts setup --install crontab": "changes the crontab; tests/setup/test_install.py",
}
CODES = {
    # A new project has settings that must be changed before mail leaves this machine.
    "alerts doctor": 1,
    "alerts setup monthly --no-input": 1,
}
FRESH = {
    "editing.md: alerts issue schedule": (
        "alerts issue new --special 'Call to action'",
        "alerts issue letter en --issue KEY --text 'Parliament votes.'",
    ),
}
"""Blocks that begin in a project of their own, after these lines: the block before has sent the issue."""


def _blocks() -> dict[str, list[str]]:
    """The lines of each shell block, by document and first line. One without a language counts where it
    begins with `alerts` and a command."""
    found = {}
    for path in DOCUMENTS:
        if "adr" in path.parts or path.name in ("CHANGELOG.md", "tutorial.md"):
            continue  # tests/test_first_project.py runs the tutorial
        for language, text in BLOCK.findall(path.read_text("utf-8")):
            whole = text.replace("\\\n", " ").splitlines()
            lines = [line.strip() for line in whole if line.strip()]
            shell = language in ("sh", "console", "bash")
            if shell or (not language and re.match(r"alerts (?!unix)[a-z]+( |$)", lines[0])):
                found[f"{path.name}: {lines[0].removeprefix('$ ')}"] = lines
    return found


BLOCKS = _blocks()


def _of(table: Iterable[str], name: str) -> list[str]:
    return [key for key in table if name.startswith(key)]


DOCUMENTS_RUN = sorted(
    {name.partition(":")[0] for name in BLOCKS if not _of((*ELSEWHERE, *NOT_RUN), name)}
)


def test_the_tables_name_blocks_that_exist() -> None:
    for key in (*ELSEWHERE, *NOT_RUN, *FRESH):
        assert any(name.startswith(key) for name in BLOCKS), f"no block begins so any more: {key}"
    told = " ".join((*ELSEWHERE.values(), *NOT_RUN.values(), *LINES_NOT_RUN.values()))
    for path in re.findall(r"(?:tests|\.ci)/[\w/]+(?:\.py)?", told):
        assert (ROOT / path).exists(), path
    assert len(DOCUMENTS_RUN) >= 7


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with what the texts speak of; to be copied."""
    root = tmp_path_factory.mktemp("sample") / "p"
    root.mkdir()
    create(root, NOW, samples=True)
    for place, title in enumerate(
        ("The price of a bucket", "The lock keeper retires", "The charter")
    ):
        (root / "articles" / f"{place}.md").write_text(
            f"---\ntitle: {title}\nurl: https://example.org/{place}\nlanguage: en\n"
            f"published: 2026-10-12\nimage: ../queue.jpg\n---\nIt is so.\n"
        )
    picture = Image.linear_gradient("L").resize((900, 600))
    picture.save(root / "queue.jpg")
    picture.save(root / "articles" / "queue.jpg")
    (root / "letter.txt").write_text("Dear reader, it rained.\n")
    with Project(root, clock=lambda: NOW) as project:
        project.sources.add("articles")
        for name, tags in (("ana", ["member"]), ("bo", ["member"]), ("me", [])):
            project.subscribers.add(f"{name}@example.org", language="en", tags=tags)
        project.collect()
    return root


@pytest.mark.parametrize("document", DOCUMENTS_RUN)
def test_the_lines_of_a_document_run(
    document: str, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alerts: Alerts
) -> None:
    monkeypatch.setattr(Session, "clock", staticmethod(lambda: NOW))
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # a copy of another may not send
    shutil.copytree(sample, tmp_path / "first")
    monkeypatch.chdir(tmp_path / "first")
    for name, lines in BLOCKS.items():
        if not name.startswith(f"{document}: ") or _of((*ELSEWHERE, *NOT_RUN), name):
            continue
        if prelude := [line for key in _of(FRESH, name) for line in FRESH[key]]:
            shutil.copytree(sample, tmp_path / "fresh")
            monkeypatch.chdir(tmp_path / "fresh")
        for line in (*prelude, *lines):
            plain = line.removeprefix("$ ")
            if _of(LINES_NOT_RUN, plain):
                continue
            if lines[0].startswith("$ ") and not line.startswith("$ "):
                continue  # what is printed
            words = shlex.split(plain.replace("KEY", KEY), comments=True)
            assert words[0] == "alerts", f"{name}: {line}"
            done = alerts(*words[1:])
            expected = next((CODES[key] for key in _of(CODES, plain)), 0)
            assert done.code == expected, f"{name}: {line}: {done.stdout}{done.stderr}"
