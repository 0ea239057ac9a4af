"""Editions as they were when someone last looked: a change of a template shows as a readable diff.

`pytest tests/editions/test_golden.py --update-golden` writes tests/golden/ anew: look at the diff of the
commit, and at the pictures. They hold for the versions in `requirements.lock`: dates come from Babel's
CLDR, so a new release of it shows here too.
"""

import difflib
import re
from pathlib import Path

import pytest

from alerts.editions.render import render_edition
from tests.issues import LANGUAGES, issue, settings

GOLDEN = Path(__file__).parents[1] / "golden"


def difference(kept: str, made: str) -> str:
    """A diff of two documents, tag by tag; nothing where they are the same."""
    before, after = (re.sub(r"(?<=>)(?=<)", "\n", text).splitlines() for text in (kept, made))
    return "\n".join(difflib.unified_diff(before, after, "kept", "made", lineterm="", n=1))


@pytest.mark.parametrize("kind", ["html", "txt"])
@pytest.mark.parametrize("language", [*LANGUAGES, "pt-br"])
def test_an_edition_is_as_it_was_looked_at(
    language: str, kind: str, request: pytest.FixtureRequest
) -> None:
    edition = render_edition(issue(), language, settings(Path("/nonexistent")))
    made = edition.html if kind == "html" else edition.text
    path = GOLDEN / f"{language}.{kind}"
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_bytes(made.encode())
    found = difference(path.read_bytes().decode(), made)
    if found:
        pytest.fail(f"{path.name} has changed:\n{found}", pytrace=False)


def test_a_difference_is_shown_tag_by_tag() -> None:
    found = difference("<p>one</p><p>two</p><p>three</p>", "<p>one</p><p>2</p><p>three</p>")
    assert "-<p>two</p>" in found.splitlines()
    assert "+<p>2</p>" in found.splitlines()
    assert difference("<p>one</p>", "<p>one</p>") == ""
