"""Detects the language of a text, offline, where nothing declares it.

py3langid (97 languages; its model is part of the package) scores the text; a script that only one
language uses decides by itself. An uncertain result is only shown to editors and never used. Measured
by tests/sources/test_language.py.
"""

import re
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

# This many characters are as good as the whole text; one or two words are not enough.
_ENOUGH, _TOO_FEW = 2000, 12
# Below this probability it was sometimes wrong, above it (in 126 texts of 18 languages) never.
SURE, CERTAIN = 0.7, 0.9
_LETTERS = re.compile(r"[^\W\d_]")
# A URL, a number or a name in capitals says nothing about the language around it.
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[\w.-]+\.(?:org|com|net)\b|[@#]\w+|\d+")
_HAN, _KANA, _HANGUL = (
    re.compile(pattern)
    for pattern in ("[\u3400-\u4dbf\u4e00-\u9fff]", "[\u3041-\u30ff]", "[\uac00-\ud7a3]")
)
_lock = threading.Lock()
_may_load = True


@dataclass(frozen=True, slots=True)
class Guess:
    """The most probable language of a text, "" where there is none, and its probability (0 to 1)."""

    language: str
    probability: float

    @property
    def sure(self) -> bool:
        """True where the probability is high enough to use the language."""
        return self.probability >= SURE

    @property
    def certain(self) -> bool:
        """True where the probability is high enough to overrule the language that a site declares."""
        return self.probability >= CERTAIN


@lru_cache(maxsize=4096)
def guess(text: str) -> Guess:
    """The language of `text`."""
    words = " ".join(_NOISE.sub(" ", text[: 2 * _ENOUGH]).split())[:_ENOUGH]
    letters = len(_LETTERS.findall(words))
    if (language := _by_script(words, letters)) is not None:
        return Guess(language, 0.99 if letters >= _TOO_FEW / 3 else 0.5)
    if letters < _TOO_FEW:
        return Guess("", 0.0)
    found, probability = _identifier().classify(words.lower() if words.isupper() else words)
    return Guess(str(found), float(probability))


def _by_script(words: str, letters: int) -> str | None:
    """Japanese by its kana, Chinese by Han characters without kana, Korean by Hangul; else None."""
    kana, han, hangul = (len(script.findall(words)) for script in (_KANA, _HAN, _HANGUL))
    if not letters or kana + han + hangul < letters / 3:
        return None
    if hangul > kana + han:
        return "ko"
    return "ja" if kana > (kana + han) / 20 else "zh"


class NotLoaded(BaseException):
    """The model is not there, and may not be loaded any more. No parser shall take it for its own."""


def load() -> None:
    """Load the model now (0.8 s, 100 MB), which takes a temporary file; later it takes none."""
    with _lock:
        _model()


def no_more_loading() -> None:
    """From now on `guess` raises `NotLoaded` where it needs the model and that is not loaded yet."""
    global _may_load
    _may_load = False


def _identifier() -> Any:
    """The model, read once, whichever of several threads asks first."""
    with _lock:
        if not _may_load and not _model.cache_info().currsize:
            raise NotLoaded
        return _model()


@cache
def _model() -> Any:
    from py3langid import langid

    path = langid.MODEL_DIR / langid.MODEL_FILE
    return langid.LanguageIdentifier.from_model_file(path, norm_probs=True)
