"""Unfilled placeholders, misspelt slots and sample text (S21)."""

import difflib
import re
from collections.abc import Iterator

from alerts.editions.escaping import SLOTS
from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import shortened
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

# placeholders of other systems: Jinja and Handlebars, Mailchimp, Mailjet, Campaign Monitor, ERB, shells
_FORMS = re.compile(
    r"\{\{[^{}\n]{0,80}\}\}|\{%[^%\n]{0,80}%\}|\*\|[A-Z0-9_:=,. ]{1,60}\|\*|%%[\w.-]{1,40}%%|"
    r"\[\[[a-zA-Z_][\w.:]{1,40}\]\]|<%=?[^%\n]{1,80}%>|\$\{[\w.]{1,40}\}|%\(\w{1,40}\)[sd]|"
    r"%[A-Z][A-Z0-9_]{2,30}%|\{\{#|&lt;%=",
)
# {slot:name} and its misspellings: with spaces, with one wrong character, or escaped by the renderer
_SLOT = re.compile(
    r"\{\s*\u2060?\s*(s[a-z]{2,4}|[a-z]{0,2}lot)\s*[:=.]\s*([\w-]{1,40})[^{}\n]{0,60}\}", re.I
)
_BRACED = re.compile(r"\{([a-z_]{3,40})\}")
# TODO alone is a word in Spanish, and XXX a number
_SAMPLE = re.compile(
    r"(?i:\blorem ipsum\b)|\bTODO:|\bFIXME\b|\bTBD\b|\bXXXX+\b|"
    r"(?i:\[(?:insert [^\]\n]{1,40}|your \w[^\]\n]{0,30}|name|date|titre|título)\])"
)
_SPILT = re.compile(
    r"None|null|undefined|.*(?:\[object Object\]|\bNaN\b|\bundefined undefined\b).*"
)


def _lines(document: Document) -> Iterator[tuple[Place, str]]:
    """Each line that is visible to readers, and each header field."""
    for header in document.headers:
        yield Place("headers", header.line, header.name), header.decoded
    for part, name in ((document.html, "html"), (document.text, "text")):
        for number, line in enumerate(part.text.splitlines() if part else (), 1):
            if "{" in line or "%" in line or "|" in line or "[" in line:
                yield Place(name, number), line[:20_000]


@check(
    "placeholder", Level.ERROR, "S21, X6",
    why="Readers see an unfilled placeholder as it is written.",
    remedy="Fill it, or remove it; the placeholders of alerts are slots such as {slot:name}.",
)  # fmt: skip
def _open(document: Document, _: LintOptions) -> Iterator[Found]:
    for place, line in _lines(document):
        for found in _FORMS.finditer(line):
            yield Found(place, f"A placeholder was not filled: {shortened(found[0], 60)}")


@check(
    "slot", Level.ERROR, "S21",
    why="A misspelt slot is sent as it is written.",
    remedy="The slots are {slot:name}, {slot:address}, {slot:unsubscribe_url}, "
    "{slot:preferences_url} and {slot:browser_url}.",
)  # fmt: skip
def _slot(document: Document, _: LintOptions) -> Iterator[Found]:
    for place, line in _lines(document):
        for found in _SLOT.finditer(line):
            yield Found(place, f"A slot was not filled: {shortened(found[0], 60)}{_meant(found)}")
        for found in _BRACED.finditer(line):
            if close := difflib.get_close_matches(found[1], SLOTS, 1, 0.8):
                yield Found(
                    place, f"This looks like a slot: {found[0]}; did you mean {{slot:{close[0]}}}?"
                )


def _meant(found: re.Match[str]) -> str:
    """“; did you mean …?” if a known slot is similar."""
    if "\u2060" in found[0]:
        return ": it is in an article, where slots are not filled"
    close = difflib.get_close_matches(found[2].lower(), SLOTS, 1, 0.5)
    return f"; did you mean {{slot:{close[0]}}}?" if close else ""


@check(
    "sample-text", Level.WARNING, "S21",
    why="“Lorem ipsum”, “TODO” or “[insert date]” is not meant for readers.",
    remedy="Write the text.",
)  # fmt: skip
def _sample(document: Document, _: LintOptions) -> Iterator[Found]:
    for place, text in _seen(document):
        for found in _SAMPLE.finditer(text):
            yield Found(place, f"Sample text: {shortened(found[0], 40)}")


@check(
    "spilt-value", Level.WARNING, "H14",
    why="“None”, “undefined” or “NaN” is what programs print for a missing value.",
    remedy="Give the value, or leave out the sentence if there is none.",
)  # fmt: skip
def _spilt(document: Document, _: LintOptions) -> Iterator[Found]:
    for place, text in _seen(document):
        if _SPILT.fullmatch(text):
            yield Found(place, f"A value is missing: {shortened(text, 60)}")


def _seen(document: Document) -> Iterator[tuple[Place, str]]:
    """The subject, and each visible text of both parts."""
    yield Place("headers", 0, "Subject"), document.subject
    for element, place, text in document.texts():
        if element.tag not in ("code", "pre"):
            yield place, text
    for place, line in document.text_lines():
        if line.strip():
            yield place, line
