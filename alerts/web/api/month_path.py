"""The month of a call: in its path, as `2026-10`, as the key of a special alert, or as `last`."""

import re
from typing import Annotated, Any

import msgspec

from alerts.domain.errors import UsageError
from alerts.domain.month import Month
from alerts.web.api.operation import ApiCall
from alerts.web.api.problems import missing

LAST = "last"
_CALENDAR = re.compile(r"(?:19|20|21)\d\d-")  # what a calendar of today can count on from


class MonthQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The issue of which month; by default, of the last that has ended."""

    month: Annotated[
        str, msgspec.Meta(pattern=r"^(|(19|20|21)\d\d-(0[1-9]|1[0-2])(-[a-z0-9-]{1,50})?)$")
    ] = ""


def month_of(call: ApiCall[Any, Any]) -> Month:
    """The month in the path; a problem where there is none."""
    text = call.path["month"]
    if text == LAST:
        return call.project.month()
    try:
        if not _CALENDAR.match(text):
            raise UsageError("no month")
        return call.project.month(text)
    except UsageError as fault:
        raise missing(
            "no such month", "write YYYY-MM, last, or the key of a special alert"
        ) from fault


def asked_month(call: ApiCall[Any, Any]) -> Month:
    """The month after `?`."""
    try:
        return call.project.month(call.query.month or None)
    except UsageError as fault:
        raise missing("month: no such month", "write YYYY-MM") from fault
