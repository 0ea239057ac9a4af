"""The settings of machine translation; see declarations.py."""

from dataclasses import dataclass
from datetime import timedelta

from alerts.config.option import option


@dataclass(frozen=True, slots=True)
class TranslatorSettings:
    """A program that drafts translations at the desk; people sign them before anybody gets them."""

    kind: str = option("", "“libretranslate”, or the name of an installed plug-in; empty: none.")
    url: str = option("", "Where its server is, e.g. https://translate.example.org.")
    key_env: str = option("ALERTS_TRANSLATOR_KEY", "The variable that holds its key.")
    key_file: str = option("", "Or the file that holds it (mode 0600).")
    timeout: timedelta = option(timedelta(seconds=60), "The time limit for one answer.")
