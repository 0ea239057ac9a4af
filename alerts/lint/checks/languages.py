"""Language and direction: of the document, of the wrapper that clients keep, of text in other languages."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache

from babel.core import get_global

from alerts.domain.languages import primary
from alerts.editions.catalogue import direction
from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import Element, attribute, shortened, styles
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_PARAGRAPH = 80  # characters
_TAG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8})*")
# the first word of a character's Unicode name → the scripts that use it (ISO 15924)
_SCRIPTS = {
    "LATIN": {"Latn"}, "CYRILLIC": {"Cyrl"}, "ARABIC": {"Arab"}, "HEBREW": {"Hebr"},
    "GREEK": {"Grek"}, "ARMENIAN": {"Armn"}, "GEORGIAN": {"Geor"}, "DEVANAGARI": {"Deva"},
    "BENGALI": {"Beng"}, "TAMIL": {"Taml"}, "THAI": {"Thai"}, "ETHIOPIC": {"Ethi"},
    "HANGUL": {"Kore", "Hang"}, "HIRAGANA": {"Jpan"}, "KATAKANA": {"Jpan"},
    "CJK": {"Hans", "Hant", "Jpan", "Kore", "Hani"},
}  # fmt: skip
_KEY = re.compile(
    r"[a-z][a-z0-9]*(?:_[a-z0-9]+){1,}(?:\.[a-z0-9_]+)*|[a-z]+(?:\.[a-z]+){2,}|[A-Z]{2,}(?:_[A-Z0-9]+)+"
)


@check(
    "html-lang", Level.ERROR, "H1, WCAG 3.1.1",
    why="A screen reader uses lang to choose the pronunciation. 96 % of mails lack it.",
    remedy='Write lang="…" on <html>, the language of the edition.',
)  # fmt: skip
def _lang(document: Document, options: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page or page.root is None:
        return
    expected = options.language or document.language
    if not page.language:
        yield Found(Place("html", 1, "<html>"), "<html> has no lang.")
    elif not _TAG.fullmatch(page.language):
        yield Found(
            Place("html", 1, "<html>"), f"lang is not a language: {shortened(page.language, 20)}"
        )
    elif expected and primary(page.language) != primary(expected):
        yield Found(
            Place("html", 1, "<html>"),
            f"lang is {page.language}, but the edition is in {expected}.",
        )


@check(
    "html-dir", Level.ERROR, "H1, H10",
    why="Without dir, right-to-left text is laid out wrongly; with a wrong dir, all text is. 97 % of "
    "mails lack it.",
    remedy='Write dir="ltr" or dir="rtl" on <html>, according to the language.',
)  # fmt: skip
def _dir(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page or page.root is None:
        return
    said = attribute(page.root, "dir").lower()
    wanted = direction((page.language or "en").lower())
    if said not in ("ltr", "rtl"):
        level = Level.ERROR if wanted == "rtl" else Level.WARNING
        yield Found(Place("html", 1, "<html>"), "<html> has no dir.", level)
    elif said != wanted:
        yield Found(
            Place("html", 1, "<html>"), f"dir is {said}, but {page.language} is written {wanted}."
        )


@check(
    "wrapper-lang", Level.WARNING, "H1",
    why="Webmail removes <html> and <body>: their lang and dir are lost unless the wrapper has them.",
    remedy="Also write lang and dir on the first element inside <body>.",
)  # fmt: skip
def _wrapper(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page or page.body is None or not len(page.body):
        return
    inside = list(page.body)
    while len(inside) == 1 and not _marked(inside):
        inside = list(inside[0])
    if not _marked(inside):
        yield Found(page.place(page.body[0]), "The wrapper in <body> lacks lang or dir.")
    if not page.body.get("xml:lang"):
        yield Found(
            page.place(page.body), "<body> has no xml:lang, which Outlook reads.", Level.HINT,
            "Write xml:lang on <body>.",
        )  # fmt: skip


def _marked(elements: list[Element]) -> bool:
    return any(element.get("lang") and element.get("dir") for element in elements)


@check(
    "article", Level.WARNING, "H3",
    why="Screen readers then announce where the e-mail begins, and what it is.",
    remedy='Write role="article" aria-roledescription="email" aria-label="the subject" on the wrapper.',
)  # fmt: skip
def _article(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page or page.body is None:
        return
    found = [e for e in page.elements if e.tag == "article" or attribute(e, "role") == "article"]
    if not found:
        yield Found(page.place(page.body), "No element has role=article.")
    elif not attribute(found[0], "aria-label") and not attribute(found[0], "aria-labelledby"):
        yield Found(page.place(found[0]), "The article has no aria-label.", Level.HINT)


@check(
    "lang-of-text", Level.WARNING, "H1, WCAG 3.1.2",
    why="A screen reader cannot pronounce text that is marked with a wrong language.",
    remedy="Give the element its own lang and dir.",
)  # fmt: skip
def _lang_of_text(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, place, text in document.texts():
        script, lang = script_of(text), _nearest(element, "lang")
        if not script or not lang or element.tag == "bdi":
            continue  # a name in <bdi> may be in another script (WCAG 3.1.2)
        written = script_for(lang)
        if written and written not in _SCRIPTS[script]:
            yield Found(place, f"{script.capitalize()} text where lang is {lang}.")


@check(
    "dir-of-text", Level.WARNING, "H10",
    why="In text with a wrong direction, punctuation and numbers move to the wrong end.",
    remedy='Give the element dir="rtl" (or "ltr"), or put the text into <bdi>.',
)  # fmt: skip
def _dir_of_text(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, place, text in document.texts():
        script = script_of(text)
        if not script or element.tag == "bdi" or len(text.split()) < 3:
            continue
        wanted = "rtl" if script in ("ARABIC", "HEBREW") else "ltr"
        said = _nearest(element, "dir").lower() or "ltr"
        if said in ("ltr", "rtl") and said != wanted:  # browsers ignore any other value
            yield Found(place, f"{script.capitalize()} text has the direction {said}.")


@check(
    "align-of-text", Level.WARNING, "H10",
    why="A paragraph that is aligned to the end of its lines is hard to read.",
    remedy="Align to the start: right in Arabic and Hebrew, left elsewhere.",
)  # fmt: skip
def _align_of_text(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, place, text in document.texts():
        script, look = script_of(text), document.light and document.light.looks[element]
        wrong = "left" if script in ("ARABIC", "HEBREW") else "right"
        if _quoted(element):
            continue
        if script and look and look.align == wrong and len(text) > _PARAGRAPH:
            yield Found(place, f"{script.capitalize()} text is aligned to the {wrong}.")


def _quoted(element: Element | None) -> bool:
    """True for text in another script that stays in line with its row: it has a direction of its own, or
    is a link within such a title, and nothing inside that says how it is aligned."""
    while element is not None and element.tag not in ("td", "th", "body", "html"):
        if any(one.name == "text-align" for one in styles(element)):
            return False
        if attribute(element, "dir"):
            return True
        element = element.getparent()
    return False


@check(
    "untranslated", Level.WARNING, "H14",
    why="An edition that mixes two languages looks unfinished; a bare key looks broken.",
    remedy="Translate it in `templates/locale/`, or in the settings.",
)  # fmt: skip
def _untranslated(document: Document, options: LintOptions) -> Iterator[Found]:
    for element, place, text in document.texts():
        quoted = primary(_nearest(element, "lang")) == "en"
        if text in options.english and not quoted:
            yield Found(place, f"This is in English: {shortened(text, 60)}")
        elif _KEY.fullmatch(text) and element.tag not in ("code", "pre", "kbd"):
            yield Found(place, f"This is a key, not a text: {shortened(text, 60)}")
    for place, line in document.text_lines():
        if line.strip().rstrip(":") in options.english:
            yield Found(place, f"This is in English: {shortened(line.strip(), 60)}")


def script_of(text: str) -> str:
    """The script of most characters of a text; "" for a text that is too short to tell."""
    counted: Counter[str] = Counter()
    for letter in text[:400]:
        if letter.isalpha():
            counted[unicodedata.name(letter, "?").split()[0].split("-")[0]] += 1
    if not counted or counted.total() < 4:
        return ""
    script, count = counted.most_common(1)[0]
    return script if script in _SCRIPTS and count > 0.7 * counted.total() else ""


@cache
def script_for(tag: str) -> str:
    """The usual script of a language (ISO 15924), or "" if CLDR has none."""
    parts = tag.replace("_", "-").split("-")
    if found := [part for part in parts[1:] if len(part) == 4 and part.isalpha()]:
        return found[0].capitalize()
    likely = get_global("likely_subtags")
    region = "_".join([parts[0].lower(), *(part.upper() for part in parts[1:2])])
    return next(
        (part for key in (region, parts[0].lower()) for part in str(likely.get(key, "")).split("_")
         if len(part) == 4), "",
    )  # fmt: skip


def _nearest(element: Element | None, name: str) -> str:
    """The attribute's value on the element, or on the nearest ancestor that has it."""
    while element is not None:
        if value := attribute(element, name):
            return value
        element = element.getparent()
    return ""
