"""Which of caniemail's features a page uses, and where.

Not counted: conditional comments, which only Outlook reads, and rules inside a media or feature query,
which are meant to be ignored by clients that do not support it. Support for the queries themselves is
counted. The name of a feature in HTML or CSS is read from its title in the data, so that a newer data
file adds its new features by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from alerts.lint.caniemail import features
from alerts.lint.page import Element, HtmlPage, attribute, styles
from alerts.lint.place import Place
from alerts.lint.style import Declaration, Rule

Use = tuple[str, Place]  # a feature's slug, and where it is used

_SEVERAL = {  # features whose titles do not spell out their properties
    "css-border-inline-block-individual": "border-inline-start border-inline-end "
    "border-block-start border-block-end",
    "css-border-inline-block-longhand": "border-inline-color border-inline-style border-inline-width "
    "border-block-color border-block-style border-block-width",
    "css-border-radius-logical": "border-start-start-radius border-start-end-radius "
    "border-end-start-radius border-end-end-radius",
    "css-column-layout-properties": "columns column-fill column-rule column-rule-color column-rule-style "
    "column-rule-width column-span column-width",
    "css-grid-template": "grid-template grid-template-areas grid-template-columns grid-template-rows",
    "css-scroll-snap": "scroll-snap-type scroll-snap-align scroll-snap-stop",
    "css-inset": "inset inset-block inset-inline",
    "css-user-select": "user-select -webkit-user-select",
}
_PAIRS = {
    "css-display-flex": ("display", r"(inline-)?flex"),
    "css-display-grid": ("display", r"(inline-)?grid"),
    "css-display-none": ("display", "none"),
    "css-flex-direction": ("flex-direction", "column.*"),
    "css-flex-wrap": ("flex-wrap", "wrap.*"),
}
_ELEMENTS = {
    "html-h1-h6": "h1 h2 h3 h4 h5 h6",
    "html-lists": "ul ol dl",
    "html-semantics": "article aside details figcaption figure footer header main mark nav section "
    "summary time",
    "html-image-maps": "map",
    "html-svg": "svg",
    "html-address": "address",
    "html-object": "object embed",
}
_SHORTHANDS = {"animation", "border", "margin", "outline", "overflow", "padding", "transition"}
_RESETS = {"0", "0px", "auto", "inherit", "initial", "none", "normal", "static", "unset", "visible"}
_FORMATS = {"jpeg": "jpg", "tif": "tiff", "heic": "heif"}
# A page cannot do without these, or an attribute does not tell whether the feature is used.
_NOT_SEEN = {"html-doctype", "html-body", "html-comments", "css-comments", "html-link", "bimi"}
_COMBINATORS = {
    "css-selector-adjacent-sibling": r"\+",
    "css-selector-general-sibling": "~",
    "css-selector-child": ">",
    "css-selector-attribute": r"\[",
    "css-selector-universal": r"(?:^|[\s>+~,])\*",
    "css-selector-chaining": r"\.[\w-]+\.[\w-]",
    "css-selector-id": r"#[\w-]",
}


@dataclass(slots=True)
class FeatureNames:
    """FeatureNames in HTML or CSS, each with the slug of its feature."""

    properties: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    at_rules: dict[str, str] = field(default_factory=dict)
    pseudos: dict[str, str] = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    inputs: dict[tuple[str, str], str] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)


@cache
def _names() -> FeatureNames:
    names = FeatureNames()
    for slug, feature in features().items():
        if slug not in _NOT_SEEN:
            title = feature.title
            (_learn_css if slug.startswith("css-") else _learn_html)(names, slug, title)
    return names


def _learn_css(names: FeatureNames, slug: str, title: str) -> None:
    if slug.startswith("css-pseudo"):
        if found := re.search(r":{0,2}([a-z-]+)", title):
            names.pseudos[found[1]] = slug
    elif "()" in title or slug == "css-unit-calc":
        names.functions |= dict.fromkeys(re.findall(r"([a-z-]+)\(\)", title), slug)
    elif slug.startswith("css-unit-"):
        names.units["%" if slug == "css-unit-percent" else slug.removeprefix("css-unit-")] = slug
    elif title.startswith("@"):
        if "(" not in title:
            names.at_rules[title[1:]] = slug
    elif slug in _SEVERAL:
        names.properties |= dict.fromkeys(_SEVERAL[slug].split(), slug)
    elif slug not in _PAIRS and not slug.startswith("css-selector-"):
        bare = re.sub(r" (?:shorthand|property|properties|CSS property)$", "", title)
        if re.fullmatch(r"[a-z-]+(?:(?:, | & )[a-z-]+)*", bare):
            names.properties |= dict.fromkeys(re.split(r", | & ", bare), slug)


def _learn_html(names: FeatureNames, slug: str, title: str) -> None:
    if slug.startswith("image-"):
        names.images[slug.removeprefix("image-")] = slug
    elif slug in _ELEMENTS:
        names.elements |= dict.fromkeys(_ELEMENTS[slug].split(), slug)
    elif found := re.fullmatch(r'<(\w+) type="(\w+)"> element', title):
        names.inputs[found[1], found[2]] = slug
    elif found := re.match(r"<(\w+)>", title):
        names.elements[found[1]] = slug
    elif title.endswith(("attribute", "attributes")):
        names.attributes |= dict.fromkeys(re.findall(r"[a-z][a-z-]+(?= )(?<!and)", title), slug)


def used(page: HtmlPage) -> Iterator[Use]:
    """Yield each use of a feature."""
    names = _names()
    for element in page.elements:
        place = page.place(element)
        yield from ((slug, place) for slug in _in_element(element, names))
        for declaration in styles(element):
            if declaration.name == "display" or not _is_hidden(element):
                yield from ((slug, place) for slug in _in_declaration(declaration, names))
    for sheet, before in page.sheets:
        for rule in sheet.rules:
            if not any(c.startswith(("@media", "@supports")) for c in rule.conditions):
                place = Place("html", before + rule.line, rule.selectors[:60])
                yield from ((slug, place) for slug in _in_rule(rule, names))
        for name, line in sheet.at_rules:
            if name in names.at_rules:
                yield names.at_rules[name], Place("html", before + line, f"@{name}")


def _is_hidden(element: Element) -> bool:
    """True for a preheader, which is hidden by several properties; a client needs to support only one."""
    return any(d.name == "display" and d.value == "none" for d in styles(element))


def _in_element(element: Element, names: FeatureNames) -> Iterator[str]:
    tag = str(element.tag)
    kind = attribute(element, "type").lower()
    if (tag, kind) in names.inputs:
        yield names.inputs[tag, kind]
    elif tag in names.elements:
        yield names.elements[tag]
    for name in element.attrib:
        if name in names.attributes:
            yield names.attributes[name]
    if tag == "meta" and element.get("name") == "color-scheme":
        yield "html-meta-color-scheme"
    if tag == "a":
        href = attribute(element, "href").lower()
        if len(href) > 1 and href.startswith("#"):
            yield "html-anchor-links"
        elif href.startswith("mailto:"):
            yield "html-mailto-links"
    if tag in ("img", "source"):
        yield from _image(attribute(element, "src"), names)


def _image(url: str, names: FeatureNames) -> Iterator[str]:
    if url.lower().startswith("data:"):
        yield "image-base64"
        ending = re.match(r"data:image/(\w+)", url.lower())
    else:
        ending = re.search(r"\.(\w{3,4})$", re.split(r"[?#]", url, maxsplit=1)[0].lower())
    if ending:
        name = _FORMATS.get(ending[1], ending[1])
        if name in names.images:
            yield names.images[name]


def _in_rule(rule: Rule, names: FeatureNames) -> Iterator[str]:
    for pseudo in re.findall(r":{1,2}([a-z-]+)", rule.selectors):
        if pseudo in names.pseudos:
            yield names.pseudos[pseudo]
    for slug, sign in _COMBINATORS.items():
        if re.search(sign, rule.selectors):
            yield slug
    if "&" in rule.selectors:
        yield "css-nesting"
    for declaration in rule.declarations:
        yield from _in_declaration(declaration, names)


def _in_declaration(declaration: Declaration, names: FeatureNames) -> Iterator[str]:
    name, value = declaration.name, declaration.value.lower()
    if name.startswith("--"):
        yield "css-variables"
        return
    if name.startswith("mso-"):
        return
    if value not in _RESETS and (slug := _property(name, names)):
        yield slug
    for pair, (property_, wanted) in _PAIRS.items():
        if name == property_ and re.fullmatch(wanted, value):
            yield pair
    if declaration.important:
        yield "css-important"
    for function in re.findall(r"([a-z-]+)\(", value):
        if function == "var":
            yield "css-variables"
        elif function in names.functions:
            yield names.functions[function]
    for unit in set(re.findall(r"\d(%|[a-z]{2,4}\b)", value)):
        if unit in names.units:
            yield names.units[unit]
    if re.search(r"\b(?:fit|min|max)-content\b", value):
        yield "css-intrinsic-size"
    yield from (
        slug
        for url in re.findall(r"url\(\s*[\"']?([^\"')]+)", value)
        for slug in _image(url, names)
    )


def _property(name: str, names: FeatureNames) -> str:
    """The feature of a property: its own, or that of its shorthand."""
    while name:
        if name in names.properties:
            return names.properties[name]
        name = name.rpartition("-")[0]
        if name and name.split("-")[0] not in _SHORTHANDS:
            break
    return ""
