"""Renders the pages: the templates of `templates/web/`, in the languages of the alert.

The same environment and catalogues as for e-mails: a project's own templates take precedence file by
file, values pass the same checks, HTML is escaped automatically. The style sheet is a template too, for
the theme's colours, rendered once; its URL changes with its content, so browsers may cache it
permanently. If it is broken, pages are shown without it, so that unsubscribing always works.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from alerts.config.colour import FIXED
from alerts.config.settings import Settings
from alerts.config.themes import look, palette
from alerts.domain.errors import TemplateFault
from alerts.editions.catalogue import Catalogue
from alerts.editions.environment import environment, render
from alerts.editions.escaping import link
from alerts.editions.template_files import template_folders
from alerts.editions.themed import fonts_of, quotable

_CATALOGUES = "locale/*/LC_MESSAGES/alerts.po"


class Pages:
    """Renders pages. May be used from any thread. `fault` is the fault of the style sheet;
    `interface_languages` are those that have interface texts, each with its own name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = environment(settings.root)
        folders = template_folders(settings.root)
        self.languages = settings.alert.languages
        self._folders = folders
        there = sorted(path.parts[-3] for one in folders for path in one.glob(_CATALOGUES))
        self.interface_languages: Mapping[str, str] = {
            tag: Catalogue.own_name(tag, there) for tag in dict.fromkeys(there)
        }
        self._catalogues = {tag: Catalogue(tag, folders) for tag in self.languages}
        theme = quotable(settings.theme)
        self._theme: dict[str, Any] = {
            "theme": theme,
            "look": look(theme),
            "colours": palette(theme),
            "fixed": FIXED,
        }
        self._fonts = {way: fonts_of(theme, way) for way in ("ltr", "rtl")}
        privacy = settings.privacy
        self._counts = privacy.count_opens or privacy.count_clicks
        self.fault: TemplateFault | None = None
        self._style = ""
        try:
            fonts = {"fonts": self._fonts["ltr"], "fonts_rtl": self._fonts["rtl"]}
            self._style = render(self._environment, "web/style.css", self._theme | fonts)
        except TemplateFault as fault:
            self.fault = fault
        self._version = hashlib.sha256(self._style.encode()).hexdigest()[:12]

    @property
    def style(self) -> str:
        """The style sheet; raises `TemplateFault`."""
        if self.fault is not None:
            raise self.fault
        return self._style

    def text(self, name: str) -> str:
        """A file without values, such as a script."""
        return render(self._environment, name, {})

    def html(self, name: str, language: str, root: str, values: dict[str, Any]) -> str:
        """The page of that template; `root` is the path from the page to the site's root.

        `failed`, among the values: a form was not accepted, and the title says so.
        """
        catalogue = self.catalogue(language)
        common: dict[str, Any] = {
            **self._theme,
            "fonts": self._fonts[catalogue.direction],
            "_": catalogue.say,
            "ngettext": catalogue.say_many,
            "alert": self._settings.alert.in_language(language),
            "logo": link(self._settings.alert.logo),
            "logo_dark": "",
            "counts": self._counts,
            "failed": False,
            "to": lambda path: f"{root}{path}",
            "language": language,
            "direction": catalogue.direction,
            "languages": [(tag, self.own_name(tag)) for tag in self.languages],
            "language_name": catalogue.language_name,
            "root": root,
            "version": self._version,
        }
        return render(self._environment, name, common | values)

    def own_name(self, tag: str) -> str:
        """The name of a language in that language, with a capital: “Español”."""
        return Catalogue.own_name(tag, self.languages)

    def catalogue(self, language: str) -> Catalogue:
        """The interface texts of one of the languages, or of a language of past editions."""
        if language not in self._catalogues:
            self._catalogues[language] = Catalogue(language, self._folders)
        return self._catalogues[language]
