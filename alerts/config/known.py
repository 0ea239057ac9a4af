"""Checks names that an admin writes: sections of the alert, and languages."""

from alerts.config.settings import Settings
from alerts.domain import languages
from alerts.domain.errors import UsageError


def section_known(section: str, settings: Settings) -> None:
    """Raise `UsageError` for a section that the alert does not have."""
    sections = ("featured", *settings.alert.sections)
    if section and section not in sections:
        raise UsageError(
            f"no section “{section}”; there are {', '.join(sections)} (alert.sections)"
        )


def language_known(tag: str) -> str:
    """A language tag in normal form; raises `UsageError`."""
    tag = tag.strip().lower().replace("_", "-")
    if tag and not languages.known_language(tag):
        raise UsageError(f"unknown language “{tag}”; use codes such as en, es, pt-br")
    return tag
