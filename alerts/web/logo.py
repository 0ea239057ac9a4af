"""The alert's logo on the pages: the copy that was made of it, so that no other site sees visitors."""

from collections.abc import Callable, Iterator

from alerts.config.declarations import AlertSettings
from alerts.domain.picture import picture_path
from alerts.editions.escaping import link
from alerts.library.project import Project


def logos(project: Project, language: str, to: Callable[[str], str]) -> dict[str, str]:
    """The addresses of the logo and of its twin for dark mode, for templates: ours, or where the settings
    have them. `to` makes the link to a path of ours. The same twice: there is no twin."""
    alert = project.settings.alert.in_language(language)
    found = {}
    for key, written in (("logo", alert.logo), ("logo_dark", alert.logo_dark)):
        name = project.pictures.logo(written) if written else ""
        found[key] = to(picture_path(name)) if name else link(written)
    return {**found, "logo_dark": found["logo_dark"] or found["logo"]}


def all_logos(alert: AlertSettings) -> Iterator[str]:
    """Every logo of the alert, in any language, as the settings write it."""
    for words in (alert, *(alert.in_language(language) for language in alert.localised)):
        yield from (words.logo, words.logo_dark)
