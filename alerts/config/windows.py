"""The send windows of a project: which one each reader has, by language and time zone.

A reader's time zone is their own, else that of their language (windows.zones), else alert.timezone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from alerts.config import window_values
from alerts.config.holidays import Holidays
from alerts.config.settings import Settings
from alerts.config.window_declarations import WindowsSettings
from alerts.domain.errors import SettingsError
from alerts.domain.languages import primary
from alerts.domain.send_window import MOST_DAYS, ReaderGroup, SendWindow, Span


@dataclass(frozen=True, slots=True)
class SendWindows:
    """The windows of all readers; `on` is False where everybody may be mailed at any hour."""

    on: bool = False
    said: WindowsSettings = field(default_factory=WindowsSettings)
    usual_zone: str = "UTC"
    holidays: Holidays = field(default_factory=Holidays)
    _windows: dict[ReaderGroup, SendWindow | None] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, settings: Settings) -> "SendWindows":
        """The windows of [windows] without its holidays, which `outbox.send_windows` reads."""
        said = settings.windows
        return cls(True, said, settings.alert.timezone) if said.on else cls()

    def span(self, group: ReaderGroup, now: datetime) -> Span | None:
        """The window of those readers that is open now, or opens next; None where they have none.

        Raises `SettingsError` where no day within a year is a working day.
        """
        if group not in self._windows:
            self._windows[group] = self._window(group)
        window = self._windows[group]
        if window is None:
            return None
        span = window.span(now)
        if span is None:
            raise SettingsError(
                f"windows: no day of the next {MOST_DAYS} is a working day in {window.zone.key}: change"
                " windows.days or windows.holidays"
            )
        return span

    def closed_until(
        self, groups: Iterable[ReaderGroup], now: datetime
    ) -> Mapping[ReaderGroup, datetime]:
        """When the windows open that are closed now, by group."""
        spans = ((group, self.span(group, now)) for group in groups)
        return {group: span.opens for group, span in spans if span and span.opens > now}

    def closing(self, groups: Iterable[ReaderGroup], now: datetime) -> datetime | None:
        """When the first window closes that is open now; None where none does."""
        spans = (self.span(group, now) for group in groups)
        return min((span.closes for span in spans if span and span.opens <= now), default=None)

    def longest_closed(self, group: ReaderGroup, now: datetime) -> tuple[datetime, datetime] | None:
        """The longest time within the next year that their window stays closed; None where they have none."""
        if self.span(group, now) is None:
            return None
        window = self._windows[group]
        spans = list(window.spans(now)) if window else []
        gaps = [(one.closes, following.opens) for one, following in pairwise(spans)]
        return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)

    def zone(self, group: ReaderGroup) -> str:
        """The time zone of those readers."""
        of_language = self.said.zones.get(group.language) or self.said.zones.get(
            primary(group.language)
        )
        own = group.zone if window_values.known_zone(group.zone) else ""
        return own or of_language or self.usual_zone

    def _window(self, group: ReaderGroup) -> SendWindow | None:
        said = self.said.languages
        own = said.get(group.language) or said.get(primary(group.language)) or {}
        hours = window_values.hours(own.get("open", self.said.open))
        if not self.on or hours is None:
            return None
        zone = self.zone(group)
        days = window_values.days(own.get("days", self.said.days))
        return SendWindow(ZoneInfo(zone), *hours, days, self.holidays.of(group.language, zone))


NO_WINDOWS = SendWindows()
