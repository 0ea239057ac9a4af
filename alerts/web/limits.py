"""How often a form may be sent: against bots, and against using us to flood a mailbox (rule X9).

Kept in memory, so a restart forgets; what must hold for ever, one notice a day to a mailbox, is counted
in the database (`optin.py`). A limit is a leaking bucket for each key. Memory is bounded: of too many
keys, those that were not seen for longest are forgotten.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Self

from alerts.address import Address
from alerts.settings import WebSettings

HOUR = 3600.0
MOST_KEYS = 20_000


class Limit:
    """At most `most` an hour for each key, in any distribution. Safe to use from any thread."""

    def __init__(self, most: int, keys: int = MOST_KEYS) -> None:
        self._most, self._keys = most, keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, now: float, weight: int = 1) -> bool:
        """Count one (that weighs as much as several) at `now`, in seconds; False where it is too many."""
        with self._lock:
            level, since = self._levels.pop(key, (0.0, now))
            level = max(0.0, level - max(0.0, now - since) * self._most / HOUR)
            taken = level + min(weight, self._most) <= self._most
            self._levels[key] = (level + weight if taken else level, now)
            if len(self._levels) > self._keys:
                self._levels.popitem(last=False)
            return taken


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of asking for proof of an address."""

    mailbox: Limit
    network: Limit
    domain: Limit
    in_all: Limit

    @classmethod
    def of(cls, web: WebSettings) -> Self:
        """As the settings have them."""
        return cls(
            mailbox=Limit(5),
            network=Limit(web.signups_per_network),
            domain=Limit(web.signups_per_domain),
            in_all=Limit(web.signups_in_all, keys=1),
        )

    def open(self, network: str, address: Address, now: datetime, weight: int = 1) -> bool:
        """Count one more from there; False, which the visitor is told, where it is too many."""
        second = now.timestamp()
        return (
            self.network.take(network_of(network), second, weight)
            and self.domain.take(address.domain, second)
            and self.in_all.take("", second)
        )

    def welcome(self, address: Address, now: datetime) -> bool:
        """Whether it is worth writing down once more; nobody is told, the answer is as always (X10)."""
        return self.mailbox.take(address.key, now.timestamp())


def network_of(address: str) -> str:
    """The network that an IP address is counted with: IPv4 /24, IPv6 /48; empty for none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ip_network((mapped, 24 if mapped.version == 4 else 48), strict=False))
