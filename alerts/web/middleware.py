"""Applied to every answer: limits on the request, security headers, a line in the log.

Headers by rules X7 and X12: no scripts, forms only to this site, no framing, no referrer, no caching,
no indexing. An answer may set such a header itself, or set it to "" to omit it. The log names the kind
of page, but neither its URL, which may hold a token, nor the visitor (X15).
"""

import time
from collections.abc import Collection, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.web.context import Site

LONGEST_PATH = 2_000
EVENTS = {
    "/join": "sign_up",
    "/confirm": "confirmed",
    "/preferences": "preferences",
    "/unsubscribe": "unsubscribe",
}
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT")


class SecurityMiddleware:
    """The outermost ASGI application."""

    def __init__(self, app: ASGIApp, site: Site, kinds: Collection[str]) -> None:
        """`kinds` are the first parts of all existing paths; the log names no others."""
        self._app, self._site, self._kinds = app, site, kinds
        self._headers = defaults(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began = time.monotonic()
        path = self._inside(scope)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if headers.setdefault(name, value) == "":
                        del headers[name]
            await send(message)

        try:
            await self._admit({**scope, "path": path}, receive, sending)
        finally:
            took = 1000 * (time.monotonic() - began)
            kind = path.lstrip("/").partition("/")[0]
            kind = f"/{kind}" if kind in self._kinds else "elsewhere"
            method = scope["method"] if scope["method"] in METHODS else "?"
            self._site.answers.add(kind, status)
            line = f"{method} {kind} {status or 'cut'} {took:.0f} ms"
            event = _event(method, kind, status)
            if event and self._site.tell is not None:
                self._site.tell(line, event)
            else:
                self._site.log(line)

    def _inside(self, scope: MutableMapping[str, Any]) -> str:
        """The path below the public address, whether a proxy has removed the prefix or not."""
        path, prefix = str(scope["path"]), self._site.prefix
        return path.removeprefix(prefix) if f"{path}/".startswith(f"{prefix}/") else path

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"]:  # the public address without its last slash
            there = RedirectResponse(f"{self._site.prefix}/", 308)
            return await there(scope, receive, send)
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_PATH:
            return await Response("Too long.\n", 414)(scope, receive, send)
        if _ambiguous(scope):
            refused = Response("Bad request.\n", 400, {"Connection": "close"})
            return await refused(scope, receive, send)
        return await self._app(scope, receive, send)


def _event(method: str, kind: str, status: int) -> str:
    """The name of what an admin wants to know of; empty for a page that was only looked at."""
    if status >= 400 and status != 404:
        return "refused" if status < 500 else "failed"
    return EVENTS.get(kind, "") if method == "POST" and 0 < status < 400 else ""


def _ambiguous(scope: Scope) -> bool:
    """True where two servers may disagree about where the request ends (RFC 9112 §6.1 and §6.3): it has
    both Content-Length and Transfer-Encoding, or a Transfer-Encoding in HTTP/1.0."""
    names = {name for name, _ in scope["headers"]}
    return b"transfer-encoding" in names and (
        b"content-length" in names or scope["http_version"] == "1.0"
    )


def defaults(site: Site) -> dict[str, str]:
    """The headers of an answer that sets none of them."""
    headers = {
        "Content-Security-Policy": site.policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex",
        "Cache-Control": "no-store",
    }
    if site.behind_tls:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
