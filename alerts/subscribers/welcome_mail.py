"""Makes a welcome: a short mail with the latest issue to read, or that issue as it was sent.

It has the headers and links of an issue, List-Unsubscribe among them, and the return path of a notice. It is
made anew for each attempt, so a story or an issue that was withdrawn or recalled meanwhile is not in it.
"""

from dataclasses import replace

from sqlite_utils import Database

from alerts.archive.public_page import headline_of
from alerts.config.settings import Settings
from alerts.domain.delivery import Envelope, Owed
from alerts.domain.issue import Edition
from alerts.domain.languages import edition_for
from alerts.domain.month import Month
from alerts.domain.picture import names_in, picture_path
from alerts.editions.catalogue import direction
from alerts.editions.draft import pictures_of
from alerts.editions.notice import LatestIssue, render_notice
from alerts.issue.compose import edition_language
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge, template
from alerts.mail.tokens import Purpose
from alerts.store import latest_issue, link_numbers, moment, signing_keys, subscribers
from alerts.store.latest_issue import LatestEdition
from alerts.store.notices import Notice, NoticeKind


def welcome_message(
    db: Database, settings: Settings, notice: Notice, keyring: Keyring
) -> tuple[Envelope, bytes]:
    """The envelope and the bytes of a welcome; raises `TemplateFault`."""
    person = subscribers.by_id(db, notice.subscriber_id or 0)
    reads = person.language if person else notice.language
    asked = moment(notice.created_at)
    latest = _latest(db, settings, reads)
    if latest and _whole(db, settings, notice, latest):
        frame, edition = Frame.of(settings, latest.month), latest.edition
    else:
        frame = replace(Frame.of(settings, Month.of(asked, settings.zone)), month="welcome")
        edition = _short(db, settings, edition_language(reads, settings), frame, latest)
    owed = Owed(
        id=notice.id,
        edition_id=0,
        subscriber_id=link_numbers.number_of(db, notice.subscriber_id or 0),
        email=notice.email,
        name=person.name if person else "",
        attempts=notice.attempts,
        uncounted=bool(person and person.uncounted_since),
    )
    merge = Merge(
        template(edition, frame, asked),
        frame,
        *signing_keys.newest(db),
        edition.language,
        keyring.signer_of(asked),
        purpose=Purpose.NOTICE,
    )
    return merge.envelope(owed), merge.message(owed)


def _latest(db: Database, settings: Settings, language: str) -> LatestEdition | None:
    """The latest issue in the language of a reader, or the next one that they understand."""
    made = {one.edition.language: one for one in latest_issue.editions(db)}
    tag = edition_for(language, [*made], settings.alert.fallback, settings.default_language)
    return made.get(tag) or next(iter(made.values()), None)


def _whole(db: Database, settings: Settings, notice: Notice, latest: LatestEdition) -> bool:
    """Whether the welcome is the issue itself: not for who has it, from a time when they were subscribed,
    and not where a story of it was withdrawn, as what is left is a page and has no text part."""
    wanted = settings.web.welcome_mail == "issue" and bool(latest.edition.text)
    return wanted and not latest_issue.has(db, latest.issue_id, notice.subscriber_id or 0)


def _short(
    db: Database, settings: Settings, language: str, frame: Frame, latest: LatestEdition | None
) -> Edition:
    """The short welcome; without the latest issue where there is none."""
    shown = _shown(frame.base_url, latest) if latest else None
    facts = {"latest": shown, "preheader": shown.title if shown else "", "site": frame.base_url}
    there = pictures_of(db, settings)
    return render_notice(NoticeKind.WELCOME, language, settings, facts, there)


def _shown(base_url: str, latest: LatestEdition) -> LatestIssue:
    edition = latest.edition
    name = next(names_in(latest.image), "")
    return LatestIssue(
        url=f"{base_url}/archive/{latest.month}/{edition.language}",
        title=headline_of(edition.html) or edition.subject,
        standfirst=edition.preheader,
        picture=f"{base_url}/{picture_path(name)}" if name else "",
        language=edition.language,
        direction=direction(edition.language),
    )
