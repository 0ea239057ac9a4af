"""The state: what happens when, what is owed, a send by several machines, the sources and their health, and
the doctor on a press."""

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import Response

from alerts.doctor.examine import examined
from alerts.doctor.finding import CheckLevel, CheckResult
from alerts.editions.catalogue import later
from alerts.library.standing import Needs
from alerts.web.desk.menu import administers
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.desk.send import STATES
from alerts.web.desk.sentences.doctor import DOCTOR_CHECKS
from alerts.web.page_samples import faults
from alerts.web.request import PostResult

NEEDS = {
    Needs.NOBODY: (later("fine"), "green"),
    Needs.TIME: (later("goes by itself"), "amber"),
    Needs.PERSON: (later("someone is needed"), "red"),
}
LEVELS = {
    CheckLevel.OK: (later("fine"), "green"),
    CheckLevel.HINT: (later("hint"), ""),
    CheckLevel.WARNING: (later("warning"), "amber"),
    CheckLevel.ERROR: (later("error"), "red"),
}
SEVERITY = {level: rank for rank, level in enumerate(CheckLevel)}


def show(desk: DeskVisit, found: tuple[CheckResult, ...] | None = None) -> Response:
    """How everything stands; `found` are the doctor's findings, if they were asked for."""
    project, zone = desk.project, desk.visit.site.settings.zone
    catalogue = desk.catalogue
    checked = project.check()
    coming = [
        (catalogue.moment(one.at, zone) if one.at else "", one.what)
        for one in project.upcoming(checked=checked)
    ]
    sources = [
        (
            one,
            catalogue.moment(datetime.fromisoformat(one.collected_at), zone)
            if one.collected_at
            else "",
        )
        for one in project.sources.kept()
    ]
    return desk.page(
        "state.html",
        months=checked.months,
        doubt=str(checked.doubt.reason) if checked.doubt else "",
        coming=coming,
        hub=project.service.hub(),
        sources=sources,
        whose=found is not None and any(one.level is not CheckLevel.OK for one in found),
        found=None if found is None else [_told(desk, one) for one in found],
        job=project.jobs.newest("collect"),
        job_states=STATES,
        needs=NEEDS,
        levels=LEVELS,
        month_name=catalogue.month,
    )


def _told(desk: DeskVisit, one: CheckResult) -> Mapping[str, object]:
    """A finding in the person's language. What has no words there stays in English, and is marked so."""
    said = {name: desk.told(getattr(one, name)) for name in ("about", "remedy")}
    return {
        "level": one.level,
        "check": desk.said(DOCTOR_CHECKS[one.check]),
        **{
            name: (words, "en" if words == getattr(one, name) else "")
            for name, words in said.items()
        },
    }


def examine(desk: DeskVisit) -> PostResult:
    """Have the doctor look, with or without the network; the worst first."""
    offline = desk.field("network") != "1"
    results = examined(desk.project, faults, offline=offline)
    found = tuple(sorted(results, key=lambda one: -SEVERITY[one.level]))
    return desk.refused(lambda d: show(d, found))


def collect(desk: DeskVisit) -> PostResult:
    """Ask for the sources of the month to be read; `serve` does it."""
    desk.project.jobs.start("collect")
    desk.visit.site.wake_jobs()
    return desk.done(
        "/state", desk.said(later("The sources are being read. You can leave this page."))
    )


PAGES = (
    desk_page("/state", show, examine, may=administers),
    desk_page("/state/collect", post=collect, may=administers),
)
