"""What holds for every answer: limits before, headers after, a line in the log.

Headers by rules X7, X12: no scripts at all, forms go to us alone, nobody frames us, no address of ours
leaks as a referrer, nothing is kept in a cache or found by a search engine. An answer may set such a header
for itself, or set it to nothing and go without. The log names the kind of page and never its
address, which holds a token, nor the visitor (X15).
"""

import time
from collections.abc import Collection, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.web.site import Site

MOST_OCTETS = 64_000  # of a body; what a form of ours can hold is far less
LONGEST_PATH = 2_000
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT")


class Guard:
    """The outermost ASGI application."""

    def __init__(self, app: ASGIApp, site: Site, kinds: Collection[str]) -> None:
        """`kinds` are the first parts of the paths that there are: the log names no other."""
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
            self._site.log(f"{method} {kind} {status or 'cut'} {took:.0f} ms")

    def _inside(self, scope: MutableMapping[str, Any]) -> str:
        """The path below the public address, whether a proxy has cut the prefix or not."""
        path, prefix = str(scope["path"]), self._site.prefix
        return path.removeprefix(prefix) if f"{path}/".startswith(f"{prefix}/") else path

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"]:  # the public address without its last slash
            there = RedirectResponse(f"{self._site.prefix}/", 308)
            return await there(scope, receive, send)
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_PATH:
            return await Response("Too long.\n", 414)(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > MOST_OCTETS:
            return await Response("Too large.\n", 413)(scope, receive, send)
        return await self._app(scope, _Limited(receive), send)


class _Limited:
    """A body that ends when it gets longer than any form of ours, as if the visitor had left."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._left = receive, MOST_OCTETS

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return message if self._left >= 0 else {"type": "http.disconnect"}


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
