"""What of an issue is for a reader who wants some sections only.

What is featured is for everyone. Pure; an edition is made of each part that somebody wants, so the same
few editions serve all readers.
"""

from collections.abc import Collection
from dataclasses import replace

from alerts.model import FEATURED, Issue

Keys = tuple[str, ...]
ALL: Keys = ()  # no choice: every section, whatever there will be


def selected(issue: Issue, wanted: Collection[str]) -> Issue:
    """The part of `issue` for those who want these sections; the issue itself where that is all of it."""
    if not wanted:
        return issue
    sections = tuple(s for s in issue.sections if s.key == FEATURED or s.key in wanted)
    return issue if sections == issue.sections else replace(issue, sections=sections)


def keys(part: Issue, issue: Issue) -> Keys:
    """By what the editions of a part are told apart: its sections, or `ALL`."""
    return ALL if part is issue else tuple(section.key for section in part.sections)
