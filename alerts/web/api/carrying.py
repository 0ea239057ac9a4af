"""Carries an operation out: If-Match first, then the handler, with its answer on disk before it is sent.

With an Idempotency-Key the answer is kept for a day: in the same commit as the change, where the writer
thread does it (`CarriedOut.WRITE`), so that a crash leaves both or neither. What is refused is not kept.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlite_utils import Database

from alerts.domain.errors import AlertsError
from alerts.library.api_access import FinalAnswer
from alerts.web.api.operation import ApiCall, ApiReply, CarriedOut, NoQuery, Operation
from alerts.web.api.problems import (
    CHANGED,
    IN_PROGRESS,
    NO_CONDITION,
    REUSED_KEY,
    ProblemFault,
    problem_of,
)
from alerts.web.context import Site

Making = Callable[[Database], ApiCall[Any, Any]]

_one_editor = threading.Lock()  # between a look at an ETag and the change that rests on it


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the headers of a request say about it; `request` is its digest."""

    if_match: str = ""
    if_none_match: str = ""
    key: str = ""
    request: bytes = b""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries operations out. `shown` has, by its path, the operation that shows a thing."""

    site: Site
    shown: Mapping[str, Operation]

    def carry(self, operation: Operation, making: Making, given: Conditions) -> FinalAnswer:
        """The answer; refusals too. Raises `AlertsError` where the database cannot be used at all."""
        if operation.carried is CarriedOut.WRITE:
            return self.site.pool.write(lambda db: self._kept(operation, making(db), given))
        guard = _one_editor if given.if_match and operation.method != "GET" else nullcontext()
        with guard, self.site.pool.reading() as db:
            return self._kept(operation, making(db), given)

    def _kept(
        self, operation: Operation, call: ApiCall[Any, Any], given: Conditions
    ) -> FinalAnswer:
        """The answer that was kept for the key, or a new one, which is kept then."""
        if not given.key or operation.carried is CarriedOut.READ:
            return self._answered(operation, call, given)
        tokens = call.project.tokens
        known = tokens.claim(call.token, given.key, given.request)
        if known is not None and known.request != given.request:
            return refusal(
                ProblemFault(REUSED_KEY, "Idempotency-Key: it stands for another request")
            )
        if known is not None and not known.status:
            return refusal(
                ProblemFault(IN_PROGRESS, "the first request is not answered yet", wait=60)
            )
        if known is not None:
            return FinalAnswer(known.status, known.headers, known.body)
        done = False
        try:
            answer = self._answered(operation, call, given)
            done = answer.status < 400
        finally:
            if not done:
                tokens.release(call.token, given.key)
        if done:
            tokens.keep(call.token, given.key, answer)
        return answer

    def _answered(
        self, operation: Operation, call: ApiCall[Any, Any], given: Conditions
    ) -> FinalAnswer:
        try:
            self._check(operation, call, given)
            return answer_of(operation, operation.handler(call), given.if_none_match)
        except ProblemFault as fault:
            return refusal(fault)
        except AlertsError as fault:
            return refusal(problem_of(fault))

    def _check(self, operation: Operation, call: ApiCall[Any, Any], given: Conditions) -> None:
        """Compare If-Match with what there is now (RFC 9110 §13.1.1)."""
        shows = self.shown.get(operation.path)
        if operation.method == "GET" or shows is None:
            return
        if not given.if_match:
            if operation.guarded:
                raise ProblemFault(NO_CONDITION, "this needs the header If-Match", "If-Match")
            return
        now = answer_of(shows, shows.handler(replace(call, query=NoQuery(), body=None)))
        if not _names(given.if_match, now.headers["ETag"], weakly=False):
            raise ProblemFault(CHANGED, "If-Match: it is another one now", "If-Match")


def answer_of(operation: Operation, given: Any, if_none_match: str = "") -> FinalAnswer:
    """The answer of an operation whose handler has given that."""
    reply = given if isinstance(given, ApiReply) else ApiReply(given)
    status, headers = reply.status or operation.status, dict(reply.headers)
    if reply.value is None:
        return FinalAnswer(204 if status == 200 else status, headers, b"")
    body = reply.value if isinstance(reply.value, bytes) else msgspec.json.encode(reply.value)
    headers["Content-Type"] = operation.media
    if operation.tagged:
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers |= {"ETag": tag, "Cache-Control": "private, no-cache"}
        if if_none_match and _names(if_none_match, tag, weakly=True):
            del headers["Content-Type"]
            return FinalAnswer(304, headers, b"")
    return FinalAnswer(status, headers, body)


def refusal(fault: ProblemFault) -> FinalAnswer:
    """The answer that a problem is."""
    headers = {"Content-Type": "application/problem+json", **fault.headers}
    return FinalAnswer(fault.kind.status, headers, msgspec.json.encode(fault.problem))


def _names(header: str, tag: str, *, weakly: bool) -> bool:
    """Whether a list of entity tags names that one; `weakly`: a proxy may have made it weak."""
    told = [one.strip() for one in header.split(",")]
    return "*" in told or tag in told or (weakly and f"W/{tag}" in told)
