"""How well stories are recognised: `python -m benchmarks.stories [--stories N] [--seed S] [--corpus DIR]`.

A generated world (`stories_world.py`) of N stories (400) in one to five languages is collected by the
real code from a server on loopback: October, which is then queued; November, in which a fifth of the
sites are made anew; corrected titles and addresses. Prints, over all pairs of addresses, how many were
joined, precision (goal: at least 0.995) and recall (goal: at least 0.97), by kind of pair; then the wrong
joins among the feeds and pages of the corpus (goal: none).
"""

import argparse
import gzip
import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from sqlite_utils import Database

from alerts.config.declarations import AlertSettings, SourcesSettings
from alerts.config.picture_declarations import PicturesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.domain.month import Month
from alerts.issue.load import composed
from alerts.sources.collect import collect
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.joining import join_duplicates
from alerts.sources.kinds import kind_of
from alerts.sources.normalise import Intake
from alerts.sources.placing import Placer
from alerts.store import create, issues, signing_keys, transaction
from alerts.store import sources as kept
from alerts.text.urls import canonical, page_of
from benchmarks.stories_world import LANGUAGES, NOVEMBER, OCTOBER, World

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
MONTHS = (Month(2026, 10), Month(2026, 11))


@dataclass
class Result:
    """Pairs of addresses: of one story, joined, and joined rightly; the wrong and missing ones."""

    pairs: int = 0
    joined: int = 0
    right: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    again: int = 0  # stories of October that November's issue shows again

    @property
    def precision(self) -> float:
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.pairs if self.pairs else 1.0


