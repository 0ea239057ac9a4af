"""Draws the pictures of docs/gallery.md and the README anew: the demo month in each theme, as it is.

`make gallery` (needs Chromium; npm and the network for MJML). A picture is a sheet of pages side by side,
cut at the same height and reduced to 128 colours, so that a change of the look can be reviewed.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from jinja2 import Template
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from alerts.preview.clients import gmail, outlook_com, word
from alerts.preview.screenshots import chromium

DOCS = Path(__file__).resolve().parent
TARGET = DOCS / "pictures"
THEMES = ("magazine", "quiet", "bulletin")
MJML = "mjml@5"
_GAP, _GROUND = 24, "#c9ced2"
_PICTURE = re.compile(r'<a href="([^"]+)"[^>]*>\s*<img[^>]*?src="(pictures/[^"]+)"')


@dataclass(frozen=True, slots=True)
class Look:
    """One page of a sheet: a document, and how it is looked at."""

    html: str
    width: int = 700
    dark: bool = False
    images: bool = True


def edition(project: Path, language: str) -> Path:
    """The rendered page of the demo in that language."""
    (found,) = project.glob(f"editions/*/{language}.html")
    return found


def sheet(browser: Browser, folder: Path, looks: Sequence[Look], height: int) -> Image.Image:
    """The pages side by side, each from its top; pictures are relative to `folder`."""
    shots = [_shot(browser, folder, look, height) for look in looks]
    most = min(height, max(shot.height for shot in shots))
    width = sum(shot.width for shot in shots) + _GAP * (len(shots) + 1)
    made, at = Image.new("RGB", (width, most + 2 * _GAP), _GROUND), _GAP
    for shot in shots:
        made.paste(shot.crop((0, 0, shot.width, min(most, shot.height))), (at, _GAP))
        at += shot.width + _GAP
    return made


def _shot(browser: Browser, folder: Path, look: Look, height: int) -> Image.Image:
    page = browser.new_page(
        viewport={"width": look.width, "height": height},
        color_scheme="dark" if look.dark else "light",
    )
    if not look.images:
        page.route("**/pictures/**", lambda route: route.abort())
    file = folder / "look.html"
    file.write_text(look.html, encoding="utf-8")
    page.goto(file.as_uri())
    octets = page.screenshot()
    page.close()
    return Image.open(BytesIO(octets)).convert("RGB")


def save(made: Image.Image, name: str, scale: float = 1) -> None:
    """Write a picture, small enough for a repository."""
    size = (round(made.width * scale), round(made.height * scale))
    small = made.resize(size, Image.Resampling.LANCZOS).quantize(128)
    small.save(TARGET / f"{name}.png", optimize=True)
    sys.stdout.write(f"docs/pictures/{name}.png\n")


def mjml(project: Path, folder: Path) -> str:
    """The English month of the demo with the components of MJML, as its documentation uses them."""
    page = edition(project, "en").read_text(encoding="utf-8")
    pictures = dict(_PICTURE.findall(page))
    stories = list(_stories(page, pictures))
    source = Template((DOCS / "gallery.mjml").read_text(encoding="utf-8")).render(
        name="Waters Monthly",
        month=f"{date.fromisoformat(edition(project, 'en').parent.name + '-01'):%B %Y}",
        stories=stories,
        address="Wells & Rivers Network",
    )
    (folder / "month.mjml").write_text(source, encoding="utf-8")
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), MJML], check=True)
    program = folder / "node_modules" / ".bin" / "mjml"
    done = subprocess.run(
        [str(program), str(folder / "month.mjml"), "--stdout"], check=True, capture_output=True
    )
    return done.stdout.decode()


def _stories(page: str, pictures: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Title, summary, address and picture of each story, in the order of our page."""
    found = re.findall(
        r'<h[123][^>]*><a[^>]*href="([^"]+)"[^>]*>(.*?)</a></h[123]>(?:(?!<h[123]).)*?'
        r'<p class="c-(?:soft|heros|ink)[^"]*"[^>]*>(.*?)</p>',
        page,
        re.DOTALL,
    )
    for url, title, summary in found:
        yield {"url": url, "title": title, "summary": summary, "picture": pictures.get(url, "")}


@contextmanager
def _demos() -> Iterator[dict[str, Path]]:
    """The demo project in each theme."""
    with tempfile.TemporaryDirectory() as folder:
        made = {theme: Path(folder) / theme for theme in THEMES}
        for theme, project in made.items():
            subprocess.run(
                [sys.executable, "-m", "alerts", "demo", str(project), "--theme", theme],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        yield made


def draw(browser: Browser, demos: Mapping[str, Path]) -> None:
    """All pictures."""
    pages = {theme: edition(project, "en").parent for theme, project in demos.items()}
    text = {
        (theme, language): edition(project, language).read_text(encoding="utf-8")
        for theme, project in demos.items()
        for language in ("en", "es", "fr", "ar")
    }
    for theme, folder in pages.items():
        looks = (
            Look(text[theme, "en"]),
            Look(text[theme, "es"], 375, dark=True),
            Look(text[theme, "ar"]),
        )
        save(sheet(browser, folder, looks, 2600), theme, 0.6)
    folder, ours = pages["magazine"], text["magazine", "en"]
    programs = (word(ours), gmail(ours, styles=False), outlook_com(ours))
    save(sheet(browser, folder, [Look(one) for one in programs], 2600), "programs", 0.5)
    bare = [Look(text[theme, "en"], images=False) for theme in THEMES]
    save(sheet(browser, folder, bare, 1800), "images-off", 0.5)
    theirs = mjml(demos["magazine"], folder)
    save(sheet(browser, folder, [Look(ours), Look(theirs)], 3200), "beside-mjml", 0.5)
    save(
        sheet(browser, folder, [Look(word(ours)), Look(word(theirs))], 3200),
        "word-beside-mjml",
        0.5,
    )
    for name, html, width, dark in (
        ("english-desktop", ours, 700, False),
        ("spanish-phone", text["magazine", "es"], 375, False),
        ("arabic-dark-phone", text["magazine", "ar"], 375, True),
    ):
        save(_shot(browser, folder, Look(html, width, dark), 1400), name)


def main() -> None:
    """Draw them with the Chromium of this machine."""
    path = chromium(os.environ)
    with sync_playwright() as playwright, _demos() as demos:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        draw(browser, demos)
        browser.close()


if __name__ == "__main__":
    main()
