"""What is made of a frozen issue: the picture that other sites show, and the PDF file."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, features
from pypdf import PdfReader

from alerts.archive.pdf import available, pdf
from alerts.domain.errors import InputError
from alerts.domain.picture import Picture
from alerts.sources.cell.pool import Cells
from alerts.sources.picture.share_card import Card, ask
from alerts.store import documents, share_pictures
from tests.conftest import Alerts
from tests.factories import database, queue_issue
from tests.http_server import site
from tests.issues import OCTOBER
from tests.pages import Served, serve

CARD = Card(
    "The month the water books opened", "Waters Monthly", "October 2026", "ltr", False,
    "#0c2536", "#ffffff", "#cfe0e8", "#ffb79f",
)  # fmt: skip
NEEDS_RAQM = pytest.mark.skipif(not features.check("raqm"), reason="no Raqm with FriBiDi here")


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    """Cells, as a project has them."""
    with Cells(1) as made:
        yield made


def _photograph() -> bytes:
    out = BytesIO()
    Image.effect_noise((1280, 720), 90).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def _pixels(picture: Picture) -> Image.Image:
    assert struct.unpack(">II", picture.octets[16:24]) == (1200, 630)
    assert picture.type == "image/png"
    return Image.open(BytesIO(picture.octets)).convert("RGB")


def _text_box(picture: Picture) -> tuple[int, int, int, int]:
    """The part of the picture, above the accent, that is not its ground."""
    pixels = _pixels(picture).crop((0, 0, 1200, 600))
    ground = Image.new("RGB", pixels.size, CARD.ground)
    box = Image.composite(
        Image.new("L", pixels.size, 255),
        Image.new("L", pixels.size, 0),
        _difference(pixels, ground),
    ).getbbox()
    assert box is not None
    return box


def _difference(one: Image.Image, other: Image.Image) -> Image.Image:
    from PIL import ImageChops

    return ImageChops.difference(one, other).convert("L").point(lambda value: 255 * (value > 8))


@pytest.mark.parametrize(
    "headline",
    [
        "Short",
        "Сорок городов опубликуют данные о потерях воды в распределительных сетях региона",
        "Ce que l’été a laissé : « trois mille lacs » à mesurer, œuvre d’un siècle",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "word " * 60,
        "Water 💧 for all",
    ],
)
def test_any_headline_stays_within_its_picture(cells: Cells, headline: str) -> None:
    left, top, right, bottom = _text_box(ask(cells, replace(CARD, headline=headline), "x"))
    assert (left >= 60, top >= 50, right <= 1140, bottom <= 600) == (True, True, True, True)


@NEEDS_RAQM
def test_from_right_to_left_it_is_mirrored(cells: Cells) -> None:
    arabic = replace(CARD, headline="شهرٌ فُتحت فيه دفاتر UNESCO", name="مياه الشهر", direction="rtl")
    left, _, right, _ = _text_box(ask(cells, arabic, "x"))
    assert right > 1100
    assert left > 100


def test_a_photograph_does_not_make_it_too_heavy(cells: Cells) -> None:
    """Noise is the worst of them: messengers show no picture over 300 KB."""
    drawn = ask(cells, replace(CARD, picture=_photograph()), "x")
    assert len(set(_pixels(drawn).crop((800, 100, 1100, 400)).convert("L").tobytes())) > 2
    assert len(drawn.octets) < 400_000


def test_a_script_that_no_font_of_ours_has_is_refused(cells: Cells) -> None:
    with pytest.raises(InputError, match="no font of ours has"):
        ask(cells, replace(CARD, headline="น้ำสำหรับทุกคน"), "2026-10, th")


def test_a_link_that_is_shared_shows_the_headline(served: Served, alerts: Alerts) -> None:
    queue_issue(served.settings.root, served.db)
    assert "og:image:width" not in served.get("/archive/2026-10/en").text
    assert alerts("archive", "draw", "--json").json == {"pictures": 1, "documents": 0, "notes": []}
    name = share_pictures.name_of(served.db, OCTOBER, "en")
    page = served.get("/archive/2026-10/en").text
    assert f'property="og:image" content="{served.settings.web.public_url}/pictures/{name}"' in page
    answer = served.get(f"/pictures/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert alerts("archive", "draw", "--json").json["pictures"] == 0
    assert alerts("archive", "verify").code == 0
    for path in ("/join", "/archive/en"):
        assert f"/pictures/{name}" in served.get(path).text


def test_without_pdf_files_there_is_no_link_and_nothing_behind_it(served: Served) -> None:
    queue_issue(served.settings.root, served.db)
    assert "issue.pdf" not in served.get("/archive/2026-10/en").text
    for path in ("2026-10/en", "2026-10/xx", "2026-99/en", "2020-01/en"):
        assert served.get(f"/archive/{path}/issue.pdf").status_code == 404


@pytest.mark.skipif(not available(), reason="WeasyPrint is not installed")
class TestPdf:
    """With WeasyPrint."""

    def test_an_issue_is_a_file_too(self, project: Path, alerts: Alerts) -> None:
        db = database(project)
        queue_issue(project, db)
        toml = project / "alerts.toml"
        toml.write_text(toml.read_text().replace("pdf = false", "pdf = true"), encoding="utf-8")
        assert alerts("archive", "draw", "--json").json["documents"] == 1
        assert alerts("archive", "draw", "--json").json["documents"] == 0
        with serve(project) as served:
            assert "issue.pdf" in served.get("/archive/2026-10/en").text
            answer = served.get("/archive/2026-10/en/issue.pdf")
            assert answer.headers["content-type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF-")
            assert answer.content == documents.get(db, OCTOBER, "en")
        assert alerts("archive", "export", "site").code == 0
        assert (project / "site/archive/2026-10/en/issue.pdf").read_bytes() == answer.content
        db.close()

    def test_it_loads_nothing_but_pictures_of_ours(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("x")
        asked: list[str] = []
        with site() as server:
            base = server.serve("/x.png", b"", content_type="image/png").removesuffix("/x.png")
            name = "a" * 64 + ".png"
            document = (
                f'<html><head><link rel="stylesheet" href="{base}/x.png">'
                f"<style>@import url({base}/y.css); body{{background:url({base}/z.png)}}"
                f'</style></head><body><img src="{base}/x.png"><img src="{secret.as_uri()}">'
                f'<img src="https://elsewhere.example/pictures/{name}"></body></html>'
            )

            def picture(one: str) -> None:
                asked.append(one)

            assert pdf(document, picture).startswith(b"%PDF-")
            assert server.requests == []
        assert asked == [name]
        assert pdf(document, picture) == pdf(document, picture)

    def test_a_sheet_is_a4_and_cells_are_as_wide_as_their_attributes_say(self) -> None:
        cells = '<td width="160">left</td><td width="160">right</td>'
        document = f'<body><table width="320" cellpadding="0"><tr>{cells}</tr></table></body>'
        (sheet,) = PdfReader(BytesIO(pdf(document, lambda name: None))).pages
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == (595, 842)
        places: dict[str, float] = {}

        def place(text: str, _: object, inside: list[float], *more: object) -> None:
            if word := text.strip():
                places.setdefault(word, inside[4])  # in CSS pixels, from the left

        sheet.extract_text(visitor_text=place)
        assert places["right"] - places["left"] == pytest.approx(160, abs=4)
