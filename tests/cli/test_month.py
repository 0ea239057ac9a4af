"""The whole pipe as cron runs it: real feeds over HTTP in, a real SMTP server's inbox out."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.domain.month import Month
from alerts.store.lock import project_lock
from tests.conftest import Alerts
from tests.factories import NOW

FEEDS = (
    "json__example.json",
    "wellformed__rss__item_content_encoded_type.xml",
    "wellformed__atom10__entry_link_rel.xml",
    "wellformed__rss__item_guid_not_permalink.xml",
    "wellformed__atom10__entry_title_inline_markup.xml",
    "wellformed__sanitize__item_fullitem_crazy.xml",
)
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><language>en</language>
{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>https://news.example/{n}</link>
<description>Summary {n}.</description><pubDate>{day} Oct 2026 10:00:00 GMT</pubDate></item>"""


class Inbox:
    """What an SMTP server took."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message."""
        assert isinstance(envelope.content, bytes)
        self.messages.append((str(envelope.mail_from), envelope.rcpt_tos[0], envelope.content))
        return "250 2.0.0 kept"


@contextmanager
def smtp_server() -> Iterator[tuple[Inbox, str]]:
    """A real SMTP server on loopback; its inbox and URL."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield inbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@contextmanager
def http_server(folder: Path) -> Iterator[str]:
    """A real HTTP server of a folder; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_run_mails_everyone_once_and_a_second_run_sends_nothing(
    project: Path, corpus: Path, tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = tmp_path / "web"
    web.mkdir()
    for name in FEEDS:
        (web / name).write_bytes((corpus / "feeds" / name).read_bytes())
    items = [ITEM.format(title=f"Story {n}", n=n, day=n + 1) for n in range(6)]
    items.append(ITEM.format(title="=?utf-8?q?=0ABcc:_x@evil.example?=", n=99, day=20))
    (web / "news.xml").write_text(RSS.format(items="".join(items)), encoding="utf-8")
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    people = "".join(
        f"p{n}@example.org,{['en', 'es', 'fr', 'ar', 'pt-br'][n % 5]}\n" for n in range(40)
    )
    assert alerts("subscriber", "import", "-", stdin=f"email,language\n{people}").code == 0
    with http_server(web) as site, smtp_server() as (inbox, relay):
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay)
        for name in (*FEEDS, "news.xml"):
            added = alerts("source", "add", f"{site}/{name}", "--kind", "feed")
            assert added.code == 0, added.stderr
        assert alerts("source", "add", f"{site}/gone.xml", "--kind", "feed").code == 0
        first = alerts("run", "--month", "2026-10")
        assert first.code == 1, first.stderr  # one source is gone, and that is said
        assert "404" in first.stderr
        second = alerts("run", "--month", "2026-10")
        assert second.code == 0, second.stderr
    assert Counter(to for _, to, _ in inbox.messages) == {f"p{n}@example.org": 1 for n in range(40)}
    assert len({sender for sender, _, _ in inbox.messages}) == 40  # S16
    languages: Counter[str] = Counter()
    for _, _, octets in inbox.messages:
        message = message_from_bytes(octets, policy=policy.default)
        languages[message["Content-Language"]] += 1
        assert message["Bcc"] is None
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        plain, page = message.iter_parts()
        assert "Story 3" in plain.get_content()
        assert "Story 3" in page.get_content()
    assert languages == {"en": 24, "es": 8, "fr": 8}
    status = alerts("status", "--month", "2026-10", "--json").json
    assert status["state"] == "sent"
    assert status["deliveries"]["sent"] == sum(status["deliveries"].values()) == 40
    assert [e["language"] for e in status["editions"]] == ["en", "es", "fr"]
    assert all(0 < e["html_bytes"] <= 102_400 for e in status["editions"])


def test_an_empty_month_sends_nothing_and_says_so(project: Path, alerts: Alerts) -> None:
    assert alerts("subscriber", "add", "a@example.org").code == 0
    result = alerts("run", "--month", "2026-10")
    assert result.code == 0
    assert "no articles" in result.stderr
    assert not list((project / "outbox").rglob("*.alerts"))
    assert alerts("status", "--month", "2026-10", "--json").json["state"] == "draft"


def test_the_second_run_at_once_says_who_holds_the_lock(project: Path, alerts: Alerts) -> None:
    with project_lock(project / "subscribers.db", "run", NOW):
        for command in ("run", "send", "queue"):
            result = alerts(command)
            assert result.code == 75
            assert "`alerts run`, process" in result.stderr
            assert result.stderr.count("\n") == 1
    assert alerts("send").code == 0  # a lock left behind is no obstacle


@pytest.mark.parametrize(
    ("relay", "code", "words"),
    [
        ("smtp://127.0.0.1:1", 75, "127.0.0.1:1"),
        ("smtp://user@127.0.0.1:1", 2, "no password"),
        ("smtp://user:secret@127.0.0.1:1", 2, "keep the password out"),
        ("smtp://relay.example:25", 2, "is an example"),
        ("gopher://x", 2, "is not maildir"),
        ("smtp://127.0.0.1:99999", 2, "delivery.relay"),
        ("smtp://127.0.0.1:25?tls=maybe", 2, "?tls="),
    ],
)
def test_a_wrong_relay_is_named(
    project: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    relay: str,
    code: int,
    words: str,
) -> None:
    alerts("subscriber", "add", "a@example.org")
    added = alerts(
        "article", "add", "--url", "https://n.example/1", "--title", "T", "--month", "2026-10"
    )
    assert added.code == 0, added.stderr
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay)
    result = alerts("run", "--month", "2026-10")
    assert result.code == code, result.stderr
    assert words in result.stderr
    assert "secret" not in result.stderr  # X14
    assert "Traceback" not in result.stderr
    counts = alerts("status", "--month", "2026-10", "--json").json["deliveries"]
    assert counts["sent"] == 0


def test_the_month_that_goes_on_is_one_word(project: Path, alerts: Alerts) -> None:
    """As it grows, an editor prepares it: every command that takes a month takes `this`."""
    now = Month.of(datetime.now(UTC), ZoneInfo("UTC"))
    added = alerts("article", "add", "--month", "this", "--url", "https://www.example.org/t",
                   "--title", "Soon")  # fmt: skip
    assert added.code == 0
    for command in (("issue", "show"), ("status",), ("issue", "export", "-")):
        told = alerts(*command, "--month", "THIS")
        assert "Soon" in told.stdout, command
    assert alerts("issue", "show", "--month", "this", "--json").json["month"] == str(now)
    assert alerts("issue", "show", "--month", "that").code == 2
