"""Domains that nobody can own: those for examples and tests (RFC 2606, RFC 6761)."""

_RESERVED = ("example", "example.com", "example.net", "example.org", "test", "invalid", "localhost")


def made_up(domain: str) -> bool:
    """True for a domain that nobody can own; case and a final dot are ignored."""
    name = domain.lower().rstrip(".")
    return any(name == one or name.endswith(f".{one}") for one in _RESERVED)
