"""The look of the pages: the templates of `templates/web/`, in the languages of the alert.

The same environment and catalogues as the e-mails': a project's own templates win file by file, values
pass the same gate, HTML escapes by itself. The style sheet is a template too, for the theme's colours,
made once; its address changes with its content, so browsers may keep it for good.
"""

import hashlib
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from alerts.colour import FIXED
from alerts.render.catalogue import Catalogue
from alerts.render.environment import environment, render, template_folders
from alerts.settings import Settings

if TYPE_CHECKING:
    from alerts.web.visit import Visit


class Pages:
    """Makes pages. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = environment(settings.root)
        folders = template_folders(settings.root)
        self.languages = settings.alert.languages
        self._catalogues = {tag: Catalogue(tag, folders) for tag in self.languages}
        values = {"theme": settings.theme, "fixed": FIXED}
        self.style = render(self._environment, "web/style.css", values)
        self._version = hashlib.sha256(self.style.encode()).hexdigest()[:12]

    def html(self, name: str, language: str, root: str, values: dict[str, Any]) -> str:
        """The page of that template; `root` is the way to the site's root from where it stands."""
        catalogue = self._catalogues[language]
        common: dict[str, Any] = {
            "_": catalogue.say,
            "ngettext": catalogue.say_many,
            "alert": self._settings.alert,
            "language": language,
            "direction": catalogue.direction,
            "languages": [(tag, self.own_name(tag)) for tag in self.languages],
            "language_name": catalogue.language_name,
            "root": root,
            "version": self._version,
        }
        return render(self._environment, name, common | values)

    def own_name(self, tag: str) -> str:
        """What a language calls itself, as it begins a line: “Español”."""
        name = self._catalogues[tag].language_name(tag)
        return name[:1].upper() + name[1:]

    def catalogue(self, language: str) -> Catalogue:
        """The interface texts of one of the languages."""
        return self._catalogues[language]


def show_style(visit: "Visit") -> Response:
    """The style sheet."""
    kept = "public, max-age=31536000, immutable"
    return Response(visit.site.pages.style, media_type="text/css", headers={"Cache-Control": kept})


def no_icon(visit: "Visit") -> Response:
    """Browsers ask for one unasked: there is none."""
    return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})
