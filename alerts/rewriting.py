"""Rewriting: the whole issue goes out as one text file, and comes back in one transaction.

Promises that a file comes back whole or not at all; that the file as it was written changes nothing,
and the same file twice no more than once; and that what others have changed since is never
overwritten: the file is refused, naming the articles.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts import editing
from alerts.compose import section_of
from alerts.errors import Conflict, TextFault, UsageError
from alerts.manuscript import LEFT_OUT, Fault, Manuscript, Piece, annotated, manuscript
from alerts.manuscript.layout import MONTH
from alerts.manuscript.merge import Changes, Clash, merge, rebase, untouched
from alerts.manuscript.read import read
from alerts.manuscript.write import Remark, write
from alerts.model import Actor, Month
from alerts.publish import composed
from alerts.render.catalogue import Catalogue
from alerts.settings import Settings
from alerts.store import articles, profiles, transaction

_SHOWN = 6  # conflicts that are named


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file has changed, in numbers of articles; of letters, their languages."""

    month: Month
    edited: int = 0
    moved: int = 0
    excluded: int = 0
    included: int = 0
    added: int = 0
    letters: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """True where the file asked for nothing."""
        numbers = (self.edited, self.moved, self.excluded, self.included, self.added)
        return not any(numbers) and not self.letters


def export(db: Database, settings: Settings, month: Month) -> str:
    """The month's issue as text."""
    return _text(db, settings, month, lambda current: current)


def brought_over(db: Database, settings: Settings, month: Month, text: str) -> str:
    """A text that is in conflict, brought over onto the issue as it is now.

    Its own words stand, with those of others as remarks (#!) above them; taken in, it decides.
    """
    file, _ = read(text, settings.alert.sections)
    if file is None:
        return text
    clashes: list[Clash] = []

    def onto(current: Manuscript) -> Manuscript:
        clashes.extend(merge(file, current).conflicts)
        return rebase(file, current)

    new = _text(db, settings, month, onto)
    lines = new.split("\n")
    faults = [
        Fault(_line_of(clash.anchor, lines), words)
        for clash in clashes
        for words in (f"Meanwhile, {clash.text}.", *clash.now)
    ]
    return annotated(new, faults)


def _line_of(anchor: str, lines: Sequence[str]) -> int:
    """The line that begins so, counted from 1; the first one where there is no such."""
    return next((number for number, line in enumerate(lines, 1) if line.startswith(anchor)), 1)


def _text(
    db: Database,
    settings: Settings,
    month: Month,
    change: Callable[[Manuscript], Manuscript],
) -> str:
    with transaction(db):  # one view of it all, whoever writes meanwhile
        kept = articles.kept_of_month(db, month)
        names = {slug: profile.name for slug, profile in profiles.all_profiles(db).items()}
        made = change(_now(db, settings, month))
    title = f"{settings.alert.name}, {Catalogue('en', ()).month(month)}"
    remarks = {k.article.id: _remark(k, names) for k in kept}
    return write(made, title, settings.alert.sections, settings.alert.languages, remarks)


def month_of(text: str) -> Month | None:
    """The month that a text says it is of, as far as it says it."""
    for line in reversed(text.splitlines()):
        if found := MONTH.fullmatch(line):
            return Month.parse(found[1])
    return None


def changed_nothing(settings: Settings, text: str) -> bool:
    """True for a text that is as it was written out."""
    file, _ = read(text, settings.alert.sections)
    return file is not None and untouched(file)


def take_back(
    db: Database, settings: Settings, month: Month, text: str, actor: Actor, now: datetime
) -> Taken:
    """Take a text back in; raises `TextFault` with its lines, `Conflict`, or `UsageError`."""
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
                + ": nothing was taken in"
            )
        return _Hand(db, settings, file, actor, now).carry_out(changes)


def _now(db: Database, settings: Settings, month: Month) -> Manuscript:
    excluded = [a for a in articles.of_month(db, month) if a.excluded]
    return manuscript(composed(db, settings, month), excluded)


def _remark(kept: articles.Kept, profile_names: Mapping[str, str]) -> Remark:
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
    """Carries changes out, in a transaction that is open."""

    db: Database
    settings: Settings
    file: Manuscript
    actor: Actor
    now: datetime

    def carry_out(self, changes: Changes) -> Taken:
        """All of them; says what they were."""
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
        for language, text in changes.letters.items():
            editing.lay_letter(self.db, month, language, text, self.actor, self.now)
        left_out = [name for name, place in changes.places.items() if place == LEFT_OUT]
        moved = {*changes.places, *order} - {*left_out}
        return Taken(
            month,
            edited=len(changes.words),
            moved=len(moved - {piece.id for piece in changes.new}) - included,
            excluded=len(left_out),
            included=included,
            added=len(changes.new),
            letters=tuple(changes.letters),
        )

    def _reword(self, name: str, words: Mapping[str, str], line: int) -> None:
        image = articles.get(self.db, name).article.image
        if "alt" in words and image is None:
            raise TextFault([(line, "the article has no picture that could show anything")])
        done = "translated" if all("." in field for field in words) else "edited"
        fields = _fields(words, image.url if image else "")
        editing.lay(self.db, name, done, fields, self.actor, self.now)

    def _place(self, name: str, place: str) -> bool:
        """Put an article there; True where that takes it in again."""
        article = articles.get(self.db, name).article
        if place == LEFT_OUT:
            editing.lay(self.db, name, "excluded", {"excluded": True}, self.actor, self.now)
            return False
        changes = {} if section_of(article) == place else editing.into_section(place)
        done = "included" if article.excluded else "moved"
        changes |= {"excluded": False} if article.excluded else {}
        editing.lay(self.db, name, done, changes, self.actor, self.now)
        return article.excluded

    def _add(self, piece: Piece) -> None:
        place = {"excluded": True} if piece.section == LEFT_OUT else None
        fields = {
            "language": self.settings.default_language,
            **(place or editing.into_section(piece.section)),
            **_fields(piece.words, ""),
        }
        month = self.file.month
        if editing.lay_new(self.db, piece.url, fields, month, self.actor, self.now) is None:
            known = articles.get(self.db, piece.id)
            raise TextFault([(piece.line, f"{piece.url} is there already, in {known.month}")])


def _fields(words: Mapping[str, str], picture: str) -> dict[str, Any]:
    """Words of a manuscript as the fields of the store."""
    fields: dict[str, Any] = {}
    for name, text in words.items():
        if name.startswith("translations."):
            _, language, field = name.split(".")
            fields.setdefault("translations", {}).setdefault(language, {})[field] = text
        elif name == "alt":
            fields["image"] = {"url": picture, "alt": text}
        else:
            fields[name] = text
    return fields
