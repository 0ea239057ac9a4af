"""A document becomes an upright picture in sRGB, or is refused. Runs in cells only.

What is animated gives its first frame; what is transparent stands on white, since nobody knows on which
colour a mail program will show it. Nothing but pixels is kept: no EXIF, with the place where a
photograph was taken, no profile, no comment.
"""

import struct
import warnings
from io import BytesIO

from PIL import AvifImagePlugin, ExifTags, Image, ImageCms, UnidentifiedImageError

from alerts.domain.errors import InputError

# No SVG, which is a program; no TIFF, PDF or PostScript, whose decoders are large and which no page shows.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP")
MOST_PIXELS = 50_000_000  # 50 megapixels: 150 MB while it is decoded
_TRACKER = 3  # pixels; a picture so small is there to be counted
_LARGEST_PROFILE = 4_000_000  # octets
_FEW_COLOURS = 256
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ACROSS = (5, 6, 7, 8)  # orientations that change width and height

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a cell may have no more
Pixels = Image.Image


def decoded(document: bytes, place: str, at_least: int) -> tuple[Pixels, tuple[int, int]]:
    """The pixels, in mode RGB or RGBA, and the size of the original; raises `InputError`.

    A large JPEG may be decoded smaller, but no side below `at_least`.
    """
    if _is_markup(document):
        raise InputError(f"{place}: is SVG or a page; give a JPEG, PNG, WebP or GIF")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of oddities that are seen to here, or harmless
        Image.MAX_IMAGE_PIXELS = None  # `_check_size` refuses sooner, and says so
        try:
            with Image.open(BytesIO(document), formats=FORMATS) as opened:
                _check_size(opened.size, place)
                size, turn = opened.size, _orientation(opened)
                opened.draft(None, (at_least, at_least))
                opened.load()
                upright = opened.transpose(_TURNS[turn]) if turn in _TURNS else opened.copy()
                upright.info = dict(opened.info)
        except UnidentifiedImageError as fault:
            raise InputError(f"{place}: is no JPEG, PNG, GIF, WebP or AVIF") from fault
        except (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError) as fault:
            raise InputError(f"{place}: the picture is damaged") from fault
        pixels = _plain(upright)
    pixels.info = {}
    return pixels, (size[1], size[0]) if turn in _ACROSS else size


def on_white(pixels: Pixels) -> Pixels:
    """Without transparency."""
    if pixels.mode != "RGBA":
        return pixels
    ground = Image.new("RGBA", pixels.size, "white")
    return Image.alpha_composite(ground, pixels).convert("RGB")


def check_shows(pixels: Pixels, place: str) -> None:
    """Raise `InputError` for a picture of one colour: nothing is on it."""
    if pixels.getcolors(1) is not None:
        raise InputError(f"{place}: the picture is of one colour")


def has_few_colours(pixels: Pixels) -> bool:
    """True for a drawing, a chart or a screenshot, and no photograph."""
    return pixels.getcolors(_FEW_COLOURS) is not None


def _is_markup(document: bytes) -> bool:
    start = document[:1024].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").lower()
    return start.startswith((b"<", b"\x1f\x8b"))  # \x1f\x8b: gzip, as of .svgz


def _check_size(size: tuple[int, int], place: str) -> None:
    width, height = size
    if min(size) < _TRACKER:
        raise InputError(f"{place}: has {width}×{height} pixels, as trackers have")
    if width * height > MOST_PIXELS:
        millions = width * height / 1e6
        raise InputError(
            f"{place}: has {millions:.0f} megapixels; at most {MOST_PIXELS // 10**6} are read"
        )


def _orientation(opened: Pixels) -> int:
    """How the camera was held (EXIF); 1, upright, where that cannot be read."""
    try:
        value = opened.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError, KeyError, struct.error):
        return 1
    return value if isinstance(value, int) else 1


def _plain(pixels: Pixels) -> Pixels:
    """In sRGB, eight bits a channel, with or without transparency."""
    if pixels.mode.startswith("I"):  # 16 bits of grey, which `convert` would cut off
        pixels = pixels.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    transparent = pixels.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in pixels.info
    alpha = pixels.convert("RGBA").getchannel("A") if transparent else None
    plain = _in_srgb(pixels)
    if alpha is not None and alpha.getcolors(1) != [(alpha.width * alpha.height, 255)]:
        plain.putalpha(alpha)
    return plain


def _in_srgb(pixels: Pixels) -> Pixels:
    """The colours as the profile of the picture means them; as they are where it has none that works."""
    profile = pixels.info.get("icc_profile")
    if pixels.mode in ("P", "PA", "RGBA", "RGBa"):
        pixels = pixels.convert("RGB")
    elif pixels.mode in ("LA", "La", "1"):
        pixels = pixels.convert("L")
    if isinstance(profile, bytes) and len(profile) <= _LARGEST_PROFILE:
        try:
            meant = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            seen = ImageCms.profileToProfile(pixels, meant, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            seen = None
        if seen is not None:
            return seen
    return pixels.convert("RGB")
