"""`alerts bounce process -`, as a mail server calls it: 0, or 75 for whatever is not the mail's fault."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import alerts as package
from alerts.__main__ import guarded, is_pipe
from alerts.cli.bounce import MOST_OCTETS
from tests.bounces.returned import bounces, suppressed
from tests.conftest import Alerts
from tests.factories import database_at, sqlite_connection
from tests.pages import PROCESS_ENVIRONMENT

SOURCES = Path(package.__file__).parents[1]
MESSAGE = b"To: alerts@example.org\r\nSubject: hello\r\n\r\nIs anybody there?\r\n"


def _piped(
    *options: str | Path, message: bytes = MESSAGE, code: str = "", **environment: str
) -> tuple[int, str]:
    """Pipe a message into the command, as a process; its exit code and what it says on stderr."""
    start = ["-c", code] if code else ["-m", "alerts"]
    line = [sys.executable, *start, *map(str, options)]
    where = {**PROCESS_ENVIRONMENT, "PYTHONPATH": str(SOURCES), **environment}
    ran = subprocess.run(line, input=message, capture_output=True, env=where)
    said = ran.stderr.decode()
    assert "Traceback" not in said
    return ran.returncode, said


def _called(alerts: Alerts, *options: str) -> tuple[int, str]:
    """The same in this process, which is quicker."""
    said: list[str] = []

    def call() -> int:
        done = alerts(*options, stdin=MESSAGE)
        said.append(done.stderr)
        return done.code

    return guarded(call), "".join(said)


COMMAND = ("bounce", "process", "-")


@pytest.mark.parametrize(
    "message",
    [MESSAGE, b"", b"\0\xff\xfe" * 1000, b"\r\n.\r\n", b"Content-Type: multipart/report\n\n--\n"],
)
def test_a_message_that_nothing_can_be_made_of_is_done_with(
    project: Path, alerts: Alerts, message: bytes
) -> None:
    done = alerts(*COMMAND, stdin=message)
    assert (done.code, done.stderr) == (0, "")


def test_of_a_message_that_is_too_large_the_beginning_is_read(
    project: Path, alerts: Alerts
) -> None:
    """The rest is taken off the pipe: a mail server whose pipe breaks may give the message up."""
    done = alerts(*COMMAND, "--json", stdin=MESSAGE + b"a" * MOST_OCTETS)
    assert done.code == 0
    assert f"{len(MESSAGE)} more left" in done.stderr
    assert len(done.json) == 1


@pytest.mark.parametrize(
    ("line", "yes"),
    [
        ("bounce process -", True),
        ("--project /srv/alerts -q bounce process - --json", True),
        ("--projekt bounce bounce process --bogus -", True),
        ("bounce --bogus process -", True),
        ("bounce proces -", True),
        ("bounce prcess - --json", True),
        ("bonce process -", True),
        ("Bounces Process -", True),
        ("bounce -", True),
        ("bounce --bogus -", True),
        ("process -", True),
        ("bounce process", False),
        ("bounce process Maildir", False),
        ("bounce parse -", False),
        ("subscriber import -", False),
        ("suppression import - --json", False),
        ("issue import - --month 2026-10", False),
        ("subscriber export -", False),
        ("", False),
    ],
)
def test_the_guard_is_for_this_command_line_alone(line: str, yes: bool) -> None:
    assert is_pipe(line.split()) is yes


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((*COMMAND, "--bogus"), "--bogus"),
        (("--bogus", *COMMAND), "--bogus"),
        (("bounce", "proces", "-"), "process"),
        (("bonce", "process", "-"), "bounce"),
        (("bounce", "-"), "-"),
        (("--project", "nowhere", *COMMAND), "no such folder"),
        (("--project", "/", *COMMAND), "alerts.toml"),
    ],
)
def test_a_wrong_command_line_is_no_reason_to_lose_a_message(
    project: Path, alerts: Alerts, options: tuple[str, ...], says: str
) -> None:
    code, said = _called(alerts, *options)
    assert code == 75
    assert says in said


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALERTS_BOUNCES__SOFT_LIMIT", "three"),
        ("ALERTS_BOUNCES__TYPO", "1"),
    ],
)
def test_a_wrong_variable_is_no_reason_to_lose_a_message(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    code, said = _called(alerts, *COMMAND)
    assert code == 75
    assert variable in said


@pytest.mark.parametrize("text", ["[bounces]\nsoft_limt = 3\n", "\ud800", None])
def test_wrong_settings_are_no_reason_to_lose_a_message(
    project: Path, alerts: Alerts, text: str | None
) -> None:
    settings = project / "alerts.toml"
    if text is None:
        settings.unlink()
    else:
        settings.write_bytes(text.encode(errors="surrogatepass"))
    code, said = _called(alerts, "--project", str(project), *COMMAND)
    assert code == 75
    assert "alerts.toml" in said


def _without(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _damaged(path: Path) -> None:
    path.write_bytes(b"rubbish" * 1000)


def _newer(path: Path) -> None:
    db = database_at(path)
    db.execute(
        """INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
           VALUES ('alerts', 'm999_telepathy', '2030-01-01')"""
    )
    db.close()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [_without, _empty, _damaged, _newer, _folder])
def test_a_database_that_is_not_right_is_no_reason_to_lose_a_message(
    project: Path, alerts: Alerts, spoil: Callable[[Path], None]
) -> None:
    """Nor is one made, or changed."""
    path = project / "subscribers.db"
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    code, said = _called(alerts, *COMMAND)
    assert code == 75
    assert "subscribers.db" in said
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_process_answers_the_same(project: Path) -> None:
    assert _piped("--project", project, "bounce", "proces", "-")[0] == 75
    (project / "subscribers.db").unlink()
    for options in (COMMAND, (*COMMAND, "--bogus")):
        assert _piped(*options)[0] == 75
    assert not (project / "subscribers.db").exists()


def test_a_locked_database_is_no_reason_to_lose_a_message(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.store.BUSY_TIMEOUT", 0.05)
    other = sqlite_connection(project / "subscribers.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert alerts(*COMMAND, stdin=MESSAGE).code == 75
    other.close()
    assert alerts(*COMMAND, stdin=MESSAGE).code == 0


def test_a_full_disk_is_no_reason_to_lose_a_message(project: Path) -> None:
    """No file may grow, as on a disk that is full; with room the same message is acted on."""
    (bounce,) = bounces(project, 1)
    message = f"Delivered-To: {bounce.path}\r\n".encode() + bounce.message
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from alerts.__main__ import main; main()"
    )
    assert _piped(*COMMAND, message=message, code=code)[0] == 75
    assert suppressed(project) == set()
    assert _piped(*COMMAND, message=message)[0] == 0
    assert suppressed(project) == {bounce.reader}


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ("click.py", "raise ImportError('not here')"),
        ("sqlite_utils.py", "x = ("),
        ("email.py", "raise MemoryError"),
    ],
)
def test_a_library_that_cannot_be_imported_is_no_reason_to_lose_a_message(
    project: Path, tmp_path: Path, broken: str, text: str
) -> None:
    (tmp_path / broken).write_text(text)
    code, said = _piped(*COMMAND, PYTHONPATH=f"{tmp_path}{os.pathsep}{SOURCES}")
    assert code == 75
    assert said.startswith("alerts: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("cli/__init__", "x = ("),
        ("config/settings", "raise SystemExit(1)"),
        ("bounces/process", "import nothing_of_that_name"),
    ],
)
def test_a_module_of_ours_that_is_broken_is_no_reason_to_lose_a_message(
    project: Path, tmp_path: Path, module: str, text: str
) -> None:
    copy = tmp_path / "alerts"
    shutil.copytree(SOURCES / "alerts", copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / f"{module}.py").write_text(text)
    assert _piped(*COMMAND, PYTHONPATH=str(tmp_path))[0] == 75


@pytest.mark.parametrize("act", ["1 / 0", "raise KeyboardInterrupt"])
def test_a_mistake_of_ours_is_no_reason_to_lose_a_message(project: Path, act: str) -> None:
    code = (
        "import alerts.cli as cli\n"
        f"def broken(arguments): {act}\n"
        "cli.call = broken\n"
        "from alerts.__main__ import main; main()"
    )
    assert _piped(*COMMAND, code=code)[0] == 75


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_while_the_message_comes_in_is_no_reason_to_lose_it(
    project: Path, name: str
) -> None:
    line = [sys.executable, "-X", "importtime", "-m", "alerts", *COMMAND]
    where = {**PROCESS_ENVIRONMENT, "PYTHONPATH": str(SOURCES)}
    with subprocess.Popen(
        line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=where, text=True
    ) as running:
        assert running.stderr is not None
        for each in running.stderr:  # it reads the message once it knows how
            if "alerts.bounces.process" in each:
                break
        running.send_signal(getattr(signal, name))
        running.stderr.read()
        assert running.wait() == 75


@pytest.mark.parametrize(
    ("shell", "code"),
    [
        ("exec {} >&-", 0),  # what was done is done, whoever hears of it
        ("exec {} >&- 2>&-", 0),
        ("exec {} <&-", 75),
        ("exec {} --bogus 2>&-", 75),
        ("exec {} --bogus 2>/dev/full", 75),
    ],
)
def test_closed_and_full_streams_change_no_exit_code(project: Path, shell: str, code: int) -> None:
    line = shell.format(" ".join([sys.executable, "-m", "alerts", *COMMAND]))
    where = {**PROCESS_ENVIRONMENT, "PYTHONPATH": str(SOURCES)}
    ran = subprocess.run(["sh", "-c", line], input=MESSAGE, env=where, capture_output=True)
    assert ran.returncode == code
