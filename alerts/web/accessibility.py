"""The accessibility statement: what the pages are made for, and what their last test found.

The results are in `accessibility.json`, which the test of all pages writes (`make accessibility`) and
which comes with each version. Nothing here is said by hand that a test could say.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from starlette.responses import Response

from alerts.web.request import Page, Visit

RESULTS = Path(__file__).with_name("accessibility.json")


@dataclass(frozen=True, slots=True)
class TestRun:
    """One run of the test of all pages. `checks`: each rule of the tool that applied, on each page, in
    each language, mode and width; `findings`: a line each."""

    version: str
    day: str
    tool: str
    pages: int
    languages: tuple[str, ...]
    widths: tuple[int, ...]
    checks: int
    findings: tuple[str, ...]


@cache
def last_run(path: Path = RESULTS) -> TestRun | None:
    """The last run, or None where no results came with this version."""
    try:
        fields = json.loads(path.read_bytes())
        lists = {key: tuple(fields[key]) for key in ("languages", "widths", "findings")}
        return TestRun(**{**fields, **lists})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def show(visit: Visit) -> Response:
    """The statement."""
    run, catalogue = last_run(), visit.site.pages.catalogue(visit.language)
    sender = visit.site.settings.sender
    return visit.page(
        "accessibility.html",
        run=run,
        run_day=catalogue.day(date.fromisoformat(run.day)) if run else "",
        run_languages=catalogue.listed(map(catalogue.language_name, run.languages)) if run else "",
        run_checks=catalogue.number(run.checks) if run else "",
        contact=sender.reply_to or sender.address,
    )


PAGES = (Page("/accessibility", show),)
