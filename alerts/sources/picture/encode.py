"""Pixels become a file: JPEG, or PNG for drawings. Runs in cells only.

The same pixels give the same bytes for one version of Pillow. No metadata is written.
"""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from alerts.domain.picture import Picture

_QUALITIES = (80, 74, 68, 60, 52, 44)  # below the last, a picture looks broken
_MASTER_QUALITY = 92


def picture(pixels: Image.Image, most: int, *, drawing: bool) -> Picture:
    """The file for pixels in RGB: the best quality in `most` octets, or the lowest that is bearable."""
    jpegs = _jpegs(pixels)
    octets = next(jpegs)
    if drawing:
        palette = pixels.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        png = _saved(palette, "PNG", optimize=True)
        if len(png) <= max(most, len(octets)):
            return Picture("image/png", *pixels.size, png)
    while len(octets) > most and (smaller := next(jpegs, None)) is not None:
        octets = smaller
    return Picture("image/jpeg", *pixels.size, octets)


def logo(pixels: Image.Image) -> Picture:
    """The file for a logo: PNG, with its transparency."""
    return Picture("image/png", *pixels.size, _saved(pixels, "PNG", optimize=True))


def master(pixels: Image.Image, *, drawing: bool) -> Picture:
    """What is kept instead of the original, so that another part of it can be shown."""
    if drawing:
        return logo(pixels)
    octets = _saved(pixels, "JPEG", quality=_MASTER_QUALITY, subsampling="4:4:4", optimize=True)
    return Picture("image/jpeg", *pixels.size, octets)


def _jpegs(pixels: Image.Image) -> Iterator[bytes]:
    """The picture with falling quality."""
    for quality in _QUALITIES:
        yield _saved(
            pixels, "JPEG", quality=quality, progressive=True, optimize=True, subsampling="4:2:0"
        )


def _saved(pixels: Image.Image, form: str, **how: object) -> bytes:
    pixels.info = {}  # Pillow writes comments and profiles that it finds there
    out = BytesIO()
    pixels.save(out, form, **how)
    return out.getvalue()
