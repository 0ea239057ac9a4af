"""Checks of values beyond their types; each error names the setting and the remedy."""

import ipaddress
import math
import re
import typing
from zoneinfo import ZoneInfo

from alerts.config import (
    colour,
    header_values,
    hook_values,
    listen_address,
    window_values,
)
from alerts.config.colour import CANVAS_DARK, INK, MUTED, PAPER, PAPER_DARK, TINT_DARK
from alerts.config.declarations import LOCALISED, AlertSettings, ThemeSettings
from alerts.config.delivery_declarations import DeliverySettings, DestinationSettings
from alerts.config.settings import Settings
from alerts.config.themes import palette
from alerts.domain.address import Address
from alerts.domain.errors import InputError, SettingsError
from alerts.domain.languages import known_language


def _of_channels(settings: Settings) -> typing.Iterator[tuple[str, str, str]]:
    """(section, key, what is wrong and what to write) of each fault of [[channels]]."""
    if settings.channels:
        from alerts.config.channel_values import faults  # most projects have none

        yield from faults(settings)


def check(settings: Settings, at: typing.Callable[[str, str], str]) -> None:
    """Check the values of `settings`; raises `SettingsError`.

    `at` gives the place of a setting, by section and key, for the message.
    """
    alert, delivery = settings.alert, settings.delivery
    try:
        ZoneInfo(alert.timezone)
    except (KeyError, ValueError, OSError) as fault:
        raise SettingsError(
            f"{at('alert', 'timezone')}: unknown time zone “{alert.timezone}”; write e.g. Europe/Madrid"
        ) from fault
    if not alert.languages:
        raise SettingsError(f"{at('alert', 'languages')}: name at least one language")
    for language in (*alert.languages, *alert.fallback, *sum(alert.fallback.values(), ())):
        if not known_language(language):
            raise SettingsError(
                f"{at('alert', 'languages')}: unknown language “{language}”; use codes such as en, es, pt-br"
            )
    for section, key, words in (
        *header_values.faults(settings),
        *listen_address.faults(settings),
        *window_values.faults(settings.windows),
        *hook_values.faults(settings),
        *_of_channels(settings),
    ):
        raise SettingsError(f"{at(section, key)}: {words}")
    if not re.fullmatch(r"(?:([01]\d|2[0-3]):[0-5]\d)?", settings.schedule.wait_until):
        raise SettingsError(
            f"{at('schedule', 'wait_until')}: “{settings.schedule.wait_until}” is not an hour such as 18:00"
        )
    _check_web(settings, at)
    _check_review(alert, at)
    _check_localised(alert, at)
    _check_theme(settings.theme, at)
    _check_limits(delivery, settings.destinations, at)
    if settings.pictures.most_bytes < 0:
        raise SettingsError(f"{at('pictures', 'most_bytes')}: write a number from 0")


def _check_limits(
    delivery: DeliverySettings,
    destinations: typing.Sequence[DestinationSettings],
    at: typing.Callable[[str, str], str],
) -> None:
    """Connections, rates and quotas are within their ranges; a domain has one destination."""
    every: list[tuple[str, DeliverySettings | DestinationSettings]] = [("delivery", delivery)]
    every += [("destinations", one) for one in destinations]
    for section, limits in every:
        if not 1 <= limits.connections <= 100:
            raise SettingsError(f"{at(section, 'connections')}: write a number from 1 to 100")
        if not 0 <= limits.rate < math.inf:
            raise SettingsError(
                f"{at(section, 'rate')}: a rate cannot be negative or infinite; 0 means no limit"
            )
    if not 0 <= delivery.most_connections <= 100:
        raise SettingsError(f"{at('delivery', 'most_connections')}: write a number from 0 to 100")
    if delivery.window_limit < 0 or not delivery.window:
        raise SettingsError(
            f"{at('delivery', 'window_limit')}: write a number from 0, and a window longer than 0"
        )
    if any(limit < 1 for limit in delivery.warm_up):
        raise SettingsError(f"{at('delivery', 'warm_up')}: write numbers above 0, one per day")
    seen: set[str] = set()
    for destination in destinations:
        for domain in destination.domains:
            if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) or domain in seen:
                raise SettingsError(
                    f"{at('destinations', 'domains')}: “{domain}” is not a domain in lower case"
                    " (xn--… if it is not ASCII), or is named twice"
                )
            seen.add(domain)


