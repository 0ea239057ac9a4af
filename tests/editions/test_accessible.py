"""Every edition is free of the accessibility faults that axe-core knows (rule H15).

The Email Markup Consortium found 8 of 376,348 e-mails free of serious ones in 2026; here no edition
may have any, at three widths, light, dark and in forced colours, with its `<style>` and without.
"""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import axe
from tests.issues import LANGUAGES
from tests.preview.test_screen import WIDTHS, bare, shown

if TYPE_CHECKING:
    from playwright.sync_api import Page

Media = dict[str, Any]
LIGHT: Media = {"color_scheme": "light", "forced_colors": "none"}
DARK: Media = {"color_scheme": "dark", "forced_colors": "none"}
FORCED: Media = {"color_scheme": "dark", "forced_colors": "active"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_h15_axe_finds_nothing_on_any_screen(page: "Page", language: str) -> None:
    found, tried = [], 0
    html = shown(language)
    for source, modes in ((html, (LIGHT, DARK, FORCED)), (bare(html), (LIGHT,))):
        page.set_content(source, wait_until="domcontentloaded")
        for mode in modes:
            page.emulate_media(**mode)
            # in forced colours axe-core reads -webkit-text-fill-color, which is not forced:
            # tests/preview/test_screen.py computes the contrast of what is painted
            without = ["color-contrast"] if mode is FORCED else []
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found += [f"{mode}, {width}: {fault}" for fault in axe(page, without)]
                tried += 1
    assert tried == 12
    assert found == [], f"{tried} tried"
