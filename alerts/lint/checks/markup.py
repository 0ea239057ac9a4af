"""The HTML as markup: required elements of the head, forbidden elements, and well-formedness."""

import re
from collections import Counter
from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import HtmlPage, attribute, shortened, styles
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_DANGEROUS = ("script", "iframe", "frame", "frameset", "object", "embed", "applet", "base")
_USELESS = ("form", "input", "select", "textarea", "button", "audio", "video", "svg", "canvas",
            "dialog", "marquee", "blink", "math")  # fmt: skip
_PAIRED = ("table", "tr", "td", "th", "div", "a", "p", "span", "center", "h1", "h2", "h3", "ul",
           "ol", "b", "strong", "em", "i", "font", "body", "html", "head", "style", "title")  # fmt: skip
_OPTIONAL_END = {"p", "tr", "td", "th", "body", "html", "head"}
_IF = re.compile(r"\[if\s([^\]]{1,80})\]", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?!#\d+;|#x[0-9a-fA-F]+;|[a-zA-Z][a-zA-Z0-9]*;)")


@check(
    "html-empty", Level.ERROR, "H12",
    why="An HTML part without a body shows as a blank page.",
    remedy="Send HTML with a body, or none.",
)  # fmt: skip
def _empty(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if page and not page.words and next(page.named("img"), None) is None:
        yield Found(Place("html"), "The HTML part shows nothing.")


@check(
    "doctype", Level.WARNING, "H1",
    why="Without <!DOCTYPE html> clients render in quirks mode.",
    remedy="Begin the document with <!DOCTYPE html>.",
)  # fmt: skip
def _doctype(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if page and not re.match(
        r"\s*(?:<!--.*?-->\s*)*<!doctype html", page.source[:2000], re.I | re.S
    ):
        yield Found(Place("html", 1), "The document does not begin with <!DOCTYPE html>.")


@check(
    "title", Level.WARNING, "H2",
    why="Screen readers and browser tabs read the title first.",
    remedy="Write the subject into <title>.",
)  # fmt: skip
def _title(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page:
        return
    title = next(page.named("title"), None)
    words = " ".join((title.text or "").split()) if title is not None else ""
    if not words:
        yield Found(Place("html"), "There is no title, or it is empty.")
    elif document.subject and words != " ".join(document.subject.split()):
        yield Found(page.place(title), "The title is not the subject.", Level.HINT)


def _metas(page: HtmlPage) -> dict[str, str]:
    """The content of each <meta> by name or http-equiv; `charset` by itself."""
    found = {}
    for meta in page.named("meta"):
        name = attribute(meta, "name") or attribute(meta, "http-equiv")
        found[name.lower()] = attribute(meta, "content").lower()
        if meta.get("charset"):
            found["charset"] = attribute(meta, "charset").lower()
    return found


@check(
    "meta", Level.WARNING, "H2",
    why="Phones shrink a page without viewport; without charset, mail saved as a file shows wrong "
    "characters; the others prevent clients from changing colours and adding links.",
    remedy="Add the <meta> to the head, as in `templates/email/_base/frame.html`.",
)  # fmt: skip
def _meta(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page:
        return
    metas = _metas(page)
    if "utf-8" not in metas.get("charset", metas.get("content-type", "")):
        yield Found(Place("html"), "No <meta> says that the charset is utf-8.")
    if "width=device-width" not in metas.get("viewport", "").replace(" ", ""):
        yield Found(Place("html"), "There is no <meta name=viewport> with width=device-width.")
    if re.search(
        r"user-scalable\s*=\s*no|maximum-scale\s*=\s*1(?:\.0)?\b", metas.get("viewport", "")
    ):
        yield Found(Place("html"), "The viewport forbids zooming.", remedy="Let readers zoom.")
    for name in ("color-scheme", "supported-color-schemes", "format-detection",
                 "x-apple-disable-message-reformatting"):  # fmt: skip
        if name not in metas:
            yield Found(Place("html"), f"There is no <meta name={name}>.", Level.HINT)


@check(
    "forbidden-element", Level.ERROR, "H12",
    why="Clients remove it, and filters treat mail with it as an attack.",
    remedy="Remove it.",
)  # fmt: skip
def _forbidden(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, place in document.named():
        tag = str(element.tag)
        if tag in _DANGEROUS:
            yield Found(place, f"There is a <{tag}>.")
        elif tag in _USELESS:
            other = "Link to a web page that has it."
            yield Found(place, f"There is a <{tag}>.", Level.WARNING, other)
        elif tag == "meta" and attribute(element, "http-equiv").lower() == "refresh":
            yield Found(place, "A <meta> redirects readers.")
        for name in element.attrib:
            if str(name).startswith("on"):
                yield Found(place, f"There is an {shortened(str(name), 20)}= handler.")


@check(
    "repeated-attribute", Level.WARNING, "H12",
    why="Of two attributes with the same name the second is ignored.",
    remedy="Keep one of them.",
)  # fmt: skip
def _repeated(document: Document, _: LintOptions) -> Iterator[Found]:
    for tag in document.page.tags if document.page else ():
        for name, count in Counter(name for name, _ in tag.attributes).items():
            if count > 1:
                yield Found(Place("html", tag.line, f"<{tag.name}>"), f"“{name}” occurs twice.")


@check(
    "repeated-id", Level.WARNING, "H12",
    why="A link or label that refers to an id finds only the first one.",
    remedy="Give each element its own id.",
)  # fmt: skip
def _repeated_id(document: Document, _: LintOptions) -> Iterator[Found]:
    seen: set[str] = set()
    for element, place in document.named():
        name = attribute(element, "id")
        if name and name in seen:
            yield Found(place, f"The id “{shortened(name, 40)}” is used twice.")
        seen.add(name)


@check(
    "unclosed", Level.ERROR, "H12",
    why="Each client repairs a broken table differently; some show nothing after it.",
    remedy="Close exactly the elements that were opened.",
)  # fmt: skip
def _unclosed(document: Document, _: LintOptions) -> Iterator[Found]:
    if not document.page:
        return
    opened: dict[str, list[int]] = {}
    for tag in document.page.tags:
        if tag.name not in _PAIRED:
            continue
        lines = opened.setdefault(tag.name, [])
        if not tag.closing:
            lines.append(tag.line)
        elif lines:
            lines.pop()
        else:
            level = Level.ERROR if tag.name in ("table", "tr", "td") else Level.WARNING
            yield Found(
                Place("html", tag.line, f"</{tag.name}>"), f"</{tag.name}> closes nothing.", level
            )
    for name, lines in opened.items():
        worth = Level.HINT if name in _OPTIONAL_END else Level.ERROR
        for line in lines:
            yield Found(Place("html", line, f"<{name}>"), f"<{name}> is never closed.", worth)


@check(
    "ampersand", Level.WARNING, "H12",
    why="A bare & in a URL may begin a character reference: &copy=1 becomes ©=1.",
    remedy="Write &amp; in attributes.",
)  # fmt: skip
def _ampersand(document: Document, _: LintOptions) -> Iterator[Found]:
    for tag in document.page.tags if document.page else ():
        for name, value in tag.attributes:
            if name in ("href", "src") and _REFERENCE.search(value):
                yield Found(
                    Place("html", tag.line, f"<{tag.name}>"), f"A bare & in {name} of <{tag.name}>."
                )


@check(
    "mso-unbalanced", Level.ERROR, "H4",
    why="If a conditional comment does not end, Outlook or all other clients show an empty page.",
    remedy="End each <!--[if …]> with <![endif]-->; close in a comment each table that a comment opens.",
)  # fmt: skip
def _conditionals(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page:
        return
    opened: list[int] = []
    balance: Counter[str] = Counter()
    for text, at in page.comments:
        if _IF.search(text):
            opened.append(at)
        if "[endif]" in text.lower():
            if not opened:
                yield Found(Place("html", page.line_at(at)), "<![endif]--> ends nothing.")
            else:
                opened.pop()
        condition = _IF.search(text)
        if condition and "!" not in condition[1]:
            for slash, tag in re.findall(r"<(/?)(table|tr|td)\b", text, re.IGNORECASE):
                balance[tag.lower()] += -1 if slash else 1
    for at in opened:
        yield Found(Place("html", page.line_at(at)), "<!--[if …]> never ends.")
    for name, count in balance.items():
        if count:
            yield Found(
                Place("html"), f"<{name}> for Outlook is opened and closed unequally often."
            )


@check(
    "outlook-width", Level.WARNING, "H4",
    why="Outlook's Word engine ignores max-width except on tables, and stretches the e-mail over the "
    "whole screen.",
    remedy="Open a table of the same width in <!--[if mso]>, and close it likewise.",
)  # fmt: skip
def _outlook_width(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if not page:
        return
    ghost = any("mso" in text.lower() and "<table" in text.lower() for text, _ in page.comments)
    for element in page.elements:
        wide = [d.value for d in styles(element) if d.name == "max-width"]
        if wide and re.fullmatch(r"(?:[5-9]\d\d|1\d{3})px", wide[-1]) and not ghost:
            yield Found(page.place(element), "The width is given by max-width alone.")
            return


@check(
    "too-wide", Level.WARNING, "H4",
    why="An e-mail wider than 640 pixels is cut off or scrolled sideways.",
    remedy="Make it at most 640 pixels wide, and narrower with max-width.",
)  # fmt: skip
def _too_wide(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, place in document.named("table", "td", "th", "div", "img"):
        declared = {d.name: d.value for d in styles(element)}
        for value in (
            attribute(element, "width"),
            declared.get("width", ""),
            declared.get("min-width", ""),
        ):
            number = re.fullmatch(r"(\d{1,6})(?:px)?", value)
            flexible = element.tag == "img" and "max-width" in declared
            if number and int(number[1]) > 640 and not flexible:
                yield Found(place, f"<{element.tag}> is {number[1]} pixels wide.")
                break
