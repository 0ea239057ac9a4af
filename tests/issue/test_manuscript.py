"""The manuscript: what is written reads back as it was, whatever the texts hold; faults have lines."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.config.declarations import AlertSettings
from alerts.domain.article import Article, Image, Translation
from alerts.domain.issue import Issue
from alerts.domain.month import Month
from alerts.issue.compose import compose
from alerts.issue.introduction import tidy as tidy_introduction
from alerts.issue.text.manuscript import (
    LEFT_OUT,
    Block,
    Fault,
    Manuscript,
    annotated,
    manuscript,
)
from alerts.issue.text.merge import Changes, merge, rebase, untouched
from alerts.issue.text.read import read
from alerts.issue.text.write import Remark, write
from tests.issues import ARTICLES, OCTOBER

ALERT = AlertSettings(languages=("en", "es", "fr"))
NASTY = (
    "# no comment",
    "#! no fault",
    "=== News ===",
    "=== For the computer: leave these lines as they are ===",
    "[3f2a9c81d0]",
    "[new]",
    "Title: is no label",
    "Summary (es): nor this",
    "Letter (en): nor this",
    "month 2026-10",
    "3f2a9c81d0 00000000 News",
    "letter en 00000000",
    ":",
    "\\",
    "{slot:unsubscribe_url}",
    "=" * 200,
    "a" * 5000,
    "word " * 800,
    "中文" * 300,
    "  spaces \t and\x0btabs ",
    "line\nbreak\r\nand\u2028more\x85still",
    "\u202eright to left\u202c",
    "e\u0301 is é",
    "“quoted” === ",
    "-\n- \n1.",
)
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=300))
LETTERS = st.lists(TEXTS, max_size=6).map("\n".join).map(lambda text: text[:9000])
TAGS = st.sampled_from(("en", "es", "fr", "pt-br", "ar", "und", "x-weird"))
SECTIONS = st.one_of(
    st.sampled_from(("news", "events", "featured", "Letter", "letter", "left out", "Left out")),
    st.sampled_from(("News", "NEWS", "jobs board", "“odd”", "=== x ===", "ß", "a  b")),
    st.text("abc–—“”=[]: #", min_size=1, max_size=12).map(str.strip).filter(bool),
)


@st.composite
def articles(draw: st.DrawFn) -> list[Article]:
    """A month's articles with any texts."""
    return [
        Article(
            f"https://a.example/{number}",
            draw(TEXTS),
            draw(TEXTS),
            language=draw(TAGS),
            section=draw(SECTIONS),
            image=draw(st.none() | TEXTS.map(lambda alt: Image("https://a.example/i.png", alt))),
            author=draw(TEXTS),
            translations=draw(st.dictionaries(TAGS, st.builds(Translation, TEXTS, TEXTS))),
            featured=draw(st.booleans()),
            excluded=draw(st.booleans()),
            position=draw(st.none() | st.integers(1, 9)),
            note=draw(TEXTS),
        )
        for number in range(draw(st.integers(0, 7)))
    ]


def _made(found: list[Article], introductions: dict[str, str] | None = None) -> Manuscript:
    issue = compose(OCTOBER, found, {}, ALERT, introductions or {})
    return manuscript(issue, [article for article in found if article.excluded])


def _written(found: list[Article], introductions: dict[str, str] | None = None) -> str:
    remarks = {
        a.id: Remark(f"{a.author} · {a.url}", {"title": a.title}, a.image is not None)
        for a in found
    }
    made = _made(found, introductions)
    return write(made, "The Alert", ALERT.sections, ALERT.languages, remarks)


@settings(max_examples=300, deadline=None)
@given(articles(), st.dictionaries(st.sampled_from(("en", "es", "ar", "x-weird")), LETTERS))
def test_what_is_written_reads_back_as_it_was(
    found: list[Article], introductions: dict[str, str]
) -> None:
    text = _written(found, introductions)
    file, faults = read(text, ALERT.sections)
    assert faults == ()
    assert file is not None
    now = _made(found, introductions)
    assert [(p.id, p.section, p.words) for p in file.pieces] == [
        (p.id, p.section, p.words)
        for section in dict.fromkeys((*_order(file), LEFT_OUT))
        for p in now.pieces
        if p.section == section
    ]
    assert (
        file.introductions
        == now.introductions
        == {
            tag: kept
            for tag, letter in introductions.items()
            if (kept := tidy_introduction(letter))
        }
    )
    assert not merge(file, now)
    assert untouched(file)
    for ends in ("\r\n", "\r"):  # as other systems save it
        again, faults = read(text.replace("\n", ends), ALERT.sections)
        assert (again, faults) == (file, ())


def _order(file: Manuscript) -> list[str]:
    return [piece.section for piece in file.pieces if piece.section != LEFT_OUT]


