"""What a person decides: which articles are one story, and what waits in quarantine or came by mail."""

from starlette.responses import Response

from alerts.domain.languages import same_language
from alerts.editions.catalogue import later
from alerts.sources.near import NearHit
from alerts.store.stories import Member
from alerts.text.aliases import site_of
from alerts.web.desk.month import edits, month_asked
from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

_NOTES = {
    "first": later("They are one story now; the other one names its source."),
    "second": later("They are one story now; the other one names its source."),
    "different": later("They are two stories. You will not be asked about them again."),
}
_SETTLED = later("Someone has settled it meanwhile.")


def show(desk: DeskVisit) -> Response:
    """The page."""
    month = month_asked(desk)
    catalogue = desk.catalogue
    overview = desk.project.desk.month_overview(month)
    return desk.page(
        "settle.html",
        month=month,
        month_name=catalogue.month(month),
        pairs=[_pair(desk, hit) for hit in desk.project.articles.near(month)]
        if overview.open
        else [],
        held=[(one, site_of(one.article.url)) for one in overview.held],
        may_edit=desk.person.edits and overview.open,
    )


def _pair(desk: DeskVisit, hit: NearHit) -> dict[str, object]:
    """Two articles side by side. `translations`: they are in two languages."""
    return {
        "sides": [_side(desk, hit.one), _side(desk, hit.other)],
        "reason": desk.told(hit.reason),
        "translations": not same_language(hit.one.article.language, hit.other.article.language),
    }


def _side(desk: DeskVisit, one: Member) -> dict[str, object]:
    article = one.article
    return {
        "article": article,
        "site": site_of(article.url),
        "month": desk.catalogue.month(one.month),
        "closed": one.closed,
        "day": desk.catalogue.day(article.published.date()) if article.published else "",
    }


def act(desk: DeskVisit) -> PostResult:
    """Settle a pair: one story, of which the first or the second is shown, or two."""
    month, choice = month_asked(desk), desk.field("choice")
    one, other = desk.field("one"), desk.field("other")
    if choice not in _NOTES:
        return PostResult(lambda visit: visit.missing(), done=False)
    articles = desk.project.articles
    hits = {frozenset((hit.one.id, hit.other.id)): hit for hit in articles.near(month)}
    hit = hits.get(frozenset((one, other)))
    if hit is None:
        return desk.done("/settle", desk.said(_SETTLED), month=str(month))
    sides = {side.id: side for side in (hit.one, hit.other)}
    shown, joined = (other, one) if choice == "second" else (one, other)
    if sides[joined].closed:  # what was sent stays: the new one is that story again
        shown, joined = joined, shown
    if choice == "different":
        articles.part(articles.find(joined), articles.find(shown))
    else:
        articles.join(articles.find(joined), articles.find(shown))
    undo = desk.undo_of(month)
    return desk.done("/settle", desk.said(_NOTES[choice]), month=str(month), **undo)


PAGES = (desk_page("/settle", show, act, may=edits),)
