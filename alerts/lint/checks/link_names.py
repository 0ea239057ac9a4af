"""The texts of links: they must say where the links lead, for readers and for screen readers."""

import re
from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.each import each_link
from alerts.lint.link import Link
from alerts.lint.options import LintOptions
from alerts.lint.page import attribute, shortened, text_of
from alerts.lint.place import Found, Level
from alerts.lint.register import check

_VAGUE = frozenset(
    {
        *(
            "here",
            "click",
            "click here",
            "this",
            "this link",
            "link",
            "more",
            "read more",
            "details",
        ),
        *(
            "read",
            "continue",
            "continue reading",
            "learn more",
            "see more",
            "more info",
            "go",
            "open",
        ),
        *(
            "aquí",
            "aqui",
            "clic aquí",
            "haga clic aquí",
            "pulse aquí",
            "leer más",
            "ver más",
            "más",
        ),
        *(
            "ici",
            "cliquez ici",
            "lire la suite",
            "en savoir plus",
            "plus",
            "lire plus",
            "voir plus",
        ),
        *("clique aqui", "leia mais", "saiba mais", "ler mais", "ver mais", "mais"),
        *("здесь", "тут", "нажмите здесь", "подробнее", "читать далее", "ещё", "далее"),
        *("هنا", "اضغط هنا", "انقر هنا", "اقرأ المزيد", "المزيد"),
        *("hier", "hier klicken", "klicken sie hier", "mehr", "weiterlesen", "mehr erfahren"),
    }
)


@check(
    "link-vague", Level.WARNING, "H7, WCAG 2.4.4",
    why="Users of screen readers who go from link to link hear “read more” ten times.",
    remedy="Say where it leads, in the text or in aria-label: “Read more: Title”.",
    several="links do not say where they lead",
)  # fmt: skip
@each_link
def _vague(link: Link, _: LintOptions) -> Iterator[Found]:
    name = re.sub(r"[^\w\s]", "", link.name).strip().lower()
    if name in _VAGUE:
        yield Found(link.place, f"A link says no more than “{shortened(name, 40)}”.")


@check(
    "link-nameless", Level.ERROR, "H7, WCAG 2.4.4",
    why="A link without text is invisible with images off, and has no name for screen readers.",
    remedy="Give it a text, or its image an alt.",
)  # fmt: skip
@each_link
def _nameless(link: Link, _: LintOptions) -> Iterator[Found]:
    name = link.name
    if not name and attribute(link.element, "aria-hidden") == "true":
        return  # said to be decoration: a picture beside a link with words
    if not name and link.href:
        yield Found(link.place, f"A link has no text: {link.shown}")
    elif name and not any(letter.isalnum() for letter in name):
        yield Found(
            link.place,
            f"A link has no words in its text: {shortened(name, 20)}",
            Level.WARNING,
        )


@check(
    "link-label", Level.WARNING, "H7, WCAG 2.5.3",
    why="Users of voice control say the visible text; a label without this text is not found.",
    remedy="Begin aria-label with the visible text.",
)  # fmt: skip
@each_link
def _label(link: Link, _: LintOptions) -> Iterator[Found]:
    shown, label = _letters(text_of(link.element)), attribute(link.element, "aria-label")
    if label and shown not in _letters(label):
        yield Found(link.place, f"The label differs from the visible text: {shortened(label, 60)}")


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@check(
    "link-ambiguous", Level.WARNING, "H7, WCAG 2.4.4",
    why="For users of screen readers, two links with the same text and different targets are the same.",
    remedy="Say what differs, in the text or in aria-label.",
    several="links have the name of another and lead elsewhere",
)  # fmt: skip
def _ambiguous(document: Document, _: LintOptions) -> Iterator[Found]:
    targets: dict[str, str] = {}
    for link in document.links:
        name = link.name.lower()
        if name and link.web and targets.setdefault(name, link.href) != link.href:
            yield Found(
                link.place, f"“{shortened(name, 50)}” leads to two URLs, here to {link.shown}"
            )
