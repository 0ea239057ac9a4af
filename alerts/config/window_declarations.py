"""The settings of send windows."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.config.option import option

IN_A_LANGUAGE = ("open", "days")  # what [windows.languages.ar] may say


@dataclass(frozen=True, slots=True)
class WindowsSettings:
    """Between which hours readers are mailed, by the clock of where they are."""

    open: str = option(
        "", 'Readers are mailed within these hours, e.g. "08:00-18:00"; empty: at any hour.'
    )
    days: str = option("mon-fri", 'The working days, e.g. "mon-fri" or "mon,wed,sat".')
    holidays: str = option(
        "",
        "A file with the days on which nobody is mailed, as a list or an iCalendar file (.ics)"
        " (docs/operations.md); empty: none.",
    )
    zones: Mapping[str, str] = option(
        {},
        "The time zone of readers who have none of their own, by language, e.g. "
        '{ es = "America/Bogota" }; else alert.timezone.',
    )
    languages: Mapping[str, Mapping[str, str]] = option(
        {},
        'Other hours or days for a language: [windows.languages.ar] with open = "…", days = "…".',
    )

    @property
    def on(self) -> bool:
        """Whether any reader has a window."""
        return bool(self.open) or any(one.get("open") for one in self.languages.values())
