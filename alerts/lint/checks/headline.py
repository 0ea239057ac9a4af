"""The headline of the issue and the sentence below it, which readers see first."""

from collections.abc import Iterator

from alerts.lint.checks.subject import in_capitals, preheader, shouts
from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import Element, HtmlPage, attribute, text_of
from alerts.lint.place import Found, Level
from alerts.lint.register import check

_LONG, _TOO_LONG = 80, 140  # characters: four lines of a phone, seven
_STANDFIRST = 200
_SAME = 24  # as many characters an inbox shows at least


@check(
    "headline-long", Level.HINT, "H3",
    why="On a phone a headline of 80 characters fills four lines, and the picture is out of sight.",
    remedy="Say in 30 to 60 characters what the month is about: `alerts issue edit --headline`.",
)  # fmt: skip
def _long(document: Document, _: LintOptions) -> Iterator[Found]:
    for heading, place in document.named("h1"):
        length = len(text_of(heading))
        if length > _LONG:
            level = Level.WARNING if length > _TOO_LONG else Level.HINT
            yield Found(place, f"The headline has {length} characters.", level)


@check(
    "headline-shouts", Level.WARNING, "S11",
    why="Capitals are hard to read, screen readers may spell them, and filters count them as spam.",
    remedy="Write it as a sentence.",
)  # fmt: skip
def _shouts(document: Document, _: LintOptions) -> Iterator[Found]:
    for heading, place in document.named("h1"):
        text = text_of(heading)
        if in_capitals(text):
            yield Found(place, "The headline is in capitals.")
        if shouts(text):
            yield Found(place, "The headline has repeated exclamation marks.")


@check(
    "standfirst-long", Level.HINT, "H3",
    why="A long sentence below the headline is skipped, and pushes the first story down.",
    remedy="Write at most 180 characters: `alerts issue edit --standfirst`.",
)  # fmt: skip
def _standfirst_long(document: Document, _: LintOptions) -> Iterator[Found]:
    for paragraph, place in document.named("p"):
        if "standfirst" in attribute(paragraph, "class").split():
            length = len(text_of(paragraph))
            if length > _STANDFIRST:
                yield Found(place, f"The sentence below the headline has {length} characters.")


@check(
    "preheader-repeats", Level.HINT, "H5",
    why="An inbox shows the preheader beside the subject: the same words twice tell nothing more.",
    remedy="Write what else is in the issue: `alerts issue edit --preheader`.",
)  # fmt: skip
def _repeats(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    element = preheader(page) if page else None
    if page is None or element is None:
        return
    shown = _beginning(text_of(element))
    for name, text in (("subject", document.subject), ("headline", _headline(page))):
        if shown and shown == _beginning(text):
            yield Found(page.place(element), f"The preheader begins like the {name}.")
            return


def _beginning(text: str) -> str:
    """What is compared: the first characters, if there are enough."""
    return text.casefold().strip()[:_SAME] if len(text.strip()) >= _SAME else ""


def _headline(page: HtmlPage) -> str:
    heading: Element | None = next(page.named("h1"), None)
    return "" if heading is None else text_of(heading)
