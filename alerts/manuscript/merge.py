"""What a manuscript changes in an issue, which may itself have changed since the file was written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.manuscript import LEFT_OUT, Manuscript, Origin, Piece, mark_of


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
    conflicts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.places or self.orders or self.new or self.letters)


def merge(file: Manuscript, current: Manuscript) -> Changes:
    """What `file` asks of the issue as it is now."""
    conflicts: list[str] = []
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
                conflicts.append(f"[{name}] is no longer in {file.month}")
            continue
        title = there.words.get("title", "")
        if piece and rewritten and piece.mark != there.mark:
            if there.mark != origin.mark:
                conflicts.append(f"[{name}] “{title}” has other words now")
            words[name] = _differing(there.words, piece.words)
        if wanted not in (origin.section, there.section):
            if there.section != origin.section:
                conflicts.append(f"[{name}] “{title}” has been moved")
            places[name] = wanted
    # A page that came by itself since is no new one; what was written of it here is a conflict.
    new = tuple(piece for piece in file.pieces if piece.url)
    for piece in new:
        known = now.get(piece.id)
        if known and known.words != {"language": known.words["language"], **piece.words}:
            conflicts.append(f"[{piece.id}] {piece.url} is in the issue already")
    orders = dict(_orders(file, current, conflicts))
    letters = dict(_letters(file, current, conflicts))
    new = tuple(piece for piece in new if piece.id not in now)
    return Changes(words, places, orders, new, letters, tuple(dict.fromkeys(conflicts)))


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    return {
        name: new.get(name, "") for name in (*new, *old) if new.get(name, "") != old.get(name, "")
    }


def _orders(
    file: Manuscript, current: Manuscript, conflicts: list[str]
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
            conflicts.append(f"the order of “{section}” is another one now: {', '.join(moved)}")
        moved_away = {
            name
            for name, origin in file.origins.items()
            if origin.section == section and (name in gone or there.get(name) != section)
        }
        yield section, tuple(name for name in wanted if name not in moved_away)


def _in_section(section: str, origins: Iterable[tuple[str, Origin]]) -> Sequence[str]:
    return [name for name, origin in origins if origin.section == section]


def _letters(
    file: Manuscript, current: Manuscript, conflicts: list[str]
) -> Iterator[tuple[str, str]]:
    nothing = mark_of({"letter": ""})
    for language in dict.fromkeys((*file.letters, *file.letter_marks)):
        text, now = file.letters.get(language, ""), current.letters.get(language, "")
        origin = file.letter_marks.get(language, nothing)
        if mark_of({"letter": text}) != origin and text != now:
            if mark_of({"letter": now}) != origin:
                conflicts.append(f"the letter in “{language}” is another one now")
            yield language, text
