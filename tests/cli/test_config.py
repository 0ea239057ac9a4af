"""`config show|check` and `template copy`, from the outside."""

import hashlib
import json
from pathlib import Path

import pytest

from alerts import __version__
from alerts.editions import template_copies
from tests.conftest import Alerts


def test_show_tells_where_each_setting_comes_from_and_no_secret(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "alerts.toml").write_text('[alert]\nname = "River News"\n', encoding="utf-8")
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", "smtp://user:canary@relay.example.org:587")
    monkeypatch.setenv("ALERTS_RELAY_PASSWORD", "canary")
    monkeypatch.setenv("ALERTS_WATCH__HEARTBEAT", "https://hc.example.org/ping/canary")
    result = alerts("--project", str(project), "config", "show", "--json")
    rows = {(one["section"], one["key"]): one for one in result.json}
    assert "canary" not in result.stdout
    assert rows["alert", "name"]["origin"] == "file"
    assert rows["alert", "name"]["value"] == '"River News"'
    assert rows["delivery", "relay"]["variable"] == "ALERTS_DELIVERY__RELAY"
    assert rows["delivery", "relay"]["value"] == '"smtp://user:…@relay.example.org:587"'
    assert rows["delivery", "password_env"]["value"] == '"ALERTS_RELAY_PASSWORD" (set)'
    assert rows["watch", "heartbeat"]["value"] == '"https://hc.example.org/…"'
    assert rows["web", "port"] == {
        "section": "web", "key": "port", "value": "8000", "origin": "default", "variable": ""
    }  # fmt: skip
    changed = alerts("--project", str(project), "config", "show", "--changed").stdout
    assert changed.splitlines()[0] == 'alert.name = "River News"  # file'
    assert "# default" not in changed


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("ALERTS_WEB__PORT", "8000", 0),
        ("ALERTS_WEB__PORT", "many", 2),
        ("ALERTS_SCHEDULE__RUN", "sometimes", 2),
        ("ALERTS_DELIVERY__RELAY", "ftp:x", 2),
        ("ALERTS_DELIVERY__NO_SUCH", "x", 2),
    ],
)
def test_check_exits_0_or_2_and_names_what_is_wrong(
    project: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    code: int,
) -> None:
    monkeypatch.setenv(variable, value)
    (project / "subscribers.db").unlink()  # it is not needed, and not made
    result = alerts("--project", str(project), "config", "check")
    assert result.code == code
    assert result.stderr.count("\n") == 1
    assert not (project / "subscribers.db").exists()


def test_copy_never_overwrites_and_keeps_the_version(project: Path, alerts: Alerts) -> None:
    where = ("--project", str(project), "template", "copy")
    page = project / "templates" / "web" / "join.html"
    first = alerts(*where, "web/join.html")
    assert first.stdout == f"templates/web/join.html: copied from version {__version__}\n"
    record = json.loads((project / "templates" / template_copies.RECORD).read_text("utf-8"))
    assert record["web/join.html"]["sha256"] == hashlib.sha256(page.read_bytes()).hexdigest()
    page.write_text("mine", encoding="utf-8")
    assert alerts(*where, "web/join.html", "web/missing.html").code == 0
    assert page.read_text("utf-8") == "mine"
    assert alerts(*where).code == 0
    assert page.read_text("utf-8") == "mine"
    unknown = alerts(*where, "web/no.html")
    assert unknown.code == 2
    assert "web/no.html: no template of that name" in unknown.stderr


def test_bare_alerts_prints_its_help(alerts: Alerts) -> None:
    result = alerts()
    assert result.code == 0
    assert "Usage: alerts" in result.stdout


def test_set_changes_the_file_all_or_nothing(project: Path, alerts: Alerts) -> None:
    path = project / "alerts.toml"
    path.chmod(0o640)
    result = alerts("config", "set", "alert.name=Rivers Monthly", "alert.languages=en,es")
    assert (result.code, result.stderr) == (0, f"{path}: 2 settings written\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert 'alert.name = "Rivers Monthly"' in alerts("config", "show").stdout
    before = path.read_bytes()
    result = alerts("config", "set", "alert.name=Lakes", "web.port=many")
    assert result.code == 2
    assert "web.port: expected a whole number" in result.stderr
    assert path.read_bytes() == before
