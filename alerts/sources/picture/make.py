"""The work of a cell on a picture: from a document to a master, and from a master to its versions.

Versions follow from the master, the focus and `RECIPE` alone, so that they can be made again without
the document, and are the same each time.
"""

from collections.abc import Iterator

from PIL import Image

from alerts.domain.errors import InputError
from alerts.domain.picture import (
    BOXES,
    UPRIGHT,
    USES,
    Box,
    Focus,
    Picture,
    PictureKind,
    PictureUse,
)
from alerts.sources.picture import encode
from alerts.sources.picture.answer import MASTER_SIDE, MadePicture, Versions
from alerts.sources.picture.crop import part_of
from alerts.sources.picture.decode import check_shows, decoded, has_few_colours, on_white

_MASTER_WIDTH, _MASTER_HEIGHT = 1600, 900  # pixels: more than any use has
_MASTER_PIXELS = 6_000_000
_LOGO_SIDE = 800


def made(document: bytes, place: str, kind: PictureKind, focus: Focus | None) -> MadePicture:
    """Everything that is kept of a document; raises `InputError`."""
    pixels, size = decoded(document, place, _MASTER_WIDTH)
    _check_large_enough(size, place, kind)
    if kind is PictureKind.LOGO:
        master = encode.logo(_within(pixels, _LOGO_SIDE, _LOGO_SIDE))
    else:
        pixels = on_white(pixels)
        check_shows(pixels, place)
        drawing = has_few_colours(pixels)
        master = encode.master(_kept(pixels), drawing=drawing)
    found = versions(master.octets, place, kind, focus)
    if not found:
        raise InputError(f"{place}: has {size[0]}×{size[1]} pixels, a strip that fits nowhere")
    return MadePicture(*size, master, found)


def versions(master: bytes, place: str, kind: PictureKind, focus: Focus | None) -> Versions:
    """The files of each use that a master is large enough for."""
    pixels, _ = decoded(master, place, _MASTER_WIDTH)
    drawing = master.startswith(b"\x89PNG")
    return dict(_versions(pixels, kind, focus, drawing=drawing))


def _versions(
    pixels: Image.Image, kind: PictureKind, focus: Focus | None, *, drawing: bool
) -> Iterator[tuple[PictureUse, Picture]]:
    for use in USES[kind]:
        box = BOXES[use]
        if not _fits(pixels.size, use):
            continue
        if use is PictureUse.LOGO:
            yield use, encode.logo(_within(pixels, box.width, box.height))
            continue
        shown = _cropped(pixels, box, focus) if box.cropped else pixels
        shown = _within(shown, box.width, box.height)
        yield use, encode.picture(shown, box.most_octets, drawing=drawing)


def _cropped(pixels: Image.Image, box: Box, focus: Focus | None) -> Image.Image:
    part = pixels.crop(part_of(pixels, (box.width, box.height), focus))
    if part.width < box.width:
        return part
    return part.resize((box.width, box.height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _within(pixels: Image.Image, width: int, height: int) -> Image.Image:
    """The picture no larger than that; never enlarged."""
    scale = min(width / pixels.width, height / pixels.height)
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale)))
    return pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _kept(pixels: Image.Image) -> Image.Image:
    """As large as its shorter side needs: a panorama stays wide, so that a part of it can lead."""
    most = max(_MASTER_WIDTH / pixels.width, _MASTER_HEIGHT / pixels.height)
    most = min(most, (_MASTER_PIXELS / (pixels.width * pixels.height)) ** 0.5)
    most = min(most, MASTER_SIDE / max(pixels.size))
    return _within(pixels, round(pixels.width * most), round(pixels.height * most))


def _fits(size: tuple[int, int], use: PictureUse) -> bool:
    """True where the part that would be shown has as many pixels as its place."""
    width, height = size
    box = BOXES[use]
    if use is PictureUse.COVER and width >= UPRIGHT * height:
        return False
    return width >= box.least_width and height >= box.least_height


def _check_large_enough(size: tuple[int, int], place: str, kind: PictureKind) -> None:
    if any(_fits(size, use) for use in USES[kind]):
        return
    least = BOXES[PictureUse.LOGO if kind is PictureKind.LOGO else PictureUse.THUMB]
    raise InputError(
        f"{place}: has {size[0]}×{size[1]} pixels; below {least.least_width}×{least.least_height}"
        " it could only be shown blown up"
    )
