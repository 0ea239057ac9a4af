"""Checks whether the translator of the settings answers."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.errors import AlertsError
from alerts.translation.translators import translated, translator

_WORD = "water"


def answers(context: CheckContext) -> Iterator[CheckOutput]:
    """Have one word translated; a translator that fails stops nothing but its drafts."""
    settings = context.settings
    kind = settings.translator.kind
    remedy = "mend [translator], or empty translator.kind: people translate without it"
    try:
        translate = translator(settings, context.environ)
        if translate is None:
            yield CheckOutput(CheckLevel.OK, "no translator is set")
            return
        target = next((tag for tag in settings.alert.languages if tag != "en"), "es")
        (answer,) = translated(translate, kind, [_WORD], "en", target)
    except AlertsError as fault:
        yield CheckOutput(CheckLevel.WARNING, str(fault), remedy)
        return
    if answer:
        yield CheckOutput(CheckLevel.OK, f"translator “{kind}” answers")
    else:
        yield CheckOutput(CheckLevel.WARNING, f"translator “{kind}” answers nothing", remedy)
