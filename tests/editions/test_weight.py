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
def test_forty_four_stories_in_russian_with_pictures_weigh_at_most_90_kb(theme: str) -> None:
    given = replace(settings(Path("/nonexistent")), theme=theme_named(theme))
    edition = render_edition(issue(*_month()), "ru", given)
    assert len(edition.html.encode()) <= 90_000
    for n in range(44):
        assert f"({n})" in edition.html
