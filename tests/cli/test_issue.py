"""`alerts issue show` and `alerts render`, as an editor calls them."""

import email
import email.policy
import json
from pathlib import Path

import pytest

from tests.conftest import Alerts


def _settings(root: Path, text: str) -> None:
    (root / "alerts.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def october(project: Path, alerts: Alerts) -> Path:
    """A project with three articles in October, one of them excluded."""
    _settings(project, '[alert]\nname = "The Alert"\nlanguages = ["en", "es"]\n')
    for name in ("one", "two", "three"):
        add = ("article", "add", "--month", "2026-10", "--url", f"https://example.org/{name}")
        assert alerts(*add, "--title", f"Title {name}", "--summary", "A summary.").code == 0
    for words in (
        ("translate", "Title one", "es", "--title", "Título uno"),
        ("feature", "Title two"),
        ("exclude", "Title three"),
    ):
        assert alerts("article", *words).code == 0
    return project


def test_issue_show_tells_sections_coverage_and_what_is_missing(
    october: Path, alerts: Alerts
) -> None:
    shown = alerts("issue", "show", "--month", "2026-10")
    assert shown.code == 0
    assert "2026-10: draft, 2 articles, 1 excluded" in shown.stdout
    assert shown.stdout.index("featured") < shown.stdout.index("Title two")
    assert "1 of 2 titles and 0 of 2 summaries in Spanish" in shown.stdout
    assert "missing: alert.address" in shown.stdout
    assert "Title three" not in shown.stdout


def test_issue_show_prints_one_json_document(october: Path, alerts: Alerts) -> None:
    document = alerts("issue", "show", "--month", "2026-10", "--json").json
    assert document["month"] == "2026-10"
    assert document["state"] == "draft"
    assert [s["key"] for s in document["sections"]] == ["featured", "news"]
    figures = {"titles": 1, "summaries": 0, "summarised": 2, "total": 2}
    assert document["coverage"]["es"] == figures
    assert document["excluded"] == 1


def test_render_writes_three_files_for_each_language(october: Path, alerts: Alerts) -> None:
    done = alerts("render", "--month", "2026-10", "--out", "there")
    assert done.code == 0, done.stderr
    folder = october / "there" / "2026-10"
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"{tag}.{kind}" for tag in ("en", "es") for kind in ("eml", "html", "txt")]
    assert "Título uno" in (folder / "es.html").read_text(encoding="utf-8")
    message = email.message_from_bytes(
        (folder / "es.eml").read_bytes(), policy=email.policy.default
    )
    assert message["Subject"].endswith(" · The Alert, octubre de 2026")
    body = message.get_body(("html",))
    assert body is not None
    assert "Título uno" in body.get_content()
    assert "{slot:" not in body.get_content()


def test_render_twice_writes_the_same_bytes(october: Path, alerts: Alerts) -> None:
    found = []
    for _ in range(2):
        assert alerts("render", "--month", "2026-10").code == 0
        folder = october / "build" / "2026-10"
        found.append({p.name: p.read_bytes() for p in folder.iterdir() if p.suffix != ".eml"})
    assert found[0] == found[1]
    assert len(found[0]) == 4


def test_render_tells_what_it_wrote_as_one_json_document(october: Path, alerts: Alerts) -> None:
    document = json.loads(alerts("render", "--month", "2026-10", "--json").stdout)
    assert document["month"] == "2026-10"
    assert [one["language"] for one in document["editions"]] == ["en", "es"]
    status = alerts("status", "--month", "2026-10", "--json").json["editions"]
    for one, counted in zip(document["editions"], status, strict=True):
        html, text, message = (Path(name).read_bytes() for name in one["files"])
        assert {name: one[name] for name in counted} == counted
        for octets in (html, text):  # as a reader sees it, no slot left open
            assert b"{slot:" not in octets
            assert b"reader@example.org" in octets
            assert b"/unsubscribe/" in octets
        assert " · The Alert, " in one["subject"]
        assert b"Message-ID:" in message
        assert one["articles"] == 2
    empty = alerts("render", "--month", "2026-09", "--json")
    assert (empty.code, json.loads(empty.stdout)) == (0, {"month": "2026-09", "editions": []})
    assert not (october / "build" / "2026-09").exists()


@pytest.mark.parametrize("command", [("issue", "show"), ("render",)])
def test_a_month_without_articles_is_said_and_no_fault(
    project: Path, alerts: Alerts, command: tuple[str, ...]
) -> None:
    shown = alerts(*command, "--month", "2026-09")
    assert shown.code == 0
    assert "2026-09: no articles" in shown.stdout
    assert not (project / "build").exists()


def test_a_broken_template_ends_the_command_with_one_line(october: Path, alerts: Alerts) -> None:
    path = october / "templates" / "email" / "issue" / "body.html"
    path.parent.mkdir(parents=True)
    path.write_text("<p>\n{{ nosuch }}\n", encoding="utf-8")
    done = alerts("render", "--month", "2026-10")
    assert done.code == 1
    assert done.stderr.count("\n") == 1
    assert f"{path}, line 2: 'nosuch' is undefined" in done.stderr
