"""Style rules become style attributes, for clients that keep no `<style>`; the only use of premailer.

Promises: never touches the network, whatever a template's style sheet asks for (trap C: premailer
follows `@import` even with `allow_network=False`, so the parser here has a fetcher of its own, that
fetches nothing); keeps every `!important`, classes and conditional comments; the same input gives
the same bytes. A `<style data-premailer="ignore">` passes untouched. Costs hundreds of milliseconds:
called once an edition, never per subscriber.
"""

import logging
import re
from typing import Any

import cssutils
from lxml import etree
from premailer import Premailer

_IMPORT = re.compile(r"@import[^;]*;?", re.IGNORECASE)
# cssutils reports each mso- property as an error; checking style sheets is the linter's work
cssutils.log.setLevel(logging.CRITICAL + 1)
cssutils.ser.prefs.minimizeColorHash = False  # #ffffff stays: old clients do not know #fff

# libxml2 writes a value that holds a double quote between single ones
_QUOTED = r"""=(?:"[^"]*"|'[^']*')"""
_TAG = re.compile(rf"<[a-zA-Z][\w:-]*(?:\s+[\w:-]+(?:{_QUOTED})?)*\s*>")
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
    html = etree.tostring(tree, method="html", encoding="unicode")
    return _TAG.sub(_escaped, html) + "\n"


def _escaped(tag: re.Match[str]) -> str:
    """A start tag with `<` and `>` in its values escaped, which libxml2 leaves to stand.

    After this, `<!--` is a comment of a template everywhere, and never the words of an article.
    """
    return _VALUE.sub(lambda value: value[0].replace("<", "&lt;").replace(">", "&gt;"), tag[0])


class _Inliner(Premailer):  # type: ignore[misc]
    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:
        parser = cssutils.CSSParser(validate=validate, fetcher=lambda url: ("utf-8", b""))
        return parser.parseString(css_body)
