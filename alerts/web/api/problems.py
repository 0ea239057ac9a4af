"""Refusals as problem documents (RFC 9457): what is wrong, in which field, and what to do.

`field` is a JSON pointer without its first slash, or the name of a parameter; `remedy` is the part of the
message after its last semicolon, as all our messages have it, or else the remedy of its kind.
"""

import re
from typing import NamedTuple, Self

import msgspec

from alerts.domain import errors
from alerts.domain.errors import AlertsError


class ProblemKind(NamedTuple):
    """A kind of problem: the last part of its `type`, its status, its title and what to do."""

    name: str
    status: int
    title: str
    remedy: str


NO_TOKEN = ProblemKind(
    "no-token",
    401,
    "No valid token",
    "send “Authorization: Bearer TOKEN” with a token of `alerts token add`",
)
SCOPE = ProblemKind(
    "scope", 403, "The token may not do this", "use a token that `alerts token add` made for it"
)
MISSING = ProblemKind("missing", 404, "Not found", "list what there is")
METHOD = ProblemKind("method", 405, "No such method here", "use one of the header Allow")
MALFORMED = ProblemKind(
    "malformed", 400, "Malformed request", "send what the schema at /api/v1/openapi.json says"
)
TOO_LARGE = ProblemKind("too-large", 413, "Too large", "send it in parts")
MEDIA = ProblemKind(
    "media-type", 415, "Another type of content", "send the type that the schema has"
)
CHANGED = ProblemKind(
    "changed", 412, "It has changed since", "get it again, and send the ETag that it has now"
)
NO_CONDITION = ProblemKind(
    "no-condition",
    428,
    "If-Match is missing",
    "send “If-Match: ETAG” with the ETag of what you have seen, or “If-Match: *” for whatever it is",
)
IMPOSSIBLE = ProblemKind("impossible", 422, "This cannot be done", "change the value")
REUSED_KEY = ProblemKind(
    "reused-key", 422, "The key was used for another request", "take a new Idempotency-Key"
)
CONFLICT = ProblemKind("conflict", 409, "Its state does not allow this", "look at its state first")
IN_PROGRESS = ProblemKind(
    "in-progress", 409, "It is being carried out", "send the same request again in a minute"
)
TOO_MANY = ProblemKind("too-many", 429, "Too many requests", "wait as long as Retry-After says")
BUSY = ProblemKind("busy", 503, "The database is busy", "send the same request again in a minute")
FAULT = ProblemKind("fault", 500, "An error on our side", "look at the log of `alerts serve`")

KINDS = (
    *(NO_TOKEN, SCOPE, MISSING, METHOD, MALFORMED, TOO_LARGE, MEDIA, CHANGED, NO_CONDITION),
    *(IMPOSSIBLE, REUSED_KEY, CONFLICT, IN_PROGRESS, TOO_MANY, BUSY, FAULT),
)
_PREFIX = "urn:problem:alerts:"
_FIELD = re.compile(r"(?:--)?([a-z_]+)(?: “[^”]*”)?: ")


class Problem(msgspec.Struct, omit_defaults=True):
    """A refusal (RFC 9457). `field` names what it is about, `remedy` what to do."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    field: str = ""


class ProblemFault(Exception):
    """Raised to answer with a problem."""

    def __init__(
        self, kind: ProblemKind, detail: str, field: str = "", remedy: str = "", wait: int = 0
    ) -> None:
        super().__init__(detail)
        self.kind, self.wait = kind, wait
        self.problem = Problem(
            f"{_PREFIX}{kind.name}", kind.title, kind.status, detail, remedy or kind.remedy, field
        )

    @classmethod
    def scope(cls, wanted: str, has: str) -> Self:
        """The problem that a token of scope `has` may not do what needs `wanted`."""
        return cls(
            SCOPE,
            f"this needs a token of scope {wanted}; this one may {has}",
            remedy=f"use a token of `alerts token add NAME --scope {wanted}`",
        )

    @property
    def headers(self) -> dict[str, str]:
        """The headers that such an answer needs."""
        headers = {"Retry-After": str(self.wait)} if self.wait else {}
        if self.kind is NO_TOKEN:
            headers["WWW-Authenticate"] = 'Bearer realm="alerts"'
        return headers


_KINDS: tuple[tuple[type[AlertsError], ProblemKind], ...] = (
    (errors.StoreBusy, BUSY),
    (errors.TryLater, CONFLICT),
    (errors.Conflict, CONFLICT),
    (errors.Incomplete, CONFLICT),
    (errors.IssueRecalled, CONFLICT),
    (errors.UndecidedCopy, CONFLICT),
    (errors.StoreError, FAULT),
    (errors.TransactionFault, FAULT),
    (errors.TemplateFault, CONFLICT),
    (errors.SettingsError, CONFLICT),
    (errors.UsageError, IMPOSSIBLE),
    (errors.InputError, IMPOSSIBLE),
)


def problem_of(fault: AlertsError) -> ProblemFault:
    """The problem that an error of the library is."""
    kind = next((kind for type_, kind in _KINDS if isinstance(fault, type_)), CONFLICT)
    text = " ".join(str(fault).split())
    if kind is FAULT:
        return ProblemFault(FAULT, "the database or the program has a fault")
    named = _FIELD.match(text)
    remedy = text.rpartition("; ")[2] if "; " in text else ""
    wait = 60 if isinstance(fault, errors.TryLater) else 0
    return ProblemFault(kind, text, named[1] if named else "", remedy, wait)


def missing(what: str, remedy: str = "") -> ProblemFault:
    """The problem that there is no such thing."""
    return ProblemFault(MISSING, what, remedy=remedy)
