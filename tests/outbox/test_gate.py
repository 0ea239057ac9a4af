"""The gate: what does not go out by a relay that is not this machine's own."""

from pathlib import Path

import pytest

from alerts.outbox.gate import Fatal
from tests.conftest import Alerts

MONTH = ("--month", "2026-10")
FAR = "smtp://relay.invalid:25"
GOOD = {
    "ALERTS_SENDER__ADDRESS": "alert@waters.org",
    "ALERTS_WEB__BASE_URL": "https://alert.waters.org",
    "ALERTS_ALERT__ADDRESS": "61 Mansell Street, London",
}
REFUSED, LATER = 2, 75  # through the gate, the relay cannot be reached


@pytest.fixture
def october(project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an article of October, a reader, and a relay somewhere else."""
    assert alerts("subscriber", "add", "ann@reader.org").code == 0
    _add(alerts, "https://news.waters.org/1", "Ten cities")
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", FAR)
    return project


def _add(alerts: Alerts, url: str, title: str) -> None:
    got = alerts("article", "add", *MONTH, "--url", url, "--title", title, "--summary", "S.")
    assert got.code == 0, got.stderr


def _settle(monkeypatch: pytest.MonkeyPatch, **other: str) -> None:
    for name, value in {**GOOD, **other}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("command", ["run", "queue", "send"])
def test_a_fresh_project_does_not_mail_the_world(
    october: Path, alerts: Alerts, command: str
) -> None:
    got = alerts(command, *MONTH)
    assert got.code == REFUSED
    first, *rest = got.stderr.splitlines()
    assert first == "alerts: 2026-10: refused to send through relay.invalid:"
    assert [line.split()[-2:] for line in rest[:3]] == [
        ["--anyway", name] for name in ("example-sender", "example-pages", "no-address")
    ]
    assert "alert.address" in got.stderr
    assert alerts("status", *MONTH, "--json").json["state"] == "draft"


def test_what_the_doctor_calls_an_error_of_the_settings_stops_a_send(
    october: Path, alerts: Alerts
) -> None:
    found = alerts("doctor", "--offline", "--json").json["findings"]
    errors = [f["about"] for f in found if f["level"] == "error"]
    refusal = alerts("send", *MONTH).stderr
    assert len(errors) == 3
    assert all(about in refusal for about in errors)


@pytest.mark.parametrize(
    "relay",
    [
        "smtp://127.example.com:587",
        "smtp://mx.localhosting.example:587",
        "smtp://localhost@relay.invalid:587",
        "smtps://relay.invalid",
    ],
)
def test_a_relay_that_only_looks_like_this_machine_is_another(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, relay: str
) -> None:
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay)
    monkeypatch.setenv(alerts_password(), "secret")
    got = alerts("send", *MONTH)
    assert (got.code, "refused to send through" in got.stderr) == (REFUSED, True), got.stderr


def alerts_password() -> str:
    """The variable that a project's settings take the relay's password from."""
    return "ALERTS_DELIVERY_PASSWORD"


@pytest.mark.parametrize(
    "relay",
    ["maildir:outbox", "null:", "smtp://127.0.0.2:1", "smtp://[::1]:1", "smtp://LocalHost.:1"],
)
def test_nothing_is_refused_on_this_machine(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, relay: str
) -> None:
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay)
    got = alerts("run", *MONTH)
    assert got.code == (LATER if relay.startswith("smtp") else 0), got.stderr
    assert "refused to send" not in got.stderr


def test_each_obstacle_is_let_through_by_its_own_name_only(october: Path, alerts: Alerts) -> None:
    names = ("example-sender", "example-pages", "no-address")
    for left in names:
        given = [part for name in names if name != left for part in ("--anyway", name)]
        got = alerts("run", *MONTH, *given)
        assert got.code == REFUSED
        assert got.stderr.count("--anyway") == 1
        assert got.stderr.rstrip().endswith(f"--anyway {left}")
    everything = [part for name in names for part in ("--anyway", name)]
    assert alerts("run", *MONTH, *everything).code == LATER
    assert alerts("status", *MONTH, "--json").json["deliveries"]["queued"] == 1


def test_settings_of_ones_own_pass(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch)
    assert alerts("run", *MONTH).code == LATER


@pytest.mark.parametrize(
    ("name", "value", "fatal"),
    [
        ("ALERTS_ALERT__ADDRESS", "   ", Fatal.NO_ADDRESS),
        ("ALERTS_ALERT__ADDRESS", "TODO", Fatal.NO_ADDRESS),
        ("ALERTS_ALERT__ADDRESS", "Your postal address", Fatal.NO_ADDRESS),
        ("ALERTS_ALERT__ADDRESS", "12, .", Fatal.NO_ADDRESS),
        ("ALERTS_WEB__BASE_URL", "https://10.0.0.1/alerts", Fatal.PRIVATE_PAGES),
        ("ALERTS_WEB__BASE_URL", "http://[fd00::5]:8000", Fatal.PRIVATE_PAGES),
        ("ALERTS_WEB__BASE_URL", "https://intranet/alerts", Fatal.PRIVATE_PAGES),
        ("ALERTS_WEB__BASE_URL", "https://alerts.local", Fatal.PRIVATE_PAGES),
        ("ALERTS_WEB__BASE_URL", "http://localhost:8000", Fatal.EXAMPLE_PAGES),
        ("ALERTS_SENDER__ADDRESS", "alert@example.net", Fatal.EXAMPLE_SENDER),
        ("ALERTS_SENDER__BOUNCES", "b@news.example", Fatal.EXAMPLE_SENDER),
        ("ALERTS_WEB__BASE_URL", "https://EXAMPLE.org./alerts", Fatal.EXAMPLE_PAGES),
        ("ALERTS_WEB__BASE_URL", "http://alert.waters.org", Fatal.PLAIN_HTTP_PAGES),
        ("ALERTS_ALERT__WEBSITE", "https://www.example.com/", Fatal.EXAMPLE_LINKS),
    ],
)
def test_each_wrong_setting_has_its_name(
    october: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    fatal: Fatal,
) -> None:
    _settle(monkeypatch, **{name: value})
    got = alerts("queue", *MONTH)
    assert got.code == REFUSED
    assert got.stderr.rstrip().endswith(f"--anyway {fatal}")
    assert got.stderr.count("--anyway") == 1


def test_an_example_link_written_by_hand_is_refused(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch)
    _add(alerts, "https://www.example.org/x", "A trial")
    got = alerts("queue", *MONTH)
    assert (got.code, "https://www.example.org/x" in got.stderr) == (REFUSED, True)
    assert alerts("queue", *MONTH, "--anyway", "example-links").code == 0


def test_what_a_source_says_stops_no_issue(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was collected, however odd, keeps the month from going out."""
    _settle(monkeypatch)
    (october / "odd.csv").write_text(
        "url,title,summary,published\nhttps://a.invalid/1,{slot:name} {{ x }},S.,2026-10-02\n"
    )
    assert alerts("source", "add", "odd.csv", "--kind", "table").code == 0
    assert alerts("run", *MONTH).code == LATER


def test_not_even_when_its_source_was_removed_since(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch)
    (october / "odd.csv").write_text(
        "url,title,summary,published\nhttps://www.example.org/1,Odd,S.,2026-10-02\n"
    )
    assert alerts("source", "add", "odd.csv", "--kind", "table").code == 0
    assert alerts("collect", *MONTH).code == 0
    assert alerts("source", "remove", "odd.csv").code == 0
    assert alerts("queue", *MONTH).code == 0


def test_what_the_doctor_finds_wrong_on_this_machine_stops_a_send(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without asking the network."""
    _settle(monkeypatch)
    (october / "subscribers.db").chmod(0o644)
    monkeypatch.setenv("ALERTS_BOUNCES__MAILBOX", "imaps://bounces@mail.real-ngo.net/INBOX")
    got = alerts("queue", *MONTH)
    assert got.code == REFUSED
    for words in ("chmod 600", "--anyway open-database", "--anyway bounce-mailbox"):
        assert words in got.stderr
    monkeypatch.setenv("ALERTS_MAILBOX_PASSWORD", "secret")
    assert "bounce-mailbox" not in alerts("queue", *MONTH).stderr
    assert alerts("queue", *MONTH, "--anyway", "open-database").code == 0
    (october / "subscribers.db").chmod(0o600)


def test_a_template_without_a_way_out_is_refused_also_when_it_was_queued_for_a_folder(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch)
    body = october / "templates" / "email" / "issue" / "body.txt"
    body.parent.mkdir(parents=True)
    body.write_text("Hello.\n", encoding="utf-8")
    got = alerts("queue", *MONTH)
    assert (got.code, "--anyway unsubscribe-text" in got.stderr) == (REFUSED, True), got.stderr
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", "maildir:outbox")
    assert alerts("queue", *MONTH).code == 0
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", FAR)
    for command in ("send", "run"):
        got = alerts(command, *MONTH)
        assert (got.code, "--anyway unsubscribe-text" in got.stderr) == (REFUSED, True), got.stderr


def test_an_obstacle_accepted_for_good_is_one_no_more(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch, ALERTS_ALERT__ADDRESS="")
    assert alerts("queue", *MONTH).code == REFUSED
    assert alerts("issue", "lint", "--accept", "no-address").code == 0
    assert alerts("queue", *MONTH).code == 0
    assert alerts("issue", "lint", "--revoke", "no-address").code == 0
    assert alerts("send", *MONTH).code == REFUSED


def test_a_name_that_the_gate_does_not_know_is_a_usage_error(october: Path, alerts: Alerts) -> None:
    got = alerts("run", *MONTH, "--anyway", "exampel-pages")
    assert (got.code, "did you mean example-pages?" in got.stderr) == (REFUSED, True)


def test_run_prints_one_line_for_each_cause(
    october: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch, ALERTS_ALERT__LANGUAGES='["en"]')
    for number in range(31):
        _add(alerts, f"http://site{number % 3}.waters.org/{number}", f"Story number {number}")
    got = alerts("run", *MONTH)
    told = [line for line in got.stderr.splitlines() if "plain http" in line]
    assert len(told) == 1
    assert "31 links are plain http, from 3 sources: site0.waters.org (11)" in told[0]
    assert f"`alerts issue lint {' '.join(MONTH)} --only link-http`" in told[0]
    assert alerts("issue", "lint", "--accept", "link-http:site0.waters.org").code == 0
    (line,) = (
        line
        for line in alerts("issue", "lint", *MONTH, "--no-spam").stdout.splitlines()
        if "plain http" in line
    )
    assert "20 links are plain http, from 2 sources" in line
    listed = alerts("issue", "lint", "--accepted", "--json").json
    assert [(one["code"], one["cause"]) for one in listed] == [("link-http", "site0.waters.org")]
    assert alerts("issue", "lint", "--accept", "link-htpt").code == REFUSED


def test_each_name_of_the_gate_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in Fatal if f"`{name}`" not in text] == []
