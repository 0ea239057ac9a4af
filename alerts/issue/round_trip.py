"""The round trip: exports the whole issue as one text file, and imports it in one transaction.

Guarantees that a file is imported completely or not at all; that an unchanged file changes nothing, and
the same file twice no more than once; and that later changes by others are never overwritten: the file
is refused, naming the articles.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.article import Image
from alerts.domain.errors import Conflict, TextFault, UsageError
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.domain.picture import focus_of
from alerts.issue import editing
from alerts.issue.compose import section_of
from alerts.issue.load import composed
from alerts.issue.one_act import one_act
from alerts.issue.text.format import MONTH
from alerts.issue.text.manuscript import (
    LEFT_OUT,
    Block,
    Fault,
    Manuscript,
    annotated,
    manuscript,
)
from alerts.issue.text.merge import Changes, Clash, merge, rebase, untouched
from alerts.issue.text.read import read
from alerts.issue.text.write import Remark, write
from alerts.store import articles, profiles, transaction
from alerts.store.article_fields import image_fields

_OF_IMAGE = ("alt", "focus")  # fields of a text that belong to the picture
_SHOWN = 6  # conflicts that a message names


@dataclass(frozen=True, slots=True)
class RoundTripResult:
    """What an import has changed: numbers of articles, and the languages of introductions and faces."""

    month: Month
    edited: int = 0
    moved: int = 0
    excluded: int = 0
    included: int = 0
    added: int = 0
    introductions: tuple[str, ...] = ()
    faces: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """True if the file changed nothing."""
        numbers = (self.edited, self.moved, self.excluded, self.included, self.added)
        return not any(numbers) and not self.introductions and not self.faces


def export(db: Database, settings: Settings, month: Month, month_title: str) -> str:
    """The month's issue as text; `month_title` is the month in words, for the first line."""
    return _text(db, settings, month, month_title, lambda current: current)


def rebased(db: Database, settings: Settings, month: Month, month_title: str, text: str) -> str:
    """A text with conflicts, rebased onto the issue as it is now.

    It keeps its own texts, with those of others as comments (#!) above them; when it is imported again,
    its texts win.
    """
    file, _ = read(text, settings.alert.sections)
    if file is None:
        return text
    clashes: list[Clash] = []

    def onto(current: Manuscript) -> Manuscript:
        clashes.extend(merge(file, current).conflicts)
        return rebase(file, current)

    new = _text(db, settings, month, month_title, onto)
    lines = new.split("\n")
    faults = [
        Fault(_line_of(clash.anchor, lines), words)
        for clash in clashes
        for words in (f"Meanwhile, {clash.text}.", *clash.now)
    ]
    return annotated(new, faults)


def _line_of(anchor: str, lines: Sequence[str]) -> int:
    """The number, from 1, of the line that begins with `anchor`; 1 if there is none."""
    return next((number for number, line in enumerate(lines, 1) if line.startswith(anchor)), 1)


def _text(
    db: Database,
    settings: Settings,
    month: Month,
    month_title: str,
    change: Callable[[Manuscript], Manuscript],
) -> str:
    with transaction(db):  # a consistent view, whoever writes meanwhile
        kept = articles.kept_of_month(db, month)
        names = {slug: profile.name for slug, profile in profiles.all_profiles(db).items()}
        made = change(_now(db, settings, month))
    title = f"{settings.alert.name}, {month_title}"
    remarks = {k.article.id: _remark(k, names) for k in kept}
    return write(made, title, settings.alert.sections, settings.alert.languages, remarks)


def month_of(text: str) -> Month | None:
    """The month that a text names, if it names one."""
    for line in reversed(text.splitlines()):
        if found := MONTH.fullmatch(line):
            return Month.parse(found[1])
    return None


def changed_nothing(settings: Settings, text: str) -> bool:
    """True for a text that is unchanged since its export."""
    file, _ = read(text, settings.alert.sections)
    return file is not None and untouched(file)


def import_text(
    db: Database, settings: Settings, month: Month, text: str, actor: Actor, now: datetime
) -> RoundTripResult:
    """Import a text; raises `TextFault` with its lines, `Conflict`, or `UsageError`."""
    file, faults = read(text, settings.alert.sections)
    if file is None:
        raise TextFault((fault.line, fault.text) for fault in faults)
    if file.month != month:
        raise UsageError(f"this text is the issue of {file.month} and not of {month}")
    with transaction(db):
        editing.check_open(db, month)
        changes = merge(file, _now(db, settings, month))
        if changes.conflicts:
            some = "; ".join(clash.text for clash in changes.conflicts[:_SHOWN])
            more = len(changes.conflicts) - _SHOWN
            raise Conflict(
                f"{month}: the issue has changed since this text was written: {some}"
                + (f"; and {more} more" if more > 0 else "")
                + ": nothing was imported"
            )
        return _Hand(db, settings, file, one_act(db, actor), now).carry_out(changes)


