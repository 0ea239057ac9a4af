"""Tokens of the HTTP API: what other programs show, and what each of them may do."""

from dataclasses import dataclass
from enum import StrEnum


class TokenScope(StrEnum):
    """What a token may do; each also what those before it may."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def covers(self, wanted: "TokenScope") -> bool:
        """Whether a token of this scope may do what needs `wanted`."""
        order = list(TokenScope)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One token as it is stored: never the token itself. Moments are UTC, ISO 8601; `expires_at` and
    `revoked_at` are empty where there are none, `used_on` is the day of its last use."""

    id: int
    name: str
    scope: TokenScope
    created_at: str
    expires_at: str = ""
    revoked_at: str = ""
    used_on: str = ""

    def valid(self, now: str) -> bool:
        """Whether it opens anything at that moment."""
        return not self.revoked_at and (not self.expires_at or now < self.expires_at)
