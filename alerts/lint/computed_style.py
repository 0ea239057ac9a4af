"""The computed style of each element in light or dark mode, as far as checks of text need it.

Reads style attributes, presentational attributes and the rules of `<style>` that apply in the given
colour scheme, on a screen of desktop width. Computes colour, background, size, weight and visibility;
does no layout.
"""

import re
from dataclasses import dataclass, replace

from alerts.lint.colours import Colour, read_attribute_colour, read_background, read_colour
from alerts.lint.matcher import Matcher, Specificity
from alerts.lint.page import Element, HtmlPage, attribute, styles
from alerts.lint.style import Declaration

_SIZES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83, "big": 1.2}
_KEYWORDS = {
    "xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24,
    "xx-large": 32,
}  # fmt: skip
_BOLD = {"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"}
_HIDDEN = {"head", "script", "style", "title", "template"}
_SPECK = 2.0  # pixels, below which a text is meant to be hidden
_DESKTOP = 1000  # pixels, for min-width and max-width
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|%|)", re.IGNORECASE)
_FONT = re.compile(r"(\d*\.?\d+(?:px|pt|em|rem|%))(?:\s*/\s*(\d*\.?\d+(?:px|pt|em|rem|%)?))?")
_WIDTH = re.compile(r"(min|max)(?:-device)?-width\s*:\s*(\d+)px")
_PRIORITY = tuple[bool, Specificity, int]


@dataclass(frozen=True, slots=True)
class ComputedStyle:
    """The computed style of an element. `ground`, its background, is unknown over a picture; sizes in pixels.

    `grounded` is True where the element that sets the text's colour, or one around it, sets a background.
    """

    text: Colour
    ground: Colour | None
    size: float = 16.0
    bold: bool = False
    hidden: bool = False
    coloured: bool = False
    grounded: bool = False
    underlined: bool = False
    line_height: float = 0.0  # times the size; 0: normal
    align: str = "start"
    display: str = ""
    padding: tuple[float, float] = (0.0, 0.0)  # above, below

    @property
    def seen(self) -> bool:
        """True if its own text is visible; elements in it may have another size."""
        return not self.hidden and self.size >= _SPECK


class Cascade:
    """The computed styles of a page's elements in one colour scheme."""

    def __init__(self, page: HtmlPage, matcher: Matcher, *, dark: bool = False) -> None:
        self.page, self.dark, self._matcher = page, dark, matcher
        self._declared = self._from_sheets()
        black, white = Colour(0, 0, 0), Colour(1, 1, 1)
        adapts = dark and "dark" in _schemes(page)
        self._link = Colour(0.62, 0.62, 1) if adapts else Colour(0, 0, 0.93)
        self._base = (
            ComputedStyle(white, Colour(0.07, 0.07, 0.07))
            if adapts
            else ComputedStyle(black, white)
        )
        self.looks: dict[Element, ComputedStyle] = {}
        for element in page.elements:
            parent = element.getparent()
            self.looks[element] = self._look(element, self.looks.get(parent, self._base))

    def _from_sheets(self) -> dict[Element, list[tuple[_PRIORITY, Declaration]]]:
        """The declarations of `<style>` for each element, with their priority in the cascade."""
        declared: dict[Element, list[tuple[_PRIORITY, Declaration]]] = {}
        rules = [rule for sheet, _ in self.page.sheets for rule in sheet.rules]
        for order, rule in enumerate(rules):
            if not all(self._holds(condition) for condition in rule.conditions):
                continue
            for specificity, element in self._matcher.elements(rule.selectors):
                for declaration in rule.declarations:
                    priority = (declaration.important, specificity, order)
                    declared.setdefault(element, []).append((priority, declaration))
        return declared

    def _holds(self, condition: str) -> bool:
        """True for an at-rule that applies on a screen of desktop width in this scheme."""
        if not condition.startswith("@media"):
            return False
        return any(self._query_holds(query) for query in condition[6:].split(","))

    def _query_holds(self, query: str) -> bool:
        if "print" in query or query.strip().startswith("not"):
            return False
        if "prefers-color-scheme" in query and ("dark" in query) != self.dark:
            return False
        return all(
            int(width) <= _DESKTOP if bound == "min" else int(width) >= _DESKTOP
            for bound, width in _WIDTH.findall(query)
        )

    def values(self, element: Element) -> dict[str, str]:
        """The declarations that win on an element; `!important` in a sheet wins over the attribute."""
        inline = (1_000_000, 0, 0)
        found = [
            *self._declared.get(element, ()),
            *(((d.important, inline, 0), d) for d in styles(element)),
        ]
        winners: dict[str, str] = {}
        for _, declaration in sorted(found, key=lambda one: one[0]):
            if declaration.name == "background":  # the shorthand sets the colour, too
                winners.pop("background-color", None)
            winners[declaration.name] = declaration.value
        return winners

    def _look(self, element: Element, parent: ComputedStyle) -> ComputedStyle:
        values = _expanded(self.values(element))
        look = replace(parent, display=values.get("display", ""), padding=_padding(values))
        look = self._coloured(element, values, look)
        look = _grounded(element, values, look)
        tag = str(element.tag)
        size = _size(values.get("font-size", ""), parent.size)
        bold = _bold(values.get("font-weight", values.get("font", "")), tag in _BOLD or parent.bold)
        return replace(
            look,
            size=size if size is not None else parent.size * _SIZES.get(tag, 1.0),
            bold=bold,
            hidden=parent.hidden or tag in _HIDDEN or _hides(element, values),
            underlined=_underlined(element, values, parent),
            line_height=_line_height(values.get("line-height", ""), size or parent.size, parent),
            align=values.get("text-align", attribute(element, "align") or parent.align).lower(),
        )

    def _coloured(
        self, element: Element, values: dict[str, str], look: ComputedStyle
    ) -> ComputedStyle:
        chosen = read_colour(values.get("color", ""), look.text)
        if chosen is None and element.tag == "font":
            chosen = read_attribute_colour(attribute(element, "color"))
        if chosen is None and element.tag == "body":
            chosen = read_attribute_colour(attribute(element, "text"))
        if chosen is not None:
            return replace(look, text=chosen, coloured=True)
        if element.tag == "a" and element.get("href") and values.get("color", "") != "inherit":
            return replace(look, text=self._link, coloured=False)
        return look


