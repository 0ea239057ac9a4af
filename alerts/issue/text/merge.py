"""The changes of a manuscript to an issue that may have changed itself since the export."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.issue.text.format import heading, introduction_label, label
from alerts.issue.text.manuscript import LEFT_OUT, Block, Manuscript, Origin, new, words_digest


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that both the file and somebody else have changed. `anchor` is the line of the text
    that it concerns, `now` its present text in the issue, line by line."""

    anchor: str
    text: str
    now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes to apply; fields by article id, an empty text removes.

    `places` are sections (or `LEFT_OUT`); `orders` are whole sections in a new order. If there are
    `conflicts`, nothing may be applied.
    """

    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    new: tuple[Block, ...] = ()
    introductions: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[Clash, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.places or self.orders or self.new or self.introductions)


def merge(file: Manuscript, current: Manuscript) -> Changes:
    """The changes that `file` makes to the issue as it is now."""
    conflicts: list[Clash] = []
    now = {piece.id: piece for piece in current.pieces}
    given = {piece.id: piece for piece in file.pieces}
    words: dict[str, Mapping[str, str]] = {}
    places: dict[str, str] = {}
    for name, origin in file.origins.items():
        piece, there = given.get(name), now.get(name)
        wanted = piece.section if piece else LEFT_OUT
        rewritten = piece is not None and piece.digest != origin.digest
        if there is None:
            if rewritten or wanted != origin.section:
                conflicts.append(Clash("", f"[{name}] is no longer in {file.month}"))
            continue
        title = there.words.get("title", "")
        if piece and rewritten and piece.digest != there.digest:
            if there.digest != origin.digest:
                conflicts.append(_reworded(piece, there))
            words[name] = _differing(there.words, piece.words)
        if wanted not in (origin.section, there.section):
            if there.section != origin.section:
                where = f"It is in “{heading(there.section)}” now."
                conflicts.append(Clash(f"[{name}]", f"[{name}] “{title}” has been moved", (where,)))
            places[name] = wanted
    # A page that was collected since is not new; what was written about it here is a conflict.
    added = tuple(piece for piece in file.pieces if piece.url)
    for piece in added:
        known = now.get(piece.id)
        if known and known.words != {"language": known.words["language"], **piece.words}:
            conflicts.append(Clash("", f"[{piece.id}] {piece.url} is in the issue already"))
    orders = dict(_orders(file, current, conflicts))
    introductions = dict(_introductions(file, current, conflicts))
    added = tuple(piece for piece in added if piece.id not in now)
    return Changes(words, places, orders, added, introductions, tuple(dict.fromkeys(conflicts)))


def _reworded(ours: Block, there: Block) -> Clash:
    now = [
        f"{label(name)}: {there.words.get(name, '')}"
        for name in _differing(ours.words, there.words)
    ]
    title = there.words.get("title", "")
    return Clash(f"[{there.id}]", f"[{there.id}] “{title}” has another text now", tuple(now))


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    return {
        name: new.get(name, "") for name in (*new, *old) if new.get(name, "") != old.get(name, "")
    }


def _orders(
    file: Manuscript, current: Manuscript, conflicts: list[Clash]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sections whose order the file changes, with the articles that it names."""
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
            text = f"the order of “{section}” has changed: {', '.join(moved)}"
            conflicts.append(Clash(f"=== {heading(section)} ", text, tuple(moved)))
        moved_away = {
            name
            for name, origin in file.origins.items()
            if origin.section == section and (name in gone or there.get(name) != section)
        }
        yield section, tuple(name for name in wanted if name not in moved_away)


def _in_section(section: str, origins: Iterable[tuple[str, Origin]]) -> Sequence[str]:
    return [name for name, origin in origins if origin.section == section]


def _introductions(
    file: Manuscript, current: Manuscript, conflicts: list[Clash]
) -> Iterator[tuple[str, str]]:
    nothing = words_digest({"letter": ""})
    for language in dict.fromkeys((*file.introductions, *file.introduction_digests)):
        text, now = file.introductions.get(language, ""), current.introductions.get(language, "")
        origin = file.introduction_digests.get(language, nothing)
        if words_digest({"letter": text}) != origin and text != now:
            if words_digest({"letter": now}) != origin:
                said = f"the introduction in “{language}” has changed"
                if "." in language:
                    said = f"{introduction_label(language)} has changed"
                conflicts.append(
                    Clash(f"{introduction_label(language)}:", said, tuple(now.split("\n")))
                )
            yield language, text


def untouched(file: Manuscript) -> bool:
    """True for a file that is unchanged since its export."""
    origins = {piece.id: Origin(piece.section, piece.digest) for piece in file.pieces}
    digests = {
        language: words_digest({"letter": text}) for language, text in file.introductions.items()
    }
    ordered = all(
        [p.id for p in file.pieces if p.section == section]
        == _in_section(section, file.origins.items())
        for section in {piece.section for piece in file.pieces}
    )
    return origins == file.origins and digests == file.introduction_digests and ordered


def rebase(file: Manuscript, current: Manuscript) -> Manuscript:
    """The file's changes, rebased onto the issue as it is now.

    Where both have changed the same, the file's text is kept, for the editor to decide. Articles that
    have left the month are not in it.
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
        untouched = ours is None or ours.digest == origin.digest
        words = there.words if ours is None or untouched else ours.words
        chosen[there.id] = replace(there, section=section, words=words)
    sections = dict.fromkeys(piece.section for piece in chosen.values())
    pieces = tuple(
        chosen[name] for section in sections for name in _ordered(section, chosen, file, current)
    )
    introductions = {**current.introductions, **dict(_introductions(file, current, []))}
    kept = {language: text for language, text in introductions.items() if text}
    now = new(current.month, current.pieces, current.introductions)
    return replace(now, pieces=pieces, introductions=kept)


def _ordered(
    section: str, chosen: Mapping[str, Block], file: Manuscript, current: Manuscript
) -> Iterable[str]:
    """The articles of a section in the file's order, if it changes it, else in their present order."""
    asked = [piece.id for piece in file.pieces if piece.section == section]
    before = _in_section(section, file.origins.items())
    touched = asked != [name for name in before if name in asked]
    mine, theirs = ([piece.id for piece in made.pieces] for made in (file, current))
    order = dict.fromkeys((*mine, *theirs) if touched else (*theirs, *mine))
    return [name for name in order if name in chosen and chosen[name].section == section]
