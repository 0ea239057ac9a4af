"""A stub of LibreTranslate on loopback: says each text again in capitals, as its API does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_server import serving


@dataclass
class TranslateServer:
    """`asked` are the requests, as JSON; `answer` replaces the next answers: (status, body)."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None


@contextmanager
def translate_server() -> Iterator[TranslateServer]:
    """The server for the time of a test."""
    here = TranslateServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            octets = self.rfile.read(int(self.headers["Content-Length"]))
            here.asked.append(json.loads(octets))
            texts = [f"{one.upper()} \u202e" for one in here.asked[-1]["q"]]
            status, body = here.answer or (200, json.dumps({"translatedText": texts}).encode())
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as server:
        here.url = f"http://127.0.0.1:{server.server_port}"
        yield here
