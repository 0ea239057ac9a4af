"""The interface texts of one language, and its dates, lists and names by CLDR.

A project's own catalogue wins message by message; then the packaged one, then those of the parent
language ("pt" for "pt-br"), and then the English words, which are the message ids.
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
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
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from alerts.domain.article import Event
from alerts.domain.languages import primary, same_language
from alerts.domain.month import Month
from alerts.editions.catalogue_files import catalogue_paths, former_texts, read, translations_of
from alerts.editions.escaping import printed

Say = Callable[..., Markup]

# For CLDR a bare "pt" is Brazil; our texts of `pt` are Portugal's, and `pt-br` has its own.
_REGIONS = {"pt": "pt-pt"}
# “October 2026” without the word for “year” that Russian and its neighbours put after it in a sentence.
_YEAR_WORD = re.compile(r"[\s\u00a0\u202f][гр]\.$")
# The first of a month, before a month or the end of a span: “1er janvier”.
_FIRST = re.compile(r"(?<![\d:])1(?=[\s\u00a0\u202f][^\W\d]|\s?–)")
# For Portugal CLDR has a number for the month beside the name of a day, though not in a span of days.
_WEEK_DAYS = {
    "pt_PT": {"yMMMEd": "EEE, d 'de' MMM 'de' y", "MMMEd": "EEE, d 'de' MMM"},
}
# “Nov 17–19”, as hours are written: CLDR has thin spaces there in some languages.
_SPAN_OF_DAYS = re.compile(r"(?<=\d)[\s\u2009]–[\s\u2009](?=\d)")
# A Spanish “y” is “e” before the sound of i, but not before “hie…”.
_SOUNDS_I = re.compile(r"[\W_]*h?[ií](?!e)", re.IGNORECASE)
# Values that have a direction of their own, whatever the text around them has.
_NAMES = ("alert", "address", "organisation", "name", "one")
_ISOLATED = "\N{FIRST STRONG ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"


class Catalogue:
    """The interface texts of one language, and its formats of dates, lists and names."""

    def __init__(self, language: str, folders: Iterable[Path]) -> None:
        folders = tuple(folders)
        self.language = language
        self.locale = Locale.parse(_REGIONS.get(language, language), sep="-")
        self._language_names: dict[str, str] = {}
        self._former = former_texts(folders)
        self._messages = translations_of(language, folders, self._former)

    # words: for HTML (escaped) and for text; values named in the message as %(name)s

    def say(self, message: str, /, **values: Any) -> Markup:
        """The message for HTML."""
        return escape(self._one(message)) % _shown(values)

    def say_many(self, one: str, many: str, count: int, /, **values: Any) -> Markup:
        """The message for HTML, in the plural form for `count`; %(count)s is the number."""
        chosen = self._many(one, many, count)
        return escape(chosen) % _shown({"count": count, **values})

    def write(self, message: str, /, **values: Any) -> Markup:
        """The message for text."""
        return Markup(self._one(message) % self._isolated(values))  # noqa: S704

    def write_many(self, one: str, many: str, count: int, /, **values: Any) -> Markup:
        """The message for text, in the plural form for `count`."""
        chosen = self._many(one, many, count)
        return Markup(chosen % self._isolated({"count": count, **values}))  # noqa: S704

    def _one(self, message: str) -> str:
        now = self._former.get(message, message)
        return self._messages.gettext(now if isinstance(now, str) else now[0])

    def _many(self, one: str, many: str, count: int) -> str:
        now = self._former.get((one, many), (one, many))
        return self._messages.ngettext(*((now, now) if isinstance(now, str) else now), count)

    def _isolated(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values for text, where no markup keeps a name apart from right-to-left words (H10)."""
        shown = _shown(values)
        if self.direction != "rtl":
            return shown
        return {key: self._apart(one) if key in _NAMES else one for key, one in shown.items()}

    def _apart(self, name: str) -> str:
        return _ISOLATED % name if self.direction == "rtl" else name

    # CLDR

    def month(self, month: Month) -> str:
        """“October 2026”; of a special alert “Special alert, October 2026”."""
        words = str(format_skeleton("yMMMM", month.first_day(), locale=self.locale))
        words = _YEAR_WORD.sub("", words)
        if not month.special:
            return words
        special = self.write(_SPECIAL)
        return str(self.write("%(one)s, %(other)s", one=special, other=words))

    def month_heading(self, month: Month) -> str:
        """The month with a capital, to begin a line: “Octubre de 2026”."""
        words = self.month(month)
        return words[:1].upper() + words[1:]

    def day(self, day: date) -> str:
        """“12 November 2026”."""
        return self._ordinal(str(format_date(day, "long", locale=self.locale)))

    def short_month(self, day: date) -> str:
        """“Oct”, for a date tile."""
        return str(format_date(day, "LLL", locale=self.locale)).rstrip(".")

    def event(self, event: Event, zone: ZoneInfo) -> str:
        """When it takes place: a day, a span of days, or hours in `zone`."""
        start, end = event.start, event.end or event.start
        first, last = _day(start, zone), _day(end, zone)
        if last > first:
            span = str(format_interval(first, last, "yMMMd", locale=self.locale))
            return self._ordinal(_SPAN_OF_DAYS.sub("–", span))
        words = self._ordinal(self._week_day(first, "yMMMEd"))
        if not isinstance(start, datetime):
            return words
        hours = [self._hour(start, zone)]
        if isinstance(end, datetime) and end > start:
            hours.append(self._hour(end, zone))
        both = str(get_datetime_format("medium", locale=self.locale)).replace("'", "")
        dash = "—" if primary(self.language) == "ru" else "–"  # as CLDR has it between days
        return f"{both.format(dash.join(hours), words)} ({_offset(start, zone)})"

    def moment(self, moment: datetime, zone: ZoneInfo, *, year: bool = False) -> str:
        """“Tue, Nov 3, 9:00 AM” in that time zone; with or without the year."""
        skeleton = "yMMMEd" if year else "MMMEd"
        words = self._ordinal(self._week_day(moment.astimezone(zone), skeleton))
        both = str(get_datetime_format("medium", locale=self.locale)).replace("'", "")
        return both.format(self._hour(moment, zone), words)

    def number(self, number: int) -> str:
        """“2,140”."""
        return str(format_decimal(number, locale=self.locale))

    def _week_day(self, day: date, skeleton: str) -> str:
        pattern = _WEEK_DAYS.get(str(self.locale), {}).get(skeleton)
        if pattern:
            return str(format_date(day, pattern, locale=self.locale))
        return str(format_skeleton(skeleton, day, locale=self.locale))

    def _hour(self, moment: datetime, zone: ZoneInfo) -> str:
        words = str(format_time(moment.astimezone(zone).time(), "short", locale=self.locale))
        return words.replace(" ", "\N{NO-BREAK SPACE}")  # “4:00” and its “pm” stay on one line

    def _ordinal(self, words: str) -> str:
        """A date with its first of the month as French writes it, where CLDR has a plain “1”."""
        return _FIRST.sub("1er", words) if primary(self.language) == "fr" else words

    def joined(self, names: Iterable[str]) -> Markup:
        """“A, B and C”, for HTML."""
        return Markup(self._list([escape(printed(name)) for name in names]))  # noqa: S704

    def listed(self, names: Iterable[str]) -> Markup:
        """“A, B and C”, for text."""
        return Markup(self._list([self._apart(printed(name)) for name in names]))  # noqa: S704

    def _list(self, names: list[str]) -> str:
        if primary(self.language) == "ar":  # its “and” is written as part of the name after it
            return "، ".join(names)
        words = format_list(names, locale=self.locale)
        if primary(self.language) == "es" and len(names) > 1:
            before, found, _ = words.rpartition(f" y {names[-1]}")
            if found and _SOUNDS_I.match(Markup(names[-1]).striptags()):  # noqa: S704
                return f"{before} e {names[-1]}"
        return words

    def language_name(self, tag: str) -> str:
        """The name of the language `tag` in this language; the tag itself if CLDR has no name."""
        if tag not in self._language_names:
            names = self.locale.languages
            name = str(names.get(tag.replace("-", "_")) or names.get(primary(tag), tag))
            self._language_names[tag] = name
        return self._language_names[tag]

    @staticmethod
    def own_name(tag: str, among: Collection[str] = ()) -> str:
        """The name of the language `tag` in that language, as a menu shows it: “Español”.

        Its region is named where the menu has another language `among` its own that differs in it only.
        """
        alike = any(same_language(tag, one) for one in among if one != tag)
        try:
            locale = Locale.parse(tag, sep="-")
            name = (locale.get_display_name() if alike else locale.get_language_name()) or tag
        except (UnknownLocaleError, ValueError):
            name = tag
        return name[:1].upper() + name[1:]

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)


def later(text: str) -> str:
    """Mark an interface text that is translated later, so that it is added to the catalogues."""
    return text


_SPECIAL = later("Special alert")

# Texts of earlier packaged templates, which a project's own copies may still use.
FORMER = (
    later("Leave"),
    later("Read more"),
    later("Read more: %(title)s"),
    later("Published by %(name)s"),
    later("More information is available in %(language)s."),
)


def interface_texts(language: str, folders: Iterable[Path]) -> dict[str, str]:
    """The translation of each English interface text in `language`, "" if there is none.

    Without texts that have placeholders or plural forms.
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


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: printed(value) for name, value in values.items()}
