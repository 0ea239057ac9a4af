"""What a post says, from what was frozen with its issue."""

from collections.abc import Sequence

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle, edition_path
from alerts.domain.channel import PostContent, PostedStory
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.store import archive


def frozen_content(
    db: Database, settings: Settings, month: Month, language: str, article: str
) -> PostContent | None:
    """That of an issue, or of one of its stories, as the archive shows it; None where it shows it no more."""
    edition = archive.edition(db, month, language)
    if edition is None:
        return None
    pieces = archive.pieces(db, month, language)
    if not article:
        return of_issue(settings, month, edition, pieces)
    piece = next((one for one in pieces if one.id == article), None)
    return None if piece is None else of_story(settings, month, language, piece)


def of_issue(
    settings: Settings, month: Month, edition: Edition, pieces: Sequence[ArchivedArticle]
) -> PostContent:
    """That of an issue: its subject, its preheader, and the titles of its stories."""
    return PostContent(
        edition.subject,
        edition.preheader,
        f"{settings.web.public_url}/{_path(month, edition.language)}",
        edition.language,
        tuple(PostedStory(one.title, one.url) for one in pieces),
    )


def of_story(
    settings: Settings, month: Month, language: str, piece: ArchivedArticle
) -> PostContent:
    """That of a story: its title, its summary, and its link, or else its place in the archive."""
    place = f"{settings.web.public_url}/{_path(month, language)}#a-{piece.id}"
    return PostContent(
        piece.title, piece.summary, piece.url or place, piece.title_language or language
    )


def _path(month: Month, language: str) -> str:
    return edition_path(str(month), language)
