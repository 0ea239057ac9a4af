"""Which language a text is in, found out offline where nothing says it.

py3langid (97 languages, its model inside the package) weighs the text; scripts that one language
alone writes decide by themselves. Promises to tell what it is sure of from what it is not: an
unsure guess is for showing, never for use. Measured by tests/test_language.py.
"""

import re
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

# What that many letters of a text tell is as good as the whole; a word or two tell nothing.
_ENOUGH, _TOO_FEW = 2000, 12
# Below this probability it was wrong now and then, above it (in 126 texts of 18 languages) never.
SURE, CERTAIN = 0.7, 0.9
_LETTERS = re.compile(r"[^\W\d_]")
# An address, a number or a name in capitals says nothing of the language around it.
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[\w.-]+\.(?:org|com|net)\b|[@#]\w+|\d+")
_HAN, _KANA, _HANGUL = (
    re.compile(pattern)
    for pattern in ("[\u3400-\u4dbf\u4e00-\u9fff]", "[\u3041-\u30ff]", "[\uac00-\ud7a3]")
)
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest language of a text, "" where there is none, and its probability."""

    language: str
    probability: float

    @property
    def sure(self) -> bool:
        """True where it may be used."""
        return self.probability >= SURE

    @property
    def certain(self) -> bool:
        """True where it may contradict what a whole site says of itself."""
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
    """Japanese by its kana, Chinese by the lack of them, Korean by its own; else None."""
    kana, han, hangul = (len(script.findall(words)) for script in (_KANA, _HAN, _HANGUL))
    if not letters or kana + han + hangul < letters / 3:
        return None
    if hangul > kana + han:
        return "ko"
    return "ja" if kana > (kana + han) / 20 else "zh"


def _identifier() -> Any:
    """The model, read once (0.9 s), whichever of several threads asks first."""
    with _lock:
        return _model()


@cache
def _model() -> Any:
    from py3langid import langid

    path = langid.MODEL_DIR / langid.MODEL_FILE
    return langid.LanguageIdentifier.from_model_file(path, norm_probs=True)
