"""Translators: programs that draft a translation. The setting `translator.kind` names one.

    libretranslate   a server of LibreTranslate at `translator.url`
    NAME             an installed plug-in of that name

A plug-in is an entry point of the group `alerts.translators`: a function of the settings and the key that
returns a `Translate`, or raises `SettingsError`. A translator gets plain texts, and what it answers is
plain text; it is never called while a transaction is open.
"""

from collections.abc import Callable, Mapping, Sequence

from alerts.config.plug_ins import TRANSLATORS, plug_ins
from alerts.config.secret_files import translator_key
from alerts.config.settings import Settings
from alerts.domain.errors import AlertsError, PlugInFault, SettingsError, TranslatorFault
from alerts.domain.open_transaction import outside
from alerts.text.mistakes import place_of
from alerts.text.plain_text import tidy
from alerts.translation import libretranslate

Translate = Callable[[Sequence[str], str, str], Sequence[str]]
"""(texts, language of the texts, language wanted) → the translations, in the same order."""

BUILT_IN: Mapping[str, Callable[[Settings, str], Translate]] = {
    "libretranslate": libretranslate.translator
}
_LONGEST = 4  # times the length of the source; a longer answer is no translation
_SHORT = 200  # characters that any answer may have


def translator(settings: Settings, environ: Mapping[str, str]) -> Translate | None:
    """The translator of the settings; None where there is none. Raises `SettingsError`."""
    kind = settings.translator.kind
    if not kind:
        return None
    key = translator_key(settings, environ)
    if kind in BUILT_IN:
        return BUILT_IN[kind](settings, key)
    plug_in = plug_ins(TRANSLATORS).get(kind)
    if plug_in is None:
        there = ", ".join((*BUILT_IN, *plug_ins(TRANSLATORS)))
        raise SettingsError(f"translator.kind: there is no translator “{kind}”; there are {there}")
    try:
        found: Translate = plug_in.load()(settings, key)
    except PlugInFault as fault:
        raise SettingsError(f"translator.kind: {fault}") from fault
    return found


def translated(
    translate: Translate, kind: str, texts: Sequence[str], source: str, target: str
) -> tuple[str, ...]:
    """The translations of texts, clean and in their order; empty where an answer cannot be one.

    Raises `TranslatorFault` for every fault of the translator, also of a plug-in.
    """
    outside("a translator is asked")
    try:
        answers = [str(one) for one in translate(texts, source, target)]
    except AlertsError:
        raise
    except Exception as fault:  # foreign code may raise any exception
        raise TranslatorFault(
            f"translator “{kind}”: failed ({place_of(fault)}); write these texts by hand"
        ) from fault
    if len(answers) != len(texts):
        raise TranslatorFault(
            f"translator “{kind}”: {len(answers)} answers for {len(texts)} texts; write these by hand"
        )
    return tuple(
        clean if len(clean := tidy(answer)) <= max(_SHORT, _LONGEST * len(text)) else ""
        for answer, text in zip(answers, texts, strict=True)
    )
