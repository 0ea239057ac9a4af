"""Pictures in cells: cropped to what matters, sized for their places, and hostile ones refused."""

import gzip
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms

from alerts.domain.errors import InputError
from alerts.domain.picture import BOXES, Focus, PictureKind, PictureUse
from alerts.sources.cell.checks import Malformed
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.picture.answer import MadePicture, made_of, versions_of
from tests.drawn import calm, colour_at, drawing, file_of, grey_at, opened, photograph, with_detail

LEAD, CARD, THUMB, COVER, LOGO = PictureUse


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    """Cells for all tests of this file."""
    with Cells(1) as made:
        yield made


def _made(
    cells: Cells,
    document: bytes,
    kind: PictureKind = PictureKind.STORY,
    focus: Focus | None = None,
) -> MadePicture:
    job = Job(Task.PICTURE, "x.jpg", kind, focus=focus or ())
    return cells.ask(job, document, made_of, Deadline(30))


def _refusal(cells: Cells, document: bytes) -> str:
    with pytest.raises(InputError) as caught:
        _made(cells, document)
    return str(caught.value)


# --- sizes ----------------------------------------------------------------------------------------


def test_a_photograph_gets_a_file_for_each_place_with_twice_its_pixels(cells: Cells) -> None:
    made = _made(cells, file_of(photograph(2400, 1600)))
    assert (made.width, made.height) == (2400, 1600)
    sizes = {use: (one.width, one.height) for use, one in made.versions.items()}
    assert sizes == {LEAD: (1280, 720), CARD: (560, 374), THUMB: (240, 180)}
    for use, one in made.versions.items():
        assert opened(one.octets).size == (one.width, one.height)
        assert len(one.octets) <= 2 * BOXES[use].most_octets  # noise is the worst there is


def test_ordinary_pictures_keep_to_the_weight_of_their_place(cells: Cells) -> None:
    made = _made(cells, file_of(with_detail(2400, 1600, (1200, 800), 700)))
    for use, one in made.versions.items():
        assert len(one.octets) <= BOXES[use].most_octets


def test_no_picture_is_enlarged(cells: Cells) -> None:
    made = _made(cells, file_of(photograph(700, 500)))
    sizes = {use: (one.width, one.height) for use, one in made.versions.items()}
    assert sizes == {LEAD: (700, 394), CARD: (560, 374), THUMB: (240, 180)}
    made = _made(cells, file_of(photograph(150, 120)))
    assert {use: one.width for use, one in made.versions.items()} == {THUMB: 150}


def test_what_could_only_be_shown_blown_up_is_refused(cells: Cells) -> None:
    assert "has 102×68 pixels" in _refusal(cells, file_of(photograph(102, 68)))
    assert "has 600×40 pixels" in _refusal(cells, file_of(photograph(600, 40)))


def test_a_portrait_is_a_cover_uncropped_and_its_lead_is_no_taller_than_others(
    cells: Cells,
) -> None:
    made = _made(cells, file_of(photograph(1600, 2800)))
    sizes = {use: (one.width, one.height) for use, one in made.versions.items()}
    assert sizes == {LEAD: (1280, 720), CARD: (560, 374), THUMB: (240, 180), COVER: (183, 320)}


def test_a_logo_is_fitted_and_stays_transparent(cells: Cells) -> None:
    mark = Image.new("RGBA", (900, 300), (0, 0, 0, 0))
    mark.paste((15, 90, 99, 255), (300, 50, 600, 250))
    made = _made(cells, file_of(mark, "PNG"), PictureKind.LOGO)
    (logo,) = made.versions.values()
    assert (logo.type, logo.width, logo.height) == ("image/png", 384, 128)
    assert opened(logo.octets).convert("RGBA").getchannel("A").tobytes()[0] == 0


# --- what is shown of it --------------------------------------------------------------------------


