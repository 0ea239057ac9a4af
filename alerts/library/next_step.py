"""The next step: the one command that helps most now. Pure: from a situation to a step, in one table.

All commands that show how things stand end with it, so that there is one opinion and not six.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.domain.month import Month
from alerts.library.standing import MonthStanding, Needs, Stand


@dataclass(frozen=True, slots=True)
class NextStep:
    """A command, why it is the next one, and the moment before which it has nothing to do, if known."""

    command: str
    why: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """The person about whom `why` was asked. `copy` is the state of their delivery, empty if there is none;
    `status` is what they are on the list, empty if they are not on it."""

    email: str
    copy: str
    status: str


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand with the month that is looked at, or that needs a person first.

    `standing` is None where nothing is owed of it. `running`: a process sends now; `retry` is the next
    attempt of a deferred delivery; `untranslated` is an article without a title in a language, with that
    language; `following` is the month that is due at `planned`. `undecided`, `doubt` and `error` (the first
    one of the doctor) stop everything, and are empty otherwise.
    """

    month: Month
    standing: MonthStanding | None = None
    articles: int = 0
    sources: int = 0
    readers: int = 0
    ended: bool = True
    frozen: bool = False
    failed: int = 0
    running: bool = False
    retry: datetime | None = None
    untranslated: tuple[str, str] | None = None
    following: Month | None = None
    planned: datetime | None = None
    undecided: str = ""
    doubt: str = ""
    error: str = ""
    person: PersonAsked | None = None


def next_step(now: Situation) -> NextStep:
    """The step of the first rule that has one; the last rule always has."""
    return next(step for rule in _RULES if (step := rule(now)) is not None)


def _stopped(now: Situation) -> NextStep | None:
    """What stops everything comes first."""
    if now.undecided:
        return NextStep("alerts adopt", now.undecided)
    if now.doubt:
        return NextStep("alerts clock", f"the clock may be wrong: {now.doubt}")
    if now.error:
        return NextStep("alerts doctor", f"after this: {now.error}")
    return None


def _for_person(now: Situation) -> NextStep | None:
    """What can be done for the person asked about; nothing where their copy is on its way."""
    if (asked := now.person) is None:
        return None
    email, month = shlex.quote(asked.email), f"{now.month.option}"
    if asked.copy == "in_doubt":
        command = f"alerts delivery retry {email} {month} --state in_doubt"
        return NextStep(command, "their copy may not have arrived; this sends it again")
    if asked.copy == "failed":
        command = f"alerts delivery retry {email} {month}"
        return NextStep(command, "their copy failed; this queues it again")
    if asked.copy == "sent":
        return NextStep(f"alerts delivery show {email} {month}", "their copy, attempt by attempt")
    if asked.copy in ("queued", "sending", "deferred"):
        return None  # what the month waits for
    if not asked.status:
        return NextStep("alerts subscriber list", "they are not there under this address")
    if asked.status != "active":
        return NextStep(f"alerts subscriber show {email}", f"they are {asked.status}")
    return None


def _to_begin(now: Situation) -> NextStep | None:
    """A project without sources, articles or readers has no issue to send."""
    if now.frozen:
        return None
    if not (now.articles or now.sources or now.month.special):
        return NextStep("alerts source add LOCATION", "there is no source to collect from")
    if now.articles and not now.readers:
        return NextStep("alerts subscriber import FILE", "nobody is on the list who may be mailed")
    return None


def _by_standing(now: Situation) -> NextStep | None:
    """What the month waits for, if it is owed."""
    one = now.standing
    if one is None:
        return None
    if one.needs is Needs.PERSON and one.stand in _BY_ITSELF:
        return NextStep("alerts doctor", one.why or "something stops it")
    month = f"{one.month.option}"
    match one.stand:
        case Stand.HELD:
            return NextStep(
                f"alerts delivery list {month} --state in_doubt", "these want a decision"
            )
        case Stand.RECALLED if one.approved:
            return NextStep(
                f"alerts issue reissue {month}", "it was recalled; this version is approved"
            )
        case Stand.RECALLED:
            why = f"it was recalled; mend it, then `alerts issue reissue {month}`"
            return NextStep(f"alerts issue show {month}", why)
        case Stand.LEFT_OPEN:
            return NextStep(f"alerts send {month}", "it was queued long ago and is not sent to all")
        case Stand.OVERDUE:
            return NextStep(f"alerts run {month}", "it is overdue, and only goes when it is named")
        case Stand.INCOMPLETE if now.untranslated:
            article, language = now.untranslated
            command = f"alerts article translate {article} {language} {month}"
            return NextStep(command, "fewer titles are translated than alert.min_coverage wants")
        case Stand.INCOMPLETE:
            return NextStep(f"alerts issue edit {month}", one.why or "translations are missing")
        case Stand.DOUBTED:
            return NextStep(f"alerts run {month} --anyway recipients", one.why)
        case Stand.UNAPPROVED:
            return NextStep(f"alerts issue approve {month}", "it waits for approval")
        case Stand.DUE:
            return NextStep("alerts run", f"the issue of {one.month} is due")
        case Stand.WAITING:
            return NextStep(f"alerts run {month}", f"it {one.why}; this sends it now")
        case Stand.WINDOW:
            return NextStep("alerts schedule next", one.why)
        case Stand.SENDING if now.running:
            return NextStep(f"alerts status {month}", "it is being sent")
        case Stand.SENDING:
            why = "what was deferred is due" if now.retry else "it is not sent to all yet"
            return NextStep("alerts send", why, now.retry)
    return None


_BY_ITSELF = (Stand.DUE, Stand.WAITING, Stand.SENDING)


def _of_draft(now: Situation) -> NextStep | None:
    """An issue that nothing is owed of yet: filled, looked at, or sent by name."""
    if now.frozen or (now.standing is not None and now.standing.stand is Stand.DROPPED):
        return None
    month = f"{now.month.option}"
    if not now.articles:
        if now.standing is not None and now.standing.stand is Stand.EMPTY:
            return None
        if now.month.special:
            command = f"alerts issue letter LANG {month} --file FILE"
            return NextStep(command, "it has no introduction and no articles yet")
        return NextStep(f"alerts collect {month}", f"{now.month} has no articles yet")
    if not now.ended or (now.standing is not None and now.standing.stand is Stand.EARLY):
        at = now.planned if now.following == now.month else None
        if now.month.special and now.standing is not None:
            at = now.standing.planned
        return NextStep(f"alerts issue preview {month}", "it is due" if at else "it is a draft", at)
    return NextStep(f"alerts run {month}", "it goes only when it is named")


def _failed(now: Situation) -> NextStep | None:
    if not now.failed:
        return None
    command = f"alerts delivery list {now.month.option} --state failed"
    return NextStep(command, f"{now.failed:,} failed")


def _to_come(now: Situation) -> NextStep:
    """All is well: the issue that comes next is the one to look at."""
    if now.following is None or now.planned is None:
        return NextStep("alerts schedule next", "schedule.run has no moment for the next issue")
    command = f"alerts issue show {now.following.option}"
    return NextStep(command, "it is due", now.planned)


_RULES: tuple[Callable[[Situation], NextStep | None], ...] = (
    _stopped,
    _for_person,
    _to_begin,
    _by_standing,
    _of_draft,
    _failed,
    _to_come,
)
