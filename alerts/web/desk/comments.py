"""Saying something about a story or the issue, settling it, deleting it: for everybody of the desk."""

from functools import partial

from starlette.responses import RedirectResponse

from alerts.domain.comment import Comment
from alerts.domain.errors import AlertsError, UsageError
from alerts.editions.catalogue import later
from alerts.web.desk import month, story
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

_SAID = later(
    "Your comment is there. Your colleagues are told by email within a quarter of an hour."
)
_NOTES = {
    "done": later("The comment is done."),
    "reopen": later("The comment is open again."),
    "delete": later("The comment is deleted."),
}


def add_to_story(desk: DeskVisit) -> PostResult:
    """Comment on a story."""
    kept, text = month.story_of(desk), desk.field("text")
    try:
        comment = desk.project.comments.add(text, article=kept)
    except AlertsError as fault:
        return desk.refused(partial(story.show, status=422, wrong=str(fault), comment=text))
    return _back(desk, comment, desk.said(_SAID))


def add_to_issue(desk: DeskVisit) -> PostResult:
    """Comment on the issue."""
    text = desk.field("text")
    try:
        comment = desk.project.comments.add(text, month=month.month_asked(desk))
    except AlertsError as fault:
        return desk.refused(partial(month.show, status=422, wrong=str(fault), comment=text))
    return _back(desk, comment, desk.said(_SAID))


def act(desk: DeskVisit) -> PostResult:
    """One of the buttons of a comment."""
    name, number = desk.visit.path["act"], desk.visit.path["id"]
    if name not in _NOTES:
        return PostResult(lambda visit: visit.missing(), done=False)
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise UsageError("there is no such comment")
    comments = desk.project.comments
    if name == "delete":
        comment = comments.delete(int(number))
    else:
        comment = comments.settle(int(number), done=name == "done")
    return _back(desk, comment, desk.said(_NOTES[name]))


def _back(desk: DeskVisit, comment: Comment, note: str) -> PostResult:
    """Go back to the thread of a comment."""
    path = f"/story/{comment.article_id}" if comment.article_id else ""
    query = {} if comment.article_id else {"month": str(comment.month)}
    address = desk.address(path, note=note, **query)
    return PostResult(RedirectResponse(f"{address}#comments", 303))


PAGES = (
    desk_page("/comment", post=add_to_issue),
    desk_page("/comment/{id}/{act}", post=act),
    desk_page("/story/{id}/comment", post=add_to_story),
)
