"""A relay as `delivery.relay` names it: what is known of it before anything connects to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, unquote

from alerts.config.server_url import is_loopback, refuse_password, taken_apart
from alerts.domain.errors import SettingsError

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True)
class Relay:
    """An SMTP server and how to connect to it. `tls`: required, opportunistic, never or implicit."""

    host: str
    port: int
    user: str
    tls: str
    timeout: float
    oauth: bool = False  # the password is an OAuth 2 access token

    @cached_property
    def context(self) -> "ssl.SSLContext":
        """What verifies its certificate; made once one connects: reading the roots takes 20 ms."""
        import ssl

        return ssl.create_default_context()

    @classmethod
    def parse(cls, url: str, timeout: float, *, oauth: bool = False) -> Self:
        """Read `smtp://user@host:587?tls=…` or `smtps://…`; raises `SettingsError`."""
        parts = taken_apart(url, "delivery.relay")
        if not parts.hostname or parts.path not in ("", "/"):
            raise SettingsError("delivery.relay: write smtp://user@host:587")
        refuse_password(parts, "delivery.relay")
        query = parse_qs(parts.query)
        here = is_loopback(parts.hostname)
        tls = query.pop("tls", ["opportunistic" if here else "required"])[0]
        if query or tls not in ("required", "opportunistic", "never"):
            raise SettingsError(
                "delivery.relay: only ?tls=required, opportunistic or never can follow"
            )
        if parts.username and tls != "required" and parts.scheme == "smtp" and not here:
            raise SettingsError(
                f"delivery.relay: with ?tls={tls} the password of {unquote(parts.username)} could be"
                " read on its way; leave that out, or the user"
            )
        if parts.scheme == "smtps":
            return cls(
                parts.hostname,
                parts.port or 465,
                unquote(parts.username or ""),
                "implicit",
                timeout,
                oauth,
            )
        user = unquote(parts.username or "")
        return cls(parts.hostname, parts.port or 587, user, tls, timeout, oauth)


Password = str | Callable[[], str] | None
"""A password, or a function that returns a new access token for each connection."""
