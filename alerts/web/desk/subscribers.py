"""The subscribers, for admins: finding, adding, editing, unsubscribing, erasing; segments and export."""

import io
import json
from collections.abc import Collection, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import Any, BinaryIO, cast

from starlette.responses import RedirectResponse, Response, StreamingResponse

from alerts.domain.errors import AlertsError, UsageError
from alerts.domain.printable import printable
from alerts.domain.subscriber import ShownStatus, Subscriber
from alerts.editions.catalogue import later
from alerts.web.desk.menu import administers
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.desk.unsaved import UnsavedField, unsaved_field
from alerts.web.request import PostResult

STATUSES = {
    ShownStatus.PENDING: later("not confirmed"),
    ShownStatus.ACTIVE: later("active"),
    ShownStatus.SUPPRESSED: later("blocked"),
    ShownStatus.UNSUBSCRIBED: later("unsubscribed"),
    ShownStatus.ERASED: later("deleted"),
}
ADDED = later("The person is on the list. No email was sent.")
CHANGED = later("The change is saved.")
LEFT = later("The person is unsubscribed.")
ERASED = later("All data of the person is deleted.")
ADDING = ("email", "name", "language", "consent_source", "tags")
NOTHING_UNSAVED: Mapping[str, UnsavedField] = MappingProxyType({})
IN_MEMORY = 1_000_000  # octets of an export; more of it is on disk


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def show(desk: DeskVisit, words: str = "", typed: Mapping[str, str] | None = None) -> Response:
    """A page of the list, with the number of people in the segment, and by language and status."""
    project, where, text = desk.project, desk.asked("where"), desk.asked("q")
    fault, found, number = "", None, None
    try:
        found = project.subscriber_list.page(text, where=where, after=_number(desk.asked("after")))
        number = project.subscriber_list.count(where) if where else None
    except UsageError as told:
        fault = str(told)
    standings = project.subscriber_list.standings()
    return desk.page(
        "subscribers.html",
        422 if words or fault else 200,
        people=found.people if found else (),
        after=str(found.after or "") if found else "",
        segment=number,
        query=text,
        where=where,
        fault=fault,
        words=words,
        failed=bool(words or fault),
        typed=typed or dict.fromkeys(ADDING, ""),
        standings=standings,
        statuses=STATUSES,
        total=sum(map(sum, (row.values() for row in standings.values()))),
        languages=desk.visit.site.settings.alert.languages,
    )


def add(desk: DeskVisit) -> PostResult:
    """Put somebody on the list; what was typed is shown again where it cannot be."""
    typed = {name: desk.field(name) for name in ADDING}
    try:
        desk.project.subscribers.add(
            typed["email"],
            name=typed["name"] or None,
            language=typed["language"] or None,
            consent_source=typed["consent_source"],
            tags=[typed["tags"]] if typed["tags"] else (),
        )
        found = desk.project.subscribers.find(typed["email"])
    except AlertsError as fault:
        words = str(fault)
        return desk.refused(lambda d: show(d, words, typed))
    number = str(found.id) if found else ""
    return desk.done("/subscribers/person", desk.said(ADDED), id=number)


def _person(desk: DeskVisit) -> Subscriber:
    return desk.project.subscriber_list.person(_number(desk.asked("id")))


def show_person(
    desk: DeskVisit, words: str = "", unsaved: Mapping[str, UnsavedField] = NOTHING_UNSAVED
) -> Response:
    """One person: what is given of them, what happened, and why they got the last issue or not.
    `unsaved` are the fields of a form that was not accepted, and `words` say why."""
    try:
        person = _person(desk)
    except AlertsError as fault:
        return desk.page("failed.html", 404, words=str(fault))
    shown = desk.project.subscribers.show(person.email)
    try:
        why = desk.project.why(person.email).text
    except AlertsError as fault:  # such as a month that nobody has queued
        why = str(fault)
    return desk.page(
        "subscriber.html",
        422 if words else 200,
        who=shown.person,
        seen=_seen({**_fields(person), **{name: one.seen for name, one in unsaved.items()}}),
        suppression=shown.suppression,
        events=[(one["at"], one["kind"], _told(one["detail"])) for one in shown.events[-200:]],
        why=why,
        statuses=STATUSES,
        words=words,
        failed=bool(words),
        typed={name: one.text for name, one in unsaved.items()},
        languages=desk.visit.site.settings.alert.languages,
    )


