"""Which picture of ours an edition shows for an article, or for a logo, and where readers get it.

Pure. Pictures of ours have their address below `web.base_url`, also where they are sent within the
e-mail: `mail/pictures.py` makes of it the address of a part. Without a project (`AT_SOURCE`), or as set,
pictures are loaded from where they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from alerts.config.declarations import AlertSettings, Funder
from alerts.config.settings import Settings
from alerts.domain.article import Article, Image
from alerts.domain.picture import (
    PictureKind,
    PictureUse,
    PreparedPicture,
    Version,
    focus_text,
    picture_path,
)
from alerts.editions.escaping import link
from alerts.sources.picture.address import logo_url

Prepared = Mapping[tuple[str, PictureKind, str], PreparedPicture]

# As wide as there is one: what a place of the full width shows.
_WIDEST = (PictureUse.LEAD, PictureUse.CARD, PictureUse.THUMB, PictureUse.COVER)


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture for one use: `width` and `height` of the file, 0 where they are not known, and its
    `size` in octets. It has twice the pixels of its place, or fewer, so it is shown with `at`."""

    url: str
    alt: str = ""
    width: int = 0
    height: int = 0
    size: int = 0

    def at(self, most: int) -> int:
        """The width that it is shown with, where there is room for `most` pixels: never enlarged."""
        return min(most, self.width) if self.width else most

    def height_at(self, width: int) -> int:
        """The height that belongs to that width; 0 where it is not known."""
        return max(1, round(width * self.height / self.width)) if self.width else 0


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures that can be shown. `prepared` None: they are loaded from where they are."""

    base_url: str = ""
    root: Path = field(default_factory=Path)
    prepared: Prepared | None = None
    of_articles: bool = True
    most_bytes: int = 0

    @classmethod
    def of(cls, settings: Settings, prepared: Prepared) -> "Pictures":
        """As the settings say."""
        chosen = settings.pictures
        return cls(
            settings.web.public_url,
            settings.root,
            None if chosen.delivery == "source" else prepared,
            chosen.delivery != "none",
            chosen.most_bytes,
        )

    def of_article(self, article: Article) -> Mapping[PictureUse, ShownPicture]:
        """The picture of an article for each use that it is large enough for."""
        image = article.image
        if image is None or not self.of_articles:
            return {}
        if self.prepared is None:
            there = ShownPicture(link(image.url), image.alt)
            return dict.fromkeys(PictureUse, there) if there.url else {}
        keys = ((image.url, PictureKind.STORY, text) for text in (focus_text(image.focus), ""))
        found = next((self.prepared[key] for key in keys if key in self.prepared), None)
        return {u: self._shown(one, image) for u, one in found.versions.items()} if found else {}

    def widest(self, article: Article) -> ShownPicture | None:
        """The largest picture of an article, or None."""
        shown = self.of_article(article)
        return next((shown[use] for use in _WIDEST if use in shown), None)

    def logo(self, written: str) -> str:
        """The address of a logo that the settings, or a profile, name so; empty where there is none."""
        if self.prepared is None:
            return link(written)
        found = self.prepared.get((logo_url(written, self.root), PictureKind.LOGO, ""))
        version = found.versions.get(PictureUse.LOGO) if found else None
        return self._url(version) if version else ""

    def alert(self, alert: AlertSettings) -> AlertSettings:
        """The alert with its logos as they are shown; from the own site where they were not collected
        yet."""
        shown, dark = (self.logo(one) or link(one) for one in (alert.logo, alert.logo_dark))
        return replace(alert, logo=shown, logo_dark=dark)

    def funders(self, funders: tuple[Funder, ...]) -> tuple[Funder, ...]:
        """The funders with their logos as they are shown."""
        return tuple(replace(funder, logo=self.logo(funder.logo)) for funder in funders)

    def _shown(self, version: Version, image: Image) -> ShownPicture:
        return ShownPicture(
            self._url(version), image.alt, version.width, version.height, version.size
        )

    def _url(self, version: Version) -> str:
        return link(f"{self.base_url}/{picture_path(version.name)}")


AT_SOURCE = Pictures()


@dataclass(slots=True)
class Budget:
    """How much the pictures of an edition may still weigh; the same picture twice weighs once."""

    left: int
    taken: set[str] = field(default_factory=set)

    def take(self, picture: ShownPicture | None) -> ShownPicture | None:
        """The picture, or None where it weighs more than is left."""
        if picture is None or picture.url in self.taken:
            return picture
        if picture.size > self.left:
            return None
        self.left -= picture.size
        self.taken.add(picture.url)
        return picture
