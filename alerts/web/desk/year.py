"""The year: charts with a table beside each, CSV, and a page for funders."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from alerts.domain.month import Month
from alerts.editions.catalogue import later
from alerts.library.year import YearFigures
from alerts.text.csv_text import line_of
from alerts.web.desk.menu import sees_figures
from alerts.web.desk.month import month_asked
from alerts.web.desk.pages import DeskVisit, desk_page

WIDE, HIGH, FOOT = 560, 180, 24  # of a chart, and of its labels
FEWEST = 6  # bars for which there is room
REASONS = {
    "hard": later("the address does not exist"),
    "soft": later("for the time being"),
    "ours": later("a fault of ours"),
}


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar of a chart, in its units, and the figure it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    figure: str


def bars(labels: Sequence[str], values: Sequence[float], figures: Sequence[str]) -> list[ChartBar]:
    """The bars of a chart, as high as their share of the greatest value."""
    most, step = max([*values, 0]) or 1, WIDE / max(len(values), FEWEST)
    tall = HIGH - 20
    return [
        ChartBar(
            round(n * step + step * 0.15, 1),
            round(HIGH - tall * value / most, 1),
            round(step * 0.7, 1),
            round(tall * value / most, 1),
            labels[n],
            figures[n],
        )
        for n, value in enumerate(values)
    ]


def _charts(desk: DeskVisit, year: YearFigures) -> dict[str, list[ChartBar]]:
    catalogue = desk.catalogue
    labels = [_short(desk, one.month) for one in year.months]

    def of(values: Sequence[int]) -> list[ChartBar]:
        return bars(labels, values, [catalogue.number(value) for value in values])

    privacy = desk.visit.site.settings.privacy
    charts = {
        "people": of([one.people for one in year.months]),
        "sent": of([one.sent for one in year.months]),
        "bounced": of([one.bounced for one in year.months]),
        "left": of([one.left for one in year.months]),
    }
    if privacy.count_opens:
        charts["opens"] = of([one.opens for one in year.months])
    if privacy.count_clicks:
        charts["clicks"] = of([one.clicks for one in year.months])
    return charts


def _short(desk: DeskVisit, month: Month) -> str:
    settings = desk.visit.site.settings
    catalogue = desk.catalogue
    return str(catalogue.short_month(month.start(settings.zone).date()))


def show(desk: DeskVisit) -> Response:
    """The year up to a month."""
    return _page(desk, report=False)


def show_report(desk: DeskVisit) -> Response:
    """The page for funders, to be printed."""
    return _page(desk, report=True)


def _page(desk: DeskVisit, *, report: bool) -> Response:
    year = desk.project.years.figures(month_asked(desk))
    catalogue = desk.catalogue
    return desk.page(
        "year.html",
        year=year,
        charts=_charts(desk, year),
        report=report,
        reasons=[(str(catalogue.say(REASONS.get(kind, kind))), n) for kind, n in year.reasons],
        month_name=catalogue.month,
        high=HIGH,
        wide=WIDE,
        foot=FOOT,
        last=str(year.months[-1].month) if year.months else "",
    )


def csv(desk: DeskVisit) -> Response:
    """All figures of the months as CSV, with the names of fields in English."""
    year = desk.project.years.figures(month_asked(desk))
    privacy = desk.visit.site.settings.privacy
    rows = year.rows(opens=privacy.count_opens, clicks=privacy.count_clicks)
    lines = [line_of(row) for row in rows]
    named = {"Content-Disposition": 'attachment; filename="year.csv"'}
    return Response("".join(lines), media_type="text/csv", headers=named)


PAGES = (
    desk_page("/year", show, may=sees_figures),
    desk_page("/year/report", show_report, may=sees_figures),
    desk_page("/year/figures.csv", csv, may=sees_figures),
)
