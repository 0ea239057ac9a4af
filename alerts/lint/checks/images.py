"""Images: with alt text and size, from a public https address, and never the only copy of a text."""

import re
from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import Element, attribute, shortened, styles
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_FILE_NAME = re.compile(r"[\w.%-]+\.(?:jpe?g|png|gif|webp|svg|avif|bmp)", re.IGNORECASE)
_FEWEST_WORDS, _POSTER = 20, 8  # words beside an image


def _declared(element: Element) -> dict[str, str]:
    return {declaration.name: declaration.value for declaration in styles(element)}


@check(
    "image-alt", Level.ERROR, "H6, WCAG 1.1.1",
    why="With images off, or for a screen reader, alt replaces the image. 48 % of mails lack it.",
    remedy='Describe the image in alt; write alt="" where it only decorates.',
)  # fmt: skip
def _alt(document: Document, _: LintOptions) -> Iterator[Found]:
    for image, place in document.named("img", "area"):
        if image.get("alt") is None and attribute(image, "aria-hidden") != "true":
            yield Found(place, f"An <{image.tag}> has no alt.")


@check(
    "image-alt-poor", Level.WARNING, "H6, WCAG 1.1.1",
    why="A file name or a whole paragraph is not a description.",
    remedy="Say in one sentence what the image shows.",
)  # fmt: skip
def _poor(document: Document, _: LintOptions) -> Iterator[Found]:
    for image, place in document.named("img"):
        alt = attribute(image, "alt")
        if _FILE_NAME.fullmatch(alt):
            yield Found(place, f"The alt of an image is a file name: {shortened(alt, 60)}")
        elif re.match(r"(?:image|picture|photo|graphic) of ", alt, re.IGNORECASE):
            yield Found(place, "An alt says that it is an image, which is obvious.", Level.HINT)
        elif len(alt) > 250:
            yield Found(place, f"An alt has {len(alt)} characters.", Level.HINT)


@check(
    "image-size", Level.WARNING, "H6",
    why="Without a size, Outlook shows an image at its original size, and text moves as images "
    "load.",
    remedy="Write width and height as attributes.",
)  # fmt: skip
def _size(document: Document, _: LintOptions) -> Iterator[Found]:
    for image, place in document.named("img"):
        given = [side for side in ("width", "height") if re.match(r"\d", attribute(image, side))]
        if not given:
            yield Found(place, "An image has neither width nor height.")
        elif "width" not in given and re.fullmatch(r"[\d.]+%|", _declared(image).get("width", "")):
            yield Found(place, "An image has no width.", Level.HINT)


@check(
    "image-block", Level.HINT, "H6",
    why="An inline image is aligned to the baseline of the text, with a gap below it.",
    remedy="Write display: block (or inline-block) on it.",
)  # fmt: skip
def _block(document: Document, _: LintOptions) -> Iterator[Found]:
    for image, place in document.named("img"):
        if "display" not in _declared(image) and "vertical-align" not in _declared(image):
            yield Found(place, "An image has no display.")


@check(
    "image-source", Level.ERROR, "H6",
    why="Only an absolute https address can be fetched by every client.",
    remedy="Put the image on the web, and write its https:// address.",
)  # fmt: skip
def _source(document: Document, _: LintOptions) -> Iterator[Found]:
    for image, place in document.named("img"):
        source = attribute(image, "src")
        if not source:
            yield Found(place, "An image has no src.")
        elif source.lower().startswith("data:"):
            yield Found(place, "An image is a data: address, which Gmail and Outlook do not show.")
        elif source.lower().startswith("http://"):
            yield Found(place, f"An image is plain http: {shortened(source, 60)}", Level.WARNING)
        elif not re.match(r"https://|cid:|\{|\*\||%%", source, re.IGNORECASE):
            yield Found(
                place, f"The src of an image is not a full address: {shortened(source, 60)}"
            )


@check(
    "image-only", Level.ERROR, "H6, H9",
    why="With images off nothing can be read; spam filters penalise that.",
    remedy="Also write as text what the image says.",
)  # fmt: skip
def _only(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if page and next(page.named("img"), None) is not None:
        words = len(page.words.split()) if " " in page.words else len(page.words) // 4
        if words < _FEWEST_WORDS:
            level = Level.ERROR if words < _POSTER else Level.WARNING
            yield Found(
                Place("html"), f"The HTML has images, and {words} words beside them.", level
            )


@check(
    "tracking-pixel", Level.WARNING, "X5",
    why="A one-pixel image tells the sender who reads when; clients block it, and readers object.",
    remedy="Remove it.",
)  # fmt: skip
def _pixel(document: Document, _: LintOptions) -> Iterator[Found]:
    for image, place in document.named("img"):
        sides = {attribute(image, side).removesuffix("px") for side in ("width", "height")}
        if sides <= {"0", "1"}:
            yield Found(place, f"An image of one pixel: {shortened(attribute(image, 'src'), 60)}")


@check(
    "image-background", Level.WARNING, "H8",
    why="If the picture behind a text does not load, the text may become unreadable.",
    remedy="Also give the element a background-color on which the text can be read.",
)  # fmt: skip
def _background(document: Document, _: LintOptions) -> Iterator[Found]:
    for element, place in document.named():
        declared = _declared(element)
        value = f"{declared.get('background-image', '')} {declared.get('background', '')}"
        picture = "url(" in value.lower() or element.get("background")
        colour = declared.get("background-color") or element.get("bgcolor") or "#" in value
        if picture and not colour:
            yield Found(place, "A text has a background picture, but no background colour.")
