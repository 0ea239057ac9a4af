"""Plug-ins: the example package adds a source and a transport; a broken one stops nothing else."""

import importlib
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts import DeliveryState, InputError, SettingsError
from tests.conftest import Alerts
from tests.factories import opened_project

EXAMPLE = Path(__file__).parent / "plug_ins" / "example"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BROKEN = {
    "alerts.sources": {
        "mute": "alerts_nowhere:read",
        "loud": "alerts_loud:read",
        "feed": "alerts_example.lines:read",
    },
    "alerts.transports": {"pigeon": "alerts_example.lines:nothing"},
}


def _install(folder: Path, name: str, points: dict[str, dict[str, str]]) -> None:
    """What an installer writes of a package: its name, and its entry points."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        line
        for group, entries in points.items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages, with the example among them."""
    folder = tmp_path / "site"
    folder.mkdir()
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    _install(folder, project["name"], project["entry-points"])
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    importlib.invalidate_caches()
    yield folder
    for name in [name for name in sys.modules if name.startswith("alerts_")]:
        del sys.modules[name]


@pytest.fixture
def broken(site: Path) -> Path:
    """The same, beside a package whose plug-ins cannot be used."""
    (site / "alerts_loud.py").write_text("raise SystemError('two\\nlines')\n")
    _install(site, "alerts-broken", BROKEN)
    importlib.invalidate_caches()
    return site


def test_a_source_of_another_package_is_added(project: Path, site: Path, alerts: Alerts) -> None:
    (project / "links.txt").write_text("https://example.org/a Forty cities sign\n")
    added = alerts("source", "add", "links.txt", "--kind", "lines", "--language", "en")
    assert (added.code, added.stderr) == (0, "links.txt: added as a lines\n")
    assert alerts("source", "list", "--json").json[0]["kind"] == "lines"


def test_a_source_and_a_transport_of_another_package_carry_a_month(
    project: Path, site: Path
) -> None:
    (project / "links.txt").write_text("https://example.org/a Forty cities sign\nalone\n")
    settings = {
        "ALERTS_DELIVERY__RELAY": "heap:messages",
        "ALERTS_SENDER__ADDRESS": "news@rivernetwork.org",
        "ALERTS_WEB__BASE_URL": "https://alerts.rivernetwork.org",
        "ALERTS_ALERT__ADDRESS": "1 River Road, Wells",
    }
    river = opened_project(project, clock=lambda: NOW, environ=settings)
    river.sources.add("links.txt", kind="lines", language="en")
    river.subscribers.add("ana@example.net")
    ran = river.run()
    assert ran.collected is not None
    assert ran.collected.new == 1
    assert [one.reason for one in ran.collected.failed] == ["links.txt, line 2: no title"]
    assert ran.sent.outcomes == {DeliveryState.SENT: 1}
    assert b"To: <ana@example.net>" in (project / "messages").read_bytes()


def test_the_doctor_names_plug_ins_that_do_not_load_and_looks_at_all_else(
    project: Path, broken: Path, alerts: Alerts
) -> None:
    done = alerts("doctor", "--offline", "--json")
    found = {f["about"]: f for f in done.json["findings"] if f["check"] == "plug-ins"}
    levels = {about.split("“")[1].split("”")[0]: f["level"] for about, f in found.items()}
    assert levels == {
        "mute": "error", "loud": "error", "pigeon": "error", "feed": "warning",
        "lines": "ok", "heap": "ok", "parrot": "ok",
    }  # fmt: skip
    assert all("\n" not in about for about in found)
    loud = next(about for about in found if "loud" in about)
    assert loud == (
        "plug-in alerts.sources “loud” (alerts_loud:read, of alerts-broken):"
        " cannot be loaded (SystemError in alerts_loud.py, line 1)"
    )
    assert any(f["check"] == "database" for f in done.json["findings"])


def test_a_plug_in_that_does_not_load_fails_its_own_source_alone(
    project: Path, broken: Path
) -> None:
    (project / "links.txt").write_text("https://example.org/a Forty cities sign\n")
    (project / "other.txt").write_text("x")
    river = opened_project(project, clock=lambda: NOW, environ={})
    river.sources.add("other.txt", kind="loud")
    river.sources.add("links.txt", kind="lines")
    collected = river.collect()
    assert collected.new == 1
    assert [one.source for one in collected.failed] == ["other.txt"]
    assert "(SystemError in alerts_loud.py, line 1)" in collected.failed[0].reason


def test_a_relay_whose_plug_in_does_not_load_is_a_wrong_setting(
    project: Path, broken: Path
) -> None:
    river = opened_project(project, environ={"ALERTS_DELIVERY__RELAY": "pigeon:loft"})
    with pytest.raises(SettingsError, match=r"delivery\.relay: plug-in .*pigeon.*cannot be loaded"):
        river.send()


def test_a_source_whose_plug_in_is_gone_says_so_and_the_others_are_read(
    project: Path, alerts: Alerts
) -> None:
    (project / "links.txt").write_text("https://example.org/a Forty cities sign\n")
    river = opened_project(project, clock=lambda: NOW, environ={})
    refused = alerts("source", "add", "links.txt", "--kind", "lines")
    assert refused.code == 2
    assert "no kind of source “lines”; there are feed, page" in refused.stderr
    river.db.execute(
        "INSERT INTO sources (location, kind, added_at) VALUES ('links.txt', 'lines', '')"
    )
    assert "is its plug-in installed?" in river.collect().failed[0].reason


def test_a_plug_in_that_gives_what_it_should_not_fails_its_source_alone(
    project: Path, site: Path
) -> None:
    (site / "alerts_odd.py").write_text("def read(document, intake):\n    return [1]\n")
    _install(site, "alerts-odd", {"alerts.sources": {"odd": "alerts_odd:read"}})
    importlib.invalidate_caches()
    (project / "odd.txt").write_text("x")
    river = opened_project(project, clock=lambda: NOW, environ={})
    river.sources.add("odd.txt", kind="odd")
    assert "returned list, not SourceContent" in river.collect().failed[0].reason
    with pytest.raises(InputError, match="has no @"):
        river.subscribers.add("nobody")


def test_a_translator_of_another_package_drafts_and_a_broken_one_is_a_wrong_setting(
    project: Path, broken: Path
) -> None:
    settings = {"ALERTS_TRANSLATOR__KIND": "parrot", "ALERTS_TRANSLATOR_KEY": "cracker"}
    river = opened_project(project, clock=lambda: NOW, environ=settings)
    river.articles.add("https://example.org/a", month="2026-10", read=False, title="Rivers")
    assert river.translations.draft_missing("es", "2026-10", by="Ana") == 1
    (story,) = river.translations.table("es", "2026-10").stories
    assert [(row.target, row.machine) for row in story.texts] == [("[es] Rivers", True)]
    for wrong, words in (
        ({}, "wants a cracker"),
        (
            {"ALERTS_TRANSLATOR__KIND": "owl"},
            "no translator “owl”; there are libretranslate, parrot",
        ),
    ):
        other = opened_project(project, environ={"ALERTS_TRANSLATOR__KIND": "parrot", **wrong})
        with pytest.raises(SettingsError, match=words):
            other.translations.draft_missing("fr", "2026-10", by="Ana")
