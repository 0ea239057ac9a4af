"""Rendered editions are kept by what they were made of: no other content gets them."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts import Project
from alerts.config.load import load
from alerts.config.settings import Settings
from alerts.domain.issue import Actor
from alerts.editions import approval
from alerts.editions.draft import Draft, drafted
from alerts.store import transaction
from alerts.store.rendered_editions import MOST
from tests.factories import MONTH, NOW, database
from tests.inlining import inlinings

URL = "https://n.example/a"


@pytest.fixture
def db(project: Path) -> Iterator[Database]:
    with Project.open(project) as opened:
        opened.articles.add(URL, month=MONTH, read=False, title="Water law")
    with closing(database(project)) as there:
        yield there


def _retitle(project: Path, title: str) -> None:
    with Project.open(project) as opened:
        opened.articles.edit("law", title=title)


def _drafted(db: Database, settings: Settings) -> tuple[Draft, int]:
    """The draft, and how many editions were rendered for it."""
    with inlinings() as run:
        made = drafted(db, settings, MONTH)
    return made, len(run)


def _rows(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM rendered_editions").fetchone()[0])


def test_settings_that_no_edition_shows_render_nothing_anew(db: Database, project: Path) -> None:
    settings = load(project, {})
    first, rendered = _drafted(db, settings)
    assert rendered == len(settings.alert.languages)
    other = replace(settings, delivery=replace(settings.delivery, relay="smtp://127.0.0.1:9"))
    assert _drafted(db, other) == (first, 0)
    shown = replace(settings, alert=replace(settings.alert, organisation="River League"))
    assert _drafted(db, shown)[1] == rendered
    assert _rows(db) == 2


def test_a_template_of_the_same_time_and_size_is_another_one(db: Database, project: Path) -> None:
    settings, template = load(project, {}), project / "templates/email/issue/subject.txt"
    template.parent.mkdir(parents=True)
    subjects = []
    for words in ("One subject", "Two subject"):
        template.write_text(words)
        os.utime(template, (1, 1))
        subjects.append(_drafted(db, settings)[0].editions[0].subject)
    assert subjects == ["One subject", "Two subject"]


def test_editions_that_are_not_as_they_were_kept_are_rendered_again(
    db: Database, project: Path
) -> None:
    settings = load(project, {})
    first, rendered = _drafted(db, settings)
    _retitle(project, "River law")
    _drafted(db, settings)
    with transaction(db):  # the words of another content
        db.execute(
            """UPDATE rendered_editions SET packed =
                   (SELECT packed FROM rendered_editions ORDER BY id DESC LIMIT 1)"""
        )
    _retitle(project, "Water law")
    assert _drafted(db, settings) == (first, rendered)


def test_nobody_waits_where_another_program_writes(db: Database, project: Path) -> None:
    settings = load(project, {})
    with closing(database(project)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        made, rendered = _drafted(db, settings)
        busy.execute("ROLLBACK")
    assert (len(made.editions), _rows(db)) == (rendered, 0)
    assert _drafted(db, settings) == (made, rendered)
    assert _rows(db) == 1


def test_the_newest_are_kept_and_whatever_somebody_has_approved(
    db: Database, project: Path
) -> None:
    settings = load(project, {})
    first, _ = _drafted(db, settings)
    approval.approve(db, settings, first, Actor("Ann", "test"), NOW)
    for number in range(MOST + 1):
        other = replace(settings, alert=replace(settings.alert, organisation=f"League {number}"))
        _drafted(db, other)
    kept = {row[0] for row in db.execute("SELECT made_of FROM rendered_editions")}
    assert (len(kept), first.made_of in kept) == (MOST + 1, True)
