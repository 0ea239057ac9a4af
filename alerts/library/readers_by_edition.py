"""How many people get each edition of an issue."""

from collections.abc import Mapping

from alerts.domain.month import Month
from alerts.issue.compose import edition_language
from alerts.library.opened import Opened
from alerts.store import issues, recipients


def readers_by_edition(opened: Opened, month: Month) -> Mapping[str, int]:
    """How many people would get each edition of the month's issue now, by its language."""
    found: dict[str, int] = {}
    whom = issues.recipients_of(opened.db, month)
    for language, people in recipients.languages(opened.db, whom).items():
        tag = edition_language(language, opened.settings)
        found[tag] = found.get(tag, 0) + people
    return found
