"""Checks for missing texts in the catalogues of the alert's languages, which would appear in English."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.languages import primary
from alerts.editions import translations
from alerts.editions.catalogue import Catalogue
from alerts.editions.catalogue_files import catalogue_paths, read
from alerts.editions.template_files import packaged_templates, template_folders


def complete(context: CheckContext) -> Iterator[CheckOutput]:
    """Compare each language of the alert with all texts of e-mails, pages and own templates."""
    root = context.settings.root
    (english,) = catalogue_paths("en", [packaged_templates()])
    wanted = set(translations.wordings(read(english)))
    wanted |= translations.of_templates(root / "templates")
    for language in context.settings.alert.languages:
        if primary(language) == "en":
            continue  # the texts are English already
        name = Catalogue("en", ()).language_name(language)
        own = catalogue_paths(language, [root / "templates"])[0]
        found = translations.lacks(language, template_folders(root), wanted)
        for lack in found:
            yield CheckOutput(CheckLevel.WARNING, f"{name}: {lack}", f"translate it in {own}")
        if not found:
            yield CheckOutput(CheckLevel.OK, f"{name}: all {len(wanted)} texts are translated")
