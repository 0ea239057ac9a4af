"""The fields of a story and of the issue in words, and their values as a page shows them."""

from typing import Any

from alerts.editions.catalogue import later
from alerts.editions.view import Viewer
from alerts.web.desk.pages import DeskVisit

LAYOUTS = {
    "": later("chosen by its content"),
    "lead": later("lead, with a large picture"),
    "card": later("card"),
    "row": later("row with a small picture"),
    "line": later("one line"),
}
_NAMES = {
    "title": later("Title"),
    "summary": later("Summary"),
    "image": later("Picture"),
    "alt": later("Description of the picture"),
    "section": later("Section"),
    "layout": later("Form in the email"),
    "featured": later("Featured"),
    "excluded": later("Left out"),
    "position": later("Place in its section"),
    "language": later("Language"),
    "published": later("Date"),
    "author": later("Organisation"),
    "event": later("Event"),
    "same_as": later("The same story"),
    "subject": later("Subject"),
    "preheader": later("Preview line in the inbox"),
    "headline": later("Headline"),
    "standfirst": later("Standfirst, below the headline"),
    "introduction": later("Introduction"),
}
_YES, _NO, _NOTHING = later("yes"), later("no"), later("nothing")


def field_name(desk: DeskVisit, field: str, language: str = "") -> str:
    """A field in words: “Title”, “Title (Spanish)”."""
    catalogue = desk.catalogue
    parts = field.split(".")
    tag = parts[1] if len(parts) == 3 else language
    words = str(catalogue.say(_NAMES[parts[-1]])) if parts[-1] in _NAMES else parts[-1]
    return f"{words} ({catalogue.language_name(tag)})" if tag else words


def field_value(desk: DeskVisit, field: str, value: Any) -> str:
    """A value as text."""
    catalogue = desk.catalogue
    if field in ("featured", "excluded"):
        return str(catalogue.say(_YES if value else _NO))
    if field == "layout":
        return str(catalogue.say(LAYOUTS.get(value or "", str(value))))
    if value in (None, "", [], {}):
        return str(catalogue.say(_NOTHING))
    if field == "same_as":
        return desk.project.articles.find(str(value)).article.title
    if field == "section":
        return str(Viewer(catalogue, desk.visit.site.settings).section_title(str(value)))
    if field == "image" and isinstance(value, dict):
        url = value.get("url", "")
        return " · ".join(
            filter(None, ("" if url.startswith("picture:") else url, value.get("alt", "")))
        )
    if isinstance(value, dict):
        return " · ".join(str(one) for one in value.values() if one)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
