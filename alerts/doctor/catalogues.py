"""What the catalogues of the alert's languages lack: those texts would be shown in English."""

from collections.abc import Iterator

from alerts.doctor.finding import Level, Patient, Said
from alerts.render import wording
from alerts.render.catalogue import Catalogue, catalogue_paths, read
from alerts.render.environment import packaged_templates, template_folders


def complete(patient: Patient) -> Iterator[Said]:
    """Each language of the alert, against all that e-mails and pages and own templates say."""
    root = patient.settings.root
    (english,) = catalogue_paths("en", [packaged_templates()])
    wanted = set(wording.wordings(read(english)))
    wanted |= wording.of_templates(root / "templates")
    for language in patient.settings.alert.languages:
        if language.partition("-")[0] == "en":
            continue  # the texts are English already
        name = Catalogue("en", ()).language_name(language)
        own = catalogue_paths(language, [root / "templates"])[0]
        found = wording.lacks(language, template_folders(root), wanted)
        for lack in found:
            yield Said(Level.WARNING, f"{name}: {lack}", f"say it in {own}")
        if not found:
            yield Said(Level.OK, f"{name}: all {len(wanted)} texts are translated")
