"""The demo: the whole pipe by the commands themselves, on sample data that can harm nobody."""

import re
from collections import Counter
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from importlib import resources
from itertools import islice
from pathlib import Path

import pytest

from alerts.domain.month import Month
from alerts.library.demo import steps
from alerts.library.demo_samples import BOUNCED, LEFT, PICTURES, PROFILES, claim, write_sources
from tests.conftest import Alerts
from tests.pages import fields, serve

RESERVED = re.compile(r"[@./](example\.(org|net|com)|[\w-]+\.example)$")


def _demo(alerts: Alerts, folder: Path, *options: str) -> dict[str, list[dict[str, str]]]:
    result = alerts("demo", str(folder), "--json", *options)
    assert result.code == 0, result.stderr
    report: dict[str, list[dict[str, str]]] = result.json
    return report


def test_who_gets_the_alert_and_who_does_not(tmp_path: Path, alerts: Alerts) -> None:
    report = _demo(alerts, tmp_path / "demo", "--month", "2026-10")
    rows = report["subscribers"]
    assert len(rows) == 30
    got = Counter(row["language"] for row in rows if row["message"])
    assert got == {"en": 9, "es": 8, "fr": 6, "ar": 4}
    assert sorted(row["reason"] for row in rows if not row["message"]) == [
        "pending",
        "suppressed: hard_bounce",
        "unsubscribed",
    ]
    assert len({row["subject"] for row in rows if row["message"]}) == 4


def test_the_editions_show_what_the_sample_is_made_for(tmp_path: Path, alerts: Alerts) -> None:
    _demo(alerts, tmp_path / "demo", "--month", "2026-10")
    folder = tmp_path / "demo" / "editions" / "2026-10"
    assert {path.name for path in folder.iterdir()} == {
        f"{language}.{kind}"
        for language in ("en", "es", "fr", "ar")
        for kind in ("html", "txt", "eml")
    } | {"pictures"}
    spanish = (folder / "es.html").read_text("utf-8")
    assert "Cuarenta ciudades firman la Carta" in spanish
    assert "Why the price of one bucket matters" in spanish  # there is no Spanish for it
    arabic = (folder / "ar.html").read_text("utf-8")
    assert 'dir="rtl"' in arabic
    for language in ("en", "es", "fr", "ar"):
        html = (folder / f"{language}.html").read_text("utf-8")
        assert "Almera Foundation" in html
        assert "7 Ferry Lane" in html
        assert "boat-fair" not in html  # a month older
        links = set(re.findall(r'href="(https://[^"]*/2026/10/[\w-]+)"', html))
        assert len(links) >= 14, f"{language}: {len(links)} articles"


def test_a_second_run_sends_nothing_more(tmp_path: Path, alerts: Alerts) -> None:
    folder = tmp_path / "demo"
    first = _demo(alerts, folder, "--month", "2026-10")
    files = {path: path.read_bytes() for path in (folder / "outbox").rglob("*") if path.is_file()}
    assert len(files) == 27
    again = _demo(alerts, folder, "--month", "2026-10")
    assert again.pop("sign_in") != first.pop("sign_in")  # good once
    assert again == first
    after = {path: path.read_bytes() for path in (folder / "outbox").rglob("*") if path.is_file()}
    assert after == files


def test_another_month_in_the_same_folder_is_another_issue(tmp_path: Path, alerts: Alerts) -> None:
    folder = tmp_path / "demo"
    first = _demo(alerts, folder, "--month", "2026-09")["subscribers"]
    second = _demo(alerts, folder, "--month", "2026-10")["subscribers"]
    assert len(list((folder / "outbox" / "new").iterdir())) == 54
    assert {row["email"] for row in first if row["message"]} == {
        row["email"] for row in second if row["message"]
    }
    assert not {row["message"] for row in first if row["message"]} & {
        row["message"] for row in second
    }
    assert _demo(alerts, folder, "--month", "2026-09")["subscribers"] == first


@pytest.mark.parametrize("done", [1, 8, 13, 24])
def test_a_demo_broken_off_after_any_step_goes_on(
    tmp_path: Path, alerts: Alerts, done: int
) -> None:
    folder, month = tmp_path / "demo", Month(2026, 10)
    claim(folder)
    write_sources(folder / "sources" / str(month), month)
    steps = list(islice(_done(alerts, folder, month), done))
    assert len(steps) == done
    rows = _demo(alerts, folder, "--month", str(month))["subscribers"]
    assert sum(1 for row in rows if row["message"]) == 27, steps[-1]
    assert len(list((folder / "outbox" / "new").iterdir())) == 27


