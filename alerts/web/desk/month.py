"""The month: its stories as cards, in the order of the mail, in one language or in several side by side."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.responses import RedirectResponse, Response

from alerts.domain.article import FEATURED
from alerts.domain.errors import AlertsError, Conflict, UsageError
from alerts.domain.month import Month
from alerts.domain.person import Person
from alerts.editions.catalogue import later
from alerts.editions.view import Viewer
from alerts.library.month_overview import MonthOverview, StoryOverview
from alerts.store.articles import StoredArticle
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.desk.thread import thread
from alerts.web.request import PostResult

_BACK = 12  # months that the page offers
_MOST_SHOWN = 6  # languages side by side


@dataclass(frozen=True, slots=True)
class MonthPin:
    """Something to mend: its number on the page, the story that it is about, and in which language."""

    number: int
    kind: str  # missing, changed or picture
    story: StoryOverview
    language: str = ""


def edits(person: Person) -> bool:
    """Whether they may change the issue."""
    return person.edits


def month_asked(desk: DeskVisit) -> Month:
    """The month (`?month=`) that the person looks at; by default, the last that has ended."""
    try:
        return desk.project.month(desk.asked("month"))
    except UsageError:
        return desk.project.month()


def show(
    desk: DeskVisit, status: int = 200, wrong: str = "", url: str = "", comment: str = ""
) -> Response:
    """The month. `url` and `comment` are what was typed and not accepted."""
    overview = desk.project.desk.month_overview(month_asked(desk))
    catalogue = desk.catalogue
    viewer = Viewer(catalogue, desk.visit.site.settings)
    languages = shown_languages(desk)
    pins = list(_pins(overview, languages))
    may_edit = desk.person.edits and overview.open
    by_card: dict[tuple[str, str], list[MonthPin]] = {}
    for pin in pins:
        by_card.setdefault((pin.story.article.id, pin.language), []).append(pin)
    return desk.page(
        "month.html",
        status,
        title=catalogue.month(overview.month),
        overview=overview,
        months=[(one, catalogue.month(one)) for one in _months(desk, overview.month)],
        section_title=viewer.section_title,
        places=[
            (key, viewer.section_title(key))
            for key in dict.fromkeys(
                (
                    FEATURED,
                    *desk.visit.site.settings.alert.sections,
                    *(s.key for s in overview.sections),
                )
            )
        ],
        languages_shown=languages,
        pins=pins,
        pinned=lambda story, tag: by_card.get((story.article.id, tag), ()),
        numbers={
            story.article.id: number for number, story in enumerate(overview.stories, start=1)
        },
        same=lambda one, other: one.partition("-")[0] == other.partition("-")[0],
        may_edit=may_edit,
        near=len(desk.project.articles.near(overview.month)) if may_edit else 0,
        translates=desk.person.translates,
        wrong=wrong,
        failed=bool(wrong),
        rechecking=desk.project.drafts.rechecking(overview.month) is not None,
        was_approved=desk.project.desk.was_approved(overview.month),
        url=url,
        comments=desk.project.comments.counts(overview.month),
        **thread(
            desk, desk.project.comments.of_issue(overview.month), overview.month, typed=comment
        ),
    )


def shown_languages(desk: DeskVisit) -> tuple[str, ...]:
    """The languages (`?languages=en,es`) side by side; by default the first, and the person's own."""
    made = desk.visit.site.settings.alert.languages
    asked = [tag for tag in desk.asked("languages").split(",") if tag in made]
    own = [held.language for held in sorted(desk.person.roles) if held.language in made]
    return tuple(dict.fromkeys(asked or (made[0], *own)))[:_MOST_SHOWN]


def _months(desk: DeskVisit, month: Month) -> Sequence[Month]:
    """The months to choose from, the newest first, and the special alerts."""
    this = Month.of(desk.visit.now, desk.visit.site.settings.zone)
    found = [this.plus(1 - back) for back in range(_BACK + 2)]
    special = [one for one, _ in desk.project.issues.specials()]
    return list(dict.fromkeys([*special, *found, month]))


