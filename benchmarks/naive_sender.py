"""The script that most people write: an EmailMessage per recipient through smtplib.

`python -m benchmarks.naive_sender PORT MESSAGES CONNECTIONS FILE`: as many processes as connections, each
with one kept session; no database, nothing durable. FILE is JSON: the subject, text and HTML of the
message, with a slot for the name. Imports nothing of ours, whose start-up would be held against it.
"""

import json
import multiprocessing
import smtplib
import sys
from email.message import EmailMessage
from pathlib import Path

NAME = "{slot:name|lectora}"


def main() -> None:
    """Send them all."""
    port, messages, connections = map(int, sys.argv[1:4])
    made = json.loads(Path(sys.argv[4]).read_text(encoding="utf-8"))
    share = [messages // connections + (n < messages % connections) for n in range(connections)]
    workers = [multiprocessing.Process(target=send, args=(port, number, made)) for number in share]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(any(worker.exitcode for worker in workers))


def send(port: int, number: int, made: dict[str, str]) -> None:
    """So many messages over one connection."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        for n in range(number):
            message = EmailMessage()
            message["From"], message["To"] = "a@example.org", f"reader{n}@example.org"
            message["Subject"] = made["subject"]
            message.set_content(made["text"].replace(NAME, f"Lectora {n}"))
            message.add_alternative(made["html"].replace(NAME, f"Lectora {n}"), subtype="html")
            client.send_message(message)


if __name__ == "__main__":
    main()