@settings(max_examples=150, deadline=None)
@given(articles(), st.randoms(use_true_random=False))
def test_whatever_is_done_to_the_lines_is_read_or_refused_with_a_line(
    found: list[Article], chance: random.Random
) -> None:
    lines = _written(found, {"en": "Dear all,\n\nhello"}).split("\n")
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, chance.choice(NASTY))
            case 2:
                other = chance.randrange(len(lines))
                lines[place], lines[other] = lines[other], lines[place]
            case _:
                lines[place] = lines[place][: chance.randint(0, 20)]
        lines = lines or [""]
    text = "\n".join(lines)
    file, faults = read(text, ALERT.sections)
    assert (file is None) == bool(faults)
    assert all(1 <= fault.line <= text.count("\n") + 1 and fault.text for fault in faults)
    if file is not None:
        merge(file, _made(found))  # whatever it asks for, it can be asked
    shown = annotated(text, faults)
    assert shown.count("#!") >= len(faults)
    plain = [line for line in text.split("\n") if not line.startswith("#!")]
    assert [line for line in shown.split("\n") if not line.startswith("#!")] == plain


def _block(text: str, words: str) -> str:
    """The block of the article whose title begins so."""
    found = re.search(rf"(?ms)^\[\w+\]\n(?:#[^\n]*\n)*Title: {words}.*?\n\n", text)
    assert found is not None, words
    return found[0]


def _changed(text: str) -> Changes:
    file, faults = read(text, ALERT.sections)
    assert faults == ()
    assert file is not None
    changes = merge(file, _made([*ARTICLES]))
    assert changes.conflicts == ()
    return changes


def test_moving_and_deleting_blocks_moves_and_leaves_out() -> None:
    text = _written([*ARTICLES])
    vote, guide = _block(text, "Commission votes"), _block(text, "Counting what")
    vote_id, guide_id = vote[1:11], guide[1:11]
    assert _changed(text.replace(vote, "")).places == {vote_id: LEFT_OUT}
    assert _changed(text.replace(vote, "").replace("=== Left out", f"{'=' * 3} Left out")).places
    moved = _changed(text.replace(guide, "").replace(vote, f"{guide}\n{vote}"))
    assert moved.places == {guide_id: "news"}
    assert moved.orders["news"][:2] == (guide_id, vote_id)
    arabic = _block(text, "المجتمع")
    swapped = _changed(text.replace(arabic, "").replace(vote, f"{arabic}\n{vote}"))
    assert (swapped.places, swapped.orders) == ({}, {"news": (arabic[1:11], vote_id)})


def test_words_are_changed_removed_and_added_field_by_field() -> None:
    text = _written([*ARTICLES])
    vote = _block(text, "Commission votes")
    new = (
        vote.replace("Title: Commission votes", "TITLE : The commission\nhas   voted")
        .replace("Summary: The first since 1950.", "Summary:")
        .replace("Title (fr):", "title (FR): La commission a voté")
    )
    assert _changed(text.replace(vote, new)).words == {
        vote[1:11]: {
            "title": "The commission has voted",
            "summary": "",
            "translations.fr.title": "La commission a voté",
        }
    }


