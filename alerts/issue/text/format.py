"""The format of a manuscript, shared by writing and reading.

Comments (#), headings (===), names of articles ([id]) and fields (Title:) are at the beginning of a
line; a line that begins with a space is text.
"""

import re

from alerts.domain.article import LABELLED
from alerts.issue.text.manuscript import LEFT_OUT

LETTER_HEADING, LEFT_OUT_HEADING = "Letter", "Left out"
COMPUTER_HEADING = "For the computer: leave these lines as they are"

# The fields of a piece as they are labelled; those of a translation carry its language.
LABELS = {
    **{one.name: one.label for one in LABELLED},
    "alt": "Picture shows",
    "focus": "Picture focus",
    "link": "Link",
}
TRANSLATED = ("title", "summary")
LETTER = "Letter"
# What shows of an issue first, in each language: stored beside the introduction.
FACE = {
    "subject": "Subject",
    "preheader": "Preheader",
    "headline": "Headline",
    "standfirst": "Standfirst",
}

HEADING = re.compile(r"={3,}[ \t]*(.*?)[ \t]*(?:={3,})?[ \t]*")
PIECE = re.compile(r"\[[ \t]*([0-9A-Za-z]{1,12})[ \t]*\][ \t]*")
FIELD = re.compile(r"([^\W\d_][\w ]{0,20}?)[ \t]*(?:\([ \t]*([\w-]{2,20})[ \t]*\))?[ \t]*:(.*)")
ORIGIN = re.compile(r"([0-9a-f]{10})[ \t]+([0-9a-f]{8})[ \t]+(.+)")
LETTER_MARK = re.compile(r"letter[ \t]+([\w.-]{1,60})[ \t]+([0-9a-f]{8})[ \t]*")
MONTH = re.compile(r"month[ \t]+(\d{4}-\d{2}(?:-[a-z0-9-]+)?)[ \t]*")

HEAD = """\
# {title}
#
# This is the whole issue as text. Change what you like, save the file and close it: your changes are
# imported together, or not at all. Nothing is mailed by this.
#
#   [1a2b3c4d5e]   names an article; what follows it, up to the next one, is its block.
#   Order          Move a block to move the article, within its section or into another one.
#   Leaving out    Move a block to “Left out” at the end, or delete it: the article is left out of
#                  the issue, but kept. Move it back to include it again.
#   Text           Write after the colon, or delete the text to remove it. A text may continue on
#                  more lines, each of which begins with a space. In an introduction (Letter), line
#                  breaks are kept, and an empty line begins a paragraph.
#   Translations   “Title (es):” is the title in Spanish. Empty ones are not translated yet.
#   Picture focus  What must stay in view when the picture is cropped, in hundredths from the left
#                  and from the top: 50,30. Empty: where most detail is.
#   Inbox          Subject, Preheader, Headline and Standfirst are what readers see first; an empty
#                  one is made from the first story.
#   Adding         Write a block of your own: [new], then Link: with its URL, and Title:.
#   Note           is for you and your colleagues, and never mailed.
#   # and #!       Lines that begin with them are comments for you; they are ignored on import.
#
# The order of the sections is that of alert.sections in alerts.toml.
"""


def introduction_label(key: str) -> str:
    """The label of the introduction `en`, or “Subject (en)” for `en.subject`."""
    language, _, name = key.partition(".")
    return f"{FACE[name] if name else LETTER} ({language})"


def heading(section: str) -> str:
    """The heading of a section: its key, in “…” where that could be misread."""
    if section == LEFT_OUT:
        return LEFT_OUT_HEADING
    plain = re.fullmatch(r"[a-z0-9]+(?:[ _-][a-z0-9]+)*", section)
    reserved = section in (LETTER_HEADING.lower(), LEFT_OUT_HEADING.lower())
    return f"“{section}”" if reserved or not plain else section[:1].upper() + section[1:]


def section(words: str) -> str:
    """The key of the section with this heading."""
    if words == LEFT_OUT_HEADING:
        return LEFT_OUT
    return words[1:-1] if words.startswith("“") else words[:1].lower() + words[1:]


def label(name: str) -> str:
    """The label before the colon: “Title”, or “Title (es)” for `translations.es.title`."""
    if name.startswith("translations."):
        _, language, field = name.split(".")
        return f"{LABELS[field]} ({language})"
    return LABELS[name]
