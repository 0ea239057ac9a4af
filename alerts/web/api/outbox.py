"""Operations on deliveries, statistics, jobs and tokens."""

from collections.abc import Callable
from typing import Any

from alerts.domain.api_token import TokenScope
from alerts.domain.delivery import DeliveryState
from alerts.library.deliveries import Decided
from alerts.web.api.month_path import month_of
from alerts.web.api.operation import ApiCall, ApiReply, CarriedOut, NoQuery, Operation
from alerts.web.api.pages import ListPage, PageQuery, number_of, paged
from alerts.web.api.problems import IMPOSSIBLE, ProblemFault, missing
from alerts.web.api.work_values import (
    ApiDelivery,
    ApiJob,
    ApiTokenShown,
    DeliveriesDecided,
    DeliveriesNamed,
    DeliveryQuery,
    IssueStatistics,
    JobNew,
    ListStatistics,
)

WRITE, ADMIN, OWN = TokenScope.WRITE, TokenScope.ADMIN, CarriedOut.OWN
_BY_WRITERS = ("collect", "lint")  # the jobs that send nothing


def _deliveries(call: ApiCall[DeliveryQuery, None]) -> ApiReply:
    asked = call.query
    state = DeliveryState(asked.state) if asked.state else None
    found = call.project.deliveries.list(
        month_of(call), state=state, domain=asked.domain, after=number_of(asked.after)
    )
    return paged(call, found, ApiDelivery.of, lambda one: one.id)


def _decided(done: Decided) -> DeliveriesDecided:
    return DeliveriesDecided(str(done.month), done.changed, done.in_doubt)


def _retry(call: ApiCall[NoQuery, DeliveriesNamed]) -> DeliveriesDecided:
    said = call.body
    state = DeliveryState(said.state or "failed")
    return _decided(
        call.project.deliveries.retry(
            *said.emails, month=month_of(call), state=state, domain=said.domain
        )
    )


def _cancel(call: ApiCall[NoQuery, DeliveriesNamed]) -> DeliveriesDecided:
    said = call.body
    state = DeliveryState(said.state) if said.state else None
    return _decided(
        call.project.deliveries.cancel(
            *said.emails, month=month_of(call), state=state, domain=said.domain
        )
    )


def _accept(call: ApiCall[NoQuery, DeliveriesNamed]) -> DeliveriesDecided:
    if call.body.domain or call.body.state not in (None, "in_doubt"):
        raise ProblemFault(
            IMPOSSIBLE, "state: only deliveries in doubt are accepted", "state", "leave it out"
        )
    return _decided(call.project.deliveries.accept(*call.body.emails, month=month_of(call)))


def _issue_statistics(call: ApiCall[NoQuery, None]) -> IssueStatistics:
    found = call.project.status(month_of(call))
    kept = found.report
    return IssueStatistics(
        month=str(found.month),
        state=found.state.value,
        articles=found.articles,
        recipients=kept.recipients,
        deliveries=dict(kept.counts),
        hard_bounces=kept.returned.hard,
        soft_bounces=kept.returned.soft,
        complaints=kept.returned.complaints,
        next_due=kept.next_due,
        sending=bool(kept.holders),
        reading=[*found.reading],
    )


def _statistics(call: ApiCall[NoQuery, None]) -> ListStatistics:
    by_status, by_language = call.project.figures.people()
    return ListStatistics(dict(by_status), dict(by_language))


def _jobs(call: ApiCall[PageQuery, None]) -> ApiReply:
    before = number_of(call.query.after)
    found = call.project.jobs.latest(before, call.query.limit + 1)
    return paged(call, found, ApiJob.of, lambda job: job.id)


def _start(call: ApiCall[NoQuery, JobNew]) -> ApiReply:
    new = call.body
    if new.kind not in _BY_WRITERS and not call.token.scope.covers(ADMIN):
        raise ProblemFault.scope(ADMIN.value, call.token.scope.value)
    job, _ = call.project.jobs.start(new.kind, new.month or None, new.arguments(), by=call.by)
    call.project.readers.afterwards(call.site.wake_jobs)
    return ApiReply(ApiJob.of(job), 202, {"Location": call.at(f"/jobs/{job.id}")})


def _job(call: ApiCall[NoQuery, None]) -> ApiJob:
    told = call.path["id"]
    found = call.project.jobs.find(int(told)) if told.isdecimal() and len(told) < 16 else None
    if found is None:
        raise missing("there is no job of that number")
    return ApiJob.of(found)


def _tokens(call: ApiCall[NoQuery, None]) -> list[ApiTokenShown]:
    return [ApiTokenShown.of(one) for one in call.project.tokens.list()]


def _revoke(call: ApiCall[NoQuery, None]) -> None:
    if not call.project.tokens.revoke(call.path["name"]):
        raise missing("there is no valid token of that name")


def _decision(
    name: str, words: str, handler: Callable[[ApiCall[Any, Any]], DeliveriesDecided]
) -> Operation:
    return Operation(
        "POST",
        f"/issues/{{month}}/deliveries/{name}",
        words,
        handler,
        DeliveriesDecided,
        ADMIN,
        OWN,
        body=DeliveriesNamed,
    )


OPERATIONS = (
    Operation(
        "GET",
        "/issues/{month}/deliveries",
        "The deliveries of an issue.",
        _deliveries,
        ListPage[ApiDelivery],
        query=DeliveryQuery,
        impossible=True,
    ),
    _decision("retry", "Queue failed deliveries again.", _retry),
    _decision("cancel", "Cancel open deliveries.", _cancel),
    _decision("accept", "Settle that deliveries in doubt have arrived.", _accept),
    Operation("GET", "/statistics", "The figures of the list.", _statistics, ListStatistics),
    Operation(
        "GET",
        "/statistics/{month}",
        "The figures of an issue.",
        _issue_statistics,
        IssueStatistics,
    ),
    Operation(
        "GET", "/jobs", "The jobs, the newest first.", _jobs, ListPage[ApiJob], query=PageQuery
    ),
    Operation(
        "POST",
        "/jobs",
        "Ask for a job: collect, lint, queue, send, recall, reissue, run.",
        _start,
        ApiJob,
        WRITE,
        CarriedOut.WRITE,
        body=JobNew,
        status=202,
    ),
    Operation("GET", "/jobs/{id}", "One job.", _job, ApiJob),
    Operation("GET", "/tokens", "The tokens of the API.", _tokens, list[ApiTokenShown], ADMIN),
    Operation(
        "DELETE",
        "/tokens/{name}",
        "End a token at once.",
        _revoke,
        scope=ADMIN,
        carried=CarriedOut.WRITE,
    ),
)
