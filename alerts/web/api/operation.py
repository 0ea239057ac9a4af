"""One operation of the HTTP API, and one call of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from alerts.domain.api_token import ApiToken, TokenScope
from alerts.library.project import Project
from alerts.web.context import Site

ROOT = "/api/v1"
SMALL, LARGE = 256_000, 5_000_000  # most octets of a body: of JSON, and of a file of people


class NoQuery(msgspec.Struct, forbid_unknown_fields=True):
    """No parameters."""


Q = TypeVar("Q", bound=msgspec.Struct)
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class ApiCall(Generic[Q, B]):
    """One call: its project at one moment, and what came with it."""

    site: Site
    project: Project
    now: datetime
    token: ApiToken
    path: Mapping[str, str]
    query: Q
    body: B
    network: str
    here: str = ""  # the path below `ROOT` that was called, quoted

    @property
    def by(self) -> str:
        """Who acts, for the event log."""
        return f"token {self.token.name}"

    def at(self, path: str) -> str:
        """A path of the API as a caller sees it, behind a proxy too."""
        return f"{self.site.prefix}{ROOT}{path}"


@dataclass(frozen=True, slots=True)
class ApiReply:
    """What a handler answers: a value of the type that its operation gives, and what differs from its
    defaults."""

    value: Any = None
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


class CarriedOut(Enum):
    """Where an operation is carried out.

    READ: it changes nothing. WRITE: by the writer thread, in one commit with the answer kept for its
    Idempotency-Key; it may do nothing outside the database. OWN: by a connection of its own, because it
    renders, fetches or takes a lock.
    """

    READ = "read"
    WRITE = "write"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `path` is below `ROOT`; `body` is None where it takes none, `bytes` for a file;
    `gives` is None where it answers without a body.

    `impossible`: it may answer 422 though it changes nothing, `again`: 200 where it was so before.
    """

    method: str
    path: str
    summary: str
    handler: Callable[[ApiCall[Any, Any]], Any]
    gives: Any = None
    scope: TokenScope = TokenScope.READ
    carried: CarriedOut = CarriedOut.READ
    query: type[msgspec.Struct] = NoQuery
    body: Any = None
    status: int = 200
    media: str = "application/json"
    impossible: bool = False
    again: bool = False

    @property
    def tag(self) -> str:
        """The first part of its path."""
        return self.path.split("/")[1]

    @property
    def name(self) -> str:
        """A name of its own, for programs that make clients from the schema."""
        parts = [part.strip("{}") for part in self.path.split("/")[1:]]
        return "_".join([self.method.lower(), *parts]).replace("-", "_").replace(".", "_")

    @property
    def at_most(self) -> int:
        """The most octets of its body."""
        return LARGE if self.body is bytes else SMALL

    @property
    def tagged(self) -> bool:
        """Whether it shows one thing, which has an ETag."""
        return self.method == "GET" and "{" in self.path and self.gives is not None

    @property
    def guarded(self) -> bool:
        """Whether it overwrites what somebody has seen, and so needs If-Match."""
        return self.method in ("PUT", "PATCH")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters in its path."""
        return tuple(part.strip("{}") for part in self.path.split("/") if part.startswith("{"))
