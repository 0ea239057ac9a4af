"""Whatever an editor does with the blocks of the file is what the issue is afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Article
from alerts.domain.issue import Actor
from alerts.issue.round_trip import export, import_text
from alerts.issue.text.manuscript import LEFT_OUT, Block, Manuscript
from alerts.issue.text.read import read
from alerts.issue.text.write import write
from alerts.store import articles, audit_log, issues, open_database, transaction
from tests.factories import MONTH, NOW, new_database

ANN = Actor("Ann", "issue import")
SECTIONS = ("featured", "news", "publications", "events", "members", LEFT_OUT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rewriting")


def _database(folder: Path, number: int) -> Database:
    path = folder / "subscribers.db"
    path.unlink(missing_ok=True)
    db = open_database(new_database(path))
    with transaction(db):
        for n in range(number):
            article = Article(
                f"https://a.example/{n}",
                f"Title {n}",
                "S.",
                published=datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=n),
                section=SECTIONS[1 + n % 3],
                featured=n == 4,
            )
            articles.put(db, article, MONTH, None, NOW)
    return db


def _read(db: Database, root: Settings) -> Manuscript:
    file, faults = read(export(db, root, MONTH, "October 2026"), root.alert.sections)
    assert file is not None, faults
    return file


def _shape(file: Manuscript) -> list[tuple[str, str]]:
    """Where each stands; of those left out the order does not matter."""
    shown = [(p.section, p.id) for p in file.pieces if p.section != LEFT_OUT]
    left_out = sorted((p.section, p.id) for p in file.pieces if p.section == LEFT_OUT)
    return sorted(shown, key=lambda pair: SECTIONS.index(pair[0])) + left_out


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_arrangement_is_what_the_issue_is_afterwards(folder: Path, data: Any) -> None:
    number = data.draw(st.integers(1, 8))
    db = _database(folder, number)
    root = Settings(root=folder, alert=AlertSettings(languages=("en", "es")))
    try:
        for _ in range(3):  # each builds on the positions that the last one left
            file = _read(db, root)
            pieces = data.draw(st.permutations(file.pieces))
            wanted = replace(
                file,
                pieces=tuple(
                    _worded(piece, data.draw(st.sampled_from(SECTIONS))) for piece in pieces
                ),
            )
            text = write(wanted, "T", root.alert.sections, root.alert.languages, {})
            import_text(db, root, MONTH, text, ANN, NOW)
            assert _shape(_read(db, root)) == _shape(wanted)
            stored = issues.get(db, MONTH)
            before = audit_log.of_issue(db, stored.id) if stored else ()
            assert import_text(db, root, MONTH, text, ANN, NOW).nothing  # twice is once
            assert import_text(
                db, root, MONTH, export(db, root, MONTH, "October 2026"), ANN, NOW
            ).nothing
            assert (audit_log.of_issue(db, stored.id) if stored else ()) == before
    finally:
        db.close()


def _worded(piece: Block, section: str) -> Block:
    return replace(
        piece, section=section, words={**piece.words, "note": f"now in {section or '-'}"}
    )


def test_a_later_article_finds_its_place_among_those_that_nobody_moved(folder: Path) -> None:
    db = _database(folder, 0)
    root = Settings(root=folder)
    try:
        _put(db, *((f"{day:02d}", day) for day in (3, 6, 9)))
        file = _read(db, root)
        assert _days(file) == ["09", "06", "03"]
        first = replace(file, pieces=(file.pieces[2], *file.pieces[:2]))
        text = write(first, "T", root.alert.sections, root.alert.languages, {})
        assert import_text(db, root, MONTH, text, ANN, NOW).moved == 1
        _put(db, ("07", 7))
        assert _days(_read(db, root)) == ["03", "09", "07", "06"]
    finally:
        db.close()


def _put(db: Database, *found: tuple[str, int]) -> None:
    with transaction(db):
        for title, day in found:
            published = datetime(2026, 10, day, tzinfo=UTC)
            article = Article(f"https://a.example/{title}", title, published=published)
            articles.put(db, article, MONTH, None, NOW)


def _days(file: Manuscript) -> list[str]:
    return [piece.words["title"] for piece in file.pieces]
