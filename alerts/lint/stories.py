"""The stories and sources of the URLs in an issue's editions, and the accepted findings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlite_utils import Database

from alerts.domain.article import Article
from alerts.domain.issue import Issue
from alerts.domain.picture import PictureKind, PreparedPicture
from alerts.lint.options import LintOptions, LostPicture, PictureFacts
from alerts.store import accepted_findings, issues, picture_originals
from alerts.store.sources import locations_of_month
from alerts.text.plain_text import safe_url

Prepared = Mapping[tuple[str, PictureKind, str], PreparedPicture]


def of_issue(db: Database, options: LintOptions, issue: Issue) -> LintOptions:
    """The options for the editions of that issue: the story and the source of each address that they may
    link to, and the accepted findings."""
    sources = locations_of_month(db, issue.month)
    stories: dict[str, str] = {}
    origins: dict[str, str] = {}
    for article in issue.articles:
        for url in _addresses(article):
            stories[url] = article.url
            if location := sources.get(article.id):
                origins[url] = location
    accepted = frozenset((one.code, one.cause) for one in accepted_findings.everything(db))
    there = picture_originals.prepared(db)
    return replace(
        options,
        stories=stories,
        origins=origins,
        accepted=accepted,
        pictures=dict(_pictures(issue, there)),
        lost_pictures=tuple(_lost(db, issue, there)) if options.copies_pictures else (),
    )


def _pictures(issue: Issue, there: Prepared) -> Iterator[tuple[str, PictureFacts]]:
    """Every version of every picture that can be shown, by the first digits of its name."""
    titles = {a.image.url: a for a in issue.articles if a.image}
    for (url, kind, _), found in there.items():
        article = titles.get(url) if kind is PictureKind.STORY else None
        for version in found.versions.values():
            words = (article.id, article.title) if article else ("", "")
            yield version.name[:40], PictureFacts(*words, version.size)


def _lost(db: Database, issue: Issue, there: Prepared) -> Iterator[LostPicture]:
    """The articles of an open issue that have a picture which is not shown."""
    stored = issues.get(db, issue.month)
    if stored is not None and stored.frozen:
        return
    shown = {(url, kind) for url, kind, _ in there}
    faults = picture_originals.faults(db)
    for article in issue.articles:
        key = (article.image.url, PictureKind.STORY) if article.image else None
        if key and key not in shown:
            reason = faults.get(key, "")
            words = reason or "it was not fetched yet"
            yield LostPicture(article.id, article.title, words.rstrip("."), bool(reason))


def _addresses(article: Article) -> Iterator[str]:
    """Each address at which an edition may link to the article, as editions write it."""
    yield safe_url(article.url)
    for translation in article.translations.values():
        if translation.url:
            yield safe_url(translation.url)
