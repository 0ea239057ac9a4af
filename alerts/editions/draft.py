"""The month's issue, composed and rendered in every language, once for the same content.

A frozen issue gives its stored editions; an open one is rendered from its articles as they are now, unless
editions of just this content are kept already (`store/rendered_editions.py`), whoever had them rendered.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import TemplateFault
from alerts.domain.issue import Edition, Issue
from alerts.domain.month import Month
from alerts.editions.gaps import content_hash
from alerts.editions.kept_editions import packed, unpacked, with_pictures
from alerts.editions.made_of import made_of, rendering_settings
from alerts.editions.pictures import Pictures
from alerts.issue.load import composed
from alerts.mail.issue_headers import Frame
from alerts.store import issues, picture_originals, rendered_editions
from alerts.store.issues import StoredIssue
from alerts.store.rendered_editions import RenderedFacts


@dataclass(frozen=True, slots=True)
class Draft:
    """The month's issue at one moment: composed, and rendered once.

    `content_hash` is what an approval signs. The articles may have changed since: a writer composes
    again inside its transaction, and compares. `made_of` is a hash of all that its editions were made of;
    empty for a frozen or empty issue.
    """

    month: Month
    issue: Issue
    editions: tuple[Edition, ...]
    content_hash: str
    made_of: str = ""


def editions(db: Database, settings: Settings, month: Month) -> tuple[Edition, ...]:
    """One edition per language: the frozen ones, or rendered now; none for an empty month."""
    return drafted(db, settings, month).editions


def drafted(
    db: Database, settings: Settings, month: Month, each: Callable[[], None] = lambda: None
) -> Draft:
    """The month's issue: the frozen one, or rendered from its present articles; `each` is called after
    each edition."""
    issue = composed(db, settings, month)
    stored = issues.get(db, month)
    where = stored.recipients.where if stored else ""
    if stored is not None and stored.frozen:
        made = _frozen(db, settings, stored)
        return Draft(month, issue, made, _signed(settings, issue, made, where))
    if issue.empty:
        return Draft(month, issue, (), _signed(settings, issue, (), where))
    prepared = picture_originals.prepared(db)
    source = made_of(settings, issue, prepared, where)
    if (known := _kept(db, settings, issue, source, where)) is not None:
        for _ in known.editions:
            each()
        return known
    made = _rendered(db, issue, settings, each)
    draft = Draft(month, issue, made, _signed(settings, issue, made, where), source)
    if made_of(settings, issue, picture_originals.prepared(db), where) == source:
        rendered_editions.if_writable(db, lambda: keep(db, draft))
    return draft


def keep(db: Database, draft: Draft) -> None:
    """Keep the editions of an open issue, within a transaction; nothing where they are kept."""
    facts = facts_of(draft)
    if draft.made_of and rendered_editions.facts(db, draft.made_of) != facts:
        rendered_editions.put(db, draft.made_of, facts, packed(draft.editions))


def facts_of(draft: Draft) -> RenderedFacts:
    """What is known of the editions of a draft without reading them."""
    pictures = {one.language: (len(one.pictures), one.picture_bytes) for one in draft.editions}
    return RenderedFacts(draft.content_hash, pictures)


def known(db: Database, settings: Settings, issue: Issue, where: str) -> RenderedFacts | None:
    """What is known of the editions of an open issue; None where they were not rendered since something
    of it has changed. Renders nothing and reads no edition."""
    source = made_of(settings, issue, picture_originals.prepared(db), where)
    return rendered_editions.facts(db, source)


def kept(db: Database, settings: Settings, month: Month, issue: Issue, source: str) -> Draft | None:
    """The draft whose editions were made of `source`, while they are kept; it is not said to be of `issue`
    as it is now."""
    found = rendered_editions.packed(db, source)
    if found is None:
        return None
    return Draft(month, issue, unpacked(db, settings, found[1]), found[0], source)


def shown(db: Database, settings: Settings, month: Month) -> tuple[Draft, str]:
    """The same for a person to look at, and "".

    Where a template is broken: without editions, its content approved by nobody, and what is wrong.
    """
    try:
        return drafted(db, settings, month), ""
    except TemplateFault as fault:
        return Draft(month, composed(db, settings, month), (), ""), str(fault)


def pictures_of(db: Database, settings: Settings) -> Pictures:
    """The pictures that editions can show now."""
    return Pictures.of(settings, picture_originals.prepared(db))


def _signed(settings: Settings, issue: Issue, made: tuple[Edition, ...], where: str) -> str:
    return content_hash(made, Frame.of(settings, issue.month), issue, where)


def _kept(db: Database, settings: Settings, issue: Issue, source: str, where: str) -> Draft | None:
    """The draft from editions that are kept, if their bytes are those that were kept."""
    found = kept(db, settings, issue.month, issue, source)
    if found is None or found.content_hash != _signed(settings, issue, found.editions, where):
        return None
    return found


def _frozen(db: Database, settings: Settings, stored: StoredIssue) -> tuple[Edition, ...]:
    made = issues.editions(db, stored.id, stored.version)
    return tuple(with_pictures(db, settings, one) for one in made)


def _rendered(
    db: Database, issue: Issue, settings: Settings, each: Callable[[], None] = lambda: None
) -> tuple[Edition, ...]:
    from alerts.editions.render import render_edition  # a second, for whoever finds them kept

    chosen = rendering_settings(settings)
    there, made = pictures_of(db, settings), []
    for language in settings.alert.languages:
        rendered = render_edition(issue, language, chosen, there)
        made.append(with_pictures(db, settings, rendered))
        each()
    return tuple(made)
