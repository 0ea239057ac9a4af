"""Sending with half of the readers greylisted, against the undisturbed rate of the same relay.

`python -m benchmarks.refusals [--readers N]` sends an issue to N readers twice, in a project of its own
each time: all are taken, and half are greylisted, at random places. The relay counts errors as Postfix
does at stock: after 10 since the last message that it took it delays each reply by a second, after 20 it
hangs up. Then, as root and where Postfix is installed, the same with a real one. Prints rates (readers a
second, refused ones too) and their ratio; above 0.5 is wanted.
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path
from random import Random

from alerts import cli
from alerts.store import outbox_figures
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.postfix import RETURNS, open_to_all, postfix
from tests.relay import Relay


def _rate(url: str, readers: int, domain: str) -> float:
    """Readers a second of one send to that relay."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        db = database(root)
        add_subscribers(db, readers, domain=domain)
        queue_issue(root, db)
        db.close()
        os.environ["ALERTS_DELIVERY__RELAY"] = url
        began = time.perf_counter()
        cli.call(["-q", "--project", str(root), "send", "--month", str(MONTH)])
        seconds = time.perf_counter() - began
        db = database(root)
        counts = outbox_figures.counts(db, MONTH)
        db.close()
        if counts["sent"] + counts["deferred"] != readers:
            raise SystemExit(f"not as planned: {counts}")
        return readers / seconds


def _scripted(readers: int, refused: set[str]) -> float:
    def script(stage: str, recipient: str, nth: int) -> str | None:
        return "450 4.2.0 greylisted" if stage == "rcpt" and recipient in refused else None

    with Relay(script=script, patience=(10, 20)) as relay:
        return _rate(relay.url, readers, "example.org")


def _real(readers: int, refused: set[str]) -> float:
    with open_to_all() as root:
        table = "".join(f"{address} 450 4.2.0 greylisted\n" for address in sorted(refused))
        (root / "greylist").write_text(table)
        more = (
            f"smtpd_recipient_restrictions = check_recipient_access texthash:{root}/greylist,"
            " check_recipient_access static:DISCARD\n"
        )
        with postfix(root, root, "error:none", 9, more) as server:
            return _rate(f"smtp://127.0.0.1:{server.port}", readers, RETURNS)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=2000)
    readers: int = parser.parse_args().readers
    kinds = [("a relay that counts", _scripted, "example.org")]
    if os.geteuid() == 0 and shutil.which("postfix", path="/usr/sbin:/usr/bin"):
        kinds.append(("a real Postfix", _real, RETURNS))
    for name, measured, domain in kinds:
        emails = [f"reader{n}@{domain}" for n in range(1, readers + 1)]
        half = set(Random(1).sample(emails, readers // 2))
        all_taken, disturbed = measured(readers, set()), measured(readers, half)
        print(f"{name}: {all_taken:.0f}/s undisturbed, {disturbed:.0f}/s with half greylisted"
              f" = {disturbed / all_taken:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
