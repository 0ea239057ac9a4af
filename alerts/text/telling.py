"""The words of a text that tell what it is about, for comparing a title with a link, a heading or a text."""

import re

from alerts.text.words import words

_STEM = 5  # characters that words of one stem have in common
_COMMON = frozenset(
    words(
        """about after also been from have here into more over than that their them this what when where
        which will with your news sobre para desde como entre este esta pour dans avec cette leur plus
        sont uma pelo pela mais diese einer eine nach oder nicht когда после этот"""
    )
)


def telling(text: str) -> frozenset[str]:
    """The stems of the words of a text that tell something."""
    dense = re.search("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]", text) is not None
    found = (word for word in words(text) if word not in _COMMON)
    return frozenset(word[:_STEM] for word in found if dense or len(word) >= 4)
