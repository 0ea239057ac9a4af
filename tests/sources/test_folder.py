"""A folder of Markdown files: front matter to articles, files of translations joined to theirs."""

import gc
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Event, Source, SourceKind, Translation
from alerts.sources import folder
from alerts.sources.local_files import local_folder
from alerts.sources.normalise import Intake, SourceContent
from tests.conftest import Alerts


def _deep_blocks() -> str:
    """A thousand lists, each in the one before, written as blocks on one line."""
    return "a:\n" + "- " * 1000 + "x\n"


def _read(root: Path, **files: str) -> SourceContent:
    for name, text in files.items():
        path = root / f"{name.replace('__', '/').replace('_dot_', '.')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = Settings(root=root, alert=AlertSettings(timezone="America/Bogota"))
    source = Source(1, "news", SourceKind.FOLDER, section="members")
    return folder.read(local_folder("news", root, 10_000_000), Intake(source, settings))


def _front(more: str = "", body: str = "Text.") -> str:
    return f"---\ntitle: T\nurl: https://a.example/t\n{more}---\n{body}\n"


FULL = """---
title: New rules & <b>old</b> ones
url: https://a.example/rules?utm_source=x
summary: Two sentences. Really.
language: es
published: 2026-10-31
section: publications
tags: [law, housing]
image: /i.png
image_alt: A door
author: Institute
profile: icj
featured: true
event: {start: 2026-11-02T18:00:00-05:00, end: 2026-11-03, place: Madrid}
translations:
  en: {title: In English}
  no: {title: På norsk, summary: Kort.}
layout: ignored
---
"""


def test_every_key_of_the_front_matter_is_kept(tmp_path: Path) -> None:
    (article,) = _read(tmp_path, full=FULL).articles
    assert article.image is not None
    assert (article.url, article.title) == (
        "https://a.example/rules",
        "New rules & <b>old</b> ones",
    )
    assert (article.image.url, article.image.alt) == ("https://a.example/i.png", "A door")
    assert article.published == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert article.event == Event(
        datetime(2026, 11, 2, 23, tzinfo=UTC), date(2026, 11, 3), "Madrid"
    )
    assert article.translations == {
        "en": Translation("In English"),
        "no": Translation("På norsk", "Kort."),
    }
    assert (article.section, article.language, article.author, article.profile, article.featured) == (
        "publications", "es", "Institute", "icj", True
    )  # fmt: skip
    assert article.tags == ("law", "housing")


def test_what_is_missing_comes_from_the_text_and_the_source(tmp_path: Path) -> None:
    text = "---\nurl: https://a.example/x\n---\n# The *heading*\n\nFirst [line](http://b.example). <script>x</script>\n"  # noqa: E501
    (article,) = _read(tmp_path, x=text).articles
    assert (article.title, article.section, article.language) == ("The heading", "members", "en")
    assert article.summary == "First line."