def _schemes(page: HtmlPage) -> str:
    """The colour schemes that the page declares to support."""
    metas = [attribute(m, "content") for m in page.named("meta") if m.get("name") == "color-scheme"]
    roots = [
        declaration.value
        for sheet, _ in page.sheets
        for rule in sheet.rules
        for declaration in rule.declarations
        if declaration.name == "color-scheme" and not rule.conditions
    ]
    return " ".join([*metas, *roots]).lower()


def _grounded(element: Element, values: dict[str, str], look: ComputedStyle) -> ComputedStyle:
    value = f"{values.get('background-color', '')} {values.get('background', '')}"
    colour, picture = read_background(value)
    picture = picture or bool(values.get("background-image", "none").lower() != "none")
    picture = picture or bool(element.get("background"))
    if colour is None:
        colour = read_attribute_colour(element.get("bgcolor") or "")
    if picture:
        return replace(look, ground=None, grounded=colour is not None)
    if colour is None or colour.alpha == 0:
        return look
    if look.ground is None and colour.alpha < 1:
        return look
    below = look.ground or Colour(1, 1, 1)
    return replace(look, ground=colour.over(below), grounded=True)


def _expanded(values: dict[str, str]) -> dict[str, str]:
    """`values` with size and line height of a `font` shorthand, where these are not set themselves."""
    found = _FONT.search(values.get("font", "").lower())
    if not found:
        return values
    inner = {"font-size": found[1]} | ({"line-height": found[2]} if found[2] else {})
    return inner | values


def _padding(values: dict[str, str]) -> tuple[float, float]:
    sides = [
        size for part in values.get("padding", "0").split() if (size := _size(part, 16)) is not None
    ]
    above, below = (sides[0], sides[2 if len(sides) > 2 else 0]) if sides else (0.0, 0.0)
    above = _size(values.get("padding-top", ""), 16) or above
    return above, _size(values.get("padding-bottom", ""), 16) or below


def _size(value: str, parent: float) -> float | None:
    """A CSS length in pixels; percent and em are relative to `parent`, in pixels."""
    value = value.strip().lower()
    if value in _KEYWORDS:
        return float(_KEYWORDS[value])
    found = _LENGTH.fullmatch(value)
    if not found:
        return None
    factor = {"px": 1.0, "pt": 4 / 3, "em": parent, "rem": 16.0, "%": parent / 100, "": 1.0}
    return float(found[1]) * factor[found[2]]


def _bold(value: str, otherwise: bool) -> bool:
    if number := re.search(r"\b([1-9]00)\b", value):
        return int(number[1]) >= 600
    if "bold" in value:
        return True
    return False if "normal" in value else otherwise


def _hides(element: Element, values: dict[str, str]) -> bool:
    return (
        values.get("display", "") == "none"
        or values.get("visibility", "") == "hidden"
        or element.get("hidden") is not None
        or _size(values.get("opacity", ""), 16) == 0
        or (values.get("overflow", "") == "hidden" and _size(values.get("max-height", ""), 16) == 0)
    )


def _underlined(element: Element, values: dict[str, str], parent: ComputedStyle) -> bool:
    value = values.get("text-decoration", values.get("text-decoration-line", ""))
    if value:
        return "underline" in value
    return (
        parent.underlined
        or element.tag in ("u", "ins")
        or (element.tag == "a" and element.get("href") is not None)
    )


def _line_height(value: str, size: float, parent: ComputedStyle) -> float:
    if re.fullmatch(r"\d*\.?\d+", value):
        return float(value)
    pixels = _size(value, size)
    return pixels / size if pixels is not None and size else parent.line_height
