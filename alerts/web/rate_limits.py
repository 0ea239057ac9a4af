"""Limits how often a form may be sent, against bots and against flooding a mailbox (rule X9).

Kept in memory and lost at a restart; the permanent limit, one notice a day per mailbox, is counted in
the database (`subscribers/confirmation.py`). A limit is a leaky bucket per key. Memory is limited: if
there are too many keys, the least recently used are dropped.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Self

from alerts.config.web_declarations import WebSettings
from alerts.domain.address import Address

HOUR = 3600.0
MOST_KEYS = 20_000
SITE = 5  # times as many from all of an IPv6 /48 as from one /64 in it


class Limit:
    """At most `most` an hour for each key. May be used from any thread."""

    def __init__(self, most: int, keys: int = MOST_KEYS) -> None:
        self._most, self._keys = most, keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, now: float, weight: int = 1) -> bool:
        """Count one (or `weight`) for that key at `now`, in seconds; False where the limit is exceeded."""
        with self._lock:
            level, since = self._levels.pop(key, (0.0, now))
            level = max(0.0, level - max(0.0, now - since) * self._most / HOUR)
            taken = level + min(weight, self._most) <= self._most
            self._levels[key] = (level + weight if taken else level, now)
            if len(self._levels) > self._keys:
                self._levels.popitem(last=False)
            return taken


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits for requests for proof of an address."""

    mailbox: Limit
    network: Limit
    site: Limit
    domain: Limit
    in_all: Limit

    @classmethod
    def of(cls, web: WebSettings) -> Self:
        """The limits in the settings."""
        return cls(
            mailbox=Limit(5),
            network=Limit(web.signups_per_network),
            site=Limit(web.signups_per_network * SITE),
            domain=Limit(web.signups_per_domain),
            in_all=Limit(web.signups_in_all, keys=1),
        )

    def open(self, network: str, address: Address, now: datetime, weight: int = 1) -> bool:
        """Count a request from that network; False where the limit is exceeded, which the visitor is
        told."""
        second = now.timestamp()
        return (
            self.network.take(network_of(network, 64), second, weight)
            and self.site.take(network_of(network), second, weight)
            and self.domain.take(address.domain, second)
            and self.in_all.take("", second)
        )

    def welcome(self, address: Address, now: datetime) -> bool:
        """False where a mailbox has had too many requests; the visitor is not told (X10)."""
        return self.mailbox.take(address.key, now.timestamp())


def network_of(address: str, ipv6: int = 48) -> str:
    """The network of an IP address for counting: IPv4 /24, IPv6 /48 or of `ipv6` bits; empty if it is
    malformed.

    One customer has at least a /64. Anybody can get a /48, which has 65,536 of them, from a tunnel broker
    for nothing; in a mobile carrier's /48 there may be as many customers.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ip_network((mapped, 24 if mapped.version == 4 else ipv6), strict=False))
