"""The comments on a story or on the issue, as the pages show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.domain.comment import Comment
from alerts.domain.month import Month
from alerts.web.desk.pages import DeskVisit


def thread(
    desk: DeskVisit, comments: Sequence[Comment], month: Month, about: str = "", typed: str = ""
) -> Mapping[str, Any]:
    """The values for `thread.html`: the comments on a story (`about`, its id) or on the issue of `month`;
    `typed` is one that was not accepted."""
    zone = desk.visit.site.settings.zone
    return {
        "thread": [(one, desk.catalogue.moment(one.at, zone)) for one in comments],
        "thread_open": sum(not one.done for one in comments),
        "thread_about": about,
        "thread_month": month,
        "thread_typed": typed,
    }
