"""Operations on the people of the list."""

from typing import Any

import msgspec

from alerts.domain.address import Address
from alerts.domain.api_token import TokenScope
from alerts.domain.errors import InputError
from alerts.domain.subscriber import Subscriber
from alerts.subscribers.confirmation import Invited
from alerts.web.api.month_path import MonthQuery
from alerts.web.api.operation import ApiCall, ApiReply, CarriedOut, NoQuery, Operation
from alerts.web.api.pages import ListPage, number_of, paged
from alerts.web.api.people_values import (
    ApiSubscriber,
    ApiSuppression,
    InvitationSent,
    SubscriberChange,
    SubscriberEvent,
    SubscriberHistory,
    SubscriberNew,
    SubscriberQuery,
    WhyAnswer,
)
from alerts.web.api.problems import IMPOSSIBLE, ProblemFault, missing

WRITE, ADMIN = TokenScope.WRITE, TokenScope.ADMIN


def email_of(call: ApiCall[Any, Any]) -> str:
    """The address in the path; a problem for what is none."""
    try:
        return str(Address.parse(call.path["email"]))
    except InputError as fault:
        raise missing("there is no such address", "list what there is") from fault


def _person(call: ApiCall[Any, Any]) -> Subscriber:
    email = email_of(call)
    try:
        return call.project.subscribers.show(email).person
    except InputError as fault:
        raise missing(f"{email}: no such subscriber") from fault


def _list(call: ApiCall[SubscriberQuery, None]) -> ApiReply:
    asked = call.query
    found = call.project.subscribers.list(
        status=asked.status or None,
        language=asked.language,
        tag=asked.tag,
        where=asked.where,
        after=number_of(asked.after),
    )
    return paged(call, found, ApiSubscriber.of, lambda person: person.id)


def _add(call: ApiCall[NoQuery, SubscriberNew]) -> ApiReply:
    new, people = call.body, call.project.subscribers
    if new.active and not (new.consent.strip() and new.consent_source.strip()):
        raise ProblemFault(
            IMPOSSIBLE,
            "active: nobody is active without the consent that they gave",
            "consent",
            "send consent and consent_source, or leave out active: they are mailed a link then",
        )
    done = people.add(
        new.email,
        language=new.language or None,
        tags=new.tags,
        sections=new.sections or None,
        consent=new.consent,
        consent_source=new.consent_source,
        pending=not new.active,
        resubscribe=new.resubscribe,
        name=new.name or None,
        timezone=new.timezone or None,
    )
    if new.invite and not new.active and people.invite(new.email) is Invited.QUEUED:
        call.project.readers.afterwards(call.site.wake)
    person = people.show(new.email).person
    where = {"Location": call.at(f"/subscribers/{person.email}")}
    return ApiReply(ApiSubscriber.of(person), 201 if done == "added" else 200, where)


def _show(call: ApiCall[Any, Any]) -> ApiSubscriber:
    return ApiSubscriber.of(_person(call))


def _edit(call: ApiCall[NoQuery, SubscriberChange]) -> ApiSubscriber:
    person = _person(call)
    given = {
        name: value
        for name in ("name", "language", "timezone", "sections", "pause_until")
        if (value := getattr(call.body, name)) is not msgspec.UNSET
    }
    if call.body.tags is not msgspec.UNSET:
        wanted = set(call.body.tags)
        given |= {"tags": wanted, "untags": set(person.tags) - wanted}
    moved = call.body.email if call.body.email is not msgspec.UNSET else None
    call.project.subscribers.edit(person.email, new_email=moved, **given)
    return ApiSubscriber.of(call.project.subscribers.show(moved or person.email).person)


def _erase(call: ApiCall[NoQuery, None]) -> None:
    call.project.subscribers.erase(_person(call).email)


def _unsubscribe(call: ApiCall[NoQuery, None]) -> ApiSubscriber:
    person = _person(call)
    call.project.subscribers.unsubscribe(person.email)
    return _show(call)


def _invite(call: ApiCall[NoQuery, None]) -> InvitationSent:
    done = call.project.subscribers.invite(_person(call).email)
    if done is None:
        raise ProblemFault(
            IMPOSSIBLE, "web.base_url: the link has no address", remedy="set web.base_url"
        )
    if done is Invited.QUEUED:
        call.project.readers.afterwards(call.site.wake)
    return InvitationSent(done is Invited.QUEUED, done.value)


def _data(call: ApiCall[NoQuery, None]) -> dict[str, Any]:
    return dict(call.project.subscribers.held(_person(call).email))


def _history(call: ApiCall[NoQuery, None]) -> SubscriberHistory:
    shown = call.project.subscribers.show(_person(call).email)
    events = [SubscriberEvent(e["at"], e["kind"], e["detail"]) for e in shown.events]
    kept = shown.suppression
    return SubscriberHistory(events, ApiSuppression.of(kept) if kept else None)


def _why(call: ApiCall[MonthQuery, None]) -> WhyAnswer:
    return WhyAnswer(call.project.why(email_of(call), call.query.month or None).text)


_ONE = "/subscribers/{email}"
OPERATIONS = (
    Operation(
        "GET",
        "/subscribers",
        "The people on the list.",
        _list,
        ListPage[ApiSubscriber],
        query=SubscriberQuery,
        impossible=True,
    ),
    Operation(
        "POST",
        "/subscribers",
        "Put a person on the list.",
        _add,
        ApiSubscriber,
        WRITE,
        CarriedOut.WRITE,
        body=SubscriberNew,
        status=201,
        again=True,
    ),
    Operation("GET", _ONE, "One person.", _show, ApiSubscriber),
    Operation(
        "PATCH",
        _ONE,
        "Change a person.",
        _edit,
        ApiSubscriber,
        WRITE,
        CarriedOut.WRITE,
        body=SubscriberChange,
    ),
    Operation(
        "DELETE",
        _ONE,
        "Erase a person for good.",
        _erase,
        scope=ADMIN,
        carried=CarriedOut.WRITE,
    ),
    Operation(
        "POST",
        f"{_ONE}/unsubscribe",
        "Unsubscribe a person.",
        _unsubscribe,
        ApiSubscriber,
        WRITE,
        CarriedOut.WRITE,
    ),
    Operation(
        "POST",
        f"{_ONE}/invitation",
        "Mail a pending person a link to confirm with.",
        _invite,
        InvitationSent,
        WRITE,
        CarriedOut.WRITE,
    ),
    Operation(
        "GET",
        f"{_ONE}/data",
        "All that is held about a person (GDPR).",
        _data,
        dict[str, Any],
        ADMIN,
    ),
    Operation(
        "GET", f"{_ONE}/history", "What has happened to a person.", _history, SubscriberHistory
    ),
    Operation(
        "GET",
        f"{_ONE}/why",
        "What happened to a person's copy of an issue.",
        _why,
        WhyAnswer,
        query=MonthQuery,
        impossible=True,
    ),
)
