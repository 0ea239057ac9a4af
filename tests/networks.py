"""Mastodon, Bluesky, Telegram and Matrix on loopback: one server that speaks what posts need of each.

Each refuses what the real one refuses: wrong tokens, texts over the limit, keys and facets that are
malformed. `posts` are what is there, by network; a repetition that the protocol recognises is there once.
"""

import json
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from tests.http_server import serving

TOKEN = "correct-horse"
ROOM, CHAT, HANDLE = "!room:example.org", "@our_alert", "alert.example.org"
_TID = re.compile(r"[234567a-j][234567a-z]{12}")

Reply = tuple[int, dict[str, Any]]


@dataclass
class Networks:
    """The server. `trouble`, if it is set, is asked for each post: it may answer by itself ("answer", status,
    body), or have the post taken and the connection cut ("cut")."""

    url: str = ""
    posts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    trouble: Callable[[str], tuple[Any, ...] | None] = lambda network: None
    asked: list[str] = field(default_factory=list)
    _keys: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def clear(self) -> None:
        """As new."""
        self.posts, self._keys, self.asked = {}, {}, []
        self.trouble = lambda network: None

    def texts(self, network: str) -> list[str]:
        """The texts that are there."""
        name = {"mastodon": "status", "matrix": "body"}.get(network, "text")
        return [str(one[name]) for one in self.posts.get(network, [])]

    def take(self, network: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a post, or find the one of that key; an empty key is never found."""
        with self._lock:
            if key and (network, key) in self._keys:
                return self._keys[network, key]
            there = self.posts.setdefault(network, [])
            there.append(body)
            made = {"number": len(there)}
            self._keys[network, key] = made
            return made


def mastodon(there: Networks, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> Reply:
    """A status of at most 500 characters, each link as 23."""
    if request.headers["Authorization"] != f"Bearer {TOKEN}":
        return 401, {"error": "The access token is invalid"}
    if request.command == "GET":
        return 200, {"acct": "alert"}
    text = re.sub(r"https?://\S+", "x" * 23, body["status"])
    if len(text) > 500 or ("\u200b" not in text and re.search(r"(?<!\w)@\w", text)):
        return 422, {"error": "Validation failed: Text character limit of 500 exceeded"}
    made = there.take("mastodon", request.headers["Idempotency-Key"] or "", body)
    return 200, {"id": str(made["number"]), "url": f"{there.url}/@alert/{made['number']}"}


def bluesky(there: Networks, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> Reply:
    """A session by a password; a record that replaces the one of its key."""
    if request.path.endswith("createSession"):
        if (body["identifier"], body["password"]) != (HANDLE, TOKEN):
            return 401, {"error": "AuthenticationRequired", "message": "Invalid password"}
        return 200, {"did": "did:plc:abc", "accessJwt": "jwt"}
    if request.headers["Authorization"] != "Bearer jwt":
        return 400, {"error": "InvalidToken", "message": "Bad token"}
    record = body["record"]
    assert (body["repo"], body["collection"]) == ("did:plc:abc", "app.bsky.feed.post")
    octets = record["text"].encode()
    count = sum(unicodedata.category(c) not in ("Mn", "Me", "Cf") for c in record["text"])
    if count > 300 or len(octets) > 3000 or not _TID.fullmatch(body["rkey"]):
        return 400, {"error": "InvalidRequest", "message": "Invalid app.bsky.feed.post record"}
    for facet in record["facets"]:
        begin, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        octets[begin:end].decode()
        assert 0 <= begin < end <= len(octets)
        assert facet["features"][0]["uri"].startswith("http")
    there.take("bluesky", body["rkey"], record)
    return 200, {"uri": f"at://did:plc:abc/app.bsky.feed.post/{body['rkey']}", "cid": "x"}


def telegram(there: Networks, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> Reply:
    """A message of at most 4,096 UTF-16 units, with entities within it; a repetition is there twice."""
    bot, method = request.path.removeprefix("/bot").split("/")
    if bot != TOKEN:
        return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
    if body["chat_id"] != CHAT:
        return 400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}
    if method == "getChat":
        return 200, {"ok": True, "result": {"id": 1, "username": CHAT[1:]}}
    length = len(body["text"].encode("utf-16-le")) // 2
    ends = [one["offset"] + one["length"] for one in body["entities"]]
    if length > 4096 or len(ends) > 100 or max(ends) > length:
        return 400, {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: message is too long",
        }
    made = there.take("telegram", "", body)
    return 200, {"ok": True, "result": {"message_id": made["number"]}}


def matrix(there: Networks, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> Reply:
    """An event, by the id of its transaction."""
    if request.headers["Authorization"] != f"Bearer {TOKEN}":
        return 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed."}
    if request.path.endswith("/account/whoami"):
        return 200, {"user_id": "@alert:example.org"}
    _, room, _, kind, key = request.path.partition("/v3/")[2].split("/")
    if unquote(room) != ROOM or kind != "m.room.message" or request.command != "PUT":
        return 403, {"errcode": "M_FORBIDDEN", "error": "You are not invited to this room."}
    if len(json.dumps(body).encode()) > 65_000:
        return 413, {"errcode": "M_TOO_LARGE", "error": "event too large"}
    made = there.take("matrix", key, body)
    return 200, {"event_id": f"${made['number']}"}


def _network(path: str) -> str:
    for network, begins in (("bluesky", "/xrpc/"), ("telegram", "/bot"), ("matrix", "/_matrix/")):
        if path.startswith(begins):
            return network
    return "mastodon"


_ANSWERS = {"mastodon": mastodon, "bluesky": bluesky, "telegram": telegram, "matrix": matrix}
_POSTING = re.compile(r"/api/v1/statuses|.*putRecord|.*sendMessage|.*/send/m\.room\.message/.*")


@contextmanager
def networks() -> Iterator[Networks]:
    """The server, for a time."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            network, posting = _network(self.path), _POSTING.fullmatch(self.path)
            here.asked.append(f"{self.command} {self.path}")
            asked = here.trouble(network) if posting else None
            if asked is not None and asked[0] == "answer":
                self.reply(*asked[1:])
                return
            status, body = _ANSWERS[network](here, self, json.loads(octets or b"{}"))
            if asked is not None:  # taken, and nobody is told
                self.close_connection = True
                return
            self.reply(status, body)

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def do_PUT(self) -> None:
            self.answer()

        def reply(self, status: int, body: dict[str, Any], **headers: str) -> None:
            octets = json.dumps(body).encode()
            with suppress(OSError):  # who asked may have been killed
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

        def log_message(self, *_: object) -> None:
            """Tests look at `posts`."""

    with serving(Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        here = Networks(f"http://127.0.0.1:{server.server_address[1]}")
        yield here
