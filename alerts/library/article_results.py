"""What acts on articles return."""

from dataclasses import dataclass

from alerts.library.voided import Voided
from alerts.sources.late import Filing
from alerts.store.articles import StoredArticle


@dataclass(frozen=True, slots=True)
class ArticleChanged:
    """An article after an act; `voided` are the people whose approvals became void; `notes` say why its
    picture is not shown."""

    article: StoredArticle
    voided: tuple[Voided, ...] = ()
    fields: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleAdded:
    """An article that an editor added. `unread`: why its page could not be read; `filing`: where no
    month was named, the one by the late-article rule; `doubts`: what was read from its page and is a
    guess or not plausible, each with its field and the remedy."""

    article: StoredArticle
    unread: str = ""
    filing: Filing | None = None
    voided: tuple[Voided, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
