"""What an edition says in its reader's language: gettext catalogues, and CLDR by Babel.

A catalogue is `templates/locale/<language>/LC_MESSAGES/alerts.po`, read as it is: adding a language is
adding one file. A message without a translation is shown in English. Dates, months, lists and the
names of languages come from CLDR and need no catalogue.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Self

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.pofile import read_po

from alerts.errors import TemplateFault
from alerts.render.environment import template_folders


@dataclass(frozen=True)
class Catalogue:
    """The words of one language."""

    language: str
    locale: Locale
    messages: dict[str, str]

    @classmethod
    def of(cls, language: str, root: Path) -> Self:
        """The catalogue of `language`; a project's own messages win over ours."""
        messages: dict[str, str] = {}
        for folder in reversed(template_folders(root)):
            messages |= _read(folder, language.partition("-")[0]) | _read(folder, language)
        return cls(language, locale_of(language), messages)

    def gettext(self, message: str, **values: str) -> str:
        """The message in this language, with its {placeholders} filled."""
        text = self.messages.get(message) or message
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def section(self, key: str) -> str:
        """The title of a section by its key."""
        return self.messages.get(f"section:{key}") or key.replace("_", " ").capitalize()

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)

    @property
    def start(self) -> str:
        """The side at which reading begins."""
        return "right" if self.direction == "rtl" else "left"

    @property
    def end(self) -> str:
        """The side at which reading ends."""
        return "left" if self.direction == "rtl" else "right"

    def direction_of(self, language: str) -> str:
        """`ltr` or `rtl` for a text in another language."""
        return str(locale_of(language).text_direction)

    def same(self, language: str) -> bool:
        """True where a reader of this language reads `language` too (es and es-mx)."""
        return language.partition("-")[0] == self.language.partition("-")[0]

    def language_name(self, language: str) -> str:
        """What this language calls `language`, as it stands within a sentence."""
        return locale_of(language).get_display_name(self.locale) or language

    def month(self, day: date) -> str:
        """Month and year as a heading: “Octubre de 2026”."""
        text = format_skeleton("yMMMM", day, locale=self.locale)
        return text[:1].upper() + text[1:]

    def period(self, start: date | datetime, end: date | datetime | None) -> str:
        """One day, or the first and the last."""
        first, last = _day(start), _day(end) if end else None
        text = format_date(first, "long", locale=self.locale)
        if last is None or last == first:
            return text
        return f"{text} – {format_date(last, 'long', locale=self.locale)}"

    def day(self, when: date | datetime) -> str:
        """The day of the month alone, for a date badge."""
        return format_skeleton("d", _day(when), locale=self.locale)

    def short_month(self, when: date | datetime) -> str:
        """The month in short, for a date badge."""
        return format_date(_day(when), "LLL", locale=self.locale).rstrip(".")

    def listed(self, names: list[str]) -> str:
        """“a, b and c”."""
        return format_list(names, locale=self.locale)


def _day(when: date | datetime) -> date:
    return when.date() if isinstance(when, datetime) else when


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """CLDR's locale for a language tag; English where CLDR knows none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _read(folder: Path, language: str) -> dict[str, str]:
    """The translated messages of one file, those in a context as `context:message`."""
    path = folder / "locale" / language / "LC_MESSAGES" / "alerts.po"
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except (ValueError, OSError) as fault:
        raise TemplateFault(f"{path}: {fault}") from fault
    return {
        f"{message.context}:{message.id}" if message.context else str(message.id): str(
            message.string
        )
        for message in catalogue
        if message.id and message.string
    }
