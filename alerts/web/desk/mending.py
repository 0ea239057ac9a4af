"""Findings of the checks as links to where each is mended, numbered as the pins on the shown edition."""

from collections.abc import Sequence

from alerts.library.readiness import LintedDraft
from alerts.lint.group import FindingGroup
from alerts.lint.mend import MendPlace
from alerts.web.desk.pages import DeskVisit

MendLink = tuple[int, MendPlace, str]
"""The number of its pin on the shown edition (0: none), the place, and its address at the desk."""


def mend_links(
    desk: DeskVisit, made: LintedDraft, language: str = ""
) -> tuple[tuple[FindingGroup, tuple[MendLink, ...]], ...]:
    """The findings with the places where they are mended; those on the edition in `language` have a
    number, one for each story."""
    numbers: dict[str, int] = {}
    found = []
    linter = desk.project.linter
    causes = (*linter.window_causes(made.draft.month), *made.causes) if made.draft.editions else ()
    for group, places in linter.places(made.draft, causes):
        links = []
        for place in _each_once(places, language):
            number = 0
            if place.article_id and place.language == language:
                number = numbers.setdefault(place.article_id, len(numbers) + 1)
            links.append((number, place, _address(desk, made, place)))
        found.append((group, tuple(links)))
    return tuple(found)


def _each_once(places: Sequence[MendPlace], language: str) -> Sequence[MendPlace]:
    """One place for each story, that of the edition in `language` where there is one."""
    chosen: dict[tuple[str, str], MendPlace] = {}
    for place in places:
        key = (place.article_id, place.part)
        if key not in chosen or place.language == language:
            chosen[key] = place
    return tuple(chosen.values())


def _address(desk: DeskVisit, made: LintedDraft, place: MendPlace) -> str:
    if not place.article_id:
        return desk.address("/words", month=str(made.draft.month)) + f"#heading-{place.language}"
    part = "picture" if place.part == "picture" else f"in-{place.language}"
    return desk.address(f"/story/{place.article_id}") + f"#{part}"
