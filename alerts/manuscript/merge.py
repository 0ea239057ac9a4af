"""What a manuscript changes in an issue, which may itself have changed since the file was written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.manuscript import LEFT_OUT, Manuscript, Origin, Piece, mark_of, new
from alerts.manuscript.layout import LETTER, heading, label


@dataclass(frozen=True, slots=True)
class Clash:
    """What the file and somebody else have both changed. `anchor` is the line of a text where it
    belongs, `now` how it is in the issue, line by line."""

    anchor: str
    text: str
    now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done; fields by article id, an empty text removes.

    `places` are sections (or `LEFT_OUT`); `orders` are whole sections in a new order. Where there
    are `conflicts`, nothing may be done: the file and somebody else have changed the same.
    """

    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    new: tuple[Piece, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[Clash, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.places or self.orders or self.new or self.letters)


def merge(file: Manuscript, current: Manuscript) -> Changes:
    """What `file` asks of the issue as it is now."""
    conflicts: list[Clash] = []
    now = {piece.id: piece for piece in current.pieces}
    given = {piece.id: piece for piece in file.pieces}
    words: dict[str, Mapping[str, str]] = {}
    places: dict[str, str] = {}
    for name, origin in file.origins.items():
        piece, there = given.get(name), now.get(name)
        wanted = piece.section if piece else LEFT_OUT
        rewritten = piece is not None and piece.mark != origin.mark
        if there is None:
            if rewritten or wanted != origin.section:
                conflicts.append(Clash("", f"[{name}] is no longer in {file.month}"))
            continue
        title = there.words.get("title", "")
        if piece and rewritten and piece.mark != there.mark:
            if there.mark != origin.mark:
                conflicts.append(_reworded(piece, there))
            words[name] = _differing(there.words, piece.words)
        if wanted not in (origin.section, there.section):
            if there.section != origin.section:
                where = f"It stands in “{heading(there.section)}” now."
                conflicts.append(Clash(f"[{name}]", f"[{name}] “{title}” has been moved", (where,)))
            places[name] = wanted
    # A page that came by itself since is no new one; what was written of it here is a conflict.
    added = tuple(piece for piece in file.pieces if piece.url)
    for piece in added:
        known = now.get(piece.id)
        if known and known.words != {"language": known.words["language"], **piece.words}:
            conflicts.append(Clash("", f"[{piece.id}] {piece.url} is in the issue already"))
    orders = dict(_orders(file, current, conflicts))
    letters = dict(_letters(file, current, conflicts))
    added = tuple(piece for piece in added if piece.id not in now)
    return Changes(words, places, orders, added, letters, tuple(dict.fromkeys(conflicts)))


def _reworded(ours: Piece, there: Piece) -> Clash:
    now = [
        f"{label(name)}: {there.words.get(name, '')}"
        for name in _differing(ours.words, there.words)
    ]
    title = there.words.get("title", "")
    return Clash(f"[{there.id}]", f"[{there.id}] “{title}” has other words now", tuple(now))


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    return {
        name: new.get(name, "") for name in (*new, *old) if new.get(name, "") != old.get(name, "")
    }


def _orders(
    file: Manuscript, current: Manuscript, conflicts: list[Clash]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sections whose order the file asks for, with the articles that it knows of."""
    gone = {piece.id for piece in current.pieces if piece.section == LEFT_OUT}
    there = {piece.id: piece.section for piece in current.pieces}
    for section in dict.fromkeys(p.section for p in file.pieces if p.section != LEFT_OUT):
        before = _in_section(section, file.origins.items())
        wanted = [piece.id for piece in file.pieces if piece.section == section]
        if wanted == [name for name in before if name in wanted]:
            continue  # as it was, or only less
        now = [p.id for p in current.pieces if p.section == section and p.id in file.origins]
        known = [name for name in wanted if name in file.origins]
        if wanted == now:
            continue
        if known != now and now != [name for name in before if name in now]:
            title = {piece.id: piece.words.get("title", "") for piece in current.pieces}
            moved = [f"[{n}] “{title[n]}”" for n, b in zip(now, before, strict=False) if n != b]
            text = f"the order of “{section}” is another one now: {', '.join(moved)}"
            conflicts.append(Clash(f"=== {heading(section)} ", text, tuple(moved)))
        moved_away = {
            name
            for name, origin in file.origins.items()
            if origin.section == section and (name in gone or there.get(name) != section)
        }
        yield section, tuple(name for name in wanted if name not in moved_away)


def _in_section(section: str, origins: Iterable[tuple[str, Origin]]) -> Sequence[str]:
    return [name for name, origin in origins if origin.section == section]


def _letters(
    file: Manuscript, current: Manuscript, conflicts: list[Clash]
) -> Iterator[tuple[str, str]]:
    nothing = mark_of({"letter": ""})
    for language in dict.fromkeys((*file.letters, *file.letter_marks)):
        text, now = file.letters.get(language, ""), current.letters.get(language, "")
        origin = file.letter_marks.get(language, nothing)
        if mark_of({"letter": text}) != origin and text != now:
            if mark_of({"letter": now}) != origin:
                said = f"the letter in “{language}” is another one now"
                conflicts.append(Clash(f"{LETTER} ({language}):", said, tuple(now.split("\n"))))
            yield language, text


def untouched(file: Manuscript) -> bool:
    """True for a file that says what it said when it was written."""
    origins = {piece.id: Origin(piece.section, piece.mark) for piece in file.pieces}
    marks = {language: mark_of({"letter": text}) for language, text in file.letters.items()}
    ordered = all(
        [p.id for p in file.pieces if p.section == section]
        == _in_section(section, file.origins.items())
        for section in {piece.section for piece in file.pieces}
    )
    return origins == file.origins and marks == file.letter_marks and ordered


def rebase(file: Manuscript, current: Manuscript) -> Manuscript:
    """What the file asks for, brought over onto the issue as it is now.

    Where both have changed the same, the file's word stands: whoever reads it decides. Articles that
    left the month are not in it.
    """
    given = {piece.id: piece for piece in file.pieces}
    chosen = {piece.id: piece for piece in file.pieces if piece.url}
    for there in current.pieces:
        origin, ours = file.origins.get(there.id), given.get(there.id)
        if origin is None:
            chosen[there.id] = there
            continue
        wanted = ours.section if ours else LEFT_OUT
        section = there.section if wanted == origin.section else wanted
        untouched = ours is None or ours.mark == origin.mark
        words = there.words if ours is None or untouched else ours.words
        chosen[there.id] = replace(there, section=section, words=words)
    sections = dict.fromkeys(piece.section for piece in chosen.values())
    pieces = tuple(
        chosen[name] for section in sections for name in _ordered(section, chosen, file, current)
    )
    letters = {**current.letters, **dict(_letters(file, current, []))}
    kept = {language: text for language, text in letters.items() if text}
    now = new(current.month, current.pieces, current.letters)
    return replace(now, pieces=pieces, letters=kept)


def _ordered(
    section: str, chosen: Mapping[str, Piece], file: Manuscript, current: Manuscript
) -> Iterable[str]:
    """The articles of a section in the file's order, if it asks for one, else in that of now."""
    asked = [piece.id for piece in file.pieces if piece.section == section]
    before = _in_section(section, file.origins.items())
    touched = asked != [name for name in before if name in asked]
    mine, theirs = ([piece.id for piece in made.pieces] for made in (file, current))
    order = dict.fromkeys((*mine, *theirs) if touched else (*theirs, *mine))
    return [name for name in order if name in chosen and chosen[name].section == section]
