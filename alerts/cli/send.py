"""`alerts send`: send the outbox until nothing is due."""

import re
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from alerts.cli.anyway import known
from alerts.cli.check import CODES, command_code, line
from alerts.cli.context import Session, anyway_option, on_month, print_json
from alerts.cli.delivery import tell_held
from alerts.cli.progress import bar
from alerts.cli.signals import stopping
from alerts.cli.steps import tell
from alerts.cli.teller import OnceTeller, telling
from alerts.domain.delivery import DeliveryState
from alerts.domain.errors import RelayUnavailable
from alerts.domain.month import Month
from alerts.library.send import Ending, Sent
from alerts.library.sending import Sending
from alerts.library.standing import Stand
from alerts.library.steps import SendProgress, Step

if TYPE_CHECKING:
    from alerts.cli.progress import Bar


MOST_NOTES = 10  # most notes of one kind in one run


class Rate(click.ParamType[float]):
    """Messages a second, written `5`, `5/s`, `300/m` or `5000/h`."""

    name = "rate"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Messages a second."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/([smh]))?", str(value))
        if not match:
            self.fail(f"{value!r} is not a rate such as 5/s, 300/m or 5000/h", param, ctx)
        return float(match[1]) / {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


@click.command()
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Send at most N messages.")
@click.option(
    "--connections", type=click.IntRange(1, 100), metavar="N", help="Overrides the setting."
)
@click.option(
    "--rate", type=Rate(), metavar="N/s", help="Messages a second (or 300/m, 5000/h); 0: no limit."
)
@click.option("--forget-limit", is_flag=True, help="Forget what was learned of the relay's limit.")
@anyway_option
@on_month
def send(
    session: Session,
    month: str | None,
    limit: int | None,
    connections: int | None,
    rate: float | None,
    forget_limit: bool,
    anyway: tuple[str, ...],
    as_json: bool,
) -> int:
    """Send what is due: of that month, or of all issues queued within alert.max_late.

    Exits 75 while deliveries wait for another attempt, 1 while some are held in doubt, and 0 while they wait
    for a send window to open. Without --month, also
    names what is owed and not queued yet. Away from a terminal, how things stand is said when it changes.
    """
    session.begin_log("send")
    allowed = known(anyway)
    with telling(session, "send", by_hand=month is not None) as teller:
        how = sending(
            session, teller, limit=limit, connections=connections, rate=rate, anyway=allowed
        )
        sent = session.project.send(month, replace(how, forget_limit=forget_limit))
        if as_json:
            print_json(outcomes(sent))
        code = finish(session, teller, sent)
        if code or limit is not None:
            return code
        return still_owed(session, teller, month, sent.counts.keys(), but=(Stand.RECALLED,))


def sending(
    session: Session,
    teller: OnceTeller,
    *,
    limit: int | None = None,
    connections: int | None = None,
    rate: float | None = None,
    anyway: frozenset[str] = frozenset(),
) -> Sending:
    """The options of a send on a terminal: with a progress bar, stopped by SIGTERM or Ctrl-C between
    messages."""
    stop = threading.Event()
    shown: Bar | None = None

    @contextmanager
    def around() -> Iterator[None]:
        nonlocal shown
        with stopping(stop.set), bar(session.quiet) as shown:
            yield

    def progress(step: Step) -> None:
        if not isinstance(step, SendProgress):
            tell(session, step, MOST_NOTES, teller)
        elif shown:
            shown.draw(step)

    return Sending(limit, connections, rate, progress, anyway, stop, around)


def outcomes(sent: Sent) -> Mapping[str, int]:
    """The outcomes of this send, for `--json`, with every state."""
    return {state.value: sent.outcomes.get(state, 0) for state in DeliveryState}


def finish(session: Session, teller: OnceTeller, sent: Sent) -> int:
    """Tell how the months stand; the exit code."""
    for month, counts in sent.counts.items():
        told = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
        teller.note(f"{month}: figures", f"{month}: {told or 'nothing in the outbox'}", warns=False)
        for correction in sent.corrections.get(month, ()):
            number, figures = correction.number, correction.counts.items()
            told = ", ".join(f"{copies} {state}" for state, copies in figures if copies)
            words = f"{month}, correction {number}: {told or 'nobody'}"
            teller.note(f"{month}/{number}: figures", words, warns=False)
    if sent.ending is Ending.DONE:
        return 0
    if sent.ending is Ending.WINDOWS:
        for one in sent.waiting:
            key = f"{one.zone} {one.at.isoformat()}"
            teller.note(
                f"window {key}",
                f"{one.words}; the next `alerts send` from then on mails them",
                key=key,
                warns=False,
            )
        return 0
    if sent.ending is Ending.HELD:
        tell_held(lambda line: teller.note(f"held {line[:8]}", line, code=1), sent.held)
        return 1
    words, code = {
        Ending.RELAY_UNAVAILABLE: (
            f"{sent.relay_fault}; open deliveries wait for the next call",
            RelayUnavailable.exit_code,
        ),
        Ending.PERSON_NEEDED: (f"{sent.relay_fault} No delivery is lost: the open ones wait", 1),
        Ending.STOPPED: ("stopped; the same command continues", 1),
        Ending.DEFERRED: (
            f"some deliveries wait for another attempt, the first at {sent.next_due};"
            " call `alerts send` again then",
            RelayUnavailable.exit_code,
        ),
        Ending.ELSEWHERE: (
            "another machine holds some deliveries; call `alerts send` again in an hour",
            RelayUnavailable.exit_code,
        ),
        Ending.LATER: (
            "some deliveries are queued for a later moment; check the clock",
            RelayUnavailable.exit_code,
        ),
    }[sent.ending]
    topic = "stopped" if sent.ending is Ending.PERSON_NEEDED else "ended"
    teller.note(topic, words, key=sent.ending.name, code=code)
    return code


def still_owed(
    session: Session,
    teller: OnceTeller,
    month: str | None,
    told: Collection[Month],
    *,
    but: Collection[Stand] = (),
) -> int:
    """Name what is owed and not sent, but for the months that were `told`; the exit code of it all, `but`
    of the months that stand so: who recalls an issue has its send end well."""
    found = session.project.check()
    if month is not None:
        found = found.of([session.month(month)])
    for one in found.open:
        if (one.month not in told or one.stand in but) and one.stand is not Stand.LEFT_OPEN:
            key, code = f"{one.stand} {one.why}", CODES[one.needs]
            teller.note(f"{one.month}: owed", line(one), key=key, code=code)
    months = [one for one in found.months if one.stand not in but]
    return command_code(replace(found, months=months), looking=False)
