"""What a form shows again that was not saved, so that saving it later overwrites nobody's words.

A field that the person did not touch shows what is there now, whoever wrote it. One that they touched keeps
what they typed, and still says what they saw before it, until they have been shown the other text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.responses import Response

from alerts.domain.errors import AlertsError
from alerts.editions.catalogue import later
from alerts.issue.seen_edit import EditConflict
from alerts.web.desk.pages import DeskVisit
from alerts.web.request import PostResult

SAVED = later("Your changes have been saved.")


@dataclass(frozen=True, slots=True)
class UnsavedField:
    """A field of a form: its text, and what the form says that the person has seen."""

    text: str
    seen: str


def unsaved_field(
    now: str, typed: str, seen: str, *, told: bool, digest: Callable[[str], str] = str
) -> UnsavedField:
    """A field as it is shown again. `now` is stored, `seen` is what the form said, as the `digest` of a text;
    `told`: the page shows the person what is stored now, beside what they typed."""
    if typed == now or digest(typed) == seen:
        return UnsavedField(now, digest(now))
    return UnsavedField(typed, digest(now) if told else seen)


@dataclass(frozen=True, slots=True)
class UnsavedTexts:
    """The texts of a form for one language that was not accepted, and what it said was seen, by field."""

    language: str
    texts: Mapping[str, str]
    seen: Mapping[str, str]

    def over(self, now: Mapping[str, str], told: Mapping[str, object]) -> dict[str, UnsavedField]:
        """The fields as they are shown again over those stored `now`; of those in `told` the page shows
        both texts."""
        return {
            name: unsaved_field(text, self.texts[name], self.seen[name], told=name in told)
            for name, text in now.items()
        }


def form_fields(
    stored: Mapping[str, Mapping[str, str]],
    unsaved: UnsavedTexts | None,
    told: Mapping[str, object],
) -> dict[str, dict[str, UnsavedField]]:
    """The fields of the forms of a page, by language: as stored, but those that were not saved."""
    found = {
        tag: {name: UnsavedField(text, text) for name, text in texts.items()}
        for tag, texts in stored.items()
    }
    if unsaved is not None and unsaved.language in stored:
        found[unsaved.language] = unsaved.over(stored[unsaved.language], told)
    return found


def save_texts(
    desk: DeskVisit,
    language: str,
    names: Iterable[str],
    write: Callable[[Mapping[str, str], Mapping[str, str]], tuple[EditConflict, ...]],
    show: Callable[..., Response],
    done: Callable[[], PostResult],
) -> PostResult:
    """Write the texts of a form for one language by `write(texts, seen)`, and go to what `done` gives.

    Where they are refused, or somebody else has changed one, `show` shows the form again with what was
    typed, and why.
    """
    names = tuple(names)
    texts = {name: desk.field(name) for name in names}
    seen = {name: desk.field(f"seen-{name}") for name in names}
    again = partial(show, unsaved=UnsavedTexts(language, texts, seen))
    try:
        conflicts = write(texts, seen)
    except AlertsError as fault:
        return desk.refused(partial(again, status=422, wrong=str(fault)))
    if conflicts:
        return desk.refused(partial(again, status=409, conflicts=conflicts))
    return done()
