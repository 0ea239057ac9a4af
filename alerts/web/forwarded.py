"""The visitor's address behind reverse proxies: `X-Forwarded-For` is trusted only from trusted proxies.

From any other peer it is ignored, because anybody can write it. But a peer that sends such headers may
be a proxy that no setting names, and then all visitors seem to have one address and share one limit. So
it is recorded in the database, once per process, and `alerts doctor` reports it. A peer counts as a
proxy if it has an address on a private network or sends many such requests.
"""

import threading
from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from alerts.domain.errors import AlertsError
from alerts.domain.networks import belongs
from alerts.library.links import note_proxy
from alerts.sources.public_only import is_public
from alerts.web.context import Site

HEADERS = {b"x-forwarded-for", b"x-real-ip", b"forwarded"}
ENOUGH = 20  # requests with such a header from one public address, before it is recorded
MOST_PEERS = 1_000  # most public addresses that are counted


class Forwarded:
    """The outermost ASGI application: puts the visitor's address into `scope["client"]`."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._site, self._trusted = site, list(site.settings.web.trusted_proxies)
        self._app = ProxyHeadersMiddleware(app, self._trusted)  # type: ignore[arg-type]
        self._seen: Counter[str] = Counter()
        self._noted = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._noted and HEADERS & {name for name, _ in scope.get("headers", ())}:
            self._suspect(scope["client"][0] if scope.get("client") else "")
        await self._app(scope, receive, send)  # type: ignore[arg-type]

    def _suspect(self, peer: str) -> None:
        """Record a peer that seems to be an untrusted proxy."""
        if not peer or belongs(peer, self._trusted) or len(self._seen) >= MOST_PEERS:
            return
        self._seen[peer] += 1
        if is_public(peer) and self._seen[peer] < ENOUGH:
            return
        self._noted = True
        threading.Thread(target=self._note, args=(peer,), name="proxy", daemon=True).start()

    def _note(self, peer: str) -> None:
        self._site.warn(
            "requests come with X-Forwarded-For from a peer that web.trusted_proxies does not name; "
            "see `alerts doctor`"
        )
        now = self._site.now()
        try:
            self._site.pool.write(lambda db: note_proxy(db, peer, now))
        except AlertsError as fault:
            self._site.warn(f"that is not noted for `alerts doctor`: {fault}")
