"""Themes: a colour that cannot be read is refused, and what is proposed instead is taken (rule H8)."""

import itertools
import re
from pathlib import Path

import pytest

from alerts.config import colour
from alerts.config.load import load
from alerts.domain.errors import SettingsError
from alerts.editions.render import render_edition
from tests.conftest import Alerts
from tests.editions.test_render import dark, unreadable
from tests.issues import SITE, issue


def _refused(root: Path, text: str) -> str:
    """What is said of these settings, or nothing where they are taken."""
    (root / "alerts.toml").write_text(text, encoding="utf-8")
    try:
        load(root, {})
    except SettingsError as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('accent = "#9fd8d8"', "less than 4.5; the nearest readable colour is #"),
        ('accent_dark = "#0f5c5c"', "less than 4.5; the nearest readable colour is #"),
        ('canvas = "#808080"', "less than 4.5; the nearest readable colour is #d6d6d6"),
        ('tint = "#404040"', "less than 4.5; the nearest readable colour is #"),
        ('accent = "teal"', "write a colour as #rrggbb"),
        ('body_font = "x; } body { display: none"', "write font names"),
        ("radius = 99", "from 0 to 40"),
    ],
)
def test_h8_a_theme_that_cannot_be_read_is_refused(
    project: Path, alerts: Alerts, line: str, words: str
) -> None:
    (project / "alerts.toml").write_text(f"[theme]\n{line}\n", encoding="utf-8")
    done = alerts("issue", "show")
    assert done.code == 2
    assert "line 2" in done.stderr
    assert words in done.stderr


@pytest.mark.parametrize("key", ["accent", "accent_dark", "tint"])
def test_h8_the_colour_that_is_proposed_is_taken(tmp_path: Path, key: str) -> None:
    refused, levels = 0, range(0, 256, 51)
    tried = [
        f"#{red:02x}{green:02x}{blue:02x}" for red in levels for green in levels for blue in levels
    ]
    for given in tried:
        said = _refused(tmp_path, f'[theme]\n{key} = "{given}"\n')
        if said:
            refused += 1
            proposed = re.search(r"the nearest readable colour is (#\w{6})$", said)
            assert proposed, said
            if key != "tint":  # a tint that ink reads on may still want another accent
                assert _refused(tmp_path, f'[theme]\n{key} = "{proposed[1]}"\n') == "", said
    assert 0 < refused < len(tried)


@pytest.mark.proof
def test_h8_every_theme_that_is_taken_can_be_read_in_light_and_dark(tmp_path: Path) -> None:
    """Fonts, corners, logo and colours by settings alone, computed from what is inlined."""
    levels, taken = ("18", "4a", "8c", "c6"), 0
    for number, (red, green, blue) in enumerate(itertools.product(levels, repeat=3)):
        text = f'[alert]\nlanguages = ["en"]\nlogo = "{SITE}/logo.png"\n[theme]\nradius = {number % 20 + 1}\n'
        text += f'accent = "#{red}{green}{blue}"\nbody_font = "Verdana, sans-serif"\n'
        text += f'tint = "#f{number % 10}f4e8"\ncanvas = "#e8ecf{number % 10}"\n'
        text += f'accent_dark = "#c{number % 10}d8b{number % 10}"\n'
        if _refused(tmp_path, text):
            continue
        taken += 1
        given = load(tmp_path, {})
        html = render_edition(issue(), "en", given).html
        assert f"border-radius:{number % 20 + 1}px" in html
        assert "font-family:Verdana, sans-serif" in html
        assert f"{SITE}/logo.png" in html
        assert unreadable(html) == unreadable(dark(html)) == []
    assert taken >= 15


def test_the_nearest_readable_colour_reads_on_every_ground() -> None:
    tried = 0
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for grounds in (("#ffffff",), ("#181d20",), ("#777777",), ("#f3f0ea", "#eaf2f0")):
                proposed = colour.nearest_readable(f"#{red:02x}{green:02x}80", *grounds)
                assert proposed is not None
                assert all(colour.contrast(proposed, one) >= colour.READABLE for one in grounds)
                tried += 1
    assert tried == 144
    assert colour.nearest_readable("#0f5c5c", "#ffffff") == "#0f5c5c"
    assert colour.nearest_readable("#0f5c5c", "#ffffff", "#777777", "#202020") is None
    assert round(colour.contrast("#000000", "#ffffff"), 1) == 21.0


def test_an_unknown_layout_is_refused_by_line(tmp_path: Path) -> None:
    said = _refused(tmp_path, '[alert]\nlayouts = { news = "compakt" }\n')
    assert "line 2, alert.layouts: “compakt” is not one of full, compact, featured" in said
    assert _refused(tmp_path, '[alert.layouts]\nnews = "compact"\nevents = "featured"\n') == ""