def _done(alerts: Alerts, folder: Path, month: Month) -> Iterator[tuple[str, ...]]:
    """The steps of the demo, each carried out before it is named."""
    for step in steps(folder, month, lambda: False):
        assert alerts("--project", str(folder), *step.words).code == 0
        yield step.words


def test_the_commands_to_try_next_work_as_printed(tmp_path: Path, alerts: Alerts) -> None:
    folder = tmp_path / "demo"
    result = alerts("demo", str(folder))
    assert result.code == 0, result.stderr
    lines = [
        line.partition("#")[0].split() for line in result.stdout.splitlines() if "--project" in line
    ]
    assert len(lines) == 4
    (served,) = [words for words in lines if "serve" in words]
    lines.remove(served)
    for words in lines:
        again = alerts(*words[words.index("--project") :])
        assert again.code == 0, (words, again.stderr)
    assert len(list((folder / "outbox" / "new").iterdir())) == 27
    sign_in = result.stdout.split()[-1]
    with serve(folder, WEB__BASE_URL="{here}") as pages:  # as `serve --local` does
        path = sign_in.partition(":8000")[2]
        assert pages.post(path, data=fields(pages.get(path).text)).status_code == 303
        assert "Waters Monthly" in pages.get("/desk").text


def test_serving_at_a_local_address_mails_nobody_its_links(
    tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alerts("demo", str(tmp_path / "demo")).code == 0
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", "smtp://mail.example.net:25")
    refused = alerts("--project", str(tmp_path / "demo"), "serve", "--local")
    assert refused.code == 2
    assert "maildir" in refused.stderr


def test_a_relay_in_the_environment_never_gets_the_samples(
    tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", "smtp://127.0.0.1:1")
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "de")
    report = _demo(alerts, tmp_path / "demo")
    assert sum(1 for row in report["subscribers"] if row["message"]) == 27


def test_a_folder_with_something_else_in_it_is_left_alone(
    project: Path, tmp_path: Path, alerts: Alerts
) -> None:
    before = (project / "alerts.toml").read_bytes()
    result = alerts("demo", str(project))
    assert result.code == 2
    assert "name another folder" in result.stderr
    assert (project / "alerts.toml").read_bytes() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear all", encoding="utf-8")
    result = alerts("demo", str(tmp_path / "mine"))
    assert result.code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def _texts(folder: Path) -> list[Path]:
    """The files but for pictures."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if path.suffix not in PICTURES]


def test_every_address_and_link_of_the_samples_is_reserved(tmp_path: Path) -> None:
    """RFC 2606: nothing in the samples can reach a real mailbox or site."""
    write_sources(tmp_path / "sources", Month(2026, 10))
    written = [path.read_text("utf-8") for path in _texts(tmp_path)]
    packaged = resources.files("alerts") / "demo"
    written += [(packaged / name).read_text("utf-8") for name in ("alerts.toml", "subscribers.csv")]
    written += [LEFT, BOUNCED, *(link for _, _, link, _ in PROFILES)]
    text = re.sub(r'\sxmlns:\w+="[^"]*"', "", "\n".join(written))  # names, which nothing fetches
    hosts = re.findall(r"https?://([^/\s\"<>]+)|[\w.+-]+@([\w.-]+\w)", text)
    found = {host or domain for host, domain in hosts} - {"www.w3.org"}
    assert len(found) > 15
    assert not [host for host in found if not RESERVED.search(f".{host}")]


@pytest.mark.parametrize("month", ["2024-02", "2026-10", "2026-12", "2027-01"])
def test_the_samples_can_be_dated_in_any_month(tmp_path: Path, month: str) -> None:
    write_sources(tmp_path, Month.parse(month))
    files = _texts(tmp_path)
    assert len(files) == 13
    assert not [path for path in files if "$" in path.read_text("utf-8")]
    assert f"/{month.replace('-', '/')}/" in (tmp_path / "news.rss").read_text("utf-8")


def test_the_messages_are_whole(tmp_path: Path, alerts: Alerts) -> None:
    report = _demo(alerts, tmp_path / "demo")
    tried = 0
    for row in report["subscribers"]:
        if row["message"]:
            octets = (tmp_path / "demo" / "outbox" / "new" / row["message"]).read_bytes()
            message = BytesParser(policy=policy.default).parsebytes(octets)
            parts = [part.get_content_type() for part in message.walk()]
            assert parts[:2] == ["multipart/alternative", "text/plain"]
            assert parts[2:4] == ["multipart/related", "text/html"]
            assert {*parts[4:]} == {"image/png", "image/jpeg"}  # logos, and pictures of stories
            assert len(parts) > 14
            for kind in ("plain", "html"):
                part = message.get_body((kind,))
                assert part is not None
                assert "{slot:" not in part.get_content()
            tried += 1
    assert tried == 27
