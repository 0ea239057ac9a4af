"""The messages of `collect`, `queue`, `send` and `run` for each step of the library."""

import calendar
from collections.abc import Callable, Sequence

from alerts.cli.context import Session
from alerts.cli.teller import OnceTeller
from alerts.config.settings import Settings
from alerts.domain.month import Month
from alerts.library import steps
from alerts.library.voided import Voided
from alerts.outbox.queued import Queued
from alerts.preview.mails import DoubtsMailed, PreviewsMailed
from alerts.schedule.owed import overdue_words
from alerts.sources.collected import Collected
from alerts.text.plural import counted, lasting
from alerts.text.wall_clock import shown


def tell(
    session: Session, step: steps.Step, most: int | None = None, teller: OnceTeller | None = None
) -> None:
    """Say what was done, and warn of what went wrong; `most` notes of one kind, unless --verbose.

    How things stand is left to the `teller`, where there is one.
    """
    if teller is not None and tell_standing(teller, session, step, most):
        return
    match step:
        case Collected():
            most = None if session.verbose else most
            _tell_some(session.say, step.notes, most)
            _tell_some(session.warn, [failure.reason for failure in step.failed], most)
        case steps.LintedIssue():
            for group in step.found:
                session.say(f"{step.month}: {group.line(step.month)}")
        case Queued():
            _tell_queued(session, step)
        case PreviewsMailed():
            _tell_previews(session, step)
        case DoubtsMailed():
            _tell_doubts(session, step)
        case steps.WentWithout(month, sources):
            session.warn(
                f"{month}: waited until schedule.wait_until, and goes without what could not be read:"
                f" {', '.join(sources)}"
            )
        case steps.NotCollected(month):
            session.explain(f"{month}: under review, so not collected; `alerts collect` does")
        case steps.LateSpecial(month, planned):
            goes = shown(planned, session.settings.zone)
            session.warn(
                f"{month}: was to go {goes}, and goes now, {lasting(session.now - planned)} late"
            )
        case steps.NoticesSent(number, not_made):
            if number:
                session.say(f"notices: {number} sent")
            if not_made:
                session.warn(f"notices: a welcome waits: {not_made}")


def tell_standing(
    teller: OnceTeller, session: Session, step: steps.Step, most: int | None = None
) -> bool:
    """Tell how things stand, if that is what the step says; what has happened is left to `tell`."""
    match step:
        case Collected() if step.failed:
            most = None if session.verbose else most
            _tell_some(session.say, step.notes, most)
            for failure in step.failed:
                teller.note(f"source {failure.source}", failure.reason)
        case steps.HeldBack(month, fault):
            teller.note(f"{month}: held back", str(fault), code=fault.exit_code)
        case steps.Overdue(month):
            words = overdue_words(session.settings, month)
            teller.note(f"{month}: overdue", words, code=1)
        case steps.Waiting(month, sources, until):
            local = until.astimezone(session.settings.zone)
            teller.note(
                f"{month}: waiting",
                f"{month}: waits until {local:%H:%M} for {', '.join(sources)};"
                f" `alerts run {month.option}` sends it now",
                code=75,
            )
        case steps.MonthEnds(month, left):
            words = f"{month_name(month)} ends in {lasting(left)} in {city(session.settings)}"
            teller.note(f"{month}: ends", words, key=str(month), warns=False)
        case steps.Early(month, planned):
            if month.special:
                goes = shown(planned, session.settings.zone)
                off = f"`alerts issue schedule {month.option} --off` first, if it shall go now"
                session.say(f"{month}: goes by itself, {goes}; {off}")
            elif teller.always:
                local = planned.astimezone(session.settings.zone)
                session.say(
                    f"{month}: due at {local:%Y-%m-%d %H:%M} in {city(session.settings)};"
                    f" `alerts run {month.option}` sends it now"
                )
        case steps.SkippedMonth(_, words):
            if teller.always:
                session.say(words)
        case DoubtsMailed(month, lines) if lines and not step.mailed:
            number = counted(len(lines), "article")
            words = (
                f"{month}: {number} held or sent with a guessed date: `alerts issue show {month.option}`;"
                " alert.editors are told by mail"
            )
            teller.note(f"{month}: held", words, warns=False)
        case Queued(month) if step.empty:
            words = f"{month}: no articles, so there is no issue to send"
            teller.note(f"{month}: empty", words, warns=False)
        case steps.LeftOpen(month, max_late):
            teller.note(
                f"{month}: left open",
                f"{month} still has deliveries open, and was queued over"
                f" {counted(max_late.days, 'day')} ago (alert.max_late):"
                f" `alerts send {month.option}` sends them,"
                f" `alerts delivery cancel {month.option}` drops them",
                code=1,
            )
        case steps.HubSaid(words):
            teller.note(f"hub: {words[:20]}", words)
        case steps.TooSlow(words):
            teller.note(f"too slow: {words[-20:]}", words)
        case steps.Paused(month, words):
            teller.note(f"{month}: paused", words, key=str(month), code=75)
        case _:
            return False
    return True


def month_name(month: Month) -> str:
    """The month in words: October."""
    return calendar.month_name[month.number]


def city(settings: Settings) -> str:
    """The place by which the alert's time zone is known: Bogotá."""
    from babel.dates import get_timezone_location  # costs 50 ms

    return str(get_timezone_location(settings.alert.timezone, locale="en", return_city=True))


def _tell_some(speak: Callable[[str], None], lines: Sequence[str], most: int | None) -> None:
    for line in lines[:most]:
        speak(line)
    if most is not None and len(lines) > most:
        speak(f"and {len(lines) - most} more like these; `alerts -v` shows all")


def _tell_queued(session: Session, queued: Queued) -> None:
    whom = f" for readers who match “{queued.where}”" if queued.where else ""
    if queued.empty:
        lacks = "no articles and no introduction" if queued.month.special else "no articles"
        session.say(f"{queued.month}: {lacks}, so there is no issue to send")
    elif queued.already:
        session.say(
            f"{queued.month}: was queued before{whom}, {counted(queued.deliveries, 'delivery')};"
            " nothing changed"
        )
    else:
        session.say(
            f"{queued.month}: {counted(queued.articles, 'article')},"
            f" {counted(queued.deliveries, 'delivery')} queued{whom}"
        )
    if queued.held:
        session.warn(
            f"{queued.month} had ended when this copy of the database was adopted or restored, so"
            f" another copy may have sent it: {counted(queued.held, 'delivery')} held"
        )


def _tell_doubts(session: Session, mailed: DoubtsMailed) -> None:
    if mailed.recipients:
        number = counted(len(mailed.lines), "article")
        names = ", ".join(mailed.recipients)
        session.say(
            f"{mailed.month}: {number} held or sent with a guessed date; {names} told by mail:"
            f" `alerts issue show {mailed.month.option}`"
        )
    for recipient, reply in mailed.refused:
        session.warn(f"what was held of {mailed.month}: not mailed to {recipient}: {reply}")


def _tell_previews(session: Session, mailed: PreviewsMailed) -> None:
    if mailed.voided:
        session.warn_voided([Voided(mailed.month, mailed.voided)])
    for recipient, reply in mailed.refused:
        session.warn(f"preview for {recipient}: not sent: {reply}")
    for recipient, languages in mailed.languages.items():
        session.say(f"{mailed.month}: preview mailed to {recipient} ({', '.join(languages)})")
