"""`project.pictures`: the pictures of issues, by their names."""

from collections.abc import Collection

from alerts.domain.month import Month
from alerts.domain.picture import Picture
from alerts.library.opened import ProjectPart, call
from alerts.sources.picture.address import logo_url
from alerts.store import picture_originals, pictures, withdrawals


class PictureFiles(ProjectPart):
    """The pictures that were copied, of frozen issues and of open ones."""

    @call
    def get(self, name: str) -> Picture | None:
        """The picture of that name, `<SHA-256>.jpg` or `.png`; None where there is none, or it was
        withdrawn."""
        if withdrawals.hidden(self._opened.db, name):
            return None
        return pictures.get(self._opened.db, name)

    @call
    def withdrawn(self, name: str) -> bool:
        """True for a picture that was withdrawn from every issue that showed it."""
        return withdrawals.hidden(self._opened.db, name)

    @call
    def names_of_issue(self, month: Month) -> Collection[str]:
        """The names of the pictures that a frozen issue shows."""
        return pictures.names_of_issue(self._opened.db, month)

    @call
    def logo(self, written: str) -> str:
        """The name of the copy of a logo as the settings write it, or nothing where none can be shown."""
        settings = self._opened.settings
        url = logo_url(written, settings.root)
        copied = url and settings.pictures.delivery != "source"
        return picture_originals.logo(self._opened.db, url) if copied else ""
