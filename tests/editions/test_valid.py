"""Every edition is valid HTML by the W3C's checker, but for what e-mail must do otherwise (rule H12)."""

import re
from pathlib import Path

from alerts.editions.render import render_edition
from tests import validator
from tests.issues import LANGUAGES, gallery, issue, page_of, settings

# What the validator refuses, and why it is right in an e-mail all the same.
EXPLAINED = {
    r"“(cellpadding|cellspacing|border|width|height|align|valign|bgcolor)” attribute on the"
    r" “(table|td|body)” element is obsolete": "Outlook's Word engine lays tables out by attributes",
    r"Attribute “xmlns:o” not allowed here": "Outlook needs the name space of its settings",
    r"“mso-hide”: Property": "Outlook shows the preheader without it",
    r"“mso-padding-alt”: Property": "Outlook gives a button no room without it",
    r"“text-wrap”: Property|“text-wrap”: “pretty”": "younger than the validator's CSS; else ignored",
}


def test_h12_every_edition_is_valid(tmp_path: Path) -> None:
    """As a reader gets them, slots filled; then with all layouts, pictures and logos."""
    full, given = gallery(tmp_path)
    for language in LANGUAGES:
        for name, made, config in (("sample", issue(), settings(tmp_path)), ("full", full, given)):
            html = page_of(render_edition(made, language, config), config)
            (tmp_path / f"{name}-{language}.html").write_text(html, encoding="utf-8")
    files = sorted(tmp_path.glob("*.html"))
    assert len(files) == 2 * len(LANGUAGES)
    assert validator.faults(files, EXPLAINED) == []


def test_the_conditions_hide_nothing_invalid_from_the_validator(tmp_path: Path) -> None:
    """What only Outlook reads, read as HTML."""
    full, given = gallery(tmp_path)
    html = render_edition(full, "en", given).html
    html = re.sub(r"<!--\[if mso\]><xml>.*?<!\[endif\]-->", "", html)
    html = re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", html, flags=re.DOTALL)
    html = re.sub(r"<!--\[if mso\]>|<!\[endif\]-->", "", html)
    html = re.sub(r"\{slot:(\w+)[^}]*\}", r"https://example.org/\1", html)
    (tmp_path / "outlook.html").write_text(html, encoding="utf-8")
    assert validator.faults([tmp_path / "outlook.html"], EXPLAINED) == []
