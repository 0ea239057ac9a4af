"""Chooses the form of each story of an edition, and their order within a section. Pure.

A story becomes the lead, a card, a row, a line or an event, by its place, its picture, its length and
what an editor or `alert.layouts` asks for. Never more equal forms follow each other than the theme
allows; what is too much becomes a line, and lines come last, under “Also this month”.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from alerts.config.themes import Look
from alerts.domain.article import FEATURED, Article
from alerts.editions.picture_places import (
    Versions,
    card_picture,
    card_room,
    is_cover,
    lead_picture,
    small_version,
)
from alerts.editions.pictures import ShownPicture

_CARD_SUMMARY = 40  # characters, at least
_LONG_SECTION, _KEPT = 12, 8  # of a longer section, so many keep their form


class StoryForm(StrEnum):
    """How a story is shown."""

    LEAD = "lead"
    CARD = "card"
    FEATURE = "feature"  # a large picture above the text
    ROW = "row"
    EVENT = "event"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Story:
    """What the choice depends on. `ours`: the title is in the edition's language; `pictures`: what
    there is of its picture, by use."""

    article: Article
    ours: bool
    summary: int  # characters
    pictures: Versions = field(default_factory=dict)
    form: StoryForm = StoryForm.LINE

    @property
    def picture(self) -> ShownPicture | None:
        """Its picture, unless it is too small to show."""
        return small_version(self.pictures)


@dataclass(frozen=True, slots=True)
class SectionStories:
    """A section while it is arranged: its stories, and what `alert.layouts` asks for."""

    key: str
    layout: str  # "" for none
    stories: tuple[Story, ...]


def arrange(
    sections: Sequence[SectionStories], look: Look, *, ours_first: bool
) -> tuple[SectionStories, ...]:
    """The sections with each story's form, in the order in which they are shown.

    The lead is the first story of its section.
    """
    place = _lead(sections, look, ours_first=ours_first)
    cards = look.all_cards
    made = []
    for number, section in enumerate(sections):
        at = place[1] if place and place[0] == number else None
        lead = () if at is None else (replace(section.stories[at], form=StoryForm.LEAD),)
        rest = [story for n, story in enumerate(section.stories) if n != at]
        # with the lead's large picture above it, a quiet section has none of its own
        room = 0 if lead and not look.pairs else min(look.cards, cards)
        shown = _arranged(replace(section, stories=tuple(rest)), look, room, ours_first=ours_first)
        cards -= sum(story.form is StoryForm.CARD for story in shown)
        made.append(replace(section, stories=(*lead, *shown)))
    return tuple(made)


def _lead(
    sections: Sequence[SectionStories], look: Look, *, ours_first: bool
) -> tuple[int, int] | None:
    """The section and the place of the lead: an editor's choice, else the first story.

    A list of titles has none, nor has an event that is not featured.
    """
    every = [
        (number, at, story)
        for number, section in enumerate(sections)
        for at, story in enumerate(section.stories)
    ]
    chosen = [place for place in every if place[2].article.layout == StoryForm.LEAD]
    if not chosen and sections:
        first = sections[0]
        chosen = [
            place
            for place in every
            if place[0] == 0
            and not place[2].article.layout
            and (first.key == FEATURED or (not first.layout and place[2].article.event is None))
        ]
        if ours_first:
            chosen = [place for place in chosen if place[2].ours] or chosen
        if chosen and chosen[0][2].article.position is None:
            shown = [place for place in chosen if lead_picture(place[2].pictures, look)]
            chosen = shown or chosen
    return chosen[0][:2] if chosen else None


def _arranged(
    section: SectionStories, look: Look, room: int, *, ours_first: bool
) -> tuple[Story, ...]:
    """The other stories of a section: cards, then rows, events by date, lines."""
    stories = list(section.stories)
    if ours_first:
        stories.sort(key=lambda story: story.article.event is None and not story.ours)
    asked = [replace(story, form=_wanted(story, section.layout, look)) for story in stories]
    if not section.layout:
        asked = _with_rhythm(asked, look, room)
        asked.sort(key=lambda story: _place_of_row(story, look, ours_first=ours_first))
    order = (StoryForm.FEATURE, StoryForm.CARD, StoryForm.ROW, StoryForm.EVENT, StoryForm.LINE)
    return tuple(sorted(asked, key=lambda story: order.index(story.form)))


def _wanted(story: Story, layout: str, look: Look) -> StoryForm:
    """What it would be if it were the only one."""
    article = story.article
    if article.layout in (StoryForm.CARD, StoryForm.ROW, StoryForm.LINE):
        return StoryForm(article.layout)
    if layout == "compact":
        return StoryForm.LINE
    if layout == "featured":
        return StoryForm.FEATURE
    if article.event is not None:
        return StoryForm.EVENT
    if layout in ("full", "rows"):
        return StoryForm.ROW
    if layout == "cards":
        return StoryForm.CARD
    if not story.summary:
        return StoryForm.LINE
    return StoryForm.CARD if _is_card(story, look) else StoryForm.ROW


def _is_card(story: Story, look: Look) -> bool:
    """True where it has words, and a picture that is known to fill the width of a card."""
    shown = card_picture(story.pictures, look)
    return (
        shown is not None
        and shown.file.width >= card_room(look)
        and not is_cover(story.pictures)
        and story.ours
        and story.summary >= _CARD_SUMMARY
    )


def _with_rhythm(stories: list[Story], look: Look, room: int) -> list[Story]:
    """Not too many cards, pairs only, and never more equal rows in sequence than `look.run`."""
    kept = _KEPT if len(stories) > _LONG_SECTION else len(stories)
    free = {n for n, story in enumerate(stories) if not story.article.layout}
    cards = [n for n in sorted(free) if stories[n].form is StoryForm.CARD][: min(room, kept)]
    if look.pairs and len(cards) % 2:
        cards.pop()
    forms = dict.fromkeys(cards, StoryForm.CARD)
    seen: Counter[str] = Counter()
    for n, story in enumerate(stories):
        if n not in free or story.form in (StoryForm.EVENT, StoryForm.LINE):
            forms[n] = story.form
        elif n not in forms:
            kind = seen_as(story, look)
            seen[kind] += 1
            fits = seen[kind] <= look.run and len(cards) + sum(seen.values()) <= kept
            forms[n] = StoryForm.ROW if fits else StoryForm.LINE
    return [replace(story, form=forms[n]) for n, story in enumerate(stories)]


def seen_as(story: Story, look: Look) -> str:
    """Rows of one kind look alike: with a picture, with a cover, or of words alone.

    Where the theme has no small pictures, a row with one looks like words.
    """
    if story.picture is None:
        return "words"
    if is_cover(story.pictures):
        return "cover"
    return "picture" if look.thumbs else "words"


def _place_of_row(story: Story, look: Look, *, ours_first: bool) -> tuple[bool, bool]:
    """Rows of one kind together, those with pictures first; all others stay where they are."""
    if story.form is not StoryForm.ROW:
        return False, False
    return ours_first and not story.ours, seen_as(story, look) == "words"
