"""The interface texts of one language, and its dates, lists and names by CLDR.

A catalogue is `locale/<language>/LC_MESSAGES/alerts.po` below a templates folder, read as it is (no
compiling). A project's own catalogue wins message by message; then the packaged one, then those of
the parent language ("pt" for "pt-br"), and then the English words, which are the message ids.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_time,
    get_datetime_format,
)
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from markupsafe import Markup, escape

from alerts.errors import TemplateFault
from alerts.model import Event, Month
from alerts.render.gate import printed

Say = Callable[..., Markup]


class Catalogue:
    """What is said in one language, and how it writes dates, lists and names."""

    def __init__(self, language: str, folders: Iterable[Path]) -> None:
        self.language = language
        self.locale = Locale.parse(language, sep="-")
        self._messages = NullTranslations()
        for path in catalogue_paths(language, folders):
            if path.is_file():
                self._messages = _chained(self._messages, _compiled(path))

    # words: for HTML (escaped) and for text; values named in the message as %(name)s

    def say(self, message: str, /, **values: Any) -> Markup:
        """The message for HTML."""
        return escape(self._messages.gettext(message)) % _shown(values)

    def say_many(self, one: str, many: str, count: int, /, **values: Any) -> Markup:
        """The message for HTML, in the plural form that `count` wants; %(count)s is the number."""
        chosen = self._messages.ngettext(one, many, count)
        return escape(chosen) % _shown({"count": count, **values})

    def write(self, message: str, /, **values: Any) -> Markup:
        """The message for text."""
        return Markup(self._messages.gettext(message) % _shown(values))  # noqa: S704

    def write_many(self, one: str, many: str, count: int, /, **values: Any) -> Markup:
        """The message for text, in the plural form that `count` wants."""
        chosen = self._messages.ngettext(one, many, count)
        return Markup(chosen % _shown({"count": count, **values}))  # noqa: S704

    # CLDR

    def month(self, month: Month) -> str:
        """“October 2026”."""
        return str(format_skeleton("yMMMM", month.first_day(), locale=self.locale))

    def day(self, day: date) -> str:
        """“12 November 2026”."""
        return str(format_date(day, "long", locale=self.locale))

    def short_month(self, day: date) -> str:
        """“Oct”, for a date tile."""
        return str(format_date(day, "LLL", locale=self.locale)).rstrip(".")

    def event(self, event: Event, zone: ZoneInfo) -> str:
        """When it takes place: a day, a span of days, or hours in `zone`."""
        start, end = event.start, event.end or event.start
        first, last = _day(start, zone), _day(end, zone)
        if last > first:
            return str(format_interval(first, last, "yMMMd", locale=self.locale))
        words = str(format_skeleton("yMMMEd", first, locale=self.locale))
        if not isinstance(start, datetime):
            return words
        hours = [self._hour(start, zone)]
        if isinstance(end, datetime) and end > start:
            hours.append(self._hour(end, zone))
        both = str(get_datetime_format("medium", locale=self.locale)).replace("'", "")
        return f"{both.format('–'.join(hours), words)} ({_offset(start, zone)})"

    def _hour(self, moment: datetime, zone: ZoneInfo) -> str:
        words = str(format_time(moment.astimezone(zone).time(), "short", locale=self.locale))
        return words.replace(" ", "\N{NO-BREAK SPACE}")  # “4:00” and its “pm” stay on one line

    def joined(self, names: Iterable[str]) -> Markup:
        """“A, B and C”, for HTML."""
        return Markup(format_list([escape(printed(name)) for name in names], locale=self.locale))  # noqa: S704

    def listed(self, names: Iterable[str]) -> Markup:
        """“A, B and C”, for text."""
        return Markup(format_list([printed(name) for name in names], locale=self.locale))  # noqa: S704

    def language_name(self, tag: str) -> str:
        """What this language calls the language `tag`; the tag itself where CLDR has no name."""
        names = self.locale.languages
        return str(names.get(tag.replace("-", "_")) or names.get(tag.partition("-")[0], tag))

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)


def later(text: str) -> str:
    """Marks an interface text that stands in a table and is said later, so that translators see it."""
    return text


def catalogue_paths(language: str, folders: Iterable[Path]) -> list[Path]:
    """Where messages of `language` are looked for, first one first, whether there or not."""
    parts = language.split("-")
    tags = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    below = [Path("locale", tag, "LC_MESSAGES", "alerts.po") for tag in tags]
    return [folder / path for path in below for folder in folders]


def interface_texts(language: str, folders: Iterable[Path]) -> dict[str, str]:
    """English interface text → what `language` says for it, "" where nothing.

    Without those that have something to fill in, or plural forms.
    """
    folders = tuple(folders)
    words: dict[str, str] = {}
    for path in reversed([*catalogue_paths(language, folders), *catalogue_paths("en", folders)]):
        for message in read(path) if path.is_file() else ():
            if isinstance(message.id, str) and message.id and "%(" not in message.id:
                words[message.id] = str(message.string) or words.get(message.id, "")
    return words


def direction(tag: str) -> str:
    """`ltr` or `rtl`, for any language tag that a feed may hold."""
    try:
        return str(Locale.parse(tag, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


def local_day(event: Event, zone: ZoneInfo) -> date:
    """The first day of an event in `zone`."""
    return _day(event.start, zone)


def _day(moment: date | datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def _offset(moment: datetime, zone: ZoneInfo) -> str:
    minutes = int((moment.astimezone(zone).utcoffset() or moment.resolution).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "") if minutes else "UTC"


def read(path: Path) -> Catalog:
    """A catalogue as it lies on disk; raises `TemplateFault` that names file and line."""
    try:
        with path.open("rb") as file:
            return read_po(file, charset="utf-8", abort_invalid=True)
    except PoFileError as fault:
        raise TemplateFault(f"{path}, line {fault.lineno + 1}: {fault}") from fault
    except (UnicodeDecodeError, ValueError) as fault:
        raise TemplateFault(f"{path}: not a gettext catalogue in UTF-8: {fault}") from fault


def _compiled(path: Path) -> GNUTranslations:
    """A catalogue ready to translate; raises as `read` does."""
    octets = BytesIO()
    try:
        write_mo(octets, read(path))
    except ValueError as fault:
        raise TemplateFault(f"{path}: not a gettext catalogue in UTF-8: {fault}") from fault
    octets.seek(0)
    return GNUTranslations(octets)


def _chained(first: NullTranslations, then: GNUTranslations) -> NullTranslations:
    """`first`, and `then` for what it lacks."""
    if type(first) is NullTranslations:
        return then
    first.add_fallback(then)
    return first


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: printed(value) for name, value in values.items()}
