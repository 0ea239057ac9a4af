"""Draws the picture that other sites show of an issue: 1200×630, its headline beside its first picture.

Runs in cells only. The fonts are ours, as a server may have none: Noto, cut down to Latin, Greek and
Cyrillic, and to Arabic with Latin. A text that they cannot write is refused, and so is a line from right
to left where Pillow has no library for it (Raqm with FriBiDi): a picture that misspells a headline is
worse than none.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, features

from alerts.domain.errors import InputError
from alerts.domain.picture import SHARE_HEIGHT, SHARE_WIDTH, Picture
from alerts.sources.picture.crop import part_of
from alerts.sources.picture.decode import decoded, on_white
from alerts.sources.picture.share_card import Card

_FONTS = Path(__file__).parent / "fonts"
_EDGE = 64  # pixels between the edges and the text
_SIDE = 500  # the width of the picture beside the text
_BAR = 14
_LOGO = 72
_SIZES = range(84, 39, -4)  # of the headline
_MOST_OCTETS = 300_000  # above, messengers show no picture
_COLOURS = (256, 128, 64)
_DITHER = Image.Dither.FLOYDSTEINBERG


def drawn(body: bytes, place: str) -> Picture:
    """The picture; raises `InputError` where its texts cannot be written."""
    card = Card.from_json(body)
    pen = _Pen(card, place)
    canvas = Image.new("RGB", (SHARE_WIDTH, SHARE_HEIGHT), card.ground)
    draw = ImageDraw.Draw(canvas)
    wide = SHARE_WIDTH - 2 * _EDGE
    if card.picture:
        side = _filled(card.picture, place)
        canvas.paste(side, (0 if pen.rtl else SHARE_WIDTH - _SIDE, 0))
        wide -= _SIDE
    begin = SHARE_WIDTH - _EDGE if pen.rtl else _EDGE
    draw.rectangle(_bar(pen, bool(card.picture)), fill=card.accent)
    below = _masthead(canvas, draw, pen, begin, wide)
    _headline(draw, pen, (begin, below, wide))
    return Picture("image/png", SHARE_WIDTH, SHARE_HEIGHT, _compressed(canvas, card))


class _Pen:
    """The fonts of a card, and how wide texts in them are."""

    def __init__(self, card: Card, place: str) -> None:
        self.card, self.place = card, place
        self.rtl = card.direction == "rtl"
        self._how: dict[str, Any] = {}
        if features.check("raqm"):
            self._how = {"direction": card.direction}
        elif self.rtl:
            raise InputError(
                f"{place}: Pillow cannot write from right to left here (Raqm, FriBiDi)"
            )
        arabic = any("ARABIC" in unicodedata.name(c, "") for c in card.headline + card.name)
        self._names = {
            True: "NotoSansArabic-Bold" if arabic else "NotoSerif-Regular" if card.serif else "NotoSans-Bold",
            False: "NotoSansArabic-Regular" if arabic else "NotoSans-Regular",
        }  # fmt: skip
        for text, large in ((card.headline, True), (card.name, True), (card.month, False)):
            self._check(text, self.font(40, large=large))

    def font(self, size: int, *, large: bool) -> ImageFont.FreeTypeFont:
        """The font of headlines, or that of small text."""
        return ImageFont.truetype(_FONTS / f"{self._names[large]}.ttf", size)

    def width(self, text: str, font: ImageFont.FreeTypeFont) -> float:
        """Pixels."""
        return font.getlength(text, **self._how)

    def write(
        self,
        draw: ImageDraw.ImageDraw,
        at: tuple[float, float],
        text: str,
        font: ImageFont.FreeTypeFont,
        colour: str,
    ) -> None:
        """Write a line from its beginning: the right edge where it runs from there. `at` is on the
        base line."""
        draw.text(at, text, colour, font, "rs" if self.rtl else "ls", **self._how)

    def _check(self, text: str, font: ImageFont.FreeTypeFont) -> None:
        nothing = bytes(font.getmask("\U0010fffd"))
        for sign in sorted(set(text)):
            if unicodedata.category(sign)[0] in "LN" and bytes(font.getmask(sign)) == nothing:
                raise InputError(f"{self.place}: no font of ours has “{sign}”")


def _bar(pen: _Pen, beside: bool) -> tuple[int, int, int, int]:
    """An accent along the bottom of the text's part."""
    far = SHARE_WIDTH - _SIDE if beside else SHARE_WIDTH
    left = SHARE_WIDTH - far if pen.rtl else 0
    return left, SHARE_HEIGHT - _BAR, left + far, SHARE_HEIGHT


