"""What monitors ask of `alerts serve`: /healthz, /readyz, and /metrics for Prometheus.

/healthz says that the process lives, and needs neither database nor template; /readyz that the database
answers too. Neither says more. /metrics holds counts and moments, and no address, title or name. It is
answered without a token to a program on this machine, which is known by a loopback `web.host` and by a
request that no proxy has passed on; to others as `web.metrics` says.
"""

import hmac
import os
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from alerts.config.secret_files import metrics_token
from alerts.domain.errors import AlertsError
from alerts.web.context import Site
from alerts.web.figures import MEDIA_TYPE
from alerts.web.request import Page, Visit

PASSED_ON = ("x-forwarded-for", "x-real-ip", "forwarded", "via")


def healthy(site: Site, request: Request) -> Response:
    """The process lives."""
    return PlainTextResponse("ok\n")


def ready(visit: Visit) -> Response:
    """The process lives, and its database answers."""
    try:
        visit.project.service.ready()
    except AlertsError as fault:
        visit.site.warn(f"not ready: {fault}")
        return PlainTextResponse("not ready\n", 503)
    return PlainTextResponse("ready\n")


def metrics(visit: Visit) -> Response:
    """The figures in the text format of Prometheus, if whoever asks may read them."""
    refused = _refused(visit)
    if refused is not None:
        return refused
    text = visit.site.figures.text(visit.project, visit.site.answers)
    return Response(text, headers={"Content-Type": MEDIA_TYPE})


def on_this_machine(site: Site, headers: Mapping[str, str]) -> bool:
    """Whether only programs of this machine reach the server, and no proxy has passed the request on."""
    return site.loopback and not any(name in headers for name in PASSED_ON)


def _refused(visit: Visit) -> Response | None:
    """The answer to whoever may not read the figures; None for who may."""
    site = visit.site
    who = site.settings.web.metrics
    if on_this_machine(site, visit.headers) or who == "open":
        return None
    if who == "off":
        return visit.missing()
    expected = metrics_token(site.settings, os.environ)
    kind, _, given = visit.headers.get("authorization", "").partition(" ")
    right = bool(expected) and hmac.compare_digest(given.strip().encode(), expected.encode())
    if kind.lower() == "bearer" and (right or visit.project.tokens.check(given.strip())):
        return None
    words = "/metrics needs a token: Authorization: Bearer …; `alerts token add` makes one\n"
    return PlainTextResponse(words, 401, headers={"WWW-Authenticate": "Bearer"})


PAGES = (
    Page("/healthz", at_once=healthy),
    Page("/readyz", ready),
    Page("/metrics", metrics),
)
