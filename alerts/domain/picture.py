"""Pictures as we make and serve them: what they are for, their sizes, their names.

A picture of ours is named after its SHA-256, so it never changes and each is kept once. Sizes are
pixels of the file, which has twice those of the place where it is shown, if the original has as many.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

Focus = tuple[int, int]
"""The point of a picture that must stay in view, in hundredths of its width and height."""


class PictureUse(StrEnum):
    """Where a picture is shown."""

    LEAD = "lead"  # above the first story, as wide as the page
    CARD = "card"
    THUMB = "thumb"  # beside a story
    COVER = "cover"  # of a publication: upright, and never cropped
    LOGO = "logo"


class PictureKind(StrEnum):
    """What an original is, and so which uses are made of it."""

    STORY = "story"
    LOGO = "logo"


@dataclass(frozen=True, slots=True)
class Box:
    """The place of a use: the largest file, the smallest that is not blown up when it is shown, and the
    octets that a file should not exceed."""

    width: int
    height: int
    least_width: int
    least_height: int
    most_octets: int
    cropped: bool = True


BOXES: Mapping[PictureUse, Box] = {
    PictureUse.LEAD: Box(1280, 720, 560, 315, 80_000),
    PictureUse.CARD: Box(560, 374, 264, 176, 60_000),
    PictureUse.THUMB: Box(240, 180, 120, 90, 15_000),
    PictureUse.COVER: Box(240, 320, 84, 112, 20_000, cropped=False),
    PictureUse.LOGO: Box(400, 128, 16, 16, 30_000, cropped=False),
}
SHARE_WIDTH, SHARE_HEIGHT = 1200, 630  # of the picture that other sites show of an issue
UPRIGHT = 0.9  # width by height below which a picture may be a cover
USES: Mapping[PictureKind, tuple[PictureUse, ...]] = {
    PictureKind.STORY: (PictureUse.LEAD, PictureUse.CARD, PictureUse.THUMB, PictureUse.COVER),
    PictureKind.LOGO: (PictureUse.LOGO,),
}

EXTENSIONS: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png"}
NAME = re.compile(r"[0-9a-f]{64}\.(?:jpg|png)")
_LINKED = re.compile(rf"/pictures/({NAME.pattern})")
_ADDRESS = re.compile(rf"https?://[^\s\"'()<>]*/pictures/({NAME.pattern})")


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of ours; `type` is one of `EXTENSIONS`."""

    type: str
    width: int
    height: int
    octets: bytes

    @property
    def name(self) -> str:
        """The name of the file: its SHA-256, and an extension."""
        return f"{hashlib.sha256(self.octets).hexdigest()}.{EXTENSIONS[self.type]}"


@dataclass(frozen=True, slots=True)
class Version:
    """A picture of ours for one use, by its name; `size` in octets."""

    name: str
    width: int
    height: int
    size: int

    def height_at(self, width: int) -> int:
        """Its height where it is shown that wide."""
        return max(1, round(width * self.height / self.width))


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """What was made of an original of that size: a version for each use that it is large enough for."""

    width: int
    height: int
    versions: Mapping[PictureUse, Version]


def picture_path(name: str) -> str:
    """The path of a picture, below `web.base_url`."""
    return f"pictures/{name}"


def names_in(document: str) -> Iterator[str]:
    """The names of our pictures in an HTML document, each once, in their order."""
    yield from dict.fromkeys(_LINKED.findall(document))


def readdressed(document: str, addresses: Mapping[str, str]) -> str:
    """The document with these addresses, fit for an attribute, for pictures of ours by their names."""

    def led(match: re.Match[str]) -> str:
        return addresses.get(match[1], match[0])

    return _ADDRESS.sub(led, document) if addresses else document


def focus_text(focus: Focus | None) -> str:
    """`50,30`, or nothing."""
    return f"{focus[0]},{focus[1]}" if focus else ""


def focus_of(text: str) -> Focus | None:
    """The focus that such a text names; raises `ValueError`."""
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,3})\s*,\s*(\d{1,3})\s*", text)
    point = (int(found[1]), int(found[2])) if found else None
    if point is None or max(point) > 100:
        raise ValueError(text)
    return point
