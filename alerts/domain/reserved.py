"""Domains that nobody can own: those for examples and tests (RFC 2606, RFC 6761); and hosts that are in
a private network only."""

import ipaddress

_RESERVED = ("example", "example.com", "example.net", "example.org", "test", "invalid", "localhost")
# RFC 6762, RFC 8375, and what ICANN keeps for private use
_PRIVATE = ("local", "internal", "home.arpa", "lan", "intranet", "corp", "home", "localdomain")


def made_up(domain: str) -> bool:
    """True for a domain that nobody can own; case and a final dot are ignored."""
    name = domain.lower().rstrip(".")
    return any(name == one or name.endswith(f".{one}") for one in _RESERVED)


def private(host: str) -> bool:
    """True for a host that nobody outside a private network reaches: by its address, or by a name that
    is never in the public DNS."""
    name = host.lower().rstrip(".").strip("[]")
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return "." not in name or any(name.endswith(f".{one}") for one in _PRIVATE)
