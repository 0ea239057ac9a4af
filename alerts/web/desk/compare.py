"""What has changed since the issue was approved: texts with changed words marked, stories, their order."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from starlette.responses import Response

from alerts.issue.compare import TextDifference
from alerts.text.word_diff import DiffPart, word_diff
from alerts.web.desk.fields import field_name, field_value
from alerts.web.desk.month import month_asked
from alerts.web.desk.pages import DeskVisit, desk_page

_FORM = ("section", "layout")


def show(desk: DeskVisit) -> Response:
    """The page."""
    month = month_asked(desk)
    catalogue, zone = desk.catalogue, desk.visit.site.settings.zone
    found = desk.project.desk.compared(month)
    return desk.page(
        "compare.html",
        month=month,
        month_name=catalogue.month(month),
        found=found,
        at=catalogue.moment(found.at, zone) if found else "",
        groups=list(_groups(desk, found.comparison.texts)) if found else (),
    )


def _groups(desk: DeskVisit, texts: tuple[TextDifference, ...]) -> Iterator[dict[str, Any]]:
    """The differences by story, in the order of the mail; those of the issue itself first."""
    for (article_id, title), group in groupby(texts, key=lambda one: (one.article_id, one.title)):
        rows = [
            {
                "name": field_name(desk, one.name, one.language),
                "language": one.language,
                "parts": _parts(desk, one),
            }
            for one in group
        ]
        yield {"id": article_id, "title": title, "rows": rows}


def _parts(desk: DeskVisit, one: TextDifference) -> tuple[DiffPart, ...]:
    if one.name in _FORM:  # words for a choice, not a text
        before, after = (field_value(desk, one.name, value) for value in (one.before, one.after))
        return (DiffPart("old", before), DiffPart("new", after))
    return word_diff(one.before, one.after)


PAGES = (desk_page("/compare", show),)
