"""`project.tokens`: the tokens of the HTTP API, and the answers kept for repeated requests."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.domain.api_token import ApiToken, TokenScope
from alerts.domain.errors import UsageError
from alerts.library.opened import ProjectPart, call
from alerts.store import api_answers, api_tokens, stamp, transaction
from alerts.store.api_answers import KeptAnswer

A_YEAR = timedelta(days=365)
_NAME = re.compile(r"[\w .@+-]{1,60}")


@dataclass(frozen=True, slots=True)
class FinalAnswer:
    """An answer to a request as it is sent, and as it is sent again to the same request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ApiTokens(ProjectPart):
    """The tokens. Only a hash of each is stored: a lost one is replaced, never shown again."""

    @call
    def add(self, name: str, scope: TokenScope | str, *, lasts: timedelta | None = A_YEAR) -> str:
        """Make a token and return it; `lasts` None: it never expires. Raises `UsageError` for a name
        that is malformed or in use."""
        opened = self._opened
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"“{name[:60]}”: name a token in words, digits, spaces and . - _ + @, at most 60"
            )
        if scope not in list(TokenScope):
            raise UsageError(f"scope “{scope}”: write read, write or admin")
        token = f"alerts_{secrets.token_urlsafe(32)}"
        expires = opened.now + lasts if lasts else None
        with transaction(opened.db):
            if not api_tokens.add(
                opened.db, name, TokenScope(scope), digest_of(token), opened.now, expires
            ):
                raise UsageError(f"token “{name}” exists; `alerts token revoke {name!r}` ends it")
        return token

    @call
    def list(self) -> tuple[ApiToken, ...]:
        """Every token, revoked ones too."""
        return tuple(api_tokens.listed(self._opened.db))

    @call
    def revoke(self, name: str) -> bool:
        """End a token at once; False where there is none of that name."""
        with transaction(self._opened.db):
            return api_tokens.revoke(self._opened.db, name, self._opened.now)

    @call
    def check(self, token: str) -> ApiToken | None:
        """The valid token that this is; None for any other text."""
        found = api_tokens.find(self._opened.db, digest_of(token))
        return found if found and found.valid(stamp(self._opened.now)) else None

    @call
    def note_use(self, token: ApiToken) -> None:
        """Note that it was used today."""
        with transaction(self._opened.db):
            api_tokens.note_use(self._opened.db, token.id, stamp(self._opened.now)[:10])

    @call
    def claim(self, token: ApiToken, key: str, request: bytes) -> KeptAnswer | None:
        """Claim an Idempotency-Key for the request with that digest; what it stands for, if it is taken."""
        with transaction(self._opened.db):
            return api_answers.claim(self._opened.db, token.id, key, request, self._opened.now)

    @call
    def keep(self, token: ApiToken, key: str, answer: FinalAnswer) -> None:
        """Store the answer for a key that was claimed."""
        with transaction(self._opened.db):
            api_answers.keep(
                self._opened.db, token.id, key, answer.status, answer.headers, answer.body
            )

    @call
    def release(self, token: ApiToken, key: str) -> None:
        """Free a key whose request was refused."""
        with transaction(self._opened.db):
            api_answers.release(self._opened.db, token.id, key)


def digest_of(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
