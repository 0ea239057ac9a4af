"""Operations on those who are not on the list yet, or not any more: sign-ups of other sites, files of
people, suppressions."""

import io
from typing import Any

from alerts.domain.address import Address
from alerts.domain.api_token import TokenScope
from alerts.domain.subscriber import SuppressionReason
from alerts.library.readers import clean_name, clean_wording
from alerts.subscribers.confirmation import SignUp
from alerts.web.api.operation import ApiCall, ApiReply, CarriedOut, NoQuery, Operation
from alerts.web.api.pages import ListPage, PageQuery, number_of, paged
from alerts.web.api.people import email_of
from alerts.web.api.people_values import (
    ApiSuppression,
    ImportQuery,
    PeopleImported,
    RejectedLine,
    SignUpNew,
    SignUpTaken,
    SuppressionNew,
    SuppressionsAdded,
)
from alerts.web.api.problems import TOO_MANY, ProblemFault, missing

WRITE, ADMIN = TokenScope.WRITE, TokenScope.ADMIN


def _sign_up(call: ApiCall[NoQuery, SignUpNew]) -> SignUpTaken:
    sign_up, limits = call.body, call.site.limits
    address = Address.parse(sign_up.email)
    second = call.now.timestamp()
    if not (limits.domain.take(address.domain, second) and limits.in_all.take("", second)):
        raise ProblemFault(TOO_MANY, "too many sign-ups", wait=600)
    if limits.welcome(address, call.now):
        readers = call.project.readers
        language = sign_up.language or call.site.settings.default_language
        signed = SignUp(
            address=address,
            name=clean_name(sign_up.name),
            language=readers.language(language),
            consent=clean_wording(sign_up.consent),
            page=sign_up.page,
        )
        readers.ask_to_join(signed)
        readers.afterwards(call.site.wake)
    return SignUpTaken("asked")


def _import(call: ApiCall[ImportQuery, bytes]) -> PeopleImported:
    asked = call.query
    stated = bool(asked.consent.strip() and asked.consent_source.strip())
    options: dict[str, Any] = {} if stated else {"status": "pending"}
    for name in ("consent", "consent_source", "language"):
        if value := getattr(asked, name):
            options[name] = value
    done = call.project.subscribers.import_file(
        io.BytesIO(call.body), name="body", dry_run=asked.dry_run, **options
    )
    rejected = [RejectedLine(*line) for line in done.rejected]
    return PeopleImported(done.added, done.updated, done.unchanged, rejected, [*done.notices])


def _suppressions(call: ApiCall[PageQuery, None]) -> ApiReply:
    found = call.project.suppressions.list(number_of(call.query.after))
    return paged(call, found, ApiSuppression.of, lambda kept: kept.id)


def _suppress(call: ApiCall[NoQuery, SuppressionNew]) -> SuppressionsAdded:
    new = call.body
    reason = SuppressionReason(new.reason)
    added = call.project.suppressions.add(*new.emails, reason=reason, note=new.note)
    return SuppressionsAdded(added)


def _suppression(call: ApiCall[NoQuery, None]) -> ApiSuppression:
    email = email_of(call)
    kept = call.project.suppressions.find(email)
    if kept is None:
        raise missing(f"{email}: it is not suppressed")
    return ApiSuppression.of(kept)


def _allow(call: ApiCall[NoQuery, None]) -> None:
    _suppression(call)
    call.project.suppressions.remove(email_of(call))


OPERATIONS = (
    Operation(
        "POST",
        "/sign-ups",
        "A sign-up on another site, which its person confirms by mail.",
        _sign_up,
        SignUpTaken,
        WRITE,
        CarriedOut.WRITE,
        body=SignUpNew,
        status=202,
    ),
    Operation(
        "POST",
        "/imports/subscribers",
        "Take in a file of people (CSV, JSON, XLSX, ZIP), whole or not at all.",
        _import,
        PeopleImported,
        ADMIN,
        CarriedOut.OWN,
        query=ImportQuery,
        body=bytes,
    ),
    Operation(
        "GET",
        "/suppressions",
        "The addresses that must not be mailed.",
        _suppressions,
        ListPage[ApiSuppression],
        query=PageQuery,
    ),
    Operation(
        "POST",
        "/suppressions",
        "Never mail these addresses again.",
        _suppress,
        SuppressionsAdded,
        WRITE,
        CarriedOut.WRITE,
        body=SuppressionNew,
    ),
    Operation(
        "GET",
        "/suppressions/{email}",
        "Why an address must not be mailed.",
        _suppression,
        ApiSuppression,
    ),
    Operation(
        "DELETE",
        "/suppressions/{email}",
        "Let an address be mailed again.",
        _allow,
        scope=ADMIN,
        carried=CarriedOut.WRITE,
    ),
)
