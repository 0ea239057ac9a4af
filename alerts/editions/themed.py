"""The values of settings that every e-mail template is given: the alert, the theme and its colours."""

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from alerts.config.declarations import ThemeSettings
from alerts.config.settings import Settings
from alerts.config.themes import DEFAULTS, fixed, look, palette
from alerts.editions.catalogue import direction
from alerts.editions.pictures import AT_SOURCE, Pictures

# Fonts for Arabic script that classic Outlook knows.
_RIGHT_TO_LEFT = Markup("'Segoe UI', 'Noto Sans Arabic', Tahoma, Arial, sans-serif")


def themed(settings: Settings, language: str, pictures: Pictures = AT_SOURCE) -> dict[str, Any]:
    """What templates are given beside `view`.

    `alert` as it is called in `language`; `theme`, its measures `look`, its `colours` by role and the
    `fonts` of headings and text; `start` and `end` of a line, and `mirror`, the attribute of a table
    whose columns run from the right; `counts`: opens or clicks are counted.
    """
    theme, rtl = quotable(settings.theme), direction(language) == "rtl"
    fonts = fonts_of(theme, direction(language))
    return {
        "alert": pictures.alert(settings.alert.in_language(language)),
        "theme": theme,
        "look": look(theme),
        "colours": palette(theme),
        "fixed": fixed(theme),
        "fonts": fonts,
        "start": "right" if rtl else "left",
        "end": "left" if rtl else "right",
        "counts": settings.privacy.count_opens or settings.privacy.count_clicks,
        "mirror": Markup(' dir="rtl"') if rtl else Markup(""),
    }


def quotable(theme: ThemeSettings) -> ThemeSettings:
    """The theme with fonts that HTML leaves as they are: in `<style>` an escaped quote ends the rule.

    Safe, as settings allow no other characters than letters, digits, spaces, commas, hyphens and
    apostrophes in them.
    """
    heading, body = Markup(theme.heading_font), Markup(theme.body_font)  # noqa: S704
    return replace(theme, heading_font=heading, body_font=body)


def fonts_of(theme: ThemeSettings, direction: str) -> dict[str, str]:
    """The fonts of headings and text for a language of that direction."""
    ours = {"heading": theme.heading_font, "body": theme.body_font}
    packaged = {font for name in DEFAULTS for key, font in DEFAULTS[name].items() if "font" in key}
    rtl = direction == "rtl"
    return {k: _RIGHT_TO_LEFT if rtl and font in packaged else font for k, font in ours.items()}
