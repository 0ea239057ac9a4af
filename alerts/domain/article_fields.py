"""The properties of a field of an article, besides its type.

The table itself is the class `Article` in `article.py`, one line a field. What the store keeps, what a
cell may answer, columns of tables, keys of front matter, the text of an issue, JSON and the options of
commands are derived from it, once, when they are imported. Values only.
"""

from dataclasses import dataclass
from enum import Enum, auto


class ArticleFieldKind(Enum):
    """The kind of values of a field; each use of the table handles each kind."""

    TEXT = auto()  # one line of plain text
    LINES = auto()  # plain text of several paragraphs
    ADDRESS = auto()  # a web address
    NAME = auto()  # the key of a section or a profile
    WORDS = auto()  # several words
    MOMENT = auto()  # a datetime in UTC, or None
    FLAG = auto()
    NUMBER = auto()  # a whole number, or None
    IMAGE = auto()
    EVENT = auto()
    TRANSLATIONS = auto()  # by language
    ADDRESSES = auto()  # by language
    CONFIDENCE = auto()  # by field


@dataclass(frozen=True, slots=True)
class ArticleField:
    """One field. Without options it is plain text that tables and front matter may hold, an editor may
    not set, and JSON shows.

    `name` is that of the attribute, of the key in the database, in JSON and in front matter, and of the
    column of a table. `help`: what the option of `article add` and `edit` says; empty: no such option.
    `label`: what the text of an issue calls it; empty: it is not in it. `ruled`: what sources say of it
    is read by hand. `decided`: editors decide it, and no source can say it. `compared`: an editor's
    version is compared with the source's. `stored`: it is kept in the database.
    """

    kind: ArticleFieldKind = ArticleFieldKind.TEXT
    help: str = ""
    label: str = ""
    ruled: bool = False
    decided: bool = False
    compared: bool = True
    stored: bool = True
    name: str = ""
