"""Tells the editors of an issue that nobody reviews what was held, and what was sent with a guessed date.

One mail to each editor for each such state; nothing to tell, no mail.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from html import escape

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.delivery import DeliveryState
from alerts.domain.errors import RelayUnavailable
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.editions import approval
from alerts.editions.draft import Draft
from alerts.mail.dkim_keys import Keyring
from alerts.mail.merge import copy
from alerts.preview.mails import DoubtsMailed
from alerts.store import approvals, articles, issues, quarantine, transaction
from alerts.text.plural import counted
from alerts.transport.connection import Transport
from alerts.transport.send_one import SingleSender

_NOTE = "doubts"  # in the place of a language, in the list of what was mailed


def mail_doubts(
    db: Database, settings: Settings, draft: Draft, now: datetime, connect: Transport
) -> DoubtsMailed:
    """Tell each of alert.editors, unless they know it; without any, nobody is mailed.

    A relay that cannot be reached is told, and no fault.
    """
    held, guessed = tuple(_held(db, draft.month)), tuple(_guessed(draft))
    if not held and not guessed:
        return DoubtsMailed(draft.month, ())
    lines = (*held, *guessed)
    editors = approval.editors(db, settings) if settings.alert.editors else ()
    if not editors:
        return DoubtsMailed(draft.month, lines, mailed=False)
    state = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    with transaction(db):
        issue_id = issues.begin(db, draft.month, now)
        known = approvals.previewed(db, issue_id, state)
    sign = Keyring.load(settings).signer_of(now)
    sent, refused = [], []
    message = _message(draft.month, held, guessed)
    with SingleSender(connect) as relay:
        for editor in (one for one in editors if (one, _NOTE) not in known):
            number = approval.number_of(f"{state} {editor}")
            made = copy(message, settings, draft.month, now, editor, number, sign)
            try:
                outcome = relay.send(*made)
            except RelayUnavailable as fault:
                refused.append((editor, str(fault)))
                break
            if outcome.state is DeliveryState.SENT:
                with transaction(db):
                    approvals.add_preview(db, issue_id, state, (editor, _NOTE), now)
                sent.append(editor)
            else:
                refused.append((editor, str(outcome.reply)))
    return DoubtsMailed(draft.month, lines, tuple(sent), tuple(refused))


def _held(db: Database, month: Month) -> Iterator[str]:
    for one in quarantine.open_ones(db, month):
        title = articles.get(db, one.article_id).article.title
        yield f"{one.article_id} “{title}”: {'; '.join(one.reasons)}"


def _guessed(draft: Draft) -> Iterator[str]:
    for article in draft.issue.articles:
        for one in article.confidence:
            if one.field == "published" and article.month_guessed and article.published:
                day = f"{article.published:%Y-%m-%d}"
                yield f"{article.id} “{article.title}”: its date, {day}, is {one.words}"


def _message(month: Month, held: tuple[str, ...], guessed: tuple[str, ...]) -> Edition:
    """The mail, in English as all for editors."""
    parts = []
    if held:
        take_in = "`alerts article include ID` takes one in: into the next issue that is open."
        parts.append((f"{counted(len(held), 'article')} held, not sent. {take_in}", held))
    if guessed:
        see = "`alerts article show ID` says why."
        parts.append(
            (f"{counted(len(guessed), 'article')} sent with a guessed date. {see}", guessed)
        )
    subject = f"[HELD] {month}: {len(held)} held, {len(guessed)} sent with a guessed date"
    text = "\n\n".join("\n".join((head, "", *lines)) for head, lines in parts)
    inner = "".join(
        f"<p>{escape(head)}</p><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for head, lines in parts
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head><body>{inner}</body></html>\n"
    )
    return Edition("en", subject, "", page, f"{text}\n", 0)
