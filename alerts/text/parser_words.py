"""What parsers find wrong, in our words: TOML, YAML, JSON, templates, cron lines. Pure.

The texts of libraries' exceptions never reach a person: they are about the parser, change with each
release, and sound like an error of this program. Each table has the first words of theirs and ours; what
stands in none gets the general words of its format.
"""

import re
from collections.abc import Sequence

_Table = Sequence[tuple[str, str]]

_TOML: _Table = (
    ("expected '=' after a key", "a line needs a name, = and a value"),
    ("invalid initial character for a key", "a line needs a name, = and a value"),
    ("invalid statement", "a line needs a name, = and a value"),
    (
        "expected ']' at the end of a table",
        "Expected ']' after the name of a section, as in [alert]",
    ),
    ("expected ']]' at the end of an array", "it stands in two brackets: [[funders]]"),
    ("invalid value", "this is no value; texts stand in quotation marks"),
    ("unterminated string", "a quotation mark is opened and never closed"),
    ("unclosed array", "a bracket is opened and never closed"),
    ("unclosed inline table", "a brace is opened and never closed"),
    ("unescaped", "a backslash in a text: write two of them, or put the text in apostrophes"),
    (
        "escaped character",
        "a backslash in a text: write two of them, or put the text in apostrophes",
    ),
    (
        "invalid hex value",
        "a backslash in a text: write two of them, or put the text in apostrophes",
    ),
    ("invalid date", "this is no date"),
    ("cannot overwrite", "the same name stands twice"),
    ("cannot declare", "the same section stands twice"),
    ("cannot redefine", "the same section stands twice"),
    ("cannot mutate", "the same section stands twice"),
    ("duplicate", "the same name stands twice"),
    ("expected newline or end of document", "something stands after the value; one value a line"),
    ("illegal character", "a character that may not stand there"),
    ("found invalid character", "a character that may not stand there"),
)
_YAML: _Table = (
    ("could not find expected ':'", "a line needs a name, a colon and a value"),
    ("mapping values are not allowed", "a second colon; put the value in quotation marks"),
    ("mapping keys are not allowed", "a question mark at its beginning; put it in quotation marks"),
    ("sequence entries are not allowed", "a list does not begin on the line of its name"),
    ("that cannot start any token", "begins with a character that needs quotation marks, or a tab"),
    ("found unexpected end of stream", "a quotation mark is opened and never closed"),
    ("expected ',' or ']'", "a bracket is opened and never closed"),
    ("expected ',' or '}'", "a brace is opened and never closed"),
    ("expected <block end>", "it is indented otherwise than the lines around it"),
    ("found undefined alias", "begins with *; put the value in quotation marks"),
    ("found duplicate anchor", "begins with &; put the value in quotation marks"),
    ("expected alphabetic or numeric", "begins with * or &; put the value in quotation marks"),
    ("could not determine a constructor", "begins with !; put the value in quotation marks"),
    ("undefined tag handle", "begins with !; put the value in quotation marks"),
    ("unknown escape character", "a backslash in a text: write two of them, or use apostrophes"),
    ("escape sequence", "a backslash in a text: write two of them, or use apostrophes"),
    ("nested too deeply", "lists and tables stand in one another too deeply"),
    ("unhashable key", "a name cannot be a list"),
    ("chomping or indentation", "begins with | or >; put the value in quotation marks"),
)
_JSON: _Table = (
    ("expecting value", "a value is missing"),
    ("expecting property name", "a name in quotation marks is missing"),
    ("expecting ':'", "a colon is missing"),
    ("expecting ','", "a comma is missing"),
    ("illegal trailing comma", "a comma too many"),
    ("unterminated string", "a quotation mark is opened and never closed"),
    ("invalid control character", "a control character stands in a text"),
    ("invalid \\", "a backslash that means nothing"),
    ("extra data", "more than one value"),
    ("exceeds the limit", "a number that is too long"),
)
_CRON: _Table = (
    ("unrecognized expression", "this is no time for cron; write five fields, e.g. 0 9 1 * *"),
    ("higher than the maximum", "a number is larger than its field allows"),
    ("lower than the minimum", "a number is smaller than its field allows"),
    ("step value", "a step is larger than its field"),
    ("invalid weekday", "there is no such weekday; write mon to sun"),
    ("invalid month", "there is no such month; write 1 to 12, or jan to dec"),
)
_JINJA: tuple[tuple[str, str], ...] = (
    (r"'([^']+)' is undefined", "'{0}' is undefined"),
    (r"(?:object|'[^']*') has no (?:attribute|element) '?([^']+?)'?$", "it has no attribute '{0}'"),
    (r"No filter named '([^']+)'", "No filter named '{0}' exists"),
    (r"No test named '([^']+)'", "No test named '{0}' exists"),
    (r"[Uu]nknown tag '([^']+)'", "there is no tag '{0}'"),
    (r"access to attribute '([^']+)'", "'{0}' is unsafe, and not for templates"),
    (r"block '([^']+)' (?:defined|already)", "the block '{0}' stands twice"),
    (r"is unsafe|is not safely callable", "this is unsafe, and not for templates"),
    (r"unexpected char '(.+?)' at", "'{0}' may not stand there"),
    (r"unexpected '(.+?)'$", "'{0}' may not stand there"),
    (r"Unexpected end of template|end of template", "a block is opened and never closed"),
    (r"[Mm]issing end of comment", "a comment is opened and never closed"),
    (r"[Mm]issing end of raw", "a raw block is opened and never closed"),
    (r"expected token '(.+?)', got '(.+?)'", "'{1}' stands where '{0}' should"),
    (r"unexpected end of|unexpected char", "an expression is not finished"),
    (r"Expected an expression", "Expected an expression, and found none"),
    (r"Range too big", "Range too big: a template may count to 100,000 at most"),
    (r"division by zero|modulo by zero", "division by zero"),
)  # fmt: skip


def toml_words(theirs: str) -> str:
    """What is wrong with a line of TOML."""
    return _ours(theirs, _TOML, "this is no TOML")


def yaml_words(theirs: str) -> str:
    """What is wrong with a line of YAML."""
    return _ours(
        theirs, _YAML, "write lines such as title: …, and texts with marks in quotation marks"
    )


def json_words(theirs: str) -> str:
    """What is wrong with JSON."""
    return _ours(theirs, _JSON, "not JSON")


def cron_words(theirs: str) -> str:
    """What is wrong with a line of cron."""
    return _ours(theirs, _CRON, "this is no time for cron; write five fields, e.g. 0 9 1 * *")


def template_words(theirs: str) -> str:
    """What is wrong with a template; names in it are quoted."""
    line = " ".join(theirs.split())
    for pattern, ours in _JINJA:
        if found := re.search(pattern, line):
            return ours.format(*found.groups())
    return "an expression that does not fit the values it is given"


def _ours(theirs: str, table: _Table, otherwise: str) -> str:
    folded = theirs.casefold()
    return next((ours for beginning, ours in table if beginning in folded), otherwise)
