"""The form of the table for one system: how its exports are recognised, and what they say about people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.domain.entry import Standing, worst
from alerts.subscribers.status_words import NO, NOTHING, WORDS, YES, forbids_mail, plain, tag_sign

# Headings that many systems have; they count less for recognition.
_USUAL = "email,email address,status,name,first name,last name,created at,tags"
_COMMON = frozenset(map(plain, _USUAL.split(",")))

UNCLEAR = "?"  # a cell that is not understood


@dataclass(frozen=True, slots=True)
class Sign:
    """A column that says whether a person may be mailed, and how.

    `column` are its headings, separated by bars, or with a leading `~` a regular expression that is
    searched in a heading. `words` are the meanings of its cells in this system, before the general
    ones. `yes` and `no`: the meaning of a yes or a no; `filled`: of any value; `empty`: of an empty
    cell.
    """

    column: str
    words: Mapping[str, Standing] = field(default_factory=dict)
    yes: Standing | None = None
    no: Standing | None = None
    filled: Standing | None = None
    empty: Standing | None = None
    _known: dict[str, str] = field(default_factory=dict, compare=False)

    def stands(self, heading: str) -> bool:
        """Whether this is the column for that (normalised) heading."""
        if self.column.startswith("~"):
            return bool(re.search(self.column[1:], heading))
        return heading in map(plain, self.column.split("|"))

    def judge(self, cell: str) -> str:
        """The meaning of a cell: a `Standing`, empty for nothing, or `UNCLEAR`."""
        known = self._known.get(cell)
        if known is None:
            known = self._judged(cell)
            if len(self._known) < 10_000:
                self._known[cell] = known
        return known

    def _judged(self, cell: str) -> str:
        text = plain(cell)
        for word, standing in self.words.items():
            if plain(word) == text:
                return standing
        if self.filled is not None:
            return "" if text in NOTHING or text in NO else self.filled
        if text in ("", "null", "none"):
            return self.empty or ""
        if self.yes is not None or self.no is not None:
            if text in YES:
                return self.yes or Standing.ACTIVE
            return (self.no or Standing.ACTIVE) if text in NO else UNCLEAR
        return WORDS.get(text, UNCLEAR)


@dataclass(frozen=True, slots=True)
class TagSign(Sign):
    """A column of tags, of which one may say that its person is not to be mailed."""

    def _judged(self, cell: str) -> str:
        found = [tag_sign(tag) for tag in re.split(r"[,;|\n]", cell)]
        said = [standing for standing in found if standing is not None]
        return str(worst(*said)) if said else ""


@dataclass(frozen=True, slots=True)
class NoSign(Sign):
    """A column that the system's table does not name, and whose “no” says that somebody never agreed."""

    def _judged(self, cell: str) -> str:
        return Standing.PENDING if plain(cell) in NO else ""


@dataclass(frozen=True, slots=True)
class WordSign(Sign):
    """A column of statuses that the system's table does not name: its words against mailing are doubts."""

    def _judged(self, cell: str) -> str:
        return Standing.PENDING if forbids_mail(cell) else ""


@dataclass(frozen=True, slots=True)
class System:
    """What a newsletter system, or an address book, exports.

    `headings`: sets of headings, each of which is enough to recognise a file; `files`: a regular
    expression for its file names. People are active only if all columns of one of the sets in `needs`
    exist and none of the `signs` says otherwise, or if the file is one of `active_files`, or if the
    system exports nobody else (`members`). Otherwise they are pending, and `advice` says what to export
    instead.
    """

    name: str
    headings: tuple[str, ...] = ()
    files: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    signs: tuple[Sign, ...] = ()
    needs: tuple[str, ...] = ()
    active_files: str = ""
    file_words: tuple[tuple[str, Standing], ...] = ()
    harmless: str = ""  # headings that seem to say who left, but do not
    members: bool = False
    bare: bool = False  # the name of a file counts only if it has no header
    weak: bool = False  # … or has columns that are none of ours
    backslashed: bool = False  # a quotation mark in a cell is written \" and not ""
    advice: str = ""

    def fit(self, keys: frozenset[str]) -> float:
        """How well (normalised) headings match this system; 0: not at all."""
        sets = [frozenset(map(plain, one.split(","))) for one in self.headings]
        told = frozenset[str]().union(*(one for one in sets if one <= keys))
        return sum(0.1 if key in _COMMON else 1 for key in told)

    def named(self, file: str) -> bool:
        """Whether this system gives files that name."""
        return bool(self.files) and re.search(self.files, file, re.IGNORECASE) is not None

    def file_standing(self, file: str) -> Standing | None:
        """The status of everybody in a file with that name, in this system."""
        for pattern, standing in self.file_words:
            if re.search(pattern, file, re.IGNORECASE):
                return standing
        if self.active_files and re.search(self.active_files, file, re.IGNORECASE):
            return Standing.ACTIVE
        return None

    def can_say(self, keys: frozenset[str]) -> bool:
        """Whether a file with these headings says who left."""
        if self.members:
            return True
        signs = {sign.column: any(map(sign.stands, keys)) for sign in self.signs}
        return any(all(signs[column] for column in one.split(",")) for one in self.needs)
