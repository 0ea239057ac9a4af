# ruff: noqa: E501 -- documents are not wrapped
"""What hostile documents cost: `python -m benchmarks.bombs`.

Each is made to take time or memory: entities that multiply, elements nested without end, a million
entries, rules of repetition for every second, gzip and brotli that unpack to gigabytes. Each goes
through `alerts source check` in a process of its own, as an admin would call it. Prints seconds of CPU
and peak memory of each, and the worst.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli

ALERTS = str(Path(sys.executable).parent / "alerts")
MOST = 9_900_000  # octets; what is larger is refused unread (sources.max_bytes)
_RSS = '<rss version="2.0"><channel><title>F</title><item><title>T</title><link>https://b.example/</link>'
_END = "</item></channel></rss>"
_ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"


def feeds() -> Iterator[tuple[str, str]]:
    """(name, document)."""
    tenfold = (f"&a{n};" * 10 for n in range(9))
    entities = "".join(f'<!ENTITY a{n} "{many}">' for n, many in enumerate(tenfold, 1))
    yield "billion laughs", f'<!DOCTYPE rss [<!ENTITY a0 "lol">{entities}]>{_RSS}&a9;{_END}'
    yield (
        "quadratic blowup",
        f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>{_RSS}{"&a;" * 50_000}{_END}',
    )
    yield (
        "external entity",
        f'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///dev/zero">]>{_RSS}&a;{_END}',
    )
    yield "nested", _RSS + "<x>" * 3_000_000
    yield "nested and closed", _RSS + "<x>" * 1_400_000 + "</x>" * 1_400_000 + _END
    yield "nested html", f"{_RSS}<description>{'&lt;div>' * 1_400_000}</description>{_END}"
    yield "a million entries", _RSS + "</item>" + "<item/>" * 1_200_000 + "</channel></rss>"
    yield "a title of 9 MB", f"{_RSS}<description>{'x' * 9_000_000}</description>{_END}"
    attributes = " ".join(f"a{n}='1'" for n in range(300_000))
    yield "300,000 attributes", f"{_RSS}<x {attributes}/>{_END}"
    namespaces = " ".join(f"xmlns:n{n}='u'" for n in range(100_000))
    yield "100,000 namespaces", f"{_RSS}<x {namespaces}/>{_END}"
    yield "open brackets", _RSS + "<" * 9_000_000
    yield "open quotes", _RSS + "<a b='" * 1_500_000
    yield "references", _RSS + "&a" * 4_000_000
    dates = "".join(
        f"<item><title>{n}</title><pubDate>{n % 28} khmbr 2026 at {n}</pubDate></item>"
        for n in range(999)
    )
    yield (
        "dates of no language",
        f'<rss version="2.0"><channel><item>{_RSS}</item>{dates}</channel></rss>',
    )
    yield "json nested", "[" * 9_000_000
    yield (
        "json of a million items",
        json.dumps({"version": "x", "items": [{"id": n} for n in range(800_000)]}),
    )


def others() -> Iterator[tuple[str, str, str]]:
    """(name, ending of the file, document)."""
    head = "<!doctype html><html><head><title>T</title></head><body>"
    yield "page nested", "html", head + "<div>" * 1_900_000
    yield "page of tables", "html", head + "<table><tr><td>" * 600_000
    yield "page of paragraphs", "html", head + "<p>x" * 2_400_000
    yield (
        "page of links",
        "html",
        head
        + "".join(f"<h2><a href=/{n}>A title of some length {n}</a></h2>" for n in range(180_000)),
    )
    yield (
        "page just below the limit",
        "html",
        head + ("<p>" + "Text of a page, some of it. " * 9 + "</p>") * 14_000,
    )
    yield (
        "page of json-ld",
        "html",
        f"{head}<script type='application/ld+json'>{'[' * 9_000_000}</script>",
    )
    daily = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:19000101T000000Z\r\nSUMMARY:{0}\r\nRRULE:{1}\r\nEND:VEVENT\r\n"
    for rule in (
        "FREQ=SECONDLY",
        "FREQ=DAILY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=9;BYMONTH=12",
    ):
        body = "".join(daily.format(n, rule) for n in range(2000))
        yield f"calendar {rule}", "ics", f"{_ICS}{body}END:VCALENDAR\r\n"
    yield "calendar nested", "ics", _ICS + "BEGIN:VEVENT\r\n" * 600_000
    yield (
        "calendar of a long line",
        "ics",
        f"{_ICS}BEGIN:VEVENT\r\nSUMMARY:{'x' * 9_000_000}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    )
    yield "table of a million rows", "csv", "url,title\n" + "https://b.example/,T\n" * 450_000
    yield "table of open quotes", "csv", "url,title\n" + '"' * 9_000_000


def measured(*arguments: str) -> tuple[float, float, int]:
    """CPU seconds, MB of peak memory and exit code of one call of `alerts`."""
    environment = {**os.environ, "ALERTS_SOURCES__ALLOW_PRIVATE": "true"}
    process = subprocess.Popen(
        [ALERTS, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code not in (0, 1) or b"Traceback" in said:
        sys.exit(f"{arguments}: exit code {code}: {said[-500:]!r}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code


def write(folder: Path) -> None:
    """Write all bombs into a folder; in a process of its own, for it takes memory."""
    names = {}
    documents = [(name, "xml" if text[0] == "<" else "json", text) for name, text in feeds()]
    for number, (name, ending, text) in enumerate([*documents, *others()]):
        (folder / f"{number}.{ending}").write_bytes(text.encode()[:MOST])
        names[f"{number}.{ending}"] = name
    block = bytes(10**6)
    gzipped, packed = zlib.compressobj(9, wbits=31), brotli.Compressor(quality=5)
    with (folder / "gzip").open("wb") as one, (folder / "br").open("wb") as other:
        for _ in range(3000):
            one.write(gzipped.compress(block))
            other.write(packed.process(block))
        one.write(gzipped.flush())
        other.write(packed.finish())
    (folder / "names.json").write_text(json.dumps(names))


class _Packed(BaseHTTPRequestHandler):
    """A few kilobytes that unpack to gigabytes."""

    def do_GET(self) -> None:
        name = self.path[1:]
        self.send_response(200 if name in ("gzip", "br") else 404)
        self.send_header("Content-Encoding", name)
        self.end_headers()
        if name in ("gzip", "br"):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(Path(name).read_bytes())

    def log_message(self, *_: object) -> None:
        """Nothing."""


def main() -> None:
    """Print the figures."""
    results: list[tuple[float, float, int, str]] = []

    def report(name: str, *arguments: str) -> None:
        results.append((*measured("source", "check", *arguments), name))
        seconds, memory, code, _ = results[-1]
        print(
            f"{seconds:6.1f} s {memory:6.0f} MB  {'read' if code == 0 else 'refused':<8} {name}",
            flush=True,
        )

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("small.xml").write_text(_RSS + _END)
        report("(a small feed, for comparison)", "small.xml")
        subprocess.run([sys.executable, __file__, "--write", folder], check=True)
        for file, name in json.loads(Path("names.json").read_text()).items():
            report(name, file)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Packed)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path in ("gzip", "br"):
            url = f"http://127.0.0.1:{server.server_address[1]}/{path}"
            report(f"{path} bomb of 3 GB", url)
        server.shutdown()
    slowest, largest = max(results), max(results, key=lambda result: result[1])
    print(f"{len(results) - 1} bombs; worst time {slowest[0]:.1f} s ({slowest[3]}), "
          f"worst memory {largest[1]:.0f} MB ({largest[3]})")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[2]))
    else:
        main()