def _told(detail: Mapping[str, Any]) -> str:
    parts = (f"{k}: {v if isinstance(v, str) else json.dumps(v)}" for k, v in detail.items())
    return printable("; ".join(parts), instead=" ")


def _fields(person: Subscriber) -> dict[str, str]:
    return {
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "tags": ", ".join(person.tags),
    }


def _seen(fields: Mapping[str, str]) -> str:
    """What a form was made from, so that nothing that changed meanwhile is overwritten."""
    return json.dumps(fields, ensure_ascii=False)


def edit(desk: DeskVisit) -> PostResult:
    """Change what was changed in the form; refuse where the same field was changed meanwhile."""
    person = _person(desk)
    now, typed = _fields(person), {name: desk.field(name) for name in _fields(person)}
    try:
        seen = json.loads(desk.field("seen"))
        changed = {n for n in now if typed[n].strip() != str(seen[n])}
    except (ValueError, KeyError, TypeError):
        return desk.refused(lambda d: d.page("stale.html", 403))
    clash = sorted(name for name in changed if now[name] != str(seen[name]) != typed[name])
    if clash:
        said = "; ".join(f"{name}: {now[name]}" for name in clash)
        return desk.refused(lambda d: show_person(d, said, _unsaved(now, typed, seen, clash)))
    wanted = {word.strip() for word in typed["tags"].split(",") if word.strip()}
    try:
        desk.project.subscribers.edit(
            person.email,
            new_email=typed["email"] if "email" in changed else None,
            name=typed["name"] if "name" in changed else None,
            language=typed["language"] if "language" in changed else None,
            tags=sorted(wanted - set(person.tags)) if "tags" in changed else (),
            untags=sorted(set(person.tags) - wanted) if "tags" in changed else (),
        )
    except AlertsError as fault:
        words = str(fault)
        return desk.refused(lambda d: show_person(d, words, _unsaved(now, typed, seen, ())))
    return desk.done("/subscribers/person", desk.said(CHANGED), id=str(person.id))


def _unsaved(
    now: Mapping[str, str], typed: Mapping[str, str], seen: Mapping[str, str], told: Collection[str]
) -> dict[str, UnsavedField]:
    """The fields as they are shown again; of those in `told` the page says what is stored now."""
    return {
        name: unsaved_field(text, typed[name], str(seen[name]), told=name in told)
        for name, text in now.items()
    }


def unsubscribe(desk: DeskVisit) -> PostResult:
    """Unsubscribe one person."""
    person = _person(desk)
    desk.project.subscribers.unsubscribe(person.email)
    return desk.done("/subscribers/person", desk.said(LEFT), id=str(person.id))


def ask_erase(desk: DeskVisit) -> Response:
    """The page that asks before all data of a person is erased."""
    return desk.page("erase_subscriber.html", who=_person(desk))


def erase(desk: DeskVisit) -> PostResult:
    """Erase one person."""
    desk.project.subscribers.erase(_person(desk).email)
    return desk.done("/subscribers", desk.said(ERASED))


def export(desk: DeskVisit) -> PostResult:
    """The people of the segment as CSV, which `import` reads back."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by `_pieces`
    text = io.TextIOWrapper(cast(BinaryIO, file), encoding="utf-8", newline="")
    people = desk.project.subscribers
    try:
        people.export(people.list(where=desk.field("where")), text)
    except AlertsError:
        text.close()
        raise
    text.detach()
    file.seek(0)
    name = {"Content-Disposition": 'attachment; filename="subscribers.csv"'}
    answer = StreamingResponse(_pieces(cast(BinaryIO, file)), media_type="text/csv", headers=name)
    return PostResult(answer)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(65_536):
            yield piece


def _back(desk: DeskVisit) -> Response:
    return RedirectResponse(desk.address("/subscribers"), 303)


PAGES = (
    desk_page("/subscribers", show, add, may=administers),
    desk_page("/subscribers/person", show_person, edit, may=administers),
    desk_page("/subscribers/unsubscribe", _back, unsubscribe, may=administers),
    desk_page("/subscribers/erase", ask_erase, erase, may=administers, proof=True),
    desk_page("/subscribers/export", _back, export, may=administers, proof=True),
)