def _pins(overview: MonthOverview, languages: Sequence[str]) -> Iterator[MonthPin]:
    number = 0
    for story in overview.stories:
        about = [("changed", "")] if story.changed else []
        about += [("picture", "")] if story.undescribed else []
        about += [("missing", tag) for tag in languages if tag in story.missing]
        for kind, language in about:
            number += 1
            yield MonthPin(number, kind, story, language)


def act(desk: DeskVisit) -> PostResult:
    """One of the buttons of a story."""
    name, articles = desk.visit.path["act"], desk.project.articles
    kept = story_of(desk)
    acts: Mapping[str, Callable[[StoredArticle], object]] = {
        "exclude": articles.exclude,
        "include": articles.include,
        "feature": articles.feature,
        "unfeature": partial(articles.feature, on=False),
    }
    if name in ("up", "down", "move"):
        return _move(desk, kept, name)
    if name not in acts:
        return PostResult(lambda visit: visit.missing(), done=False)
    acts[name](kept)
    notes = {
        "exclude": later("Left out. It is at the end of this page."),
        "include": later("It is in the issue."),
        "feature": later("It comes first now."),
        "unfeature": later("It is in its section again."),
    }
    return back(desk, kept, notes[name])


def _move(desk: DeskVisit, kept: StoredArticle, name: str) -> PostResult:
    """Move a story up or down in its section, or to a section and (dragged) to a place in it."""
    section, place = desk.field("section") or None, desk.field("position")
    position = int(place) if re.fullmatch(r"[1-9][0-9]{0,3}", place) else None
    if name != "move":
        section, position = None, _beside(desk, kept, 1 if name == "down" else -1)
        if position is None:
            return back(desk, kept)
    try:
        moved = desk.project.articles.move(
            kept, section=section, position=position, seen=desk.field("seen")
        )
    except Conflict:
        words = desk.said(later("Someone has moved stories meanwhile. This is the order now."))
        return desk.refused(partial(show, status=409, wrong=words))
    return back(desk, moved.article, later("Moved."))


def _beside(desk: DeskVisit, kept: StoredArticle, by: int) -> int | None:
    """The place of a story in its section, moved on by that much; None beyond its ends."""
    for section in desk.project.issues.composed(kept.month).sections:
        ids = [article.id for article in section.articles]
        if kept.article.id in ids:
            place = ids.index(kept.article.id) + 1 + by
            return place if 1 <= place <= len(ids) else None
    return None


def story_of(desk: DeskVisit) -> StoredArticle:
    """The article in the path; raises `UsageError` where there is none."""
    asked = desk.visit.path["id"]
    if not re.fullmatch("[0-9a-f]{10}", asked):
        raise UsageError("there is no such story")
    return desk.project.articles.find(asked)


def back(desk: DeskVisit, kept: StoredArticle, note: str = "") -> PostResult:
    """Go back to the story in its month."""
    query = {"month": str(kept.month), "languages": desk.asked("languages")}
    query |= desk.undo_of(kept.month)
    path = "/settle" if desk.asked("to") == "settle" else ""
    address = desk.address(path, note=desk.said(note) if note else "", **query)
    return PostResult(RedirectResponse(f"{address}#story-{kept.article.id}", 303))


def add(desk: DeskVisit) -> PostResult:
    """Add the page at an address; its texts are read from it."""
    month, url = month_asked(desk), desk.field("url").strip()
    try:
        added = desk.project.articles.add(url, month=month)
    except AlertsError as fault:
        return desk.refused(partial(show, status=422, wrong=str(fault), url=url[:2_000]))
    return back(desk, added.article, later("Added. Please check what was read from its page."))


PAGES = (
    desk_page("", show),
    desk_page("/add", post=add, may=edits),
    desk_page("/story/{id}/{act}", post=act, may=edits),
)