def test_a_new_block_is_a_new_article() -> None:
    text = _written([*ARTICLES])
    block = "[new]\nLink: https://b.example/x?utm_source=y\nTitle: Hello\nTitle (es): Hola\n\n"
    changes = _changed(text.replace("=== Events", f"{block}=== Events"))
    assert [(p.section, p.url, p.words) for p in changes.new] == [
        ("publications", "https://b.example/x", {"title": "Hello", "translations.es.title": "Hola"})
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Title: Commission votes", "Titel: Commission votes", "write “Title:”"),
        ("Title: Commission votes", "Title:", "needs “Title:”"),
        ("Language: ar", "Language: klingon", "unknown language “klingon”"),
        ("Language: ar", "", "needs “Language:”"),
        ("Title (fr):", "Title (zz9):  x", "unknown language “zz9”"),
        ("=== News ===", "=== Nws ===", "there is no section “Nws”"),
        ("[VOTE]", "[aaaaaaaaaa]", "there is no article [aaaaaaaaaa]"),
        ("[GUIDE]", "[VOTE]", "this article occurs twice, first in line"),
        ("[VOTE]", "[new]", "needs “Link:”"),
        ("Title: Commission votes", "Title: A\nTitle: B", "occurs twice in its block"),
        ("Title: Commission votes", "Link: https://x.example/\nTitle: V", "cannot be changed"),
        ("Letter (es):", "[VOTE]", "is in no section"),
        ("month 2026-10", "month 2026-13", "is not a month"),
        ("month 2026-10", "", "“For the computer: leave these lines as they are”, is missing"),
        ("\n=== News", "\nwhat is this?\n\n=== News", None),
        ("Subject (en):", "hello?\nSubject (en):", "belongs to no field: “hello?”"),
        ("VOTE ", "VOT ", "was altered"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, words: str | None) -> None:
    text = _written([*ARTICLES], {"en": "Hello"})
    ids = {"VOTE": ARTICLES[1].id, "GUIDE": ARTICLES[3].id}
    for name, id_ in ids.items():
        old, new = old.replace(name, id_), new.replace(name, id_)
    found = re.search(re.escape(old) + ("=*" if old.endswith("=") else ""), text)
    assert found is not None, old
    broken = text[: found.start()] + new + text[found.end() :]
    file, faults = read(broken, ALERT.sections)
    if words is None:  # text that goes on without a space is taken as it is meant
        assert file is not None
        return
    assert file is None
    assert any(words in fault.text for fault in faults), faults
    line = next(fault.line for fault in faults if words in fault.text)
    near = broken[: found.start()].count("\n") + 1
    assert "missing" in words or abs(line - near) <= 12, (line, near)


def test_faults_are_shown_above_their_lines_and_go_with_the_next_reading() -> None:
    once = annotated("a\nb\nc", [Fault(2, "no b")])
    assert once == "a\n#! no b\nb\nc"
    assert annotated(once, [Fault(4, "no c")]) == "a\nb\n#! no c\nc"
    assert annotated("a", [Fault(9, "beyond")]) == "a\n#! beyond"


# --- what others have changed meanwhile -----------------------------------------------------------


def _piece(made: Manuscript, id_: str, **changes: str) -> Manuscript:
    """The manuscript with one piece reworded, or put into another section."""
    section = changes.pop("section", None)
    pieces = tuple(
        Block(p.id, p.section if section is None else section, {**p.words, **changes})
        if p.id == id_
        else p
        for p in made.pieces
    )
    return Manuscript(
        made.month, pieces, made.introductions, made.origins, made.introduction_digests
    )


def test_what_only_one_side_changed_is_no_conflict() -> None:
    base = _made([*ARTICLES])
    vote, guide = ARTICLES[1].id, ARTICLES[3].id
    ours, theirs = _piece(base, vote, title="Ours"), _piece(base, guide, title="Theirs")
    assert merge(ours, theirs) == Changes(words={vote: {"title": "Ours"}})
    assert merge(ours, _piece(base, vote, section=LEFT_OUT)).conflicts == ()
    assert merge(ours, ours) == Changes()
    fresh = [*ARTICLES, Article("https://a.example/late", "Late", section="news")]
    assert not merge(base, _made(fresh))  # collected since: neither taken out nor a conflict
    gone = _made([a for a in ARTICLES if a.id != guide])
    assert not merge(base, gone)


def test_what_both_sides_changed_is_a_conflict_that_names_it() -> None:
    base = _made([*ARTICLES], {"en": "Hello"})
    vote = ARTICLES[1].id
    ours = _piece(base, vote, title="Ours")
    cases = (
        (ours, _piece(base, vote, title="Theirs"), f"[{vote}] “Theirs” has another text now"),
        (
            _piece(base, vote, section="events"),
            _piece(base, vote, section=LEFT_OUT),
            f"[{vote}] “Commission votes” has been moved",
        ),
        (ours, _made([a for a in ARTICLES if a.id != vote]), f"[{vote}] is no longer in 2026-10"),
    )
    for file, current, words in cases:
        assert _clashes(file, current) == [words]
    file = Manuscript(base.month, base.pieces, {"en": "A"}, base.origins, base.introduction_digests)
    current = _made([*ARTICLES], {"en": "B"})
    assert _clashes(file, current) == ["the introduction in “en” has changed"]
    news = [p for p in base.pieces if p.section == "news"]
    third = Article("https://a.example/3", "Third", section="news")
    three = _made([*ARTICLES, third])
    ids = [p.id for p in three.pieces if p.section == "news"]
    assert len(ids) == len(news) + 1
    one, other = (_reordered(three, ids, order) for order in ((1, 0, 2), (2, 1, 0)))
    assert "the order of “news” has changed" in _clashes(one, other)[0]
    assert merge(one, one) == Changes()


def _clashes(file: Manuscript, current: Manuscript) -> list[str]:
    """What clashes; and that bringing the file over onto the issue settles it, in the file's sense."""
    over = rebase(file, current)
    assert merge(over, current).conflicts == ()
    for name, words in merge(file, current).words.items():
        (piece,) = (p for p in over.pieces if p.id == name)
        assert {n: piece.words.get(n, "") for n in words} == words
    for language, text in merge(file, current).introductions.items():
        assert over.introductions[language] == text == file.introductions[language]
    assert not untouched(file)
    return [clash.text for clash in merge(file, current).conflicts]


def _reordered(made: Manuscript, ids: list[str], order: tuple[int, ...]) -> Manuscript:
    by_id = {piece.id: piece for piece in made.pieces}
    wanted = iter([by_id[ids[n]] for n in order])
    pieces = tuple(next(wanted) if p.id in ids else p for p in made.pieces)
    return Manuscript(
        made.month, pieces, made.introductions, made.origins, made.introduction_digests
    )


def test_an_empty_issue_is_a_text_too() -> None:
    made = manuscript(Issue(Month(2026, 9), ()), [])
    file, faults = read(write(made, "T", ALERT.sections, ALERT.languages, {}), ALERT.sections)
    assert faults == ()
    assert file is not None
    assert (file.pieces, file.month) == ((), Month(2026, 9))
