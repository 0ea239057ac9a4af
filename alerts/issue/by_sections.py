"""The part of an issue for readers who chose some sections only.

Featured articles are in every part. An edition is made for each part that somebody chose, so few
editions serve all readers. Pure.
"""

from collections.abc import Collection
from dataclasses import replace

from alerts.domain.article import FEATURED
from alerts.domain.issue import Issue

Keys = tuple[str, ...]
ALL: Keys = ()  # no choice: every section, also those added later


def selected(issue: Issue, wanted: Collection[str]) -> Issue:
    """The part of `issue` with these sections; the issue itself if that is all of it. A special alert is
    read whole or not at all."""
    if not wanted or issue.month.special:
        return issue
    sections = tuple(s for s in issue.sections if s.key == FEATURED or s.key in wanted)
    return issue if sections == issue.sections else replace(issue, sections=sections)


def keys(part: Issue, issue: Issue) -> Keys:
    """The key of a part's editions: its sections, or `ALL`."""
    return ALL if part is issue else tuple(section.key for section in part.sections)
