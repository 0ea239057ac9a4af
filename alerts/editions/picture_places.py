"""Which picture of a story stands at which place of an edition, and how large: hardly larger than it is.

Pure. Chooses among the versions that `pictures.py` has of it. A width of 0 means that the size is not
known, as where pictures are loaded from their own sites.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.config.themes import Look
from alerts.domain.picture import PictureUse
from alerts.editions.pictures import ShownPicture

Versions = Mapping[PictureUse, ShownPicture]
_COVER_LARGE = 160  # pixels: an upright picture stands beside nothing, but must not fill a screen
# small pictures by where they stand: wide ones, covers
_SMALL = {"end": (120, 96), "start": (96, 60), "": (0, 84)}
_GUTTER = 24  # pixels between two cards
_BESIDE = 264  # pixels of a lead picture beside its text
_NEARLY = 7 / 8  # of the width of its place: so wide a picture fills it, as no edge is uneven then


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture as wide as its place, or as it is. `height` is 0 where not known."""

    file: ShownPicture
    width: int
    height: int = 0

    @property
    def url(self) -> str:
        """Where readers get it."""
        return self.file.url


def is_cover(versions: Versions) -> bool:
    """True for an upright picture."""
    cover = versions.get(PictureUse.COVER)
    return cover is not None and cover.width > 0


def small_version(versions: Versions) -> ShownPicture | None:
    """What a row can show of a picture; None where it has none, or too small a one."""
    return versions.get(PictureUse.COVER if is_cover(versions) else PictureUse.THUMB)


def lead_picture(versions: Versions, look: Look) -> Fitted | None:
    """The picture of the lead; None where it is too small for that."""
    room = {"bleed": look.width, "inset": look.inner, "beside": _BESIDE}[look.lead]
    return _large(versions, PictureUse.CARD if look.lead == "beside" else PictureUse.LEAD, room)


def card_picture(versions: Versions, look: Look) -> Fitted | None:
    """The picture of a card: of half the width, where the theme has two in a row."""
    return _large(versions, PictureUse.CARD if look.pairs else PictureUse.LEAD, card_room(look))


def card_room(look: Look) -> int:
    """The pixels of width that a card has for its picture."""
    return (look.inner - _GUTTER) // 2 if look.pairs else look.inner


def feature_picture(versions: Versions, look: Look) -> Fitted | None:
    """The picture above a story: the largest that there is."""
    uses = (PictureUse.LEAD, PictureUse.CARD, PictureUse.THUMB)
    use = next((one for one in uses if one in versions), PictureUse.LEAD)
    return _large(versions, use, look.inner)


def row_picture(versions: Versions, look: Look) -> Fitted | None:
    """The picture beside a row; None where there is none, or the theme shows none."""
    wide, cover = _SMALL[look.thumbs]
    room = cover if is_cover(versions) else wide
    return _fitted(small_version(versions), room) if room else None


def _large(versions: Versions, use: PictureUse, room: int) -> Fitted | None:
    """That version; of an upright picture that is too small for it, the whole, but not as large."""
    if use not in versions and is_cover(versions):
        return _fitted(versions[PictureUse.COVER], _COVER_LARGE)
    return _fitted(versions.get(use), room)


def _fitted(file: ShownPicture | None, room: int) -> Fitted | None:
    if file is None:
        return None
    width = file.at(room)
    if width >= _NEARLY * room:
        width = room
    return Fitted(file, width, file.height_at(width))
