"""The host that sends: where the relay is this machine, its HELO name and PTR record (RFC 5321 §4.1.4).

Gmail, GMX and others refuse hosts whose name does not lead to their address and back. A relay elsewhere
has its own names, which whoever runs it sees to.
"""

import ipaddress
import socket
from collections.abc import Iterator

from alerts.config.server_url import is_loopback, taken_apart
from alerts.doctor.finding import Ask, CheckContext, CheckLevel, CheckOutput
from alerts.domain.open_transaction import outside

_PATIENCE = 5.0  # seconds for the greeting


def named(context: CheckContext) -> Iterator[CheckOutput]:
    """Check that the name in the relay's greeting leads to addresses that lead back to it."""
    relay = context.settings.delivery.relay
    if not relay.startswith(("smtp:", "smtps:")):
        yield CheckOutput(CheckLevel.OK, "no host of ours sends")
        return
    parts = taken_apart(relay, "delivery.relay")
    if relay.startswith("smtps:") or not is_loopback(parts.hostname or ""):
        yield CheckOutput(CheckLevel.OK, f"{parts.hostname} sends, by the names of whoever runs it")
        return
    greeting = _greeting(parts.hostname or "", parts.port or 587)
    name = greeting[4:].split(" ")[0].strip().rstrip(".").lower()
    if "." not in name or name.endswith((".local", ".localdomain", ".test", ".internal")):
        yield CheckOutput(
            CheckLevel.OK,
            f"the mail server of this machine calls itself “{name}”, no public name: it should hand mail on",
        )
        return
    yield from confirmed(context.ask, name)


def confirmed(ask: Ask, name: str) -> Iterator[CheckOutput]:
    """Whether a host name leads to addresses of which each leads back (forward-confirmed PTR)."""
    addresses = [*ask(name, "A"), *ask(name, "AAAA")]
    if not addresses:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"the HELO name {name} has no address in the DNS",
            "publish an A record for it, or give the mail server another name",
        )
    for address in addresses:
        back = ipaddress.ip_address(address).reverse_pointer
        names = [one.rstrip(".").lower() for one in ask(back, "PTR")]
        forth = {a for one in names for a in (*ask(one, "A"), *ask(one, "AAAA"))}
        if not names:
            yield CheckOutput(
                CheckLevel.ERROR,
                f"{address} ({name}) has no PTR record",
                "have the owner of the address (your host) point it to the mail server's name",
            )
        elif address not in forth:
            yield CheckOutput(
                CheckLevel.ERROR,
                f"the PTR record of {address} is {names[0]}, which does not lead back to it",
                "let name and address point to each other",
            )
        elif name not in names:
            yield CheckOutput(
                CheckLevel.WARNING,
                f"the mail server calls itself {name}, but {address} is called {names[0]}",
                "let HELO name, PTR and A records be the same",
            )
        else:
            yield CheckOutput(CheckLevel.OK, f"{name} is {address}, and back")


def _greeting(host: str, port: int) -> str:
    """The first line of the mail server; empty if it says nothing."""
    outside("a mail server is asked for its name")
    try:
        with socket.create_connection((host, port), _PATIENCE) as client:
            client.settimeout(_PATIENCE)
            return client.recv(512).decode("ascii", "replace").partition("\r\n")[0]
    except OSError:
        return ""
