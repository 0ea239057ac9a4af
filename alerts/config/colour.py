"""Colours in the notation `#rrggbb`, and their contrast by WCAG 2.2.

Used by the settings to refuse a pair of too low contrast, and to propose the nearest readable colour.
Pure arithmetic.
"""

import re

READABLE = 4.5  # WCAG 2.2, 1.4.3: body text against its background

# The fixed colours; the colours of a theme are checked against them.
PAPER, INK, MUTED, RULE = "#ffffff", "#1d2327", "#575e64", "#e2ddd3"
CANVAS_DARK, PAPER_DARK, TINT_DARK = "#101416", "#181d20", "#232b2f"
INK_DARK, MUTED_DARK, RULE_DARK = "#eceff0", "#a9b2b7", "#333c41"

# … by their names in templates
FIXED = {
    "PAPER": PAPER, "INK": INK, "MUTED": MUTED, "RULE": RULE,
    "CANVAS_DARK": CANVAS_DARK, "PAPER_DARK": PAPER_DARK, "TINT_DARK": TINT_DARK,
    "INK_DARK": INK_DARK, "MUTED_DARK": MUTED_DARK, "RULE_DARK": RULE_DARK,
}  # fmt: skip


def is_colour(text: str) -> bool:
    """True for `#rrggbb`."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def nearest_readable(colour: str, *grounds: str) -> str | None:
    """`colour`, or the least change of it towards black or white that is readable on all `grounds`.

    None if no colour is: for example on both a dark and a light background.
    """
    for step in range(256):
        for end in (0, 255):
            mixed = "#" + "".join(
                f"{round(part + (end - part) * step / 255):02x}" for part in _parts(colour)
            )
            if all(contrast(mixed, ground) >= READABLE for ground in grounds):
                return mixed
    return None


def mixed(colour: str, ground: str, share: float) -> str:
    """`share` of `colour` (0 to 1) on `ground`."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
