"""The words that differ between two versions of a text."""

import random

from alerts.text.word_diff import word_diff


def _shown(before: str, after: str) -> str:
    marks = {"same": "{}", "old": "[-{}-]", "new": "[+{}+]"}
    return "".join(marks[one.kind].format(one.text) for one in word_diff(before, after))


def test_the_words_that_differ_are_marked() -> None:
    assert _shown("40 wells dried up.", "4 wells dried up!") == (
        "[-40-][+4+] wells dried up[-.-][+!+]"
    )
    assert _shown("", "New") == "[+New+]"
    assert _shown("Same", "Same") == "Same"
    assert _shown("", "") == ""


def test_both_versions_can_be_read_from_the_parts_of_any_text() -> None:
    chance = random.Random(4)
    for size in (3, 40, 4_000):
        before, after = ("".join(chance.choice("ab \n؛水.") for _ in range(size)) for _ in range(2))
        parts = word_diff(before, after)
        assert "".join(one.text for one in parts if one.kind != "new") == before
        assert "".join(one.text for one in parts if one.kind != "old") == after
