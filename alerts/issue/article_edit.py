"""An editor's fields of an article in stored form.

The fields are those of the table in `domain/article.py`. Pure: the caller passes the known profiles.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from alerts.config.known import language_known, section_known
from alerts.config.settings import Settings
from alerts.domain.article import EDITED, STORY_FORMS, Article, Event, Image
from alerts.domain.article_fields import ArticleField
from alerts.domain.article_fields import ArticleFieldKind as Kind
from alerts.domain.errors import UsageError
from alerts.sources.picture.address import is_ours
from alerts.store import stamp
from alerts.store.article_fields import event_fields, fields_of, image_fields
from alerts.text.plain_text import safe_url, tidy

ArticleValue = str | Iterable[str] | date | Image | Event | None
"""A value of a field: what its type in `Article` is; a day or a moment where a moment is."""

_FIELDS = {one.name: one for one in EDITED}


def edits_of(
    settings: Settings, profiles: Collection[str], given: Mapping[str, ArticleValue]
) -> dict[str, Any]:
    """The given fields in stored form; None or an empty value removes a field.

    A day as a date of publication becomes its noon in the alert's time zone; a moment without a zone is
    in that zone. Raises `UsageError`, which names the field.
    """
    if foreign := [name for name in given if name not in _FIELDS]:
        raise UsageError(f"an article has no field “{foreign[0]}”; there are {', '.join(_FIELDS)}")
    reader = _Reader(settings, profiles)
    return {name: reader.read(_FIELDS[name], value) for name, value in given.items()}


def found_on_page(article: Article) -> dict[str, Any]:
    """The values of a page's metadata, in the form that an editor would write, with those in doubt."""
    among = {"pages", "confidence", "guessed"}
    names = {one.name for one in EDITED if one.kind is not Kind.NAME} | among
    return {name: value for name, value in fields_of(article).items() if name in names}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Parses a value of each kind."""

    settings: Settings
    profiles: Collection[str]

    def read(self, field: ArticleField, value: Any) -> Any:
        """One value as JSON; raises `UsageError`."""
        by_name: dict[str, Callable[[str], str]] = {
            "title": self._title,
            "language": lambda text: language_known(text) or self.settings.default_language,
            "section": self._section,
            "profile": self._profile,
            "layout": self._layout,
        }
        by_kind: dict[Kind, Callable[[Any], Any]] = {
            Kind.TEXT: lambda text: tidy(text or ""),
            Kind.NAME: lambda text: tidy(text or ""),
            Kind.WORDS: lambda words: [word for word in map(tidy, words or ()) if word],
            Kind.MOMENT: self._published,
            Kind.IMAGE: self._image,
            Kind.EVENT: self._event,
        }
        if own := by_name.get(field.name):
            return own(value or "")
        return by_kind[field.kind](value)

    def _title(self, text: str) -> str:
        if not tidy(text):
            raise UsageError("--title: an article needs a title")
        return tidy(text)

    def _section(self, key: str) -> str:
        section_known(key, self.settings)
        return key or "news"

    def _profile(self, slug: str) -> str:
        if slug and slug not in self.profiles:
            raise UsageError(f"no profile “{slug}”; `alerts profile list` shows them")
        return slug

    def _layout(self, layout: str) -> str:
        if layout not in ("", "auto", *STORY_FORMS):
            raise UsageError(f"--layout “{layout}”: write auto, {', '.join(STORY_FORMS)}")
        return "" if layout == "auto" else layout

    def _published(self, when: date | None) -> str | None:
        if when is None:
            return None
        if not isinstance(when, datetime):
            when = datetime.combine(when, time(12), self.settings.zone)
        return stamp(self._aware(when))

    def _aware(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=self.settings.zone)

    def _image(self, image: Image | None) -> dict[str, str] | None:
        if image is None or not image.url:
            return None
        url = image.url if is_ours(image.url) else safe_url(image.url)
        if not url:
            raise UsageError(f"image “{image.url}”: write a full URL, http://… or https://…")
        return image_fields(Image(url, tidy(image.alt), image.focus))

    def _event(self, event: Event | None) -> dict[str, str] | None:
        if event is None:
            return None
        end = self._day_or_moment(event.end) if event.end else None
        return event_fields(Event(self._day_or_moment(event.start), end, tidy(event.place)))

    def _day_or_moment(self, when: date) -> date:
        return self._aware(when).astimezone(UTC) if isinstance(when, datetime) else when
