"""How things stand, as the database says it: what the next step is chosen from."""

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.errors import AlertsError, NoDatabase
from alerts.domain.issue import Issue, IssueState
from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.instance import identity
from alerts.issue import load
from alerts.issue.compose import localised
from alerts.library.check import check
from alerts.library.next_event import following
from alerts.library.next_step import NextStep, PersonAsked, Situation, next_step
from alerts.library.opened import Opened
from alerts.library.standing import CheckedMonths, MonthStanding, Needs
from alerts.outbox.clock_gate import ClockFault
from alerts.outbox.report import delivery_report
from alerts.store import deliveries, moment, recipients, sources, subscribers, suppressions


def chosen_step(
    opened: Opened,
    month: Month | None,
    email: str = "",
    error: str = "",
    checked: CheckedMonths | None = None,
) -> NextStep:
    """The next step about that month or, with None, about whatever needs a person first.

    `email` is the person asked about; `error` is the first error of the doctor. Never raises an error of
    the project: it is a reason to call the doctor.
    """
    try:
        return next_step(situation(opened, month, email, error, checked))
    except NoDatabase:
        return NextStep(
            "alerts init", "there is no database yet; a backup is put back with `alerts restore`"
        )
    except AlertsError as fault:
        return NextStep("alerts doctor", str(fault))


def situation(
    opened: Opened,
    month: Month | None,
    email: str,
    error: str,
    checked: CheckedMonths | None = None,
) -> Situation:
    """How things stand; `checked` is the result of `check`, where the caller has it already."""
    db, settings, now = opened.db, opened.settings, opened.now
    found = checked or check(db, settings, now)
    default = opened.month(month)
    standing = _looked_at(found, default, named=month is not None or bool(email))
    chosen = standing.month if standing else default
    issue = load.composed(db, settings, chosen)
    report = delivery_report(db, chosen, now, resends=settings.delivery.in_doubt == "resend")
    coming, planned = following(settings, found)
    doubted = found.doubt is not None and found.doubt.fault is not ClockFault.UNUSED
    return Situation(
        chosen,
        standing,
        articles=len(issue.articles) or int(not issue.empty),
        sources=len(sources.all_sources(db)),
        readers=recipients.count(db),
        ended=bool(chosen.special) or chosen.plus(1).start(settings.zone) <= now,
        frozen=load.state(db, chosen) in (IssueState.QUEUED, IssueState.SENT),
        failed=report.missed,
        running=bool(report.holders),
        retry=moment(report.next_due) if report.next_due else None,
        untranslated=_untranslated(issue, settings),
        following=coming,
        planned=planned,
        undecided=identity.question(db, settings.database_path),
        doubt=found.doubt.reason if found.doubt and doubted else "",
        error=error,
        person=_asked(db, email, chosen) if email else None,
    )


def _looked_at(found: CheckedMonths, default: Month, *, named: bool) -> MonthStanding | None:
    """The month asked for; where none was, the first that needs a person, or is owed."""
    if not named:
        for needs in (Needs.PERSON, Needs.TIME):
            for one in found.months:
                if one.needs is needs:
                    return one
    return next((one for one in found.months if one.month == default), None)


def _untranslated(issue: Issue, settings: Settings) -> tuple[str, str] | None:
    """The first article without a title in a language, in the order of the settings."""
    for language in settings.alert.languages:
        for article in issue.articles:
            words = localised(article, (language,))
            if not same_language(words.title_language, language):
                return article.id, language
    return None


def _asked(db: Database, email: str, month: Month) -> PersonAsked:
    """The person with that address: the state of their copy, and of themselves."""
    address = Address.parse(email)
    person = subscribers.find(db, address)
    if person is None:
        return PersonAsked(email, "", "suppressed" if suppressions.find(db, address) else "")
    copy = deliveries.of_subscriber(db, person.id, month)
    status = "suppressed" if suppressions.find(db, address) else person.status.value
    return PersonAsked(email, copy.state if copy else "", status)
