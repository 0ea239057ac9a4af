"""What mail programs leave of an e-mail: classic Outlook, Gmail, the dark mode of Outlook.com.

Emulations, by the notes of caniemail.com: no proof of what a program does, but what collapses here
collapses there. Pure: a document in, a document out.
"""

import colorsys
import re
from collections.abc import Callable, Mapping

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_HIDDEN = re.compile(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", re.DOTALL)
_OUTLOOK = re.compile(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", re.DOTALL)
_SETTINGS = re.compile(r"<xml>.*?</xml>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<([a-zA-Z][\w:]*)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_STYLED = re.compile(r'(\sstyle=")([^"]*)(")')
_ROUNDED = r"border-radius"
_NOT_IN_WORD = (
    r"border-radius|max-width|max-height|letter-spacing|overflow[\w-]*|word-break|opacity|text-wrap"
    r"|padding(?:-\w+)?|border-collapse|border-spacing|background-image|object-fit|float"
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def word(html: str) -> str:
    """Classic Outlook, 2007 to 2021, which lays out with Word: padding on cells alone, no width but an
    attribute's, no rounded corners, its own conditions taken; no rule of a style sheet."""
    html = _STYLE.sub("", html)
    html = _HIDDEN.sub("", html)
    html = _OUTLOOK.sub(lambda found: _SETTINGS.sub("", found[1]), html)

    def element(match: re.Match[str]) -> str:
        cell = match[1].lower() in ("td", "th")
        text = _without(_ROUNDED if cell else _NOT_IN_WORD, match[0])
        text = text.replace("mso-padding-alt", "padding")
        return re.sub(r"display:\s*inline-block;?", "", text)

    return _TAG.sub(element, html)


def gmail(html: str, *, styles: bool = True) -> str:
    """Gmail: no comments, no selector by attribute, no dark mode of ours; without `styles`, as in its app
    with another provider's account, no style sheet at all."""
    html = _COMMENT.sub("", html)
    if not styles:
        return _STYLE.sub("", html)

    def kept(match: re.Match[str]) -> str:
        sheet = _without_blocks(match[1], lambda head: "prefers-color-scheme" in head)
        sheet = re.sub(r"[^{}]*\[[^{}]*\{[^{}]*\}", "", sheet)
        return match[0].replace(match[1], sheet) if len(match[1]) <= 16_384 else ""

    return _STYLE.sub(kept, html)


def outlook_com(html: str) -> str:
    """Outlook.com in dark mode: every colour repainted by its lightness, unless a rule for
    `[data-ogsc]` or `[data-ogsb]` says another; our media queries for dark are not read."""
    html = _COMMENT.sub("", html)
    html = _STYLE.sub(
        lambda match: match[0].replace(
            match[1], _without_blocks(match[1], lambda head: "prefers-color-scheme" in head)
        ),
        html,
    )
    html = _STYLED.sub(lambda m: m[1] + _COLOUR.sub(lambda c: _turned(c[0]), m[2]) + m[3], html)
    html = re.sub(r'(\sbgcolor=")(#[0-9a-fA-F]{6})(")', lambda m: m[1] + _turned(m[2]) + m[3], html)
    return re.sub(r"<html\b", '<html data-ogsc="" data-ogsb=""', html, count=1)


def _without(names: str, tag: str) -> str:
    """A start tag without these properties in its style."""

    def style(match: re.Match[str]) -> str:
        kept = [
            one
            for one in match[2].split(";")
            if one.strip() and not re.fullmatch(names, one.partition(":")[0].strip())
        ]
        return f"{match[1]}{';'.join(kept)}{match[3]}"

    return _STYLED.sub(style, tag)


def _without_blocks(sheet: str, unwanted: Callable[[str], bool]) -> str:
    """A style sheet without the blocks, with all that is in them, whose heads are unwanted."""
    kept, at = "", 0
    while (opened := sheet.find("{", at)) >= 0:
        depth, end = 1, opened + 1
        while depth and end < len(sheet):
            depth += {"{": 1, "}": -1}.get(sheet[end], 0)
            end += 1
        if not unwanted(sheet[at:opened]):
            kept += sheet[at:end]
        at = end
    return kept + sheet[at:]


def _turned(colour: str) -> str:
    """A colour with its lightness turned round, as a dark mode paints it."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    parts = colorsys.hls_to_rgb(hue, 1 - 0.88 * light, full)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


CLIENTS: Mapping[str, Callable[[str], str]] = {
    "word": word,
    "gmail": gmail,
    "outlook-dark": outlook_com,
}
"""The emulations that the preview offers, by the name of their switch."""
