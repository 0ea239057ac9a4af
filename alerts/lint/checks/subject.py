"""What an inbox shows: subject and preheader."""

import re
import unicodedata
from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.finding import Found, Level, Place, check
from alerts.lint.options import Options
from alerts.lint.page import Element, Page, shortened, styles, text_of

_SUBJECT = Place("headers", 0, "Subject")
_SHORT, _LONG = 40, 110  # rule H5


@check(
    "subject-empty", Level.ERROR, "S11",
    why="Nobody opens mail without a subject, and filters count it as spam.",
    remedy="Say what the issue is, e.g. its name and month.",
)  # fmt: skip
def _empty(document: Document, _: Options) -> Iterator[Found]:
    if document.is_message and not document.subject.strip():
        yield Found(_SUBJECT, "The subject is empty.")


@check(
    "subject-long", Level.HINT, "H5",
    why="Phones show about 40 characters of a subject, desktops about 70.",
    remedy="Say the most important first, in at most 70 characters.",
)  # fmt: skip
def _long(document: Document, _: Options) -> Iterator[Found]:
    length = len(document.subject)
    if length > 150:
        yield Found(_SUBJECT, f"The subject has {length} characters.", Level.WARNING)
    elif length > 70:
        yield Found(_SUBJECT, f"The subject has {length} characters.")


@check(
    "subject-shouts", Level.WARNING, "S11, SpamAssassin SUBJ_ALL_CAPS",
    why="Capitals and rows of exclamation marks look like spam, to filters and to people.",
    remedy="Write it as a sentence.",
)  # fmt: skip
def _shouts(document: Document, _: Options) -> Iterator[Found]:
    subject = document.subject
    letters = [c for c in subject if c.isupper() or c.islower()]
    if len(letters) >= 10 and not any(c.islower() for c in letters):
        yield Found(_SUBJECT, "The subject is in capitals.")
    if re.search(r"[!?¡¿]{3}|[$€£]{2}", subject):
        yield Found(_SUBJECT, "The subject has a row of exclamation marks.")


@check(
    "subject-reply", Level.ERROR, "S11",
    why="A subject that plays an answer deceives; receivers and the law mind.",
    remedy="Leave out “Re:” and “Fwd:”.",
)  # fmt: skip
def _reply(document: Document, _: Options) -> Iterator[Found]:
    if re.match(r"\s*(?:re|fwd?|aw|wg|tr|rv|enc)\s*(?:\[\d+\])?\s*[:：]", document.subject, re.I):
        yield Found(
            _SUBJECT, f"The subject begins like an answer: {shortened(document.subject, 40)}"
        )


@check(
    "subject-invisible", Level.WARNING, "X1",
    why="Control and invisible characters in a subject are a spammer's trick, or a broken import.",
    remedy="Take them out.",
)  # fmt: skip
def _invisible(document: Document, _: Options) -> Iterator[Found]:
    odd = {c for c in document.subject if unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs")}
    odd |= set(re.findall("[\u200b\u202a-\u202e\u2060-\u2064\ufeff\ufffd\u00ad]", document.subject))
    if odd:
        told = ", ".join(f"U+{ord(c):04X}" for c in sorted(odd))
        yield Found(_SUBJECT, f"The subject holds {told}.")


@check(
    "preheader-missing", Level.WARNING, "H5",
    why="Inboxes show the first words beside the subject: without a preheader, “View in browser”.",
    remedy="Begin the body with a hidden text that says what is in the issue.",
)  # fmt: skip
def _no_preheader(document: Document, _: Options) -> Iterator[Found]:
    page = document.page
    if page and page.body is not None and preheader(page) is None:
        yield Found(page.place(page.body), "The body does not begin with a hidden preheader.")


@check(
    "preheader-length", Level.HINT, "H5",
    why="Inboxes show 40 to 110 characters; where there are fewer, what follows leaks in.",
    remedy="Write 40 to 110 characters, padded with invisible ones.",
)  # fmt: skip
def _preheader_length(document: Document, _: Options) -> Iterator[Found]:
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


def preheader(page: Page) -> Element | None:
    """The element at the beginning of the body that holds hidden text, if there is one."""
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
