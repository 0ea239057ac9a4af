"""Networks of IP addresses."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network


def belongs(address: str, networks: Iterable[str]) -> bool:
    """True where an IP address is in one of `networks`, each a network or a single address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(network) for network in networks)