def _masthead(
    canvas: Image.Image, draw: ImageDraw.ImageDraw, pen: _Pen, begin: int, wide: int
) -> int:
    """Logo, name and month; returns where the headline may begin."""
    at, card = begin, pen.card
    if card.logo:
        logo, _ = decoded(card.logo, pen.place, _LOGO)
        logo.thumbnail((3 * _LOGO, _LOGO), Image.Resampling.LANCZOS)
        left = at - logo.width if pen.rtl else at
        canvas.paste(logo, (left, _EDGE), logo if logo.mode == "RGBA" else None)
        step = logo.width + 20
        at, wide = (at - step if pen.rtl else at + step), wide - step
    name = _shortened(pen, card.name, pen.font(30, large=True), wide)
    pen.write(draw, (at, _EDGE + 30), name, pen.font(30, large=True), card.ink)
    pen.write(draw, (at, _EDGE + 68), card.month, pen.font(26, large=False), card.soft)
    return _EDGE + _LOGO + 36


def _headline(draw: ImageDraw.ImageDraw, pen: _Pen, place: tuple[int, int, int]) -> None:
    """The headline as large as it fits, in the middle of the room that is left for it."""
    begin, below, wide = place
    room = SHARE_HEIGHT - _BAR - _EDGE // 2 - below
    spaced = 1.3 if pen.rtl else 1.14
    lines: Sequence[str] = ()
    for size in _SIZES:
        font, high = pen.font(size, large=True), size * spaced
        lines = _balanced(pen, pen.card.headline, font, wide)
        if len(lines) * high <= room and max(pen.width(line, font) for line in lines) <= wide:
            break
    else:
        lines = [_shortened(pen, line, font, wide) for line in lines[: int(room // high)]]
    top = below + (room - len(lines) * high) / 2
    for number, line in enumerate(lines):
        base = top + number * high + size * 0.95
        pen.write(draw, (begin, base), line, font, pen.card.ink)


def _balanced(pen: _Pen, text: str, font: ImageFont.FreeTypeFont, wide: int) -> Sequence[str]:
    """In as few lines as it takes, and these as equal as they can be."""
    fewest = list(_lines(pen, text, font, wide))
    narrow = wide
    while narrow > wide // 2:
        narrow -= 12
        closer = list(_lines(pen, text, font, narrow))
        if len(closer) > len(fewest) or any(pen.width(line, font) > narrow for line in closer):
            break
        fewest = closer
    return fewest


def _lines(pen: _Pen, text: str, font: ImageFont.FreeTypeFont, wide: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and pen.width(longer, font) > wide:
            yield line
            longer = word
        line = longer
    yield line


def _shortened(pen: _Pen, text: str, font: ImageFont.FreeTypeFont, wide: int) -> str:
    shorter = text
    while len(shorter) > 1 and pen.width(shorter, font) > wide:
        shorter = shorter[:-2].rstrip() + "…"
    return shorter


def _filled(picture: bytes, place: str) -> Image.Image:
    """The part of the picture that fills the side, from edge to edge."""
    pixels = on_white(decoded(picture, place, SHARE_HEIGHT)[0])
    part = pixels.crop(part_of(pixels, (_SIDE, SHARE_HEIGHT), None))
    return part.resize((_SIDE, SHARE_HEIGHT), Image.Resampling.LANCZOS)


def _compressed(canvas: Image.Image, card: Card) -> bytes:
    """PNG: with fewer colours where a photograph makes it too heavy."""
    octets = _png(canvas)
    for colours in _COLOURS if card.picture else ():
        if len(octets) <= _MOST_OCTETS:
            break
        octets = _png(canvas.quantize(colours, Image.Quantize.MEDIANCUT, dither=_DITHER))
    return octets


def _png(pixels: Image.Image) -> bytes:
    out = BytesIO()
    pixels.save(out, "PNG", optimize=True)
    return out.getvalue()
