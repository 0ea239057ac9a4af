"""Fetching from hosts that nobody here controls: limits, faults in one line, no private address."""

import contextlib
import gzip
import resource
import socket
import threading
import zlib
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.errors import FetchError
from alerts.sources.deadline import Deadline
from alerts.sources.fetch import Fetcher
from alerts.sources.public_only import is_public
from tests.conftest import Alerts
from tests.http_server import Site, bomb, reply


def _fetcher(sleeps: list[float] | None = None, **limits: Any) -> Fetcher:
    chosen: dict[str, Any] = {"allow_private": True, "retries": 0, **limits}
    settings = Settings(root=Path("."), sources=SourcesSettings(**chosen))
    return Fetcher(settings, sleep=(sleeps if sleeps is not None else []).append)


def _fault(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_document_comes_with_its_charset_and_validators(web: Site) -> None:
    url = web.serve(
        "/a", b"hello", Content_Type="text/plain; charset=x", ETag='"1"', Last_Modified="then"
    )
    got = _fetcher().fetch(f"{url}#part")
    assert (got.body, got.content_type, got.etag, got.last_modified) == (
        b"hello", "text/plain; charset=x", '"1"', "then"
    )  # fmt: skip
    path, headers = web.requests[0]
    assert path == "/a"
    assert headers["user-agent"].startswith("alerts/")
    assert headers["host"] == f"127.0.0.1:{web.port}"
    assert "cookie" not in headers


def test_what_is_unchanged_is_not_sent_again(web: Site) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        known = request.headers.get("If-None-Match") == '"1"'
        reply(request, b"" if known else b"body", 304 if known else 200, {"ETag": '"1"'})

    web.plan["/"] = answer
    first = _fetcher().fetch(web.url("/"))
    again = _fetcher().fetch(web.url("/"), first.etag, first.last_modified)
    assert (first.body, first.unchanged, again.body, again.unchanged) == (b"body", False, b"", True)


def test_a_faulty_answer_is_named_in_one_line(web: Site) -> None:
    for status, words in {
        404: "404 Not Found",
        410: "410 Gone",
        403: "403 Forbidden",
        299: "299",
    }.items():
        assert words in _fault(_fetcher(), web.serve(f"/{status}", b"x", status))


def test_an_ill_server_is_asked_again_and_a_missing_page_is_not(web: Site) -> None:
    answers = iter([500, 429, 200])
    web.plan["/ill"] = lambda request: reply(request, b"well", next(answers), {})
    sleeps: list[float] = []
    assert _fetcher(sleeps, retries=2).fetch(web.url("/ill")).body == b"well"
    assert sleeps == [0.5, 1.0]
    assert "503 Service Unavailable" in _fault(_fetcher(retries=2), web.serve("/503", b"", 503))
    assert "404" in _fault(_fetcher(retries=2), web.url("/missing"))
    paths = [path for path, _ in web.requests]
    assert [paths.count(p) for p in ("/ill", "/503", "/missing")] == [3, 3, 1]


def test_a_connection_that_breaks_is_tried_again(web: Site) -> None:
    broken = iter([True, False])

    def answer(request: BaseHTTPRequestHandler) -> None:
        if next(broken):
            request.send_response(200)
            request.send_header("Content-Length", "100")
            request.end_headers()
            request.wfile.write(b"half")
            request.close_connection = True
        else:
            reply(request, b"whole", 200, {})

    web.plan["/"] = answer
    assert _fetcher(retries=1).fetch(web.url("/")).body == b"whole"


def test_nobody_there_and_no_such_host_are_named() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    assert "cannot connect" in _fault(_fetcher(), f"http://127.0.0.1:{port}/")
    assert "no such host" in _fault(_fetcher(), "http://nowhere.invalid/")


def test_redirects_are_followed_and_circles_are_not(web: Site) -> None:
    for n in range(9):
        web.serve(f"/{n}", b"", 302, Location=f"/{n + 1}")
    web.serve("/5", b"end")
    web.serve("/circle", b"", 301, Location="/circle2")
    web.serve("/circle2", b"", 301, Location="/circle")
    assert _fetcher().fetch(web.url("/0")).url == web.url("/5")
    web.serve("/5", b"", 302, Location="/6")
    assert "more than 5 redirects" in _fault(_fetcher(), web.url("/0"))
    assert "in a circle" in _fault(_fetcher(), web.url("/circle"))


def test_a_redirect_leaves_the_web_for_nothing_x3(web: Site) -> None:
    targets = ("file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "javascript:alert(1)",
               "data:text/plain,x", "http://user:pass@127.0.0.1/", "/\r\nX: y")  # fmt: skip
    for number, target in enumerate(targets):

        def answer(request: BaseHTTPRequestHandler, target: str = target) -> None:
            request.wfile.write(b"HTTP/1.0 302 Found\r\nLocation: " + target.encode() + b"\r\n\r\n")
            request.close_connection = True

        web.plan[f"/{number}"] = answer
        web.plan["/"] = lambda request: reply(request, b"", 404, {})
        _fault(_fetcher(), web.url(f"/{number}"))


def test_a_document_of_50_mb_is_cut_off_x4(web: Site) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(50):
            request.wfile.write(bytes(1_000_000))

    web.plan["/big"] = answer
    assert "larger than 1000000 octets" in _fault(_fetcher(max_bytes=1_000_000), web.url("/big"))


@pytest.mark.proof
def test_a_gzip_bomb_is_unpacked_no_further_than_the_limit_x4(web: Site) -> None:
    web.serve("/bomb", bomb(300), Content_Encoding="gzip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "larger than 2000000 octets" in _fault(_fetcher(max_bytes=2_000_000), web.url("/bomb"))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 60_000, f"a bomb of 300 MB took {grown / 1024:.0f} MB"
    web.serve("/gzip", gzip.compress(b"small", mtime=0), Content_Encoding="gzip")
    assert _fetcher().fetch(web.url("/gzip")).body == b"small"
    assert "damaged" in _fault(_fetcher(), web.serve("/bad", b"no gzip", Content_Encoding="gzip"))
    for encoding in ("deflate", "gzip"):
        url = web.serve("/damaged", b"x", Content_Encoding=encoding)
        assert f"its {encoding} encoding is damaged" in _fault(_fetcher(), url)
    for encoding in ("br", "zstd"):
        url = web.serve("/other", b"x", Content_Encoding=encoding)
        assert "not asked for" in _fault(_fetcher(), url)


def test_every_encoding_that_is_asked_for_is_unpacked_and_bombs_are_not_x4(web: Site) -> None:
    zeros = bytes(300_000_000)
    raw = zlib.compressobj(wbits=-15)
    bombs = {
        "deflate": zlib.compress(zeros),
        "DEFLATE": raw.compress(zeros) + raw.flush(),
        "gzip": bomb(300),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, octets in bombs.items():
        url = web.serve(f"/{name}", octets, Content_Encoding=name)
        assert "larger than 2000000 octets" in _fault(_fetcher(max_bytes=2_000_000), url)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 60_000, f"bombs of 300 MB took {grown / 1024:.0f} MB"
    text = b"A document of some length. " * 40
    raw = zlib.compressobj(wbits=-15)
    packed = {"gzip": gzip.compress(text, mtime=0), "deflate": zlib.compress(text)}
    packed["DEFLATE"] = raw.compress(text) + raw.flush()
    for name, octets in packed.items():
        assert _fetcher().fetch(web.serve("/t", octets, Content_Encoding=name)).body == text
    _, headers = web.requests[-1]
    assert headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("part", ["status", "headers", "body", "chunks"])
def test_the_time_limit_holds_however_slowly_it_drips_x4(web: Site, part: str) -> None:
    beginnings = {
        "status": b"",
        "headers": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    }
    drops = {"chunks": b"1\r\nx\r\n"}

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(beginnings[part])
        while not web.stopping.wait(0.01):
            request.wfile.write(drops.get(part, b"H"))
            request.wfile.flush()

    web.plan["/slow"] = answer
    fault = _fault(_fetcher(timeout=timedelta(seconds=0.3)), web.url("/slow"))
    assert "not read within 0.3 s" in fault or "broke" in fault


def test_a_resolver_that_does_not_answer_costs_no_more_than_the_time_limit_x4() -> None:
    never = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        never.wait()
        return []

    limits = SourcesSettings(allow_private=True, timeout=timedelta(seconds=0.3))
    fetcher = Fetcher(Settings(root=Path("."), sources=limits), resolve=resolve)
    assert "not read within 0.3 s" in _fault(fetcher, "http://slow.example/")
    never.set()


def test_what_comes_after_the_end_of_a_gzip_counts_too_x4(web: Site) -> None:
    url = web.serve(
        "/more", gzip.compress(b"small", mtime=0) + bytes(3_000_000), Content_Encoding="gzip"
    )
    assert "larger than 2000000 octets" in _fault(_fetcher(max_bytes=2_000_000), url)


def test_a_wait_for_others_of_the_same_host_is_no_time_of_a_source(web: Site) -> None:
    web.serve("/", b"hello")
    came, go_on = threading.Event(), threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        came.set()
        go_on.wait()
        reply(request, b"first", 200, {})

    def clock() -> float:  # a hundred seconds pass while the second waits for the first
        before = 100.0 * go_on.is_set()
        if came.is_set():
            go_on.set()
        return before

    web.plan["/first"] = answer
    limits = SourcesSettings(allow_private=True, per_host=1, timeout=timedelta(seconds=60))
    fetcher = Fetcher(Settings(root=Path("."), sources=limits), clock=clock)
    own, ends = Deadline(60), Deadline(60, clock)
    first = threading.Thread(target=lambda: fetcher.fetch(web.url("/first"), deadline=own))
    first.start()
    came.wait()
    assert fetcher.fetch(web.url("/"), deadline=ends).body == b"hello"
    first.join()


# --- X3: no private address -----------------------------------------------------------------------

_PRIVATE = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
    "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2002:c0a8:101::", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
    "2001:0:1:2:3:4:80ff:fffe", "not an address",
    "192.88.99.1", "192.88.99.2", "2002:c058:6301::", "3fff::1", "3fff:fff:ffff::1", "5f00::1",
    "100:0:0:1::1", "2001:2::1", "2001:10::1", "2001:0:a00:1::", "64:ff9b::c058:6301",
    "2002:808:808::5efe:10.0.0.1", "2606:2800:220:1:0:5efe:10.0.0.1", "fe80::5efe:10.0.0.1",
    "2606:2800:220:1:200:5efe:192.168.1.1",
    "2606:2800:220:1:0:5efe:169.254.169.254", "2606:2800:220:1:0:5efe:127.0.0.1", "2606:2800:220:1::1%eth0",
)  # fmt: skip


def test_no_address_of_a_private_network_is_public_x3() -> None:
    through = [address for address in _PRIVATE if is_public(address)]
    assert through == [], f"{len(_PRIVATE)} addresses tried, {len(through)} through"
    for address in (
        "93.184.216.34",
        "2606:2800:220:1::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2606:2800:220:1:0:5efe:8.8.8.8",
    ):
        assert is_public(address)


@contextlib.contextmanager
def _listeners() -> Iterator[tuple[int, list[int]]]:
    """Listeners of one port on loopback, IPv4 and where there is one IPv6; counts connections."""
    hits: list[int] = []
    sockets = [socket.create_server(("127.0.0.1", 0))]
    port = sockets[0].getsockname()[1]
    with contextlib.suppress(OSError):
        sockets.append(socket.create_server(("::1", port), family=socket.AF_INET6))

    def count(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            hits.append(1)
            connection.close()

    threads = [threading.Thread(target=count, args=(s,)) for s in sockets]
    for thread in threads:
        thread.start()
    try:
        yield port, hits
    finally:
        for listener in sockets:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in threads:
            thread.join()


def _spellings(port: int) -> list[str]:
    hosts = (
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1",
        "017700000001", "0177.1", "127.000.000.001", "0", "0.0.0.0", "localhost", "localhost.", "LOCALHOST",
        "localhost.localdomain", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]", "127。0。0。1", "①②⑦.⓪.⓪.①", "127.0.0.1.", "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]", "169.254.169.254", "[fe80::1]", "ip6-localhost", "0x7F.0x0.0x0.0x1",
    )  # fmt: skip
    urls = [f"http://{host}:{port}/" for host in hosts]
    urls += [f"https://127.0.0.1:{port}/", f"http://a.example@127.0.0.1:{port}/"]
    urls += [f"http://127.0.0.1:{port}#@a.example/"]
    urls += [f"https://127.0.0.1:{port}/", f"http://a.example@127.0.0.1:{port}/"]
    urls += [f"http://127.0.0.1:{port}#@a.example/"]
    urls += [f"{scheme}://127.0.0.1:{port}/" for scheme in ("ftp", "gopher", "dict", "ldap", "ws")]
    return [*urls, "file:///etc/passwd", "/etc/passwd"]


def test_no_spelling_of_loopback_is_ever_connected_to_x3() -> None:
    with _listeners() as (port, hits):
        urls = _spellings(port)
        fetcher = _fetcher(allow_private=False)
        for url in urls:
            _fault(fetcher, url)
        assert hits == [], f"{len(urls)} spellings tried, {len(hits)} connections"
        socket.create_connection(("127.0.0.1", port)).close()  # the listeners do count
        while not hits:
            pass


def test_a_redirect_to_any_spelling_of_loopback_is_refused_x3(web: Site) -> None:
    """The first hop is let through; from the second on, the real check decides."""
    with _listeners() as (port, hits):
        targets = _spellings(port)
        settings = Settings(root=Path("."), sources=SourcesSettings(retries=0))
        for number, target in enumerate(targets):
            hops = iter([True])
            url = web.serve(
                f"/{number}", b"", 302, Location=target.encode("utf-8").decode("latin-1")
            )
            _fault(Fetcher(settings, public=lambda a, h=hops: next(h, False) or is_public(a)), url)  # type: ignore[misc]
        assert len(web.requests) == len(targets)
        assert hits == [], f"{len(targets)} redirects tried, {len(hits)} connections"


def test_a_name_that_resolves_to_loopback_the_second_time_is_refused_x3() -> None:
    """DNS rebinding: each connection resolves once and connects to what it has checked."""
    with _listeners() as (port, hits):
        answers = iter([["93.184.216.34", "127.0.0.1"], ["127.0.0.1"], ["::1"], [], ["10.0.0.1"]])
        settings = Settings(root=Path("."), sources=SourcesSettings(retries=0))
        asked: list[str] = []

        def resolve(host: str, _port: int) -> list[str]:
            asked.append(host)
            return next(answers)

        fetcher = Fetcher(settings, resolve=resolve)
        for _ in range(5):
            _fault(fetcher, f"http://rebinding.example:{port}/")
        assert (len(asked), hits) == (5, [])


def test_the_address_checked_is_the_address_connected_to_x3(web: Site) -> None:
    web.serve("/", b"by its number")
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    settings = Settings(root=Path("."), sources=SourcesSettings(allow_private=True))
    got = Fetcher(settings, resolve=resolve).fetch(web.url("/", "no-such-name.example"))
    assert (got.body, asked) == (b"by its number", ["no-such-name.example"])
    assert web.requests[0][1]["host"] == f"no-such-name.example:{web.port}"


def test_nothing_that_a_source_names_leads_to_loopback_x3(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links, pictures, enclosures, style sheets, translations, listed pages, OPML, events, new articles:
    none is fetched, or only if its address is public."""
    monkeypatch.setenv("ALERTS_SOURCES__RETRIES", "0")
    with _listeners() as (port, hits):
        tried = 0
        for number, host in enumerate(("127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433")):
            evil = f"http://{host}:{port}/x"
            rss = (
                f"<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><link>{evil}</link>"
                f"<image><url>{evil}.png</url></image><item><title>T</title><link>{evil}</link>"
                f"<enclosure url='{evil}.png' type='image/png'/><media:content url='{evil}.jpg'/>"
                f"<description>&lt;img src='{evil}'>&lt;link rel=stylesheet href='{evil}'></description>"
                "</item></channel></rss>"
            )
            head = "".join(
                f'<link rel="{rel}" hreflang="es" href="{evil}">'
                for rel in ("alternate", "canonical", "stylesheet", "icon", "amphtml", "next")
            )
            links = "".join(
                f"<h2><a href='/{n}'>A title of some length {n}</a></h2>" for n in range(9)
            )
            files = {
                "f.xml": rss,
                "p.html": f"<html><head>{head}<style>@import '{evil}';</style><title>T</title><meta property="
                f"og:image content='{evil}'></head><body><p>{'Some text of a page. ' * 30}<img src='{evil}'>",
                "l.html": f"<html><head><base href='{evil}'></head><body><main>{links}</main>",
                "c.ics": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261103T100000Z\r\nSUMMARY:T\r\n"
                f"URL:{evil}\r\nATTACH;FMTTYPE=image/png:{evil}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                "t.csv": f"url,title,image\n{evil},T,{evil}\n",
                "o.opml": f"<opml><body><outline xmlUrl='{evil}'/></body></opml>",
            }
            for name, text in files.items():
                (project / f"{number}{name}").write_text(text)
                tried += 1
                if name == "o.opml":
                    alerts("source", "import", f"{number}{name}")
                else:
                    alerts("source", "check", f"{number}{name}", "--month", "2026-10")
                    alerts("source", "add", f"{number}{name}")
            assert "not a public address" in alerts("article", "add", evil).stderr
        assert alerts("collect", "--month", "2026-10").code == 1
        alerts("render", "--month", "2026-10", "--out", "out")
        assert hits == [], f"{tried} documents tried, {len(hits)} connections"


def test_ports_of_other_services_are_refused_x3() -> None:
    ports = (
        1,
        21,
        22,
        23,
        25,
        53,
        79,
        81,
        110,
        111,
        139,
        143,
        389,
        445,
        465,
        587,
        636,
        993,
        995,
        1023,
    )
    settings = Settings(root=Path("."), sources=SourcesSettings(retries=0))
    asked: list[int] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(port)
        return []

    fetcher = Fetcher(settings, resolve=resolve)
    for port in ports:
        assert f"port {port} is refused" in _fault(fetcher, f"http://a.example:{port}/")
    assert asked == []


def test_no_proxy_of_the_environment_is_used(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    web.serve("/", b"direct")
    with _listeners() as (port, hits):
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        assert _fetcher().fetch(web.url("/")).body == b"direct"
        assert hits == []


def test_a_password_in_an_address_is_never_shown() -> None:
    fault = _fault(_fetcher(), "http://user:s3cret@a.example/")
    assert "s3cret" not in fault


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    import ssl
    import subprocess

    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        fault = _fault(_fetcher(), f"https://localhost:{listener.getsockname()[1]}/")
        thread.join()
    assert "TLS certificate is not valid" in fault
