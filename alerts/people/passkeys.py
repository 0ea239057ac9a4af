"""Passkeys (WebAuthn level 2): a key in a person's device signs them in, as the link to their mailbox does.

    challenge (kept here, once, five minutes) → the device signs it, and our origin → a session

The authenticator must know who holds it (user verification), since there is no second factor. Passkeys work
at https, and at http://localhost; an address of numbers cannot have any. They need the extra `passkeys`.
"""

import importlib.util
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from alerts.domain.errors import InputError, UsageError
from alerts.domain.person import Person
from alerts.people.sign_in import SESSION_WITHIN, digest
from alerts.store import audit_log, passkeys, people, sign_ins, transaction

ANSWER_WITHIN = timedelta(minutes=5)
MOST = 10  # passkeys of one person
_LONGEST = 20_000  # characters of an answer
_WRONG = "this passkey cannot be used here; try again, or ask for a link by email"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """What passkeys are bound to: the host and the origin of the public address; `name` is shown."""

    host: str
    origin: str
    name: str


def relying_party(public_url: str, name: str) -> RelyingParty | None:
    """That of a public address; None where passkeys cannot work."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or host == "localhost"
    if not secure or _is_numbers(host) or importlib.util.find_spec("webauthn") is None:
        return None
    return RelyingParty(host, f"{parts.scheme}://{parts.netloc}", name)


def _is_numbers(host: str) -> bool:
    """Whether a host is an IP address, to which nothing can be bound."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def options_to_add(
    db: Database, party: RelyingParty, person: Person, value: bytes, browser: str, now: datetime
) -> str:
    """What a browser is told to make a passkey of a person, as JSON; `value` is a fresh challenge."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    with transaction(db):
        passkeys.challenge(db, value, digest(browser), person.id, now, now + ANSWER_WITHIN)
        there = passkeys.of_person(db, person.id)
    return options_to_json(
        generate_registration_options(
            rp_id=party.host,
            rp_name=party.name,
            user_id=f"person {person.id}".encode(),
            user_name=person.email,
            user_display_name=person.shown,
            challenge=value,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                structs.PublicKeyCredentialDescriptor(id=one.credential) for one in there
            ],
        )
    )


def add(
    db: Database,
    party: RelyingParty,
    person: Person,
    answer: str,
    name: str,
    browser: str,
    now: datetime,
) -> None:
    """Add the passkey that a browser has made; raises `InputError`, and `UsageError` for too many."""
    from webauthn import verify_registration_response

    value = _challenge(answer)
    with transaction(db):
        asked = passkeys.take(db, value, digest(browser), person.id, now)
    if not asked:
        raise InputError(_WRONG)
    try:
        made = verify_registration_response(
            credential=json.loads(answer),
            expected_challenge=value,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as fault:  # what a browser sends may break a parser in any way
        raise InputError(_WRONG) from fault
    with transaction(db):
        if len(passkeys.of_person(db, person.id)) >= MOST:
            raise UsageError(f"you have {MOST} passkeys; remove one first")
        key, uses = made.credential_public_key, made.sign_count
        if not passkeys.add(db, person.id, made.credential_id, key, uses, name, now):
            raise InputError(_WRONG)
        audit_log.record(db, now, "person.passkey_added", detail={"person": person.id})


def options_to_enter(
    db: Database, party: RelyingParty, value: bytes, browser: str, now: datetime
) -> str:
    """What any browser is told to sign in with a passkey, as JSON: it names nobody."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    with transaction(db):
        passkeys.challenge(db, value, digest(browser), None, now, now + ANSWER_WITHIN)
    return options_to_json(
        generate_authentication_options(
            rp_id=party.host,
            challenge=value,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def enter(
    db: Database, party: RelyingParty, answer: str, browser: str, fresh: str, now: datetime
) -> Person | None:
    """Begin a session, whose cookie is `fresh`, of whose passkey answered; None where none did."""
    from webauthn import verify_authentication_response

    try:
        value = _challenge(answer)
        credential = _decoded(json.loads(answer).get("rawId"))
    except InputError:
        return None
    with transaction(db):
        asked = passkeys.take(db, value, digest(browser), None, now)
        key = passkeys.find(db, credential)
    person = people.get(db, key.person_id) if asked and key is not None else None
    if key is None or person is None:
        return None
    try:
        proved = verify_authentication_response(
            credential=json.loads(answer),
            expected_challenge=value,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.uses,
            require_user_verification=True,
        )
    except Exception:
        return None
    with transaction(db):
        passkeys.used(db, key.id, proved.new_sign_count, now)
        sign_ins.begin(db, digest(fresh), person.id, now, now + SESSION_WITHIN)
        detail = {"person": person.id, "passkey": key.id}
        audit_log.record(db, now, "person.signed_in", detail=detail)
    return person


def remove(db: Database, person: Person, passkey_id: int, now: datetime) -> bool:
    """Remove a passkey of a person; False where there is none."""
    with transaction(db):
        gone = passkeys.remove(db, person.id, passkey_id)
        if gone:
            audit_log.record(db, now, "person.passkey_removed", detail={"person": person.id})
        return gone


def _challenge(answer: str) -> bytes:
    """The challenge that an answer names; raises `InputError`."""
    if len(answer) > _LONGEST:
        raise InputError(_WRONG)
    try:
        told: Any = json.loads(answer)
        client = json.loads(_decoded(told["response"]["clientDataJSON"]))
        return _decoded(client["challenge"])
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise InputError(_WRONG) from fault


def _decoded(text: object) -> bytes:
    """Octets of base64url without its padding (RFC 4648 §5); raises `InputError`."""
    if not isinstance(text, str):
        raise InputError(_WRONG)
    try:
        return urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}")
    except ValueError as fault:
        raise InputError(_WRONG) from fault
