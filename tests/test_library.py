"""The library: the examples of docs/library.md run as they stand, and what they promise holds."""

import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import alerts as package
from alerts import (
    AlertsError,
    DeliveryState,
    Ending,
    InputError,
    Month,
    Project,
    Sending,
    SendProgress,
    SettingsError,
    StoreError,
    SubscriberStatus,
    UsageError,
)
from alerts.library import steps
from alerts.store.lock import project_lock
from tests.conftest import Alerts
from tests.factories import opened_project

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OCTOBER = Month(2026, 10)
ARTICLE = "---\ntitle: Forty cities sign\nurl: https://example.org/charter\n---\nAfter two years.\n"


@pytest.fixture
def river(project: Path) -> Project:
    """A project with one article and two subscribers, in November 2026."""
    (project / "news").mkdir()
    (project / "news" / "charter.md").write_text(ARTICLE)
    opened = opened_project(project, clock=lambda: NOW, environ={})
    opened.sources.add("news", kind="folder", language="en")
    for email in ("ana@example.net", "ben@example.net"):
        opened.subscribers.add(email)
    return opened


def test_the_examples_of_the_documentation_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    blocks = BLOCK.findall((ROOT / "docs" / "library.md").read_text(encoding="utf-8"))
    for block in blocks:
        exec(compile(block, "docs/library.md", "exec"), names)
    assert len(blocks) == 9
    told = capsys.readouterr().out
    assert "1 added; line 3: “nobody” is not an e-mail address" in told
    assert "Ending.DONE 2 of 2" in told
    assert "export.csv ['email', 'status', '']" in told
    assert "2 would be added" in told
    assert "Clean water for all" in told
    assert "accepted by the relay" in told
    assert len(list((tmp_path / "river" / "outbox" / "new").iterdir())) == 2


def test_a_month_goes_from_sources_to_sent_with_values_all_the_way(river: Project) -> None:
    assert river.collect().new == 1
    draft = river.draft()
    assert [edition.language for edition in draft.editions] == list(river.settings.alert.languages)
    assert river.approve(draft, by="Ana").names == ("Ana",)
    assert river.queue("2026-10").deliveries == 2
    assert river.queue(OCTOBER).already
    sent = river.send()
    assert sent.ending is Ending.DONE
    assert sent.outcomes == {DeliveryState.SENT: 2}
    assert river.report().counts["sent"] == 2
    assert river.why("ana@example.net").delivery is not None
    river.close()


def test_a_run_tells_its_steps_as_they_happen_and_returns_them(river: Project) -> None:
    told: list[steps.Step] = []
    ran = river.run(how=Sending(progress=told.append))
    assert [type(step).__name__ for step in told[:2]] == ["Collected", "Queued"]
    assert told[:2] == [ran.collected, ran.queued]
    assert isinstance(told[-1], SendProgress)
    assert ran.sent.outcomes == {DeliveryState.SENT: 2}
    again = river.run()
    assert again.collected is None
    assert again.queued is not None
    assert again.queued.already
    assert not again.sent.outcomes


def test_a_run_is_held_back_until_its_editors_have_approved(project: Path, river: Project) -> None:
    reviewed = opened_project(
        project,
        clock=lambda: NOW,
        environ={
            "ALERTS_ALERT__REVIEW": "required",
            "ALERTS_ALERT__EDITORS": '["editor@example.net"]',
            "ALERTS_ALERT__LANGUAGES": '["en"]',
        },
    )
    told: list[steps.Step] = []
    ran = reviewed.run(how=Sending(progress=told.append))
    assert ran.held_back is not None
    assert "waits for approval (0 of 1)" in str(ran.held_back.fault)
    assert [type(s).__name__ for s in told] == ["Collected", "PreviewsMailed", "HeldBack"]
    reviewed.approve(by="Ana")
    assert reviewed.run().sent.outcomes == {DeliveryState.SENT: 2}


def test_an_overdue_issue_is_told_and_not_sent_unasked(tmp_path: Path) -> None:
    moments = iter([datetime(2026, 10, 15, tzinfo=UTC)])
    root = tmp_path / "late"
    Project.create(root, clock=lambda: next(moments)).close()
    (root / "news").mkdir()
    (root / "news" / "charter.md").write_text(ARTICLE)
    environ = {"ALERTS_ALERT__MAX_LATE": "4d", "ALERTS_SCHEDULE__RUN": "0 9 1 * *"}
    late = opened_project(root, clock=lambda: datetime(2026, 11, 25, tzinfo=UTC), environ=environ)
    late.sources.add("news", kind="folder", language="en")
    late.subscribers.add("ana@example.net")
    late.collect()
    told: list[steps.Step] = []
    ran = late.run(how=Sending(progress=told.append))
    assert ran.overdue == steps.Overdue(OCTOBER, late.settings.alert.max_late, articles=True)
    assert told == [ran.overdue]
    assert ran.queued is None
    named = late.run(OCTOBER)
    assert named.overdue is None
    assert named.sent.outcomes == {DeliveryState.SENT: 1}


