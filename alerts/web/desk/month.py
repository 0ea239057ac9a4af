"""The month: the stories of the issue, in the order of the mail."""

from dataclasses import dataclass

from starlette.responses import Response

from alerts.domain.article import Article
from alerts.domain.errors import UsageError
from alerts.domain.month import Month
from alerts.editions.view import Viewer
from alerts.web.desk.pages import DeskVisit, desk_page


@dataclass(frozen=True, slots=True)
class DeskSection:
    """A section of the issue as the desk shows it."""

    key: str
    title: str
    stories: tuple[Article, ...]


def month_asked(desk: DeskVisit) -> Month:
    """The month (`?month=`) that the person looks at; by default, the last that has ended."""
    try:
        return desk.project.month(desk.asked("month"))
    except UsageError:
        return desk.project.month()


def show(desk: DeskVisit) -> Response:
    """The month."""
    month = month_asked(desk)
    issue = desk.project.issues.composed(month)
    catalogue = desk.visit.site.pages.catalogue(desk.visit.language)
    viewer = Viewer(catalogue, desk.visit.site.settings)
    sections = [
        DeskSection(section.key, viewer.section_title(section.key), section.articles)
        for section in issue.sections
    ]
    return desk.page("month.html", title=catalogue.month(month), sections=sections)


PAGES = (desk_page("", show),)
