"""What a cell says of a picture, as JSON with the files in base64, and how the parent checks it.

The parent believes nothing of it: a file that is not what it is said to be, by its first octets and by
the size that they name, that is too large for its place, or has anything in it that we never write,
raises `Malformed`.
"""

import binascii
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.domain.picture import BOXES, SHARE_HEIGHT, SHARE_WIDTH, Picture, PictureUse
from alerts.sources.cell.checks import Malformed, count, row, table, text

MASTER_SIDE = 20_000  # pixels of the longer side of a master: of a panorama, or a long chart
Versions = Mapping[PictureUse, Picture]

_MOST_MASTER = 6_000_000  # octets
_MOST_VERSION = 1_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_SIZES = frozenset((0xC0, 0xC1, 0xC2))  # the markers of JPEG that we write and that name a size
_FREE = frozenset((*range(0xE1, 0xEE), 0xEF, 0xFE))  # APP1 to APP15 but Adobe's, comments


@dataclass(frozen=True, slots=True)
class MadePicture:
    """What was made of a document: `width` and `height` are those of the original."""

    width: int
    height: int
    master: Picture
    versions: Versions


def made_json(made: MadePicture) -> dict[str, Any]:
    """Everything that was made of a document."""
    return {
        "size": [made.width, made.height],
        "master": _picture_json(made.master),
        "versions": versions_json(made.versions),
    }


def versions_json(versions: Versions) -> dict[str, Any]:
    """The files by use."""
    return {use.value: _picture_json(picture) for use, picture in versions.items()}


def share_json(picture: Picture) -> list[Any]:
    """The picture that other sites show of an issue."""
    return _picture_json(picture)


def share_of(value: Any) -> Picture:
    """What `share_json` wrote, checked; raises `Malformed`."""
    return _picture(value, SHARE_WIDTH, SHARE_HEIGHT, _MOST_VERSION)


def _picture_json(picture: Picture) -> list[Any]:
    octets = binascii.b2a_base64(picture.octets, newline=False).decode()
    return [picture.type, picture.width, picture.height, octets]


def made_of(value: Any) -> MadePicture:
    """What `made_json` wrote, checked; raises `Malformed`."""
    fields = table(value, ("size", "master", "versions"))
    width, height = map(count, row(fields["size"], 2))
    if not width or not height:
        raise Malformed
    master = _picture(fields["master"], MASTER_SIDE, MASTER_SIDE, _MOST_MASTER)
    return MadePicture(width, height, master, versions_of(fields["versions"]))


def versions_of(value: Any) -> dict[PictureUse, Picture]:
    """What `versions_json` wrote, checked; raises `Malformed`."""
    if not isinstance(value, dict) or not value.keys() <= {use.value for use in PictureUse}:
        raise Malformed
    uses = {PictureUse(name): one for name, one in value.items()}
    return {
        use: _picture(one, BOXES[use].width, BOXES[use].height, _MOST_VERSION)
        for use, one in uses.items()
    }


def _picture(value: Any, most_width: int, most_height: int, most: int) -> Picture:
    kind, width, height, encoded = row(value, 4)
    try:
        octets = binascii.a2b_base64(text(encoded, 2 * most), strict_mode=True)
    except ValueError as fault:  # binascii.Error among others
        raise Malformed from fault
    said = (kind, count(width), count(height))
    if len(octets) > most or said != _seen(octets):
        raise Malformed
    if not (0 < said[1] <= most_width and 0 < said[2] <= most_height):
        raise Malformed
    return Picture(*said, octets)


def _seen(octets: bytes) -> tuple[str, int, int]:
    """Type, width and height, read from the octets; raises `Malformed`."""
    if octets.startswith(_PNG):
        if octets[12:16] != b"IHDR" or not octets.endswith(b"IEND\xaeB`\x82"):
            raise Malformed
        return ("image/png", *struct.unpack(">II", octets[16:24]))
    if octets.startswith(b"\xff\xd8") and octets.endswith(b"\xff\xd9"):
        return ("image/jpeg", *_jpeg_size(octets))
    raise Malformed


def _jpeg_size(octets: bytes) -> tuple[int, int]:
    """Width and height of a JPEG (ITU-T T.81, B.2.2) that has no metadata; raises `Malformed`."""
    place = 2
    while place + 9 <= len(octets) and octets[place] == 0xFF:
        marker, length = octets[place + 1], struct.unpack(">H", octets[place + 2 : place + 4])[0]
        if marker in _FREE:
            raise Malformed
        if marker in _SIZES:
            height, width = struct.unpack(">HH", octets[place + 5 : place + 9])
            return width, height
        place += 2 + length
    raise Malformed
