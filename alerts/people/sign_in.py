"""Signing in: a link to a mailbox proves who reads it, and begins a session of one browser.

    ask (a visitor) → admit (by us, a moment later) → a notice with a link → enter → a session

What a visitor asks for is recorded without looking anybody up, so no answer can tell who works here.
A link works once, within 15 minutes, and only in the browser that asked for it; one that an admin
printed works in any. The database holds hashes of what browsers hold.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.errors import InputError, UsageError
from alerts.domain.person import Person
from alerts.store import audit_log, notices, people, sign_ins, transaction
from alerts.store.notices import NoticeKind
from alerts.store.sign_ins import SignInLink

LINK_WITHIN = timedelta(minutes=15)
SESSION_WITHIN = timedelta(days=14)
PROOF_WITHIN = timedelta(minutes=30)  # for what cannot be undone
MOST_AN_HOUR = 5  # links mailed to one person
BATCH = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person in a browser. `proved`: they proved who they are within the last half hour."""

    person: Person
    until: datetime
    proved: bool


def digest(secret: str) -> bytes:
    """What the database holds of a cookie."""
    return hashlib.sha256(secret.encode()).digest()


def ask(db: Database, email: str, language: str, browser: str, now: datetime) -> None:
    """Record a visitor's request for a link; `browser` is the cookie of their browser."""
    with transaction(db):
        until = now + LINK_WITHIN
        sign_ins.ask(db, email, now, until, language=language, browser=digest(browser))


def admit(db: Database, now: datetime) -> int:
    """Decide on all requests: a person is mailed their link; returns how many are."""
    owed = 0
    while True:
        with transaction(db):
            asked = sign_ins.undecided(db, BATCH)
            owed += sum(_admit(db, request, now) for request in asked)
            sign_ins.forget(db, now - sign_ins.KEPT)
        if len(asked) < BATCH:
            return owed


def _admit(db: Database, request: SignInLink, now: datetime) -> bool:
    try:
        address = Address.parse(request.email)
    except InputError:
        sign_ins.decide(db, request.id, None, now)
        return False
    person = people.find(db, address)
    if person is None or request.until <= now:
        sign_ins.decide(db, request.id, None, now)
        return False
    if sign_ins.mailed_since(db, person.id, now - timedelta(hours=1)) >= MOST_AN_HOUR:
        sign_ins.decide(db, request.id, None, now)
        return False
    sign_ins.decide(db, request.id, person.id, now)
    notices.add(
        db,
        NoticeKind.SIGN_IN,
        Address.parse(person.email),
        request.language,
        now,
        subscriber_id=None,
        sign_in_id=request.id,
    )
    return True


def link(db: Database, address: Address, now: datetime) -> int:
    """The id of a new link for a person, for any browser; raises `UsageError` for nobody of ours."""
    with transaction(db):
        person = people.find(db, address)
        if person is None:
            raise UsageError(
                f"{address}: nobody with this address works here; `alerts person add {address}"
                " --role editor` adds them"
            )
        audit_log.record(db, now, "person.link", detail={"person": person.id})
        return sign_ins.ask(db, person.email, now, now + LINK_WITHIN, person_id=person.id)


def usable(db: Database, link_id: int, browser: str | None, now: datetime) -> Person | None:
    """Whom a link would sign in, in the browser with that cookie; changes nothing."""
    found = sign_ins.link(db, link_id)
    if found is None or found.used or found.until <= now or found.person_id is None:
        return None
    if found.browser is not None and (browser is None or digest(browser) != found.browser):
        return None
    return people.get(db, found.person_id)


def enter(
    db: Database, link_id: int, browser: str | None, fresh: str, now: datetime
) -> Person | None:
    """Use a link up and begin a session whose cookie is `fresh`; None where it does not sign in."""
    with transaction(db):
        person = usable(db, link_id, browser, now)
        if person is None or not sign_ins.use(db, link_id, now):
            return None
        sign_ins.begin(db, digest(fresh), person.id, now, now + SESSION_WITHIN)
        audit_log.record(db, now, "person.signed_in", detail={"person": person.id})
        return person


def signed_in(db: Database, cookie: str, now: datetime) -> SignedIn | None:
    """Who is signed in by a cookie."""
    found = sign_ins.session(db, digest(cookie), now)
    person = people.get(db, found.person_id) if found else None
    if found is None or person is None:
        return None
    return SignedIn(person, found.until, now - found.proved_at < PROOF_WITHIN)


def leave(db: Database, cookie: str) -> None:
    """End the session of a cookie."""
    with transaction(db):
        sign_ins.end(db, digest(cookie))


def revoke(db: Database, person: Person, now: datetime) -> int:
    """End all sessions of a person; returns how many there were."""
    with transaction(db):
        ended = sign_ins.end_all(db, person.id)
        audit_log.record(db, now, "person.sessions_ended", detail={"person": person.id})
        return ended
