"""The weight of a large month: well below the size at which Gmail clips a message."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from alerts.config.themes import LOOKS, theme_named
from alerts.domain.article import Article, Event, Image
from alerts.editions.render import render_edition
from tests.issues import issue, settings

SECTIONS = {"news": 16, "publications": 12, "events": 6, "members": 10}
TITLE = "Десять лет декриминализации: что показали данные из девяти стран"
ARABIC_TITLE = "عشر سنوات على إلغاء التجريم: ما الذي أظهرته بيانات تسعة بلدان"
ARABIC_SUMMARY = (
    "قارن معدو التقرير بيانات تسعة بلدان على مدى عشر سنوات وخلصوا إلى أن تخفيف الأحكام لا يؤدي إلى ارتفاع"
    " الجريمة. وأوضحت المحكمة العليا مفهوم الحجم الكبير وألغت القرارات السابقة في قضايا."
)
SUMMARY = (
    "Авторы доклада сравнили данные девяти стран за десять лет и пришли к выводу, что сокращение сроков"
    " не ведёт к росту преступности. Верховный суд разъяснил понятие крупного размера и отменил решения."
)
PICTURES = f"https://alert.example.org/pictures/{'0' * 62}"


def _month() -> list[Article]:
    keys = [key for key, number in SECTIONS.items() for _ in range(number)]
    return [
        Article(
            f"https://news.example.org/2026/10/{n:02d}-dlinnyj-adres-stati",
            f"{TITLE} ({n})",
            SUMMARY,
            language="ru",
            section=key,
            image=Image(f"{PICTURES}{n:02d}.jpg") if n % 3 and key != "events" else None,
            event=Event(date(2026, 11, n - 20), None, "Алма-Ата") if key == "events" else None,
        )
        for n, key in enumerate(keys)
    ]


@pytest.mark.parametrize("theme", LOOKS)
def test_forty_four_stories_in_arabic_weigh_no_more(theme: str) -> None:
    given = replace(settings(Path("/nonexistent")), theme=theme_named(theme))
    stories = (
        replace(one, title=f"{ARABIC_TITLE} ({n})", summary=ARABIC_SUMMARY, language="ar")
        for n, one in enumerate(_month())
    )
    html = render_edition(issue(*stories), "ar", given).html
    assert len(html.encode()) <= 90_000
    assert all(f"({n})" in html for n in range(44))


@pytest.mark.parametrize("theme", LOOKS)
def test_forty_four_stories_in_russian_with_pictures_weigh_at_most_90_kb(theme: str) -> None:
    given = replace(settings(Path("/nonexistent")), theme=theme_named(theme))
    edition = render_edition(issue(*_month()), "ru", given)
    assert len(edition.html.encode()) <= 90_000
    for n in range(44):
        assert f"({n})" in edition.html
