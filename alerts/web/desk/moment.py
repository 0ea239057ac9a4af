"""The moment at which a special alert goes by itself, as the desk shows it and reads it from a form."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from alerts.domain.month import Month
from alerts.domain.person import Person
from alerts.library.special_issues import SpecialMoment
from alerts.web.desk.pages import DeskVisit


def may_time(desk: DeskVisit, person: Person) -> bool:
    """Whether they may choose it: who sends issues; editors too where nothing goes without approval."""
    if person.approves or person.administers:
        return True
    return person.edits and desk.visit.site.settings.alert.review == "required"


def moment_words(desk: DeskVisit, at: datetime) -> str:
    """A moment in the person's words, by the clock of the alert."""
    return desk.catalogue.moment(at, desk.visit.site.settings.zone, year=True)


def written(desk: DeskVisit) -> str:
    """Day and hour of the form, as `schedule` reads them; empty where both are."""
    return " ".join(f"{desk.field('day')} {desk.field('hour')}".split())[:40]


def moment_values(desk: DeskVisit, month: Month) -> Mapping[str, Any]:
    """What the form of the moment shows: what is chosen, or what was typed and not accepted."""
    zone = desk.visit.site.settings.zone
    at = desk.project.issues.scheduled(month) if month.special else None
    local = at.astimezone(zone) if at else None
    return {
        "special": month.special,
        "moment": moment_words(desk, at) if at else "",
        "moment_seen": at.astimezone(UTC).isoformat() if at else "",
        "first_of_two": SpecialMoment(month, at).first_of_two(zone),
        "passed": at is not None and at <= desk.visit.now,
        "zone": zone.key,
        "day": desk.field("day") or desk.asked("day") or (f"{local:%Y-%m-%d}" if local else ""),
        "hour": desk.field("hour") or desk.asked("hour") or (f"{local:%H:%M}" if local else ""),
        "may_time": may_time(desk, desk.person),
        "doubted": bool(desk.asked("doubted")),
    }
