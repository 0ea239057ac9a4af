"""`alerts setup` against real servers: a relay with a login, sources over HTTP, a mailbox read back."""

import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from alerts.config.load import load
from tests.conftest import Alerts
from tests.factories import new_project
from tests.http_server import site
from tests.imap import Imap, mailbox_of_bounces
from tests.pseudo_terminal import at_own_terminal
from tests.setup.auth_relay import RIGHT, AuthRelay, auth_relay

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Rivers</title><link>https://a.example/</link>
<item><title>The river rose</title><link>https://a.example/rose</link>
<pubDate>Mon, 02 Nov 2026 09:00:00 GMT</pubDate></item></channel></rss>"""
PAGE = b"<!doctype html><html><head><title>About us</title></head><body><p>We like rivers.</p></body></html>"
ASKED = "Password of me (not shown; empty: later, in ALERTS_RELAY_PASSWORD): "
PASS = "spf=pass smtp.mailfrom=example.org; dkim=pass header.d=example.org; dmarc=pass"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that may read sources of this machine."""
    made = new_project(tmp_path / "p")
    path = made / "alerts.toml"
    path.write_text(
        path.read_text("utf-8").replace("allow_private = false", "allow_private = true")
    )
    return made


@pytest.fixture
def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthRelay]:
    with auth_relay(tmp_path / "ca.pem") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        yield server


@pytest.fixture
def imap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Imap]:
    with mailbox_of_bounces(monkeypatch) as server:
        yield server


def _delivered(imap: Imap, verdicts: str, octets: bytes) -> None:
    """As the server of the mailbox delivers a message, with what it has found out about it."""
    header = f"Authentication-Results: mx.example.org; {verdicts}\r\n" if verdicts else ""
    imap.deliver(f"{abs(hash(octets))}", header.encode() + octets)


def test_a_person_mends_source_and_password_and_the_test_mail_is_read_back(
    root: Path, relay: AuthRelay, imap: Imap
) -> None:
    relay.on_taken = partial(_delivered, imap, PASS)
    before = (root / "alerts.toml").read_bytes()
    with site() as pages, at_own_terminal(root, "setup") as person:
        page = pages.serve("/about", PAGE, content_type="text/html")
        person.answers(("1/10", "Rivers"), ("2/10", ""), ("3/10", "en"), ("4/10", "Europe/Madrid"))
        person.answers(("5/10", pages.url("/gone")), ("404", page))
        person.answers(("6/10", ""), ("7/10", "1 Bank St"), ("8/10", relay.url))
        person.answers((ASKED, "wrong"), (ASKED, "wrong too"))
        person.answers((ASKED, ""), ("8/10", ""), (ASKED, RIGHT))
        person.reads("login to the relay works")
        assert (root / "alerts.toml").read_bytes() == before
        assert not (root / "relay.password").exists()
        person.answers(("9/10", ""), ("10/10", ""), ("test mail go", ""))
        person.reads("it came back: spf=pass dkim=pass dmarc=pass")
        person.answers(("server need", "none"))
        assert person.ends() == 1, "the sender is an example, which the doctor names"
    assert f"{page}: added, as page" in person.seen
    assert not any(word in person.seen for word in (RIGHT, "wrong too"))
    assert (root / "relay.password").read_text() == f"{RIGHT}\n"
    assert (root / "relay.password").stat().st_mode & 0o777 == 0o600
    assert (load(root, {}).delivery.relay, relay.passwords[-1]) == (relay.url, RIGHT)
    assert b"[TEST] Monthly Alert" in relay.inbox[0]


def test_ctrl_c_while_a_relay_keeps_silent_writes_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with at_own_terminal(tmp_path, "setup", "p", "--source", str(tmp_path)) as person:
            person.answers(*((f"{place}/10", "") for place in (1, 2, 3, 4, 6)))
            person.answers(("7/10", "1 Bank St"), ("8/10", url))
            with silent.accept()[0]:
                person.presses("\x03")
                assert person.ends() == 1
    assert "interrupted: nothing was written" in person.seen
    assert not (tmp_path / "p").exists()


def test_options_are_tried_before_anything_is_written(
    tmp_path: Path, root: Path, alerts: Alerts, relay: AuthRelay
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong\n")
    before = (root / "alerts.toml").read_bytes()
    login = ("--relay", relay.url, "--relay-password-file", str(secret))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with site() as pages:
        pages.serve("/feed", FEED, content_type="application/rss+xml")
        for code, words, given in (
            (2, "--relay: 127.0.0.1", login),
            (75, "127.0.0.1", ("--relay", f"smtp://127.0.0.1:{port}")),
            (2, "--source: http://127.0.0.1", ("--source", pages.url("/gone"))),
        ):
            done = alerts("setup", str(root), "--no-input", *given)
            assert (done.code, words in done.stderr) == (code, True), done.stderr
            assert len(done.stderr.splitlines()) == 1
            assert (root / "alerts.toml").read_bytes() == before
            assert not (root / "relay.password").exists()
        secret.write_text(f"{RIGHT}\n")
        done = alerts("setup", str(root), "--no-input", *login, "--source", pages.url("/feed"))
    assert "/feed: 1 article to read there now" in done.stderr
    assert "/feed: added, as feed" in done.stderr
    assert "login to the relay works" in done.stdout


def test_what_the_mailbox_tells_of_the_test_mail_is_said(
    root: Path, alerts: Alerts, relay: AuthRelay, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
    monkeypatch.setenv("ALERTS_RELAY_PASSWORD", RIGHT)
    told = {
        PASS.replace("dkim=pass", "dkim=fail"): "came back with spf=pass dkim=fail dmarc=pass: see",
        "": "it came back, without a line Authentication-Results",
    }
    for verdicts, words in told.items():
        relay.on_taken = partial(_delivered, imap, verdicts)
        done = alerts("setup", str(root), "--no-input", "--test-to", "alerts@example.org")
        assert words in done.stderr
    assert len(relay.inbox) == 2
