"""Subject and preheader, which an inbox shows."""

import re
import unicodedata
from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import Element, HtmlPage, shortened, styles, text_of
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_SUBJECT = Place("headers", 0, "Subject")
_SHORT, _LONG = 40, 110  # rule H5


@check(
    "subject-empty", Level.ERROR, "S11",
    why="Hardly anybody opens mail without a subject, and filters count it as spam.",
    remedy="Name the issue, e.g. the alert and the month.",
)  # fmt: skip
def _empty(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.is_message and not document.subject.strip():
        yield Found(_SUBJECT, "The subject is empty.")


@check(
    "subject-long", Level.HINT, "H5",
    why="Phones show about 40 characters of a subject, desktops about 70.",
    remedy="Put the most important first, in at most 70 characters.",
)  # fmt: skip
def _long(document: Document, _: LintOptions) -> Iterator[Found]:
    length = len(document.subject)
    if length > 150:
        yield Found(_SUBJECT, f"The subject has {length} characters.", Level.WARNING)
    elif length > 70:
        yield Found(_SUBJECT, f"The subject has {length} characters.")


@check(
    "subject-shouts", Level.WARNING, "S11, SpamAssassin SUBJ_ALL_CAPS",
    why="Capitals and repeated exclamation marks look like spam, to filters and to people.",
    remedy="Write it as a sentence.",
)  # fmt: skip
def _shouts(document: Document, _: LintOptions) -> Iterator[Found]:
    if in_capitals(document.subject):
        yield Found(_SUBJECT, "The subject is in capitals.")
    if shouts(document.subject):
        yield Found(_SUBJECT, "The subject has repeated exclamation marks.")


@check(
    "subject-reply", Level.ERROR, "S11",
    why="A subject that pretends to be a reply deceives readers, and laws forbid it.",
    remedy="Leave out “Re:” and “Fwd:”.",
)  # fmt: skip
def _reply(document: Document, _: LintOptions) -> Iterator[Found]:
    if re.match(r"\s*(?:re|fwd?|aw|wg|tr|rv|enc)\s*(?:\[\d+\])?\s*[:：]", document.subject, re.I):
        yield Found(_SUBJECT, f"The subject begins like a reply: {shortened(document.subject, 40)}")


@check(
    "subject-invisible", Level.WARNING, "X1",
    why="Control and invisible characters in a subject are typical of spam, or of a broken import.",
    remedy="Remove them.",
)  # fmt: skip
def _invisible(document: Document, _: LintOptions) -> Iterator[Found]:
    odd = {c for c in document.subject if unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs")}
    odd |= set(re.findall("[\u200b\u202a-\u202e\u2060-\u2064\ufeff\ufffd\u00ad]", document.subject))
    if odd:
        told = ", ".join(f"U+{ord(c):04X}" for c in sorted(odd))
        yield Found(_SUBJECT, f"The subject holds {told}.")


@check(
    "preheader-missing", Level.WARNING, "H5",
    why="Inboxes show the first text beside the subject: without a preheader, “View in browser”.",
    remedy="Begin the body with a hidden text about the content of the issue.",
)  # fmt: skip
def _no_preheader(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    if page and page.body is not None and preheader(page) is None:
        yield Found(page.place(page.body), "The body does not begin with a hidden preheader.")


@check(
    "preheader-length", Level.HINT, "H5",
    why="Inboxes show 40 to 110 characters; after a shorter preheader they show the text that follows.",
    remedy="Write 40 to 110 characters, padded with invisible ones.",
)  # fmt: skip
def _preheader_length(document: Document, _: LintOptions) -> Iterator[Found]:
    page = document.page
    element = preheader(page) if page else None
    if page and element is not None:
        length = len(text_of(element))
        padded = len("".join(element.itertext())) > _LONG
        if length > 1.5 * _LONG or (length < _SHORT and not padded):
            yield Found(page.place(element), f"The preheader has {length} characters.")
        if length == 0:
            yield Found(page.place(element), "The preheader is empty.", Level.WARNING)
        if element.get("aria-hidden") == "true" and length:
            yield Found(
                page.place(element), "The preheader is hidden from screen readers.", Level.HINT
            )


def in_capitals(text: str) -> bool:
    """True if it has ten capitals or more, and nothing in lower case."""
    cased = [c for c in text if c.isupper() or c.islower()]
    return len(cased) >= 10 and not any(c.islower() for c in cased)


def shouts(text: str) -> bool:
    """True if it has marks such as “!!!”."""
    return re.search(r"[!?¡¿]{3}|[$€£]{2}", text) is not None


def preheader(page: HtmlPage) -> Element | None:
    """The element with hidden text at the beginning of the body, if there is one."""
    if page.body is None or (page.body.text or "").strip():
        return None
    for element in page.body.iterdescendants():
        hidden = {(d.name, d.value.replace(" ", "")) for d in styles(element)}
        if ("display", "none") in hidden or ("max-height", "0") in hidden or (
            "max-height", "0px"
        ) in hidden or element.get("hidden") is not None:  # fmt: skip
            return element
        if (element.text or "").strip() or element.tag in ("img", "a"):
            return None
    return None