class Handler(BaseHTTPRequestHandler):
    """Answers for every host: what the world has at that address now, or where it is now."""

    server: "Server"

    def do_GET(self) -> None:
        url = f"http://{self.headers['Host']}{self.path}"
        body, target = self.server.documents.get(url), self.server.redirects.get(url)
        self.send_response(200 if body is not None else 301 if target else 404)
        if body is None and target:
            self.send_header("Location", target)
        kind = (
            "text/html; charset=utf-8"
            if (body or b"").startswith(b"<html")
            else "application/rss+xml"
        )
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Be silent."""


class Server(ThreadingHTTPServer):
    """What is there, and what leads elsewhere, by address."""

    documents: dict[str, bytes]
    redirects: dict[str, str]


@contextmanager
def serving() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.documents, server.redirects = {}, {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def measured(stories: int, seed: int, folder: Path) -> Result:
    """Collect a world of that many stories in `folder`, and compare."""
    with serving() as server:
        world = World(stories, seed, f":{server.server_port}")
        settings = _settings(folder)
        db = create(settings.database_path)
        _months(world, server, db, settings)
        result = compared(db, world)
        shown = {a.id for a in composed(db, settings, MONTHS[1]).articles}
        result.again = _again(db, shown)
        db.close()
    return result


def _settings(folder: Path) -> Settings:
    return Settings(
        root=folder,
        alert=AlertSettings(languages=LANGUAGES),
        sources=SourcesSettings(allow_private=True, robots=False, retries=0, look_up=60),
        pictures=PicturesSettings(delivery="source"),
    )


def _months(world: World, server: Server, db: Database, settings: Settings) -> None:
    fetcher = Fetcher(settings, resolve=lambda _host, _port: ["127.0.0.1"])

    def collected(month: Month, day: int) -> None:
        server.documents = {**world.feeds(), **world.pages(), **extra}
        server.redirects = world.redirects
        known = {source.location for source in kept.all_sources(db)}
        now = datetime(2026, month.number, day, 5, tzinfo=UTC)
        with transaction(db):
            for url in (*world.feeds(), *extra):
                if url not in known:
                    kept.add(db, Source(0, url, SourceKind.FEED), now)
        failed = collect(db, settings, month, now, fetcher=fetcher).failed
        if failed:
            sys.exit(f"benchmarks.stories: {failed[0].source}: {failed[0].reason}")

    extra: dict[str, bytes] = {}
    world.publish(0.5, OCTOBER)
    collected(MONTHS[0], 28)
    collected(MONTHS[0], 30)
    _freeze(db, settings, MONTHS[0])
    world.relaunch()
    world.publish(0.5, NOVEMBER)
    collected(MONTHS[1], 28)
    extra |= world.aggregators(20)
    world.correct(0.1)
    collected(MONTHS[1], 29)
    collected(MONTHS[1], 30)


def _freeze(db: Database, settings: Settings, month: Month) -> None:
    """Close a month as queueing does, without rendering its editions."""
    issue = composed(db, settings, month)
    content = {
        "sections": [{"key": s.key, "articles": [a.id for a in s.articles]} for s in issue.sections]
    }
    with transaction(db):
        issues.freeze(
            db, month, content, "{}", signing_keys.add(db, bytes(32), NOVEMBER), NOVEMBER, {}
        )


def _again(db: Database, shown: set[str]) -> int:
    rows = db.conn.execute(
        """SELECT a.id FROM articles AS a JOIN articles AS b ON b.story = a.story AND b.month = ?
            WHERE a.month = ?""",
        (str(MONTHS[0]), str(MONTHS[1])),
    )
    return len(shown & {id_ for (id_,) in rows})


def compared(db: Database, world: World) -> Result:
    """The pairs that the database holds for one story, against those that are."""
    stored = dict(
        db.conn.execute(
            "SELECT page, story FROM addresses JOIN articles ON articles.id = addresses.article_id"
        ).fetchall()
    )
    given = {url: story for url, story in world.seen.items() if page_of(canonical(url)) in stored}
    result = Result()
    told = [(url, story, stored[page_of(canonical(url))]) for url, story in given.items()]
    for (one, truth, said), (other, truth_too, said_too) in combinations(told, 2):
        same, joined = truth == truth_too, said == said_too
        result.pairs += same
        result.joined += joined
        result.right += same and joined
        if joined and not same:
            result.wrong.append((one, other))
        if same and not joined:
            result.missing.append((one, other))
    return result


def corpus_joins(corpus: Path, folder: Path) -> list[tuple[str, str, str]]:
    """The joins of articles with different pages among all feeds and pages of the corpus; each is
    looked at: they are about different things."""
    settings = _settings(folder)
    db = create(folder / "corpus.db")
    for number, (location, kind, body, url) in enumerate(_documents(corpus), start=1):
        source = Source(0, location, kind)
        try:
            found = (
                kind_of(kind, location)
                .load()(Fetched(url, url, body), Intake(source, settings))
                .articles
            )
        except InputError:
            continue
        _place(db, number, location, [a for a in found if a.url], settings)
    list(join_duplicates(db, MONTHS[0], NOVEMBER))
    rows = db.conn.execute(
        """SELECT a.url, b.url, coalesce(d.reason, '') FROM articles AS a
             JOIN articles AS b ON b.story = a.story AND b.id < a.id
             LEFT JOIN doubles AS d ON d.article_id IN (a.id, b.id)"""
    )
    found_joins: list[tuple[str, str, str]] = rows.fetchall()
    db.close()
    return found_joins


def _place(
    db: Database, number: int, location: str, articles: list[Article], settings: Settings
) -> None:
    with transaction(db):
        kept.add(db, Source(0, location, SourceKind.FEED), NOVEMBER)
        placer = Placer(
            db,
            number,
            {page_of(a.url) for a in articles},
            settings.default_language,
            NOVEMBER,
            issues.frozen_months(db),
        )
        for article in articles:
            placer.place(article, MONTHS[0])


def _documents(corpus: Path) -> Iterator[tuple[str, SourceKind, bytes, str]]:
    for path in sorted((corpus / "feeds").iterdir()):
        host = path.stem.replace("_", "-").lower()[:60].strip("-")
        yield path.name, SourceKind.FEED, path.read_bytes(), f"https://{host}.example/feed"
    truth = json.loads((corpus / "articles" / "ground-truth.json").read_text())
    for name, facts in sorted(truth.items()):
        page = corpus / "articles" / f"{name}.html.gz"
        if page.is_file():
            yield name, SourceKind.PAGE, gzip.decompress(page.read_bytes()), facts["url"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--stories", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--show", type=int, default=0, help="so many wrong and missing pairs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measured(given.stories, given.seed, Path(folder))
        joins = corpus_joins(given.corpus, Path(folder)) if given.corpus.is_dir() else None
    print(
        f"pairs of one story {result.pairs}, joined {result.joined}, of these rightly {result.right}"
    )
    print(f"precision {result.precision:.4f} (goal 0.995), recall {result.recall:.4f} (goal 0.97)")
    print(f"stories of October that November's issue shows again: {result.again}")
    for title, pairs in (("wrong", result.wrong), ("missing", result.missing)):
        sites = Counter(urlsplit(one).hostname for one, _ in pairs)
        print(f"{title}: {len(pairs)}" + (f", most at {sites.most_common(4)}" if pairs else ""))
        for one, other in pairs[: given.show]:
            print(f"  {one}\n  {other}\n")
    print("corpus: not there" if joins is None else f"joins on the corpus: {len(joins)}")
    for join in joins or ():
        print("  ", *join)
    ok = result.precision >= 0.995 and result.recall >= 0.97
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
