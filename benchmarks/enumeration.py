"""Whether the time of an answer tells who is known (rule X10): `python -m benchmarks.enumeration [--each N]`.

Signs up N addresses of each kind, all of one length, interleaved at random, one request after the other,
at `alerts serve`, a process of its own whose limits are lifted; the post works meanwhile. Prints quartiles
for each kind, and AUC: how often an answer for it takes longer than one for a new address (0.5: as often
as not, so it tells nothing), with a 95 % interval by bootstrap. Of six honest intervals, one in four runs
has one that misses 0.5.
"""

import argparse
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from pathlib import Path
from urllib.parse import urlencode

from alerts import cli
from alerts.domain.address import Address
from alerts.domain.subscriber import Subscriber, SubscriberStatus, SuppressionReason
from alerts.store import subscribers, suppressions, transaction
from tests.factories import NOW, database
from tests.pages import fields

KINDS = ("new", "pending", "active", "suppressed", "unsubscribed", "bounced", "invalid domain")
LIFTED = ("NETWORK", "DOMAIN", "IN_ALL")


def address(kind: str, number: int) -> str:
    """The address of that kind and number; as long as every other."""
    domain = "nowhere.invalid" if kind == "invalid domain" else "readers.example"
    return f"reader{KINDS.index(kind)}{number:06d}@{domain}"


def people(root: Path, each: int) -> None:
    """Make each kind known as what it is."""
    db = database(root)
    with transaction(db):
        for kind in KINDS[1:-1]:
            for number in range(each):
                email = address(kind, number)
                if kind in ("suppressed", "bounced"):
                    manual = kind == "suppressed"
                    reason = SuppressionReason.MANUAL if manual else SuppressionReason.HARD_BOUNCE
                    suppressions.add(db, Address.parse(email), reason, "", NOW)
                else:
                    person = Subscriber(
                        id=0, email=email, status=SubscriberStatus(kind), language="en"
                    )
                    subscribers.add(db, person, NOW)
    db.close()


def measured(port: int, each: int, chance: random.Random) -> dict[str, list[float]]:
    """Milliseconds of each answer, by kind."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/join")
    form = fields(connection.getresponse().read().decode())
    order = [(kind, number) for kind in KINDS for number in range(each)]
    chance.shuffle(order)
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for kind, number in order:
        body = urlencode({**form, "email": address(kind, number)})
        began = time.perf_counter()
        connection.request("POST", "/join", body, headers)
        answer = connection.getresponse()
        answer.read()
        taken[kind].append(1000 * (time.perf_counter() - began))
        assert answer.status == 200, answer.status
    return taken


def auc(these: list[float], those: list[float]) -> float:
    """How often one of these is longer than one of those (Mann and Whitney); ties count half."""
    those = sorted(those)
    wins = sum(bisect_left(those, one) + bisect_right(those, one) for one in these)
    return wins / (2 * len(these) * len(those))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=400)
    options = parser.parse_args()
    chance = random.Random(10)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        people(root, options.each)
        environment = os.environ | {"ALERTS_DELIVERY__RELAY": "null:"}
        environment |= {f"ALERTS_SCHEDULE__{act}": "" for act in ("COLLECT", "RUN", "SEND")}
        environment |= {f"ALERTS_WEB__SIGNUPS_PER_{limit}": "1000000" for limit in LIFTED[:2]}
        environment |= {f"ALERTS_WEB__SIGNUPS_{LIFTED[2]}": "1000000"}
        command = [sys.executable, "-m", "alerts", "--project", str(root), "serve", "--port", "0"]
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stderr is not None
            line = process.stderr.readline()
            port = int(line.partition(" | ")[2].split()[1].rstrip("/,").rpartition(":")[2])
            taken = measured(port, options.each, chance)
            process.terminate()
            process.stderr.read()
    print(f"{len(KINDS)} x {options.each} sign-ups, milliseconds and AUC against new")
    print(f"{'kind':<16}{'1st':>8}{'median':>8}{'3rd':>8}   AUC    95 %")
    for kind, times in taken.items():
        first, median, third = statistics.quantiles(times, n=4)
        new = taken["new"]
        again = sorted(
            auc(chance.choices(times, k=len(times)), chance.choices(new, k=len(new)))
            for _ in range(options.resamples)
        )
        low, high = again[len(again) // 40], again[-1 - len(again) // 40]
        told = "" if kind == "new" else f"   {auc(times, new):.3f}  {low:.3f} to {high:.3f}"
        print(f"{kind:<16}{first:8.2f}{median:8.2f}{third:8.2f}{told}")


if __name__ == "__main__":
    main()