def _now(db: Database, settings: Settings, month: Month) -> Manuscript:
    excluded = [a for a in articles.of_month(db, month) if a.excluded]
    return manuscript(composed(db, settings, month), excluded)


def _remark(kept: articles.StoredArticle, profile_names: Mapping[str, str]) -> Remark:
    article = kept.article
    day = article.event.start if article.event else article.published
    about = (
        profile_names.get(article.profile, article.author),
        f"{day:%Y-%m-%d}" if day else "",
        article.url,
    )
    return Remark(
        about=" · ".join(filter(None, about)),
        now={d.name: _written(d.found) for d in kept.changed_at_source},
        picture=article.image is not None,
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else str(value or "nothing any more")


@dataclass(frozen=True, slots=True)
class _Hand:
    """Applies changes within an open transaction."""

    db: Database
    settings: Settings
    file: Manuscript
    actor: Actor
    now: datetime

    def carry_out(self, changes: Changes) -> RoundTripResult:
        """Apply all changes; returns what they were."""
        month = self.file.month
        lines = {piece.id: piece.line for piece in self.file.pieces}
        for name, words in changes.words.items():
            self._reword(name, words, lines[name])
        included = sum(self._place(name, place) for name, place in changes.places.items())
        for piece in changes.new:
            self._add(piece)
        kept = {a.id: a for a in articles.of_month(self.db, month)}
        order = [
            moved
            for ids in changes.orders.values()
            for moved in editing.arrange(
                self.db, [kept[name] for name in ids], self.actor, self.now
            )
        ]
        for key, text in changes.introductions.items():
            self._open_with(key, text)
        left_out = [name for name, place in changes.places.items() if place == LEFT_OUT]
        moved = {*changes.places, *order} - {*left_out}
        return RoundTripResult(
            month,
            edited=len(changes.words),
            moved=len(moved - {piece.id for piece in changes.new}) - included,
            excluded=len(left_out),
            included=included,
            added=len(changes.new),
            introductions=tuple(key for key in changes.introductions if "." not in key),
            faces=tuple(
                dict.fromkeys(k.partition(".")[0] for k in changes.introductions if "." in k)
            ),
        )

    def _open_with(self, key: str, text: str) -> None:
        """Write an introduction (`en`), or a text of a face (`en.subject`)."""
        language, _, name = key.partition(".")
        month, actor, now = self.file.month, self.actor, self.now
        if name:
            editing.write_face_inside(self.db, month, language, {name: text}, actor, now)
        else:
            editing.write_introduction_inside(self.db, month, language, text, actor, now)

    def _reword(self, name: str, words: Mapping[str, str], line: int) -> None:
        image = articles.get(self.db, name).article.image
        if not words.keys().isdisjoint(_OF_IMAGE) and image is None:
            raise TextFault([(line, "the article has no picture that could show anything")])
        done = "translated" if all("." in field for field in words) else "edited"
        fields = _fields(words, image or Image(""))
        editing.change_inside(self.db, name, done, fields, self.actor, self.now)

    def _place(self, name: str, place: str) -> bool:
        """Move an article to `place`; True if that includes it again."""
        article = articles.get(self.db, name).article
        if place == LEFT_OUT:
            editing.change_inside(
                self.db, name, "excluded", {"excluded": True}, self.actor, self.now
            )
            return False
        changes = {} if section_of(article) == place else editing.into_section(place)
        done = "included" if article.excluded else "moved"
        changes |= {"excluded": False} if article.excluded else {}
        editing.change_inside(self.db, name, done, changes, self.actor, self.now)
        return article.excluded

    def _add(self, piece: Block) -> None:
        place = {"excluded": True} if piece.section == LEFT_OUT else None
        fields = {
            "language": self.settings.default_language,
            **(place or editing.into_section(piece.section)),
            **_fields(piece.words, Image("")),
        }
        month = self.file.month
        if editing.add_inside(self.db, piece.url, fields, month, self.actor, self.now) is None:
            known = articles.get(self.db, piece.id)
            raise TextFault([(piece.line, f"{piece.url} exists already, in {known.month}")])


def _fields(words: Mapping[str, str], image: Image) -> dict[str, Any]:
    """The texts of a manuscript as fields of the store."""
    fields: dict[str, Any] = {}
    for name, text in words.items():
        if name.startswith("translations."):
            _, language, field = name.split(".")
            fields.setdefault("translations", {}).setdefault(language, {})[field] = text
        elif name in _OF_IMAGE:
            focus = focus_of(text) if name == "focus" else image.focus
            image = Image(image.url, text if name == "alt" else image.alt, focus)
            fields["image"] = image_fields(image)
        else:
            fields[name] = text
    return fields
