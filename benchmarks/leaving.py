"""People who leave while we send: `python -m benchmarks.leaving [--races N]` (rule T12, P5).

They unsubscribe, are suppressed or erased at random moments, a few messages before their turn, over three
connections, with and without pipelining. At most the one message that a connection was sending at the
moment of the commit may still reach them. About a minute for 1,000 races.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path

from alerts import cli
from alerts.domain.address import Address
from alerts.domain.subscriber import SuppressionReason
from alerts.subscribers import admin, unsubscribe
from tests.factories import NOW, database
from tests.outbox.test_dispatch import Sending
from tests.relay import Relay, Taken

WAYS = ("unsubscribe", "suppress", "erase")
OFFERS = (("PIPELINING",), ())


@dataclass(frozen=True)
class Race:
    """What came of one send: who was mailed after leaving, how many of these P5 allows, the skipped."""

    late: int
    bearable: int
    skipped: int


def race(root: Path, *, how: str, offers: tuple[str, ...], leavers: int, seed: int) -> Race:
    """Send an issue to three times as many in the project at `root`, while that many leave."""
    sending = Sending(root, readers=3 * leavers)
    chance = random.Random(seed)
    leaving = chance.sample(range(10, 3 * leavers - 10), leavers)
    other = database(root, threads=True)
    so_far: dict[str, Counter[int]] = {}  # what each connection had carried when they left

    def leave(number: int) -> None:
        address = Address.parse(f"reader{number}@example.org")
        match how:
            case "unsubscribe":
                admin.unsubscribe(other, address, now=NOW)
            case "erase":
                admin.erase(other, address, now=NOW)
            case _:
                complaint = SuppressionReason.COMPLAINT
                unsubscribe.suppress(other, [address], reason=complaint, note="", now=NOW)
        so_far[str(address)] = Counter(taken.connection for taken in relay.inbox)

    def taken(message: Taken) -> None:
        reached = int(message.recipient.removeprefix("reader").partition("@")[0])
        for number in [n for n in leaving if n - reached <= chance.randint(1, 6)]:
            leaving.remove(number)
            leave(number)

    with Relay(on_taken=taken, offers=offers) as relay:
        sending.send(relay, connections=3)
    assert len(so_far) == leavers
    assert len(relay.inbox) == len(set(relay.recipients)), "nobody is mailed twice"
    carried: Counter[int] = Counter()
    late = bearable = 0
    for message in relay.inbox:
        carried[message.connection] += 1
        if before := so_far.get(message.recipient):
            late += 1
            bearable += carried[message.connection] <= before[message.connection] + 1
    counts = sending.counts
    assert counts["sent"] == len(relay.inbox) == 2 * leavers + late
    sending.db.close()
    other.close()
    return Race(late, bearable, counts.get("skipped", 0))


def main() -> None:
    """Run races until there are enough, and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=1000)
    races, each = parser.parse_args().races, 60
    total: Counter[str] = Counter()
    for seed in count():
        how, offers = list(product(WAYS, OFFERS))[seed % 6]
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "project"
            cli.call(["-q", "init", str(root)])
            found = race(root, how=how, offers=offers, leavers=each, seed=seed)
        total += Counter(
            races=each, skipped=found.skipped, late=found.late, wrong=found.late - found.bearable
        )
        if total["races"] >= races:
            break
    print(
        f"{total['races']} left while we sent: {total['skipped']} were skipped, {total['late']} were in"
        f" a connection's one message at that moment, {total['wrong']} were mailed beyond that"
    )
    sys.exit(1 if total["wrong"] else 0)


if __name__ == "__main__":
    main()
