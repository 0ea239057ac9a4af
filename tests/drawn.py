"""Pictures that tests draw: real files of every kind, made by Pillow."""

import math
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def photograph(width: int, height: int, seed: int = 1) -> Image.Image:
    """Something with as many colours as a photograph: waves of light, and grain."""
    noise = Image.effect_noise((160, 160), 40).resize((width, height))
    red = Image.linear_gradient("L").resize((width, height))
    blue = Image.radial_gradient("L").resize((width, height))
    turned = noise.rotate(90 * (seed % 4))
    return Image.merge("RGB", (red, turned, blue))


def calm(width: int, height: int) -> Image.Image:
    """A sky: smooth, with nothing on it."""
    grey = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (grey, grey, Image.new("L", (width, height), 200)))


def with_detail(width: int, height: int, place: tuple[int, int], size: int) -> Image.Image:
    """A sky with a busy pattern of black and white around that point."""
    picture = calm(width, height)
    pen = ImageDraw.Draw(picture)
    left, top, step = place[0] - size // 2, place[1] - size // 2, max(2, size // 16)
    for row in range(size // step):
        for column in range(size // step):
            corner = (left + column * step, top + row * step)
            far = (corner[0] + step - 1, corner[1] + step - 1)
            pen.rectangle((corner, far), fill="white" if (row + column) % 2 else "black")
    return picture


def drawing(width: int, height: int) -> Image.Image:
    """A chart of few colours."""
    picture = Image.new("RGB", (width, height), "#fffdf8")
    pen = ImageDraw.Draw(picture)
    for number in range(8):
        top = height - round(height * (0.2 + 0.7 * abs(math.sin(number))))
        left = width * number // 8
        pen.rectangle((left + 1, top, left + width // 8 - 1, height), fill="#0f5a63")
    return picture


def file_of(picture: Image.Image, form: str = "JPEG", **how: Any) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def opened(octets: bytes) -> Image.Image:
    """The picture that a file holds."""
    return Image.open(BytesIO(octets))


def colour_at(octets: bytes, place: tuple[int, int]) -> tuple[int, int, int]:
    """Red, green and blue of a pixel of a file."""
    found = opened(octets).convert("RGB").crop((*place, place[0] + 1, place[1] + 1)).tobytes()
    return found[0], found[1], found[2]


def grey_at(octets: bytes, place: tuple[int, int]) -> int:
    """How bright a pixel of a file is, from 0 to 255."""
    return opened(octets).convert("L").crop((*place, place[0] + 1, place[1] + 1)).tobytes()[0]