def test_a_limit_and_a_wish_to_stop_end_a_send_between_two_messages(river: Project) -> None:
    river.collect()
    river.queue()
    limited = river.send(how=Sending(limit=1))
    assert limited.ending is Ending.DONE
    assert limited.counts[OCTOBER]["queued"] == 1
    stop = threading.Event()
    stop.set()
    stopped = river.send(how=Sending(stop=stop))
    assert stopped.ending is Ending.STOPPED
    assert river.send().outcomes == {DeliveryState.SENT: 1}


def test_a_relay_that_is_away_is_a_value_and_loses_nothing(project: Path, river: Project) -> None:
    river.collect()
    river.queue()
    away = {"ALERTS_DELIVERY__RELAY": "smtp://localhost:1?tls=never"}
    sent = opened_project(project, clock=lambda: NOW, environ=away).send()
    assert sent.ending is Ending.RELAY_UNAVAILABLE
    assert sent.relay_fault
    assert sent.counts[OCTOBER]["queued"] == 2


def test_faults_are_of_the_error_tree_and_name_the_place(
    tmp_path: Path, project: Path, river: Project
) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        Project(tmp_path / "nowhere")
    with pytest.raises(InputError, match="has no @"):
        river.subscribers.add("nobody")
    with pytest.raises(UsageError, match="no section “sport”"):
        river.subscribers.add("cleo@example.net", sections=["sport"])
    with pytest.raises(AlertsError, match=r"nowhere\.csv: No such file"):
        river.subscribers.import_file("nowhere.csv")
    with pytest.raises(SettingsError, match="is an example"):
        opened_project(project, environ={"ALERTS_DELIVERY__RELAY": "smtp://127.example.com"}).send()
    with project_lock(project / "subscribers.db", "send", NOW), pytest.raises(AlertsError):
        river.send()
    river.close()
    (project / "subscribers.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="not an SQLite database"):
        list(opened_project(project).subscribers)


def test_the_people_are_added_found_unsubscribed_and_erased(river: Project) -> None:
    people = river.subscribers
    assert people.add("cleo@example.net", language="es", tags=["member"]) == "added"
    assert people.add("cleo@example.net") == "unchanged"
    assert [one.email for one in people.list(language="es", tag="member")] == ["cleo@example.net"]
    assert people.unsubscribe("cleo@example.net")
    assert not people.unsubscribe("cleo@example.net")
    found = people.find("cleo@example.net")
    assert found is not None
    assert found.status is SubscriberStatus.UNSUBSCRIBED
    people.erase("cleo@example.net")
    assert people.find("cleo@example.net") is None
    assert len(list(people)) == 2
    assert river.suppressions.add("ana@example.net") == 1
    assert [one.email for one in river.suppressions if one.email] == ["ana@example.net"]
    assert river.suppressions.find("ana@example.net")
    assert river.suppressions.remove("ana@example.net")


def test_an_import_tells_its_changes_and_leaves_the_file_of_the_caller_open(
    tmp_path: Path, river: Project
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("E-Mail-Adresse,Name\nana@example.net,Ana\ncleo@example.net,Cleo\n")
    told: list[Any] = []
    dry = river.subscribers.import_file(file, dry_run=True, progress=told.append)
    assert (dry.added, dry.updated) == (1, 1)
    assert {change.email for change in told} >= {"ana@example.net"}
    with file.open("rb") as opened:
        assert river.subscribers.import_file(opened).added == 1
        assert not opened.closed


def test_the_library_prints_nothing(river: Project, capfd: pytest.CaptureFixture[str]) -> None:
    river.run()
    river.report()
    assert capfd.readouterr() == ("", "")


def test_what_the_command_line_says_is_what_the_library_did(
    project: Path, river: Project, alerts: Alerts
) -> None:
    river.run()
    assert "was queued before, 2 deliveries" in alerts("queue", "--month", "2026-10").stderr


def test_each_name_that_the_package_hands_out_is_there() -> None:
    for name in package._PLACE_OF:
        assert getattr(package, name) is not None
        assert name in dir(package)
    with pytest.raises(AttributeError, match="no attribute “Projekt”"):
        _ = package.Projekt


def _printed(code: str, folder: Path = ROOT) -> str:
    """What a program prints in a process of its own, run in that folder."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.stdout


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, alerts; print(sorted(m for m in sys.modules if m.startswith('alerts')))"
    out = _printed(code)
    assert out.strip() == "['alerts']"


def test_help_imports_neither_the_library_nor_a_command() -> None:
    code = (
        "import sys; from alerts import cli; cli.call(['--help']); cli.call(['issue', '--help']);"
        "print(sorted(m for m in sys.modules"
        " if m.startswith(('alerts.library', 'alerts.cli.issue.', 'sqlite_utils'))))"
    )
    out = _printed(code)
    assert out.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["send", "check", "status", "delivery list"])
def test_who_only_sends_or_tells_loads_nothing_that_collects_or_lints(
    project: Path, command: str
) -> None:
    code = (
        f"import sys; from alerts import cli; code = cli.call({command.split()});"
        "print(code, sorted(m for m in sys.modules"
        " if m in ('httpx2', 'premailer', 'alerts.lint.run', 'alerts.sources.collect')))"
    )
    out = _printed(code, project)
    assert out.splitlines()[-1] == "0 []"
