"""The doctor: checks everything that an issue depends on, with a remedy for each problem.

Each check is one function of a `CheckContext` that yields results, good ones too. Checks change nothing:
they log in to the relay and send nothing, request sources and store nothing. An error in one check
never stops the others.
"""

from collections.abc import Callable, Iterator

from alerts.config.secret_files import password
from alerts.config.settings import Settings
from alerts.doctor import (
    catalogues,
    channels,
    clock,
    database,
    dmarc_reports,
    dns,
    hooks,
    host,
    limits,
    mailbox,
    owed,
    pace,
    plug_ins,
    proxy,
    refusals,
    relay,
    relay_reports,
    schedule,
    setup,
    sources,
    templates,
    timetables,
    translator,
    windows,
)
from alerts.doctor.finding import Check, CheckContext, CheckLevel, CheckResult
from alerts.domain.errors import AlertsError, TemplateFault
from alerts.library.project import Project
from alerts.sources.fetch import Fetcher

CHECKS: dict[str, Check] = {
    "settings": setup.settings,
    "plug-ins": plug_ins.load,
    "clock": clock.clock,
    "owed": owed.owed,
    "schedule": schedule.called,
    "windows": windows.kept,
    "catalogues": catalogues.complete,
    "templates": templates.rendered,
    "database": database.sound,
    "proxy": proxy.named,
    "limit": limits.learned,
    "refusals": refusals.of_us,
    "pace": pace.seen,
    "hooks": hooks.taken,
    "channels": channels.settled,
    "DMARC reports": dmarc_reports.seen,
    "relay reports": relay_reports.readable,
    "relay": relay.login,
    "networks": channels.reachable,
    "host": host.named,
    "mailbox": mailbox.read,
    "translator": translator.answers,
    "DNS": dns.authenticated,
    "sources": sources.reachable,
}
ONLINE = frozenset(
    {"relay", "networks", "host", "mailbox", "translator", "DNS", "sources"}
)  # these use the network


def examine(context: CheckContext, *, offline: bool = False) -> Iterator[CheckResult]:
    """The results of each check, in order; if `offline`, without checks that use the network."""
    for name, check in CHECKS.items():
        if offline and name in ONLINE:
            continue
        try:
            for level, about, remedy in check(context):
                yield CheckResult(name, level, about, remedy)
        except AlertsError as fault:
            yield CheckResult(name, CheckLevel.ERROR, str(fault))


def examined(
    project: Project, page_faults: Callable[[Settings], Iterator[TemplateFault]], *, offline: bool
) -> Iterator[CheckResult]:
    """The same for a project; `page_faults` renders its public pages and yields their errors."""
    settings = project.settings
    context = CheckContext(
        settings=settings,
        now=project.now,
        open_database=lambda: project.db,
        password=lambda section: password(settings, section, project.environ),
        ask=dns.system_names(),
        fetcher=Fetcher(settings),
        page_faults=lambda: page_faults(settings),
        timetables=timetables.of_this_machine,
        server_zone=timetables.zone_of_this_machine(),
        environ=project.environ,
    )
    yield from examine(context, offline=offline)
