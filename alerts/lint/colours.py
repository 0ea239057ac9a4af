"""Colours of CSS and HTML as numbers, composited over each other, and their contrast by WCAG 2.2.

`alerts/config/colour.py` reads `#rrggbb` only; this reads every notation that a style sheet may hold.
"""

import re
from dataclasses import dataclass

from tinycss2 import parse_component_value_list, serialize
from tinycss2.color3 import parse_color

from alerts.config import colour

_PICTURE = re.compile(r"url\(|gradient\(|image-set\(", re.IGNORECASE)
_BARE_HEX = re.compile(r"(?:[0-9a-fA-F]{3}){1,2}")


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue and opacity, each from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, below: "Colour") -> "Colour":
        """The opaque colour that is seen when this one is drawn over `below`, which is opaque."""
        mixed = (
            part * self.alpha + under * (1 - self.alpha)
            for part, under in zip(self.parts, below.parts, strict=True)
        )
        return Colour(*mixed)

    @property
    def parts(self) -> tuple[float, float, float]:
        """Red, green and blue, without the opacity."""
        return self.red, self.green, self.blue

    def __str__(self) -> str:
        return "#" + "".join(f"{round(min(max(part, 0), 1) * 255):02x}" for part in self.parts)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two opaque colours, from 1 to 21 (WCAG 2.2)."""
    return colour.contrast(str(one), str(other))


def read_colour(text: str, current: Colour | None = None) -> Colour | None:
    """A CSS colour, or None if it is not recognised; `current` is used for currentColor."""
    found = parse_color(text)
    if found == "currentColor":
        return current
    if found is None:
        return None
    return Colour(found.red, found.green, found.blue, found.alpha)


def read_attribute_colour(text: str) -> Colour | None:
    """The colour of an HTML attribute, which may be written without #."""
    text = text.strip()
    return read_colour(f"#{text}" if _BARE_HEX.fullmatch(text) else text)


def read_background(value: str) -> tuple[Colour | None, bool]:
    """The colour in a `background` value, and True if it has a picture or gradient."""
    picture = bool(_PICTURE.search(value))
    for token in parse_component_value_list(value):
        found = read_colour(serialize([token]))
        if found is not None:
            return found, picture
    return None, picture