def _bright(octets: bytes) -> tuple[float, float]:
    """Where the busy pattern lies, in shares of width and height."""
    picture = opened(octets).convert("L")
    width, height = picture.size
    dark = [n for n, value in enumerate(picture.tobytes()) if value < 12]
    assert dark
    return (
        sum(n % width for n in dark) / len(dark) / width,
        sum(n // width for n in dark) / len(dark) / height,
    )


@pytest.mark.parametrize("place", [(300, 600), (1000, 600), (2700, 600)])
def test_the_part_with_the_most_detail_is_shown_from_side_to_side(
    cells: Cells, place: tuple[int, int]
) -> None:
    made = _made(cells, file_of(with_detail(3000, 1200, place, 400)))
    assert 0.1 < _bright(made.versions[THUMB].octets)[0] < 0.9


@pytest.mark.parametrize("height", [250, 900, 1500])
def test_the_part_with_the_most_detail_is_shown_from_top_to_bottom(
    cells: Cells, height: int
) -> None:
    made = _made(cells, file_of(with_detail(1200, 1800, (600, height), 360)))
    assert 0.1 < _bright(made.versions[LEAD].octets)[1] < 0.9


def test_where_nothing_stands_out_a_portrait_is_shown_from_its_upper_third(cells: Cells) -> None:
    rows = Image.new("L", (1, 1800))
    rows.putdata([n * 255 // 1800 for n in range(1800)])
    picture = Image.merge("RGB", [rows.resize((1200, 1800))] * 3)
    lead = _made(cells, file_of(picture, quality=95)).versions[LEAD]
    middle = grey_at(lead.octets, (600, lead.height // 2))
    assert 0.30 < middle / 255 < 0.42


@pytest.mark.parametrize(("focus", "expected"), [((50, 0), 0.1), ((50, 100), 0.9), ((50, 60), 0.6)])
def test_an_editor_decides_which_part_is_shown(cells: Cells, focus: Focus, expected: float) -> None:
    rows = Image.new("L", (1, 3000))
    rows.putdata([n * 255 // 3000 for n in range(3000)])
    picture = Image.merge("RGB", [rows.resize((1000, 3000))] * 3)
    made = _made(cells, file_of(picture, quality=95), focus=focus)
    lead = made.versions[LEAD]
    middle = grey_at(lead.octets, (400, lead.height // 2))
    assert abs(middle / 255 - expected) < 0.03
    job = Job(Task.VERSIONS, "x.jpg", PictureKind.STORY, focus=focus)
    again = cells.ask(job, made.master.octets, versions_of, Deadline(30))
    assert again == made.versions


# --- files of every kind --------------------------------------------------------------------------


def test_a_drawing_is_a_png_and_a_photograph_a_progressive_jpeg(cells: Cells) -> None:
    drawn = _made(cells, file_of(drawing(1400, 900), "PNG")).versions[LEAD]
    taken = _made(cells, file_of(photograph(1400, 900), "PNG")).versions[LEAD]
    assert (drawn.type, taken.type) == ("image/png", "image/jpeg")
    assert opened(taken.octets).info.get("progressive")
    assert len(drawn.octets) < 20_000


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP"])
def test_each_common_format_is_read(cells: Cells, form: str) -> None:
    made = _made(cells, file_of(photograph(600, 400), form))
    assert made.versions.keys() == {LEAD, CARD, THUMB}


def test_nothing_but_pixels_is_kept(cells: Cells) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRET"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    document = file_of(
        photograph(1400, 900), exif=exif, comment=b"SECRET", icc_profile=profile, dpi=(300, 300)
    )
    assert document.count(b"SECRET") == 2
    made = _made(cells, document)
    for one in (made.master, *made.versions.values()):
        assert b"SECRET" not in one.octets
        assert not {"exif", "comment", "icc_profile", "dpi"} & opened(one.octets).info.keys()


def test_a_picture_taken_sideways_stands_upright(cells: Cells) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    picture = calm(900, 600)
    picture.paste((255, 0, 0), (0, 0, 300, 600))  # on the left, so on top once it is turned
    made = _made(cells, file_of(picture, exif=exif, quality=95))
    assert (made.width, made.height) == (600, 900)
    red, green, _ = colour_at(made.versions[COVER].octets, (100, 10))
    assert red > 200
    assert green < 80


def test_cmyk_and_profiles_become_what_a_screen_shows(cells: Cells) -> None:
    red = Image.new("CMYK", (600, 400), (0, 255, 255, 0))
    red.paste((0, 0, 0, 255), (0, 0, 100, 100))
    shown = _made(cells, file_of(red)).versions[CARD].octets
    assert colour_at(shown, (400, 300))[0] > 200
    assert max(colour_at(shown, (400, 300))[1:]) < 60
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = file_of(photograph(600, 400), icc_profile=lab)
    broken = file_of(photograph(600, 400), icc_profile=b"no profile" * 40)
    assert _made(cells, same).versions.keys() == _made(cells, broken).versions.keys()


def test_sixteen_bits_of_grey_are_not_cut_off_to_white(cells: Cells) -> None:
    row = struct.pack("<600H", *([60_000] * 300 + [30_000] * 300))
    deep = Image.frombytes("I;16", (600, 400), row * 400)
    shown = _made(cells, file_of(deep, "PNG")).versions[CARD].octets
    assert abs(grey_at(shown, (500, 200)) - 117) < 6
    assert abs(grey_at(shown, (50, 200)) - 234) < 6


def test_what_is_transparent_stands_on_white(cells: Cells) -> None:
    ink = Image.new("RGBA", (600, 400), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (100, 100, 200, 200))
    shown = _made(cells, file_of(ink, "PNG")).versions[CARD].octets
    assert colour_at(shown, (500, 300)) == (255, 255, 255)


def test_an_animation_shows_its_first_frame(cells: Cells) -> None:
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("#dd2200", "#0022dd", "#00dd22")]
    for frame in frames:
        frame.paste("white", (0, 0, 40, 40))
    for form in ("GIF", "WEBP", "PNG"):
        document = file_of(frames[0], form, save_all=True, append_images=frames[1:])
        shown = _made(cells, document).versions[THUMB].octets
        red, green, blue = colour_at(shown, (200, 150))
        assert red > 180, form
        assert max(green, blue) < 90, form


def test_the_same_document_gives_the_same_bytes(cells: Cells) -> None:
    document = file_of(photograph(1400, 900))
    first = _made(cells, document)
    with Cells(1) as others:
        assert _made(others, document) == first


# --- hostile ones ---------------------------------------------------------------------------------


def _png(width: int, height: int, data: bytes, colours: int = 2) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"><script/></svg>'
HOSTILE = {
    "svg": (SVG, "is SVG or a page"),
    "svg with a declaration": (b'<?xml version="1.0"?>\n' + SVG, "is SVG or a page"),
    "svgz": (gzip.compress(SVG, mtime=0), "is SVG or a page"),
    "page": (b"<!doctype html><title>Sign in</title>", "is SVG or a page"),
    "text": (b"not here", "is no JPEG"),
    "empty": (b"", "is no JPEG"),
    "tiff": (file_of(calm(600, 400), "TIFF"), "is no JPEG"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 600\n", "is no JPEG"),
    "tracker": (file_of(Image.new("RGB", (1, 1)), "GIF"), "1×1 pixels, as trackers have"),
    "line": (file_of(Image.new("RGB", (900, 1)), "PNG"), "as trackers have"),
    "one colour": (file_of(Image.new("RGB", (900, 600), "#eeeeee"), "PNG"), "of one colour"),
    "nothing on it": (file_of(Image.new("RGBA", (900, 600)), "PNG"), "of one colour"),
    "cut off": (file_of(photograph(900, 600))[:9000], "is damaged"),
    "bomb": (_png(60_000, 60_000, zlib.compress(bytes(10_000_000), 9)), "3600 megapixels"),
    "long bomb": (_png(2_000_000, 100, zlib.compress(b"", 9)), "200 megapixels"),
    "less than it says": (_png(3000, 3000, zlib.compress(bytes(100))), "is damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_refused_in_one_line_and_costs_no_cell(
    cells: Cells, name: str
) -> None:
    document, words = HOSTILE[name]
    _made(cells, file_of(drawing(300, 200), "PNG"))
    before = cells.pids
    told = _refusal(cells, document)
    assert words in told
    assert "\n" not in told
    assert cells.pids == before


def test_noise_of_every_format_never_stops_the_next_picture(cells: Cells) -> None:
    whole = [file_of(photograph(300, 200), form) for form in ("JPEG", "PNG", "GIF", "WEBP", "BMP")]
    for document in whole:
        for place in range(40, len(document), max(1, len(document) // 12)):
            hurt = document[:place] + bytes(40) + document[place + 40 :]
            with suppress(InputError):
                _made(cells, hurt)
    assert _made(cells, file_of(photograph(300, 200))).versions


def test_a_picture_of_fifty_megapixels_fits_into_a_cell(cells: Cells) -> None:
    rows = bytes(7001 * 3000) + (b"\0" + b"\x90" * 7000) * 4000
    assert LEAD in _made(cells, _png(7000, 7000, zlib.compress(rows, 1), colours=0)).versions


def test_the_process_that_sends_decodes_no_picture() -> None:
    program = "import sys, alerts.sources.collect, alerts.sources.picture.answer; print('PIL' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout == "False\n"


# --- what a cell says -----------------------------------------------------------------------------


def _lies(good: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind, width, height, octets = good["master"]
    other = good["versions"]["lead"]
    yield {**good, "size": [0, 4]}
    yield {**good, "master": [kind, width + 1, height, octets]}
    yield {**good, "master": ["image/svg+xml", width, height, octets]}
    yield {**good, "master": ["image/png", width, height, octets]}
    yield {**good, "master": [kind, width, height, octets[:-8]]}
    yield {**good, "master": [kind, width, height, "é"]}
    yield {**good, "versions": {"poster": other}}
    yield {**good, "versions": {"thumb": other}}
    yield {**good, "versions": {"lead": good["master"]}}
    yield {**good, "more": 1}


def test_a_cell_that_lies_is_not_believed(cells: Cells) -> None:
    job = Job(Task.PICTURE, "x.jpg", PictureKind.STORY)
    good: dict[str, Any] = cells.ask(job, file_of(photograph(1700, 900)), dict, Deadline(30))
    made_of(good)
    for lie in _lies(good):
        with pytest.raises(Malformed):
            made_of(lie)
