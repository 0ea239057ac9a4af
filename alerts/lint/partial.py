"""Uses of a feature that a mail program supports only in part, weighed by caniemail's note on it.

A note such as “Only supported on table cells.” names the elements for which there is support; which
ones is read from the note, so that newer data is weighed by what it says. Notes without such a rule
are not weighed. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alerts.lint.caniemail import Feature, SupportGap, features, told
from alerts.lint.page import Element, HtmlPage, attribute, styles
from alerts.lint.place import Place
from alerts.lint.style import Declaration

# The features that hold a layout together.
LAYOUT = ("css-padding", "css-border", "css-width", "css-height")
_NAMED = re.compile(r"<(\w+)>")
_LENGTHS = re.compile(r"(?<![\w.#-])(\d+(?:\.\d+)?)(?:px)?(?![\w%.-])")
_MAKES_NO_SIZE = {"100%", "auto", "0", "0px", "1px"}


@dataclass(frozen=True, slots=True)
class PartialUse:
    """The uses of one feature on elements for which programs do not support it.

    `pixels` is the height in all that is lost with them, `place` the first of them.
    """

    feature: Feature
    place: Place
    times: int
    pixels: int
    gap: SupportGap


def partial_uses(page: HtmlPage, apps: Mapping[str, float]) -> Iterator[PartialUse]:
    """Yield what of the layout programs drop, by feature; `apps` are weights as from `spread`."""
    for slug in LAYOUT:
        feature = features()[slug]
        lacking: dict[str, float] = {}
        first: Element | None = None
        times = pixels = 0
        notes = {
            app: note
            for app, note in feature.notes.items()
            if app in apps and feature.support.get(app) == "a"
        }
        for element in page.elements:
            tag = str(element.tag)
            without = {app: apps[app] for app, note in notes.items() if _refuses(note, tag)}
            if not without or _is_hidden(element) or _has_cell(page, element):
                continue
            lost = _lost(slug.removeprefix("css-"), element)
            if lost is not None:
                lacking |= without
                first = element if first is None else first
                times, pixels = times + 1, pixels + lost
        if first is not None:
            gap = SupportGap(sum(lacking.values()), 0.0, told(lacking))
            yield PartialUse(feature, page.place(first), times, pixels, gap)


def _refuses(note: str, tag: str) -> bool:
    """True if the note says that the feature does not work on `tag`."""
    for sentence in re.split(r"(?<=\.)\s+(?=[A-Z])", note):
        low = sentence.lower()
        if "only supported on table cells" in low:
            return tag not in ("td", "th")
        named = _NAMED.findall(sentence)
        if named and re.search(r"\bnot supported on\b|\bunreliable if used on\b", low):
            return tag in named
    return False


def _lost(name: str, element: Element) -> int | None:
    """The height that is lost with the property on this element, in pixels; None where nothing is."""
    found = styles(element)
    if name == "padding":
        height = _vertical(found)
        return height or None
    if name == "border":
        shown = [
            d for d in found if re.fullmatch(r"border(-(top|right|bottom|left|width))?", d.name)
        ]
        return 0 if any(not re.match(r"0|none", d.value) for d in shown) else None
    sized = [d for d in found if d.name == name and d.value.lower() not in _MAKES_NO_SIZE]
    return 0 if sized and not attribute(element, name) and not _other_side(element, name) else None


def _other_side(element: Element, name: str) -> bool:
    """True for a picture that is told its other side by an attribute: it keeps its shape."""
    other = {"width": "height", "height": "width"}[name]
    return element.tag == "img" and bool(attribute(element, other))


def _vertical(found: tuple[Declaration, ...]) -> int:
    """The padding above and below, in pixels."""
    sides = {"padding-top": 0.0, "padding-bottom": 0.0}
    for declaration in found:
        lengths = [float(length) for length in _LENGTHS.findall(declaration.value)]
        if declaration.name == "padding" and lengths:
            sides = {
                "padding-top": lengths[0],
                "padding-bottom": lengths[2 if len(lengths) > 2 else 0],
            }
        elif declaration.name in sides and lengths:
            sides[declaration.name] = lengths[0]
    return round(sum(sides.values()))


def _has_cell(page: HtmlPage, element: Element) -> bool:
    """True for what a cell does for Outlook: the padding of a button (`mso-padding-alt`), and a fluid
    column, where the page has conditional cells with a width."""
    cell = element.getparent()
    if cell is not None and "mso-padding-alt" in attribute(cell, "style"):
        return True
    found = {d.name: d.value for d in styles(element)}
    fluid = found.get("display") == "inline-block" and "max-width" in found
    return fluid and any("mso" in text and 'td width="' in text for text, _ in page.comments)


def _is_hidden(element: Element) -> bool:
    return any(d.name == "display" and d.value == "none" for d in styles(element))
