"""Operations on issues: look, write, approve, drop. Queueing and sending are jobs."""

from typing import Any

from alerts.domain.api_token import TokenScope
from alerts.web.api.month_path import LAST, month_of
from alerts.web.api.operation import ApiCall, ApiReply, CarriedOut, NoQuery, Operation
from alerts.web.api.problems import missing
from alerts.web.api.work_values import (
    ApiEdition,
    ApiIssue,
    ApprovalGiven,
    FaceTexts,
    IssueDropped,
    IssueEvent,
    IssueListed,
    IssueSection,
    ReasonGiven,
    SpecialNew,
    WrittenText,
)

WRITE, ADMIN, OWN = TokenScope.WRITE, TokenScope.ADMIN, CarriedOut.OWN


def _list(call: ApiCall[NoQuery, None]) -> list[IssueListed]:
    return [
        IssueListed(
            one.key,
            one.state,
            one.kind,
            one.version,
            one.subject,
            one.scheduled,
            one.owed,
            one.sent,
            one.open,
        )
        for one in call.project.issues.listed()
    ]


def _show(call: ApiCall[Any, Any]) -> ApiIssue:
    chosen = month_of(call)
    draft = call.project.draft(chosen)
    shown = call.project.issues.show(chosen)  # which renders nothing, and finds what was rendered
    standing = shown.standing
    return ApiIssue(
        month=str(chosen),
        state=shown.state.value,
        sections=[IssueSection(s.key, [a.id for a in s.articles]) for s in shown.issue.sections],
        excluded=shown.excluded,
        missing=[*call.project.issues.missing(draft)],
        coverage={
            tag: round(one.titles / one.total, 3) if one.total else 1.0
            for tag, one in shown.covered.items()
        },
        content=draft.content_hash,
        approved_by=[*standing.names] if standing else [],
        approvals_needed=standing.needed if standing else 0,
    )


def _begin(call: ApiCall[NoQuery, SpecialNew]) -> ApiReply:
    new = call.body
    begun = call.project.issues.begin_special(
        new.title, language=new.language, where=new.where, by=call.by
    )
    where = {"Location": call.at(f"/issues/{begun.month}")}
    return ApiReply(IssueListed(str(begun.month), "draft", "special"), 201, where)


def _editions(call: ApiCall[NoQuery, None]) -> list[ApiEdition]:
    return [ApiEdition.of(one) for one in call.project.draft(month_of(call)).editions]


def _edition(call: ApiCall[NoQuery, None]) -> ApiEdition:
    for one in _editions(call):
        if one.language == call.path["language"]:
            return one
    raise missing("there is no edition in that language")


def _log(call: ApiCall[NoQuery, None]) -> list[IssueEvent]:
    events = call.project.issues.log(month_of(call))
    return [IssueEvent(one["at"], one["kind"], one["detail"]) for one in events]


def _text(call: ApiCall[Any, Any]) -> WrittenText:
    return WrittenText(text=call.project.issues.export_text(month_of(call)))


def _take_text(call: ApiCall[NoQuery, WrittenText]) -> WrittenText:
    call.project.issues.import_text(call.body.text, month_of(call), by=call.by)
    return _text(call)


def _introduction(call: ApiCall[Any, Any]) -> WrittenText:
    chosen = month_of(call)
    return WrittenText(text=call.project.issues.introduction(call.path["language"], chosen))


def _write_introduction(call: ApiCall[NoQuery, WrittenText]) -> WrittenText:
    chosen = month_of(call)
    language = call.path["language"]
    call.project.issues.write_introduction(language, call.body.text, chosen, by=call.by)
    return _introduction(call)


def _write_face(call: ApiCall[NoQuery, FaceTexts]) -> FaceTexts:
    chosen, said = month_of(call), call.body
    texts = {name: getattr(said, name) for name in FaceTexts.__struct_fields__}
    call.project.issues.write_face(call.path["language"], texts, chosen, by=call.by)
    return _face(call)


def _face(call: ApiCall[Any, Any]) -> FaceTexts:
    found = call.project.issues.show(month_of(call)).issue.faces.get(call.path["language"])
    if found is None:
        return FaceTexts()
    return FaceTexts(**{name: getattr(found, name) for name in FaceTexts.__struct_fields__})


def _approve(call: ApiCall[NoQuery, ApprovalGiven]) -> ApiIssue:
    said = call.body
    call.project.approve(month_of(call), by=said.by or call.by, content=said.content)
    return _show(call)


def _drop(call: ApiCall[NoQuery, ReasonGiven]) -> IssueDropped:
    done = call.project.issues.drop(month_of(call), call.body.why, by=call.by)
    return IssueDropped(str(done.month), done.already)


def _undo_drop(call: ApiCall[NoQuery, None]) -> IssueDropped:
    done = call.project.issues.undo_drop(month_of(call), by=call.by)
    return IssueDropped(str(done.month), done.already)


_ONE = "/issues/{month}"
OPERATIONS = (
    Operation(
        "GET",
        "/issues",
        "Every issue, also corrections and imported ones; the newest month first.",
        _list,
        list[IssueListed],
    ),
    Operation(
        "POST",
        "/issues",
        "Begin a special alert.",
        _begin,
        IssueListed,
        WRITE,
        OWN,
        body=SpecialNew,
        status=201,
    ),
    Operation("GET", _ONE, f"The issue of a month, or of the `{LAST}`.", _show, ApiIssue),
    Operation("GET", f"{_ONE}/editions", "Its editions.", _editions, list[ApiEdition]),
    Operation(
        "GET", f"{_ONE}/editions/{{language}}", "Its edition in a language.", _edition, ApiEdition
    ),
    Operation("GET", f"{_ONE}/log", "What has changed it.", _log, list[IssueEvent]),
    Operation("GET", f"{_ONE}/text", "The whole issue as one text.", _text, WrittenText),
    Operation(
        "PUT",
        f"{_ONE}/text",
        "Take in such a text, whole or not at all.",
        _take_text,
        WrittenText,
        WRITE,
        OWN,
        body=WrittenText,
    ),
    Operation(
        "GET",
        f"{_ONE}/introductions/{{language}}",
        "Its introduction in a language.",
        _introduction,
        WrittenText,
        impossible=True,
    ),
    Operation(
        "PUT",
        f"{_ONE}/introductions/{{language}}",
        "Write its introduction in a language.",
        _write_introduction,
        WrittenText,
        WRITE,
        OWN,
        body=WrittenText,
    ),
    Operation(
        "GET", f"{_ONE}/faces/{{language}}", "Its subject and what stands above.", _face, FaceTexts
    ),
    Operation(
        "PUT",
        f"{_ONE}/faces/{{language}}",
        "Write its subject and what stands above.",
        _write_face,
        FaceTexts,
        WRITE,
        OWN,
        body=FaceTexts,
    ),
    Operation(
        "POST",
        f"{_ONE}/approve",
        "Approve the issue as it was seen.",
        _approve,
        ApiIssue,
        ADMIN,
        OWN,
        body=ApprovalGiven,
    ),
    Operation(
        "POST",
        f"{_ONE}/drop",
        "Settle that it is not sent.",
        _drop,
        IssueDropped,
        ADMIN,
        OWN,
        body=ReasonGiven,
    ),
    Operation(
        "POST", f"{_ONE}/undo-drop", "Have it be owed again.", _undo_drop, IssueDropped, ADMIN, OWN
    ),
)
