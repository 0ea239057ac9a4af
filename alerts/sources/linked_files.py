"""Reads the PDF files that a feed or table only names, for what it does not say of them.

Guarantees: what the source says stays; robots.txt is obeyed; files are fetched one after the other, at most
`sources.follow`, and known ones are not fetched again. A file that cannot be read is told.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from alerts.domain.article import Article
from alerts.domain.errors import InputError
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher
from alerts.sources.normalise import SourceContent
from alerts.sources.robots import Robots
from alerts.text.urls import page_of

ReadFile = Callable[[Fetched, Deadline], SourceContent]
_NO_TITLE = re.compile(r"\S*\.pdf|https?://\S+", re.IGNORECASE)


def filled(
    found: SourceContent,
    known: frozenset[str],
    read_file: ReadFile,
    fetcher: Fetcher,
    robots: Robots,
    deadline: Deadline,
) -> SourceContent:
    """The content, its articles that are PDF files and have no summary with what the files say."""
    articles, notes = list(found.articles), list(found.notes)
    wanted = [
        n for n, one in enumerate(articles) if _is_bare(one) and page_of(one.url) not in known
    ]
    for turn, number in enumerate(wanted[: fetcher.limits.follow]):
        url = articles[number].url
        if deadline.left() <= 0:
            break
        try:
            robots.check(url, deadline)
            if turn:
                deadline.extend(robots.wait(url, deadline))
            own = deadline.part(deadline.seconds / 2)
            (said,) = read_file(fetcher.fetch(url, deadline=own), own).articles
        except (InputError, ValueError) as fault:
            notes.append(str(fault) if isinstance(fault, InputError) else f"{url}: no report")
            continue
        articles[number] = _with(articles[number], said)
    return replace(found, articles=tuple(articles), notes=tuple(notes))


def _is_bare(article: Article) -> bool:
    return urlsplit(article.url).path.lower().endswith(".pdf") and not article.summary


def _with(article: Article, said: Article) -> Article:
    """The article, with what its file says where the source says nothing."""
    guessed = article.guessed and not said.guessed
    return replace(
        article,
        title=said.title if _NO_TITLE.fullmatch(article.title) else article.title,
        summary=said.summary,
        language=said.language if guessed else article.language,
        guessed=article.guessed and said.guessed,
        published=article.published or said.published,
        author=article.author or said.author,
        pages=said.pages,
        marks=tuple(dict.fromkeys((*article.marks, *said.marks))),
    )