def test_translations_in_files_of_their_own_join_their_article(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        sub__a_dot_es="---\ntitle: Uno\n---\nTexto.",
        sub__a=_front(),
        french="---\ntitle: Un\nlanguage: fr\ntranslation_of: sub/a\n---\n",
        b_dot_en="---\ntitle: Two\nurl: https://a.example/2\n---\n",
        b_dot_fr="---\ntitle: Deux\n---\n",
        version_2_dot_final=_front("summary: not a language\n").replace("/t", "/v"),
    )
    assert found.faults == ()
    by_url = {a.url: a for a in found.articles}
    assert by_url["https://a.example/t"].translations == {
        "es": Translation("Uno", "Texto."), "fr": Translation("Un")
    }  # fmt: skip
    assert by_url["https://a.example/2"].translations == {"fr": Translation("Deux")}
    assert by_url["https://a.example/2"].language == "en"
    assert len(by_url) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no front matter", "bad.md, line 1: no front matter"),
        ("---\ntitle: [x\nurl: y\n---\n", "bad.md, line 3: front matter"),
        ("---\ntitle: a\n\tb: c\n---\n", "bad.md, line 3: front matter"),
        ("---\n- a\n---\n", "bad.md, line 2: front matter: write lines such as title"),
        ("---\ntitle: T\n---\n", "bad.md, url: needs the address"),
        (
            "---\ntitle: T\nurl: javascript:alert(1)\n---\n",
            "bad.md, line 3, url: needs the address",
        ),
        ("---\nurl: https://a.example/\n---\n", "bad.md, title: needs a title"),
        (_front("published: soon\n"), "bad.md, line 4, published: expected a date"),
        (_front("language: klingon\n"), "bad.md, line 4, language: unknown language “klingon”"),
        (_front("event: tomorrow\n"), "bad.md, line 4, event: an event needs start"),
        (_front("event: {start: 12}\n"), "start: expected a date"),
        (_front("tags: {a: b}\n"), "bad.md, line 4, tags: expected a list"),
        (_front("translations: [es]\n"), "bad.md, line 4, translations: write es"),
        (_front("title: {a: b}\n"), "bad.md, line 2, title: expected a text"),
        (_front("a: !!python/object/apply:os.system [id]\n"), "bad.md, line 4: front matter"),
        (_front("a: " + "[" * 2000 + "\n"), "bad.md, line 4: front matter: lists and tables stand"),
        (
            _front("a: " + "{a: " * 2000 + "\n"),
            "bad.md, line 4: front matter: lists and tables stand",
        ),
        (_front(_deep_blocks()), "front matter: lists and tables stand"),
    ],
)
def test_a_bad_file_is_named_with_its_line_and_the_others_are_read(
    tmp_path: Path, text: str, words: str
) -> None:
    found = _read(tmp_path, bad=text, good=_front().replace("/t", "/good"))
    assert [a.url for a in found.articles] == ["https://a.example/good"]
    (fault,) = found.faults
    assert words in fault
    assert "\n" not in fault


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes(_front("summary: ñ\n").encode("latin-1"))
    (fault,) = _read(tmp_path).faults
    assert "latin.md, line 4: not UTF-8" in fault


def test_nothing_outside_the_folder_is_read_x17(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.md").write_text(_front("summary: SECRET\n"))
    (inside / "link.md").symlink_to(outside / "secret.md")
    (inside / "up").symlink_to(outside, target_is_directory=True)
    (inside / ".hidden.md").write_text(_front("summary: SECRET\n"))
    (inside / ".git").mkdir()
    (inside / ".git" / "x.md").write_text(_front("summary: SECRET\n"))
    (inside / "README.md").write_text("# Not an article")
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    (inside / "dir.md").mkdir()
    assert _read(inside) == SourceContent()


def test_an_alias_bomb_does_no_harm_x4(tmp_path: Path) -> None:
    lines = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    found = _read(tmp_path, bomb=_front(f"a0: &a0 x\n{lines}tags: *a11\n"))
    assert len(repr(found)) < 10_000


@pytest.fixture
def no_callbacks() -> Iterator[None]:
    """The garbage collector calls nobody: an exception that is due then would only be a warning."""
    before = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = before


@pytest.mark.usefixtures("no_callbacks")
def test_a_file_that_takes_long_does_not_stop_the_others_x4(tmp_path: Path) -> None:
    aliases = ", ".join(f"k{n}: &k{n} v" for n in range(400_000))
    found = _read(tmp_path, slow=_front(f"more: {{{aliases}}}\n"), then=_front())
    assert [a.url for a in found.articles] == ["https://a.example/t"]
    (fault,) = found.faults
    assert fault.endswith("slow.md: not read within 2 s (sources.timeout)")


def test_a_folder_is_read_in_a_cell(alerts: Alerts, project: Path) -> None:
    (project / "news").mkdir()
    (project / "news" / "a.md").write_text(_front("published: 2026-10-05\n"))
    (project / "news" / "b.md").write_text("nothing")
    os.mkfifo(project / "news" / "pipe.md")
    alerts("source", "add", "news")
    for _ in range(2):  # what is bad is named each time
        done = alerts("collect", "--month", "2026-10")
        assert "1 failed" in done.stdout
        assert "b.md, line 1: no front matter" in done.stderr
    assert [a["url"] for a in alerts("article", "list", "--month", "2026-10", "--json").json] == [
        "https://a.example/t"
    ]
    assert (
        "is not a regular file"
        in alerts("source", "check", "news/pipe.md", "--kind", "page").stderr
    )
