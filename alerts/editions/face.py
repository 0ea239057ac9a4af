"""Subject, preheader, headline and standfirst of an edition: the editor's, or made from its stories.

Pure. None is ever empty. A subject that nobody wrote ends in the month, so no two issues have the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.domain.issue import Face, Issue
from alerts.domain.languages import same_language
from alerts.editions.escaping import clean, for_header
from alerts.editions.items import EditionView, Item, MarkedText
from alerts.text.sentences import shorten

PREHEADER_LENGTH = 110  # rule H5: what inboxes show of it
STANDFIRST_LENGTH = 180
_SUBJECT_LENGTH, _LEAST = 70, 24  # what inboxes show of a subject; of the title in it at least


@dataclass(frozen=True, slots=True)
class Shown:
    """The face of one edition. `by_lead`: the headline is the title of the lead."""

    subject: str
    preheader: str
    headline: MarkedText
    standfirst: MarkedText
    by_lead: bool


def face_in(faces: Mapping[str, Face], language: str) -> Face:
    """What the editor wrote in that language ("pt-br", else another "pt"); an empty one for nothing."""
    kin = sorted(tag for tag in faces if same_language(tag, language))
    return next((faces[tag] for tag in (language, *kin) if faces.get(tag)), Face())


def face_of(issue: Issue, chain: Sequence[str]) -> tuple[Face, str]:
    """What the editor wrote for the edition in the first language of `chain`, and its language.

    The title of a special alert stands in all editions: in the next language of the chain, else in any.
    """
    others = (*chain, *sorted(issue.faces)) if issue.month.special else ()
    for language in (chain[0], *others):
        if face := face_in(issue.faces, language):
            return face, language
    return Face(), chain[0]


def faced(view: EditionView, written: Face, mark: MarkedText, whose: str) -> Shown:
    """The face of `view`: what was `written`, in the language and direction of `mark`, or made from its
    stories. `whose` is the name of the alert, and the month, in the language of the edition."""
    first = view.lead or next(iter(view.items), None)
    title = first.title if first else MarkedText(view.month, view.direction)
    by_lead = not written.headline and first is not None
    headline = replace(mark, text=written.headline) if written.headline else title
    others = [item for item in view.items if item is not first]
    standfirst = replace(mark, text=written.standfirst)
    if not written.standfirst:
        standfirst = _standfirst(first if by_lead else None, others, view)
    return Shown(
        clean(written.subject or _subject(headline.text, f" · {for_header(whose)}")),
        clean(written.preheader or _preheader(others) or _preheader(view.items) or _opening(view)),
        headline,
        standfirst,
        by_lead,
    )


def _subject(headline: str, ending: str) -> str:
    room = max(_SUBJECT_LENGTH - len(ending), _LEAST)
    return f"{_cut(headline, room)}{ending}"


def _cut(text: str, room: int) -> str:
    """`text` in at most `room` characters, cut between two words."""
    if len(text) <= room:
        return text
    return text[: room - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def _standfirst(lead: Item | None, others: Iterable[Item], view: EditionView) -> MarkedText:
    """The summary of the lead where its title is the headline, else the next titles."""
    if lead is not None and lead.summary:
        return MarkedText(
            shorten(lead.summary.text, STANDFIRST_LENGTH),
            lead.summary.direction,
            lead.summary.foreign,
        )
    return MarkedText(_titles(others, STANDFIRST_LENGTH) if lead is None else "", view.direction)


def _opening(view: EditionView) -> str:
    """How the introduction of an issue without stories begins."""
    words = view.letter.html.striptags() if view.letter else ""
    return shorten(words, PREHEADER_LENGTH) or view.month


def _preheader(items: Iterable[Item]) -> str:
    """The first titles, as many as an inbox shows."""
    return _titles(items, PREHEADER_LENGTH)


def _titles(items: Iterable[Item], room: int) -> str:
    """Titles with a dot between, as many as have room; of a longer one its beginning."""
    line = ""
    for item in items:
        longer = f"{line} · {item.title.text}" if line else item.title.text
        if len(longer) > room:
            return line or _cut(longer, room)
        line = longer
    return line
