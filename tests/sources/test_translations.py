"""What makes two articles of one site one story in two languages, by what does not depend on language."""

from datetime import UTC, datetime

import pytest

from alerts.domain.article import Article, Image
from alerts.sources.translations import pairs

LOGO = Image("https://ngo.example/logo.jpg")


def _article(name: str, language: str, at: datetime, picture: Image = LOGO) -> Article:
    return Article(
        f"https://ngo.example/{name}",
        f"Of {name}",
        language=language,
        published=at,
        image=picture,
    )


def _sure(*articles: Article) -> list[set[str]]:
    names = {article.id: article.url.rpartition("/")[2] for article in articles}
    return [{names[pair.one], names[pair.other]} for pair in pairs(articles) if pair.sure]


@pytest.mark.parametrize(("minute", "joined"), [(0, []), (37, [{"harbour", "puerto"}])])
def test_a_picture_of_many_articles_and_one_day_join_nothing(
    minute: int, joined: list[set[str]]
) -> None:
    here = datetime(2026, 10, 16, 10, minute, tzinfo=UTC)
    others = [
        _article(name, "en", datetime(2026, 10, day, 9, tzinfo=UTC))
        for name, day in (("fish", 3), ("net", 8))
    ]
    found = _sure(_article("harbour", "en", here), _article("puerto", "es", here), *others)
    assert found == joined


def test_a_picture_of_these_two_alone_joins_them_on_one_day() -> None:
    at, own = datetime(2026, 10, 16, tzinfo=UTC), Image("https://ngo.example/harbour.jpg")
    found = _sure(_article("harbour", "en", at, own), _article("puerto", "es", at, own))
    assert found == [{"harbour", "puerto"}]
