"""How a manuscript looks: the words and signs that writing and reading it share.

At the beginning of a line stand comments (#), headings (===), the names of articles ([id]) and
fields (Title:); a line that begins with a space is text, whatever it holds.
"""

import re

from alerts.manuscript import LEFT_OUT

LETTER_HEADING, LEFT_OUT_HEADING = "Letter", "Left out"
COMPUTER_HEADING = "For the computer: leave these lines as they are"

# The fields of a piece as they are labelled; those of a translation carry its language.
LABELS = {
    "title": "Title",
    "summary": "Summary",
    "language": "Language",
    "alt": "Picture shows",
    "note": "Note",
    "link": "Link",
}
TRANSLATED = ("title", "summary")
LETTER = "Letter"

HEADING = re.compile(r"={3,}[ \t]*(.*?)[ \t]*(?:={3,})?[ \t]*")
PIECE = re.compile(r"\[[ \t]*([0-9A-Za-z]{1,12})[ \t]*\][ \t]*")
FIELD = re.compile(r"([^\W\d_][\w ]{0,20}?)[ \t]*(?:\([ \t]*([\w-]{2,20})[ \t]*\))?[ \t]*:(.*)")
ORIGIN = re.compile(r"([0-9a-f]{10})[ \t]+([0-9a-f]{8})[ \t]+(.+)")
LETTER_MARK = re.compile(r"letter[ \t]+([\w-]{1,40})[ \t]+([0-9a-f]{8})[ \t]*")
MONTH = re.compile(r"month[ \t]+(\d{4}-\d{2})[ \t]*")

HEAD = """\
# {title}
#
# This is the whole issue as text. Change what you like, save it and close it: your changes go into
# the issue together, or not at all. Nothing is mailed by that.
#
#   [1a2b3c4d5e]   names an article; what follows it, up to the next one, is its block.
#   Order          Move a block, and the article moves: within its section, or into another one.
#   Leaving out    Move a block to “Left out” at the end, or delete it: the article is left out of
#                  the issue, and kept. Move it back to take it in again.
#   Text           Write behind the colon, or delete what stands there to remove it. A text may go
#                  on over many lines, each of which begins with a space. In a letter, a line is a
#                  line, and an empty line begins a paragraph.
#   Translations   “Title (es):” is the title in Spanish. Those left empty wait for you.
#   Adding         Write a block of your own: [new], then Link: with its address, and Title:.
#   Note           is for you and your colleagues, and never mailed.
#   # and #!       Lines that begin with them are remarks to you; they are not read, and not kept.
#
# The order of the sections is that of alert.sections in alerts.toml.
"""


def heading(section: str) -> str:
    """What stands in the heading of a section: its key, in “…” where that could be mistaken."""
    if section == LEFT_OUT:
        return LEFT_OUT_HEADING
    plain = re.fullmatch(r"[a-z0-9]+(?:[ _-][a-z0-9]+)*", section)
    reserved = section in (LETTER_HEADING.lower(), LEFT_OUT_HEADING.lower())
    return f"“{section}”" if reserved or not plain else section[:1].upper() + section[1:]


def section(words: str) -> str:
    """The key that a heading was made of."""
    if words == LEFT_OUT_HEADING:
        return LEFT_OUT
    return words[1:-1] if words.startswith("“") else words[:1].lower() + words[1:]


def label(name: str) -> str:
    """What stands before the colon: “Title”, or “Title (es)” for `translations.es.title`."""
    if name.startswith("translations."):
        _, language, field = name.split(".")
        return f"{LABELS[field]} ({language})"
    return LABELS[name]
