"""Language and direction: of the document, of the wrapper that clients leave, of quoted foreign text."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache

from babel.core import get_global

from alerts.lint.document import Document
from alerts.lint.finding import Found, Level, Place, check
from alerts.lint.options import Options
from alerts.lint.page import Element, attribute, shortened
from alerts.render.catalogue import direction

_PARAGRAPH = 80  # letters
_TAG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8})*")
# the first word of a letter's Unicode name → scripts that are written with it (ISO 15924)
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
    why="A screen reader speaks a text in the language that lang says. 96 % of mails lack it.",
    remedy='Write lang="…" on <html>, the language of the edition.',
)  # fmt: skip
def _lang(document: Document, options: Options) -> Iterator[Found]:
    page = document.page
    if not page or page.root is None:
        return
    expected = options.language or document.language
    if not page.language:
        yield Found(Place("html", 1, "<html>"), "<html> has no lang.")
    elif not _TAG.fullmatch(page.language):
        yield Found(
            Place("html", 1, "<html>"), f"lang is no language: {shortened(page.language, 20)}"
        )
    elif expected and _base(page.language) != _base(expected):
        yield Found(
            Place("html", 1, "<html>"),
            f"lang is {page.language}, and the edition is in {expected}.",
        )


@check(
    "html-dir", Level.ERROR, "H1, H10",
    why="Without dir, right-to-left text lies wrong; with the wrong one, all of it does. 97 % of "
    "mails lack it.",
    remedy='Write dir="ltr" or dir="rtl" on <html>, as the language wants it.',
)  # fmt: skip
def _dir(document: Document, _: Options) -> Iterator[Found]:
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
            Place("html", 1, "<html>"), f"dir is {said}, and {page.language} runs {wanted}."
        )


@check(
    "wrapper-lang", Level.WARNING, "H1",
    why="Webmail drops <html> and <body>: their lang and dir are lost unless the wrapper has them.",
    remedy="Write lang and dir on the first element inside <body>, too.",
)  # fmt: skip
def _wrapper(document: Document, _: Options) -> Iterator[Found]:
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
def _article(document: Document, _: Options) -> Iterator[Found]:
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
    why="A screen reader reads foreign text as gibberish in the voice of another language.",
    remedy="Give the element lang and dir of its own.",
)  # fmt: skip
def _lang_of_text(document: Document, _: Options) -> Iterator[Found]:
    for element, place, text in document.texts():
        script, lang = script_of(text), _nearest(element, "lang")
        if not script or not lang or element.tag == "bdi":
            continue  # a name in <bdi> is left in its own letters (WCAG 3.1.2)
        written = script_for(lang)
        if written and written not in _SCRIPTS[script]:
            yield Found(place, f"{script.capitalize()} letters stand where lang is {lang}.")


@check(
    "dir-of-text", Level.WARNING, "H10",
    why="Punctuation and numbers in a right-to-left text jump to the wrong end.",
    remedy='Give the element dir="rtl" (or "ltr"), or put the text into <bdi>.',
)  # fmt: skip
def _dir_of_text(document: Document, _: Options) -> Iterator[Found]:
    for element, place, text in document.texts():
        script = script_of(text)
        if not script or element.tag == "bdi" or len(text.split()) < 3:
            continue
        wanted = "rtl" if script in ("ARABIC", "HEBREW") else "ltr"
        said = _nearest(element, "dir").lower() or "ltr"
        if said in ("ltr", "rtl") and said != wanted:  # browsers pass over any other word
            yield Found(place, f"{script.capitalize()} text runs {said}.")


@check(
    "align-of-text", Level.WARNING, "H10",
    why="A paragraph begins where its language begins; aligned to the other side it is hard to follow.",
    remedy="Align to the start: right in Arabic and Hebrew, left elsewhere.",
)  # fmt: skip
def _align_of_text(document: Document, _: Options) -> Iterator[Found]:
    for element, place, text in document.texts():
        script, look = script_of(text), document.light and document.light.looks[element]
        wrong = "left" if script in ("ARABIC", "HEBREW") else "right"
        if script and look and look.align == wrong and len(text) > _PARAGRAPH:
            yield Found(place, f"{script.capitalize()} text is aligned to the {wrong}.")


@check(
    "untranslated", Level.WARNING, "H14",
    why="An edition that speaks two languages looks unfinished; a bare key looks broken.",
    remedy="Translate it in `templates/locale/`, or in the settings.",
)  # fmt: skip
def _untranslated(document: Document, options: Options) -> Iterator[Found]:
    for element, place, text in document.texts():
        quoted = _base(_nearest(element, "lang")) == "en"
        if text in options.english and not quoted:
            yield Found(place, f"This is in English: {shortened(text, 60)}")
        elif _KEY.fullmatch(text) and element.tag not in ("code", "pre", "kbd"):
            yield Found(place, f"This is a key, not a text: {shortened(text, 60)}")
    for place, line in document.text_lines():
        if line.strip().rstrip(":") in options.english:
            yield Found(place, f"This is in English: {shortened(line.strip(), 60)}")


def script_of(text: str) -> str:
    """The script that most letters of a text are of; "" for a text too short to tell."""
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
    """The script that a language is usually written in (ISO 15924), or "" where CLDR has none."""
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
    """The attribute of the element, or of the nearest one around it."""
    while element is not None:
        if value := attribute(element, name):
            return value
        element = element.getparent()
    return ""


def _base(tag: str) -> str:
    return tag.lower().replace("_", "-").partition("-")[0]
