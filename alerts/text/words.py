"""The words of a text, without case, accents and punctuation, for comparing texts."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def words(text: str) -> list[str]:
    """Words without case and accents; in scripts without spaces, pairs of characters."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    found: list[str] = []
    for word in _WORD.findall("".join(c for c in flat if not unicodedata.combining(c))):
        if _DENSE.search(word) and len(word) > 2:
            found += (word[n : n + 2] for n in range(len(word) - 1))
        else:
            found.append(word)
    return found
