"""Inlines style rules into style attributes, for clients that remove `<style>`; uses premailer.

Guarantees: never uses the network, whatever a template's style sheet asks for (trap C: premailer
follows `@import` even with `allow_network=False`, so the parser here has a fetcher of its own, that
fetches nothing); keeps every `!important`, classes and conditional comments; the same input gives the
same bytes. A `<style data-premailer="ignore">` is kept as it is. Takes hundreds of milliseconds: called
once per edition, never per subscriber.
"""

import logging
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Any

import cssselect
import cssutils
from lxml import etree

# premailer reads it as it is imported; its 128 are fewer than the different styles of one edition
os.environ.setdefault("PREMAILER_CACHE_MAXSIZE", "4096")
import premailer.premailer
from premailer import Premailer
from premailer.merge_style import csstext_to_pairs

_IMPORT = re.compile(r"@import[^;]*;?", re.IGNORECASE)
# cssutils reports each mso- property as an error; checking style sheets is the linter's work
cssutils.log.setLevel(logging.CRITICAL + 1)
cssutils.ser.prefs.minimizeColorHash = False  # #ffffff stays: old clients do not know #fff

# libxml2 writes a value that holds a quotation mark between apostrophes
_QUOTED = r"""=(?:"[^"]*"|'[^']*')"""
_TAG = re.compile(rf"<[a-zA-Z][\w:-]*(?:\s+[\w:-]+(?:{_QUOTED})?)*\s*>")
# Classes of the packaged style sheet that only say what is inlined: kinds of text, cells, links.
_SPENT = re.compile(r"t-\w+|cell|far|line|plain|under")
_VALUE = re.compile(_QUOTED)


def inlined(html: str) -> str:
    """The document with its style rules written into its elements."""
    tree = etree.fromstring(html.strip(), etree.HTMLParser()).getroottree()
    for link in tree.xpath("//link[contains(@rel, 'stylesheet')]"):
        link.getparent().remove(link)  # no mail client loads one
    for style in tree.iter("style"):
        style.text = _IMPORT.sub("", style.text or "")
    inliner = _Inliner(
        tree.getroot(),
        allow_network=False,
        strip_important=False,
        remove_classes=False,
        disable_validation=True,
        # templates set these themselves: a style's `width: 100%` is not an attribute for Outlook
        disable_basic_attributes=["align", "width", "height"],
    )
    inliner.transform()
    for element in tree.xpath(
        "//*[@bgcolor][not(self::body or self::table or self::tr or self::td)]"
    ):
        del element.attrib["bgcolor"]  # premailer gives it to all; HTML to these alone
    kept = "".join(tree.xpath("//style[@data-premailer]/text()"))
    for element in tree.xpath("//*[@class]"):
        _drop_classes(element, kept)
    for element in tree.xpath("//*[@style]"):
        _shorten(element)
    html = etree.tostring(tree, method="html", encoding="unicode")
    return _TAG.sub(_escaped, html) + "\n"


def _drop_classes(element: Any, kept: str) -> None:
    """Remove the classes that have done their work: those of `_SPENT` that no kept rule names."""
    names = element.get("class").split()
    left = [one for one in names if not _SPENT.fullmatch(one) or f".{one}" in kept]
    if left:
        element.set("class", " ".join(left))
    else:
        del element.attrib["class"]


def _shorten(element: Any) -> None:
    """Write its style without spaces, which are kilobytes in an edition, and without what the attribute
    `valign` says already, which HTML knows of cells alone."""
    style = element.get("style").replace("; ", ";")
    if element.tag == "td":
        style = re.sub(r"(?:^|;)vertical-align:top(?=;|$)", "", style).lstrip(";")
    else:
        element.attrib.pop("valign", None)
    element.set("style", style)


def _escaped(tag: re.Match[str]) -> str:
    """A start tag with `<` and `>` in its values escaped, which libxml2 does not do.

    After this, `<!--` is always a comment of a template, and never text of an article.
    """
    return _VALUE.sub(lambda value: value[0].replace("<", "&lt;").replace(">", "&gt;"), tag[0])


class _Inliner(Premailer):  # type: ignore[misc]
    """premailer, with the cascade of CSS where it has one of its own (`_merged`, and attributes and
    pseudo-classes, which it takes for nothing in the weight of a selector)."""

    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:
        return _parsed(css_body, validate)

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[Any, Any]:
        rules, left = super()._parse_style_rules(css_body, ruleset_index)
        weighed = [
            ((important, *_specificity(selector), *order), selector, declarations)
            for (important, _, _, _, *order), selector, declarations in rules
        ]
        return weighed, left


@lru_cache(maxsize=4096)
def _specificity(selector: str) -> tuple[int, int, int]:
    """The ids, the classes with attributes and pseudo-classes, and the elements in a selector (CSS Selectors
    4, section 17)."""
    (parsed,) = cssselect.parse(selector)
    ids, classes, elements = parsed.specificity()
    return ids, classes, elements


def _merged(own: str, rules: Iterable[Iterable[tuple[str, str]]], *_: object, **__: object) -> str:
    """The style of an element that says `own`, and whose rules are given from the lightest to the heaviest.

    In place of premailer's, in which a declaration stands where its name stood first, so that `margin`
    may be overruled by a lighter `margin-top`, and in which `own` overrules what is `!important`.
    """
    declared: dict[str, str] = {}
    for name, value in (*chain.from_iterable(rules), *(csstext_to_pairs(own) if own else ())):
        if "!important" in declared.get(name, "") and "!important" not in value:
            continue
        declared.pop(name, None)  # so that it stands behind all that it overrules
        declared[name] = value
    return "; ".join(f"{name}:{value}" for name, value in declared.items())


premailer.premailer.merge_styles = _merged


@lru_cache(maxsize=16)
def _parsed(css: str, validate: bool) -> Any:
    """A style sheet as cssutils reads it. The editions of an issue share one or two; premailer only makes
    what stands in `@media` important, each time again.
    """
    parser = cssutils.CSSParser(validate=validate, fetcher=lambda url: ("utf-8", b""))
    return parser.parseString(css)
