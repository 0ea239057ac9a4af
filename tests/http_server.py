"""A real web server on loopback whose every path answers as a test planned it."""

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """`plan[path]` answers a GET; `requests` are the (path, headers) that came in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.plan: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of `path` here."""
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        """Plan an answer with that body; `content_type=` is Content-Type. Returns its address."""
        self.plan[path] = lambda request: reply(request, body, status, headers)
        return self.url(path)


def reply(
    request: BaseHTTPRequestHandler, body: bytes, status: int, headers: Mapping[str, str]
) -> None:
    """Send an answer."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def dated(told: datetime, body: bytes, status: int = 200, age: int = 0) -> Answer:
    """An answer of a server by whose clock it was `told`, kept in a cache for `age` seconds."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response_only(status)
        request.send_header("Date", format_datetime(told, usegmt=True))
        request.send_header("Content-Length", str(len(body)))
        if age:
            request.send_header("Age", str(age))
        request.end_headers()
        request.wfile.write(body)

    return answer


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    """A server on loopback, in a thread of its own for the time of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def site() -> Iterator[Site]:
    """A server for the time of a test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            try:
                answer = here.plan.get(self.path)
                if answer is None:
                    reply(self, b"not here", 404, {})
                else:
                    answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client had enough: several tests want that

        def log_message(self, *_: object) -> None:
            """Tests look at `requests`, not at a log."""

    with serving(Handler) as server:
        server.daemon_threads = False
        here = Site(server.server_address[1])
        try:
            yield here
        finally:
            here.stopping.set()


def bomb(megabytes: int) -> bytes:
    """That many megabytes of zeros, gzipped: a thousandth of it."""
    return gzip.compress(bytes(megabytes * 1_000_000), mtime=0)
