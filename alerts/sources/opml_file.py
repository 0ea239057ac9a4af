"""Reads the feeds of an OPML file, which is parsed in a cell."""

from typing import Any

from alerts.config.declarations import SourcesSettings
from alerts.sources.cell.checks import address, count, items, line, row, text
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.opml import Outline

_MOST = 100_000


def outlines(document: bytes, name: str, limits: SourcesSettings) -> list[Outline]:
    """Every outline with an xmlUrl; raises `InputError` if it is not OPML, or parsing takes too long."""
    with Cells(1) as cells:
        deadline = Deadline(limits.timeout.total_seconds())
        return cells.ask(Job(Task.OUTLINES, name), document, _outlines, deadline)


def _outlines(value: Any) -> list[Outline]:
    return [_outline(one) for one in items(value, _MOST)]


def _outline(value: Any) -> Outline:
    number, written, url, folders, language = row(value, 5)
    return Outline(
        count(number),
        line(written),
        address(url),
        tuple(line(folder) for folder in items(folders)),
        text(language),
    )