def _check_web(settings: Settings, at: typing.Callable[[str, str], str]) -> None:
    """The settings of the public pages: port, proxies, limits, origins."""
    web = settings.web
    if not 0 <= web.port <= 65535:
        raise SettingsError(f"{at('web', 'port')}: write a number from 0 to 65535")
    for key in ("signups_per_network", "signups_per_domain", "signups_in_all"):
        if getattr(web, key) < 1:
            raise SettingsError(f"{at('web', key)}: write a number from 1 on")
    for origin in web.embed_origins:
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", origin):
            raise SettingsError(
                f"{at('web', 'embed_origins')}: “{origin}” is not an origin such as https://example.org"
            )
    for proxy in web.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as fault:
            raise SettingsError(
                f"{at('web', 'trusted_proxies')}: “{proxy}” is neither an IP address nor a network"
                " such as 10.0.0.0/8"
            ) from fault


def _check_review(alert: AlertSettings, at: typing.Callable[[str, str], str]) -> None:
    """The settings of review: editors, approvals, coverage."""
    for key in ("editors", "admins"):
        for address in getattr(alert, key):
            try:
                Address.parse(address)
            except InputError as fault:
                raise SettingsError(f"{at('alert', key)}: {fault}") from fault
    if alert.approvals < 1:
        raise SettingsError(f"{at('alert', 'approvals')}: at least one person approves")
    for language, share in alert.min_coverage.items():
        if language not in ("all", *alert.languages):
            raise SettingsError(
                f"{at('alert', 'min_coverage')}: there is no edition in “{language}”;"
                f" there are {', '.join(alert.languages)}, and “all”"
            )
        if not 0 <= share <= 1:
            raise SettingsError(f"{at('alert', 'min_coverage')}: write a share from 0 to 1")


def _check_localised(alert: AlertSettings, at: typing.Callable[[str, str], str]) -> None:
    """What the alert is called in other languages: known languages, known keys."""
    for language, words in alert.localised.items():
        if not known_language(language):
            raise SettingsError(
                f"{at('alert', 'localised')}: unknown language “{language}”; use codes such as en, es"
            )
        for key in words.keys() - set(LOCALISED):
            raise SettingsError(
                f"{at('alert', 'localised')}: “{key}” cannot be said in another language; there are"
                f" {', '.join(LOCALISED)}"
            )


def _check_theme(theme: ThemeSettings, at: typing.Callable[[str, str], str]) -> None:
    """Colours with enough contrast (rule H8), and font names that cannot end their declaration (X6)."""
    for key in ("accent", "accent_dark", "canvas", "tint"):
        if not colour.is_colour(getattr(theme, key)):
            raise SettingsError(f"{at('theme', key)}: write a colour as #rrggbb")
    roles = palette(theme)
    page, ink, soft = roles["page"], roles["ink"], roles["soft"]
    dark = (page.dark, roles["canvas"].dark, roles["tint"].dark)
    # before the themes of 2026-12 there was one palette, and pages still have it
    light, fixed_dark = (page.light, PAPER), (PAPER_DARK, CANVAS_DARK, TINT_DARK)
    beside = {
        "canvas": (soft.light, ink.light, MUTED, INK),
        "tint": (ink.light, soft.light, INK),
        "accent": (*light, theme.canvas, theme.tint),
        "accent_dark": (*dark, *fixed_dark),
    }
    for key, others in beside.items():
        _check_contrast(getattr(theme, key), others, at("theme", key))
    for key, ours in theme.section_colours.items():
        place = at("theme", "section_colours")
        if not colour.is_colour(ours):
            raise SettingsError(f"{place}: {key}: write a colour as #rrggbb")
        _check_contrast(ours, (page.light, theme.tint), place)
    for key in ("heading_font", "body_font"):
        if not re.fullmatch(r"[\w ,'-]+", getattr(theme, key)):
            raise SettingsError(f"{at('theme', key)}: write font names separated by commas")
    if not 0 <= theme.radius <= 40:
        raise SettingsError(f"{at('theme', 'radius')}: write a number from 0 to 40")


def _check_contrast(ours: str, others: typing.Sequence[str], place: str) -> None:
    """Raise `SettingsError` with the nearest readable colour where `ours` is unreadable beside one."""
    for other in others:
        if colour.contrast(ours, other) < colour.READABLE:
            better = colour.nearest_readable(ours, *others)
            raise SettingsError(
                f"{place}: {ours} beside {other} has a contrast of "
                f"{colour.contrast(ours, other):.1f}, less than {colour.READABLE}; "
                + (f"the nearest readable colour is {better}" if better else "change one of them")
            )
