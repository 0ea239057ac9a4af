"""Reports that are read from right to left: words and numbers in the order in which they are read."""

from pathlib import Path

import pytest
import weasyprint

import alerts
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.sources import pdf
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake, SourceContent
from alerts.sources.pdf_order import as_read, with_brackets

HERE = "https://r.example/files/report.pdf"
FONT = Path(alerts.__file__).parent / "sources/picture/fonts/NotoSansArabic-Regular.ttf"
STYLE = f"""@font-face {{ font-family: here; src: url(file://{FONT}) }}
body {{ font: 14px here; width: 480px }} h1 {{ font-size: 28px }} .two {{ columns: 2; font-size: 10px }}"""
SUMMARY = (
    "في عام 2025 أصدرت المحكمة 4,200 حكم بشأن الحيازة، وهو أكبر قرار من نوعه منذ إصلاح ٢٠٢٤. وقالت منظمة"
    " UNODC إن 310 أشخاص سيخرجون قبل نهاية العام. وارتفعت النسبة إلى 15% في شمال البلاد (المنطقة 3) حسب"
    " موقع New York Times يوم 12/10/2026."
)


def _content(body: str) -> SourceContent:
    page = f"<html lang=ar dir=rtl><meta charset=utf-8><style>{STYLE}</style><body>{body}</body></html>"
    octets = weasyprint.HTML(string=page).write_pdf()
    intake = Intake(Source(1, HERE, SourceKind.PDF), Settings(root=Path(".")))
    return pdf.read(Fetched(HERE, HERE, octets, "application/pdf"), intake)


def test_a_report_in_arabic_has_its_title_and_summary() -> None:
    found = _content(f"<h1>تقرير عن السكن 2026</h1><h2>ملخص</h2><p>{SUMMARY}</p>")
    (article,) = found.articles
    assert (article.title, article.summary) == ("تقرير عن السكن 2026", SUMMARY)
    assert (article.language, found.notes) == ("ar", ())
    told = {one.field: one for one in article.confidence}
    assert told["summary"].words == "likely: the order of its words is that of the page as it looks"


def test_columns_side_by_side_are_read_one_after_the_other() -> None:
    lines = "<br>".join(f"السطر رقم {n} من هذا العمود UNODC" for n in range(20, 60))
    (article,) = _content(f"<h1>تقرير عن السكن</h1><div class=two>{lines}.</div>").articles
    assert article.text.split("UNODC")[0].strip() == "السطر رقم 20 من هذا العمود"
    assert "السطر رقم 21 من هذا العمود UNODC السطر رقم 22" in article.text


HEBREW = (
    [["בצפון הארץ ", "15%", "-", "השיעור עלה ל"], '15%-ל הלע רועישה ץראה ןופצב',
     "בצפון הארץ השיעור עלה ל-15%"],
    [["2026", " ", "דוח על דיור"], "    2026 רויד לע חוד  ", "דוח על דיור 2026"],
    [["שנים", "2024–2026", "בין"], "2026–2024 ןיב םינש", "שנים בין 2024–2026"],
    [["שנים", "2024-2026", "בין"], "2024-2026 ןיב םינש", "שנים בין 2024-2026"],
    [["New", " ", "York", "לפי"], "New York יפל", "לפי New York"],
    [["COVID-19", "נגיף"], "COVID-19 ףיגנ", "נגיף COVID-19"],
)  # fmt: skip


@pytest.mark.parametrize(("pieces", "seen", "read"), HEBREW, ids=range(len(HEBREW)))
def test_a_line_is_read_from_right_to_left(pieces: list[str], seen: str, read: str) -> None:
    assert as_read(pieces, ["Something else", seen]) == read


def test_what_is_not_on_the_page_as_it_looks_has_no_order() -> None:
    assert as_read(["דוח", " 2026"], ["2026 רויד לע חוד", ""]) == ""
    assert as_read(["A report of 2026"], ["A report of 2026"]) == ""


def test_a_ligature_keeps_its_characters() -> None:
    assert as_read(["البلاد", " ", "15"], ["15 دلابلا"]) == "البلاد 15"


@pytest.mark.parametrize("lines", [["הארץ (אזור 3) לפי"], ["הארץ )אזור 3( לפי"]])
def test_brackets_open_before_they_close(lines: list[str]) -> None:
    assert with_brackets(lines) == ["הארץ (אזור 3) לפי"]
