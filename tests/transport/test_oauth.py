"""Logins with an OAuth 2 token from a command, into servers on this machine that take nothing else."""

import base64
import json
import shlex
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, AuthResult

from alerts.domain.errors import MailboxRefused
from alerts.mailbox import oauth
from alerts.mailbox.imap import ImapMailbox
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue

TOKEN = "ya29.canary-4711"
M = ("--month", str(MONTH))


class _Xoauth2:
    """Takes mail from whoever has the token."""

    def __init__(self) -> None:
        self.inbox: list[str] = []
        self.heard: list[bytes] = []

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(args[1])
        self.heard.append(said)
        if said == f"user=me\x01auth=Bearer {TOKEN}\x01\x01".encode():
            return AuthResult(success=True, auth_data=b"me")
        answer = await server.challenge_auth('{"status":"400"}')
        assert answer in (b"", MISSING)
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if not session.authenticated:
            return "530 5.7.0 who are you?"
        self.inbox += envelope.rcpt_tos
        return "250 taken"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def _server(handler: _Xoauth2) -> Iterator[str]:
    server = Controller(
        handler, hostname="127.0.0.1", port=_free_port(), auth_require_tls=False,
        auth_exclude_mechanism=["PLAIN", "LOGIN"],
    )  # fmt: skip
    server.start()
    try:
        yield f"smtp://me@127.0.0.1:{server.port}"
    finally:
        server.stop()


def _printing(words: str) -> str:
    return shlex.join([sys.executable, "-c", f"print({words!r})"])


@pytest.mark.parametrize(("token", "code"), [(TOKEN, 0), ("expired", 1), ("", 2), ("two words", 2)])
def test_the_relay_is_logged_into_with_the_token_of_the_command(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, token: str, code: int
) -> None:
    db = database(project)
    add_subscribers(db, 3)
    queue_issue(project, db)
    db.close()
    handler = _Xoauth2()
    with _server(handler) as url:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", url)
        monkeypatch.setenv("ALERTS_DELIVERY__TOKEN_COMMAND", _printing(token))
        result = alerts("send", *M)
    assert result.code == code, result.stderr
    assert len(handler.inbox) == (0 if code else 3)
    assert "canary" not in result.stderr
    if code == 2:
        assert "token_command" in result.stderr


def test_a_command_that_cannot_be_run_is_named(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = database(project)
    add_subscribers(db, 1)
    queue_issue(project, db)
    db.close()
    with _server(_Xoauth2()) as url:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", url)
        monkeypatch.setenv("ALERTS_DELIVERY__TOKEN_COMMAND", "/nowhere/token")
        result = alerts("send", *M)
    assert (result.code, result.stderr.splitlines()[-1].count("delivery.token_command")) == (2, 1)


class _Mailbox(socketserver.StreamRequestHandler):
    """An IMAP server with an empty INBOX, for one of the two mechanisms."""

    mechanism = "OAUTHBEARER"

    def handle(self) -> None:
        self._say(f"* OK [CAPABILITY IMAP4rev1 AUTH={self.mechanism}] ready")
        while line := self.rfile.readline().decode().strip():
            tag, command, *_ = line.split()
            match command.upper():
                case "CAPABILITY":
                    self._say(f"* CAPABILITY IMAP4rev1 AUTH={self.mechanism}", f"{tag} OK done")
                case "AUTHENTICATE":
                    self._authenticate(tag)
                case "SELECT":
                    self._say("* 0 EXISTS", f"{tag} OK [READ-WRITE] done")
                case "UID":
                    self._say("* SEARCH", f"{tag} OK done")
                case _:
                    self._say(f"{tag} OK done")

    def _authenticate(self, tag: str) -> None:
        self._say("+ ")
        said = base64.b64decode(self.rfile.readline())
        if f"auth=Bearer {TOKEN}\x01".encode() in said and b"me" in said:
            self._say(f"{tag} OK welcome")
            return
        self._say("+ " + base64.b64encode(b'{"status":"invalid_token"}').decode())
        self.rfile.readline()
        self._say(f"{tag} NO [AUTHENTICATIONFAILED] refused")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@pytest.mark.parametrize("mechanism", oauth.MECHANISMS)
def test_the_mailbox_is_logged_into_with_a_token(mechanism: str) -> None:
    handler = type("Handler", (_Mailbox,), {"mechanism": mechanism})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"imap://me@127.0.0.1:{server.server_address[1]}/INBOX"
        box = ImapMailbox.parse(url, 10, oauth=True)
        assert list(box.unseen(TOKEN)) == []
        with pytest.raises(MailboxRefused, match="refuses the login of me"):
            list(box.unseen("expired"))
        server.shutdown()


def test_a_mailbox_that_is_a_source_may_have_a_command_of_its_own(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_MAILBOX__TOKEN_COMMAND", _printing("of-another-mailbox"))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        alerts("source", "add", f"imap://me@127.0.0.1:{server.server_address[1]}/INBOX")
        for command, told in (
            (_printing(TOKEN), ""),
            (_printing("expired"), "refuses the login of me"),
            ("/nowhere/token", "mailbox.token_commands “me@127.0.0.1”: cannot be run"),
        ):
            own = f'{{ "me@127.0.0.1" = {json.dumps(command)} }}'
            monkeypatch.setenv("ALERTS_MAILBOX__TOKEN_COMMANDS", own)
            failed = alerts("collect", *M, "--json").json["failed"]
            assert [told in one["reason"] for one in failed] == [True] * bool(told)
        server.shutdown()


def test_a_name_with_a_comma_is_written_as_rfc_5801_wants() -> None:
    said = oauth.first("OAUTHBEARER", "a,b=c", "mail.example.org", 993, "t")
    assert said.startswith("n,a=a=2Cb=3Dc,\x01host=mail.example.org\x01port=993\x01auth=Bearer t")
