"""`project.years.figures()`: what the last twelve issues came to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.domain.month import Month
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.providers import ProviderFigures, by_provider
from alerts.store import issues as store_issues
from alerts.store import outbox_figures, year_figures

ISSUES = 12
PROVIDERS = 10  # named one by one


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One issue. `people` is how many were active at the end of its month, counted back
    from today; `coverage` the share of stories in each language; opens and clicks as far as counted."""

    month: Month
    people: int
    joined: int
    left: int
    sent: int
    bounced: int
    opens: int
    clicks: int
    coverage: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class YearFigures:
    """The last twelve issues, the oldest first, and what bounced by reason and provider."""

    months: Sequence[MonthFigures]
    people: int
    reasons: Sequence[tuple[str, int]]
    providers: Sequence[tuple[str, int]]

    @property
    def sent(self) -> int:
        """The copies of all issues that were accepted."""
        return sum(one.sent for one in self.months)

    @property
    def bounced(self) -> int:
        """The copies that came back."""
        return sum(one.bounced for one in self.months)

    @property
    def left(self) -> int:
        """The people who unsubscribed."""
        return sum(one.left for one in self.months)

    def rows(self, *, opens: bool, clicks: bool) -> Sequence[Sequence[str]]:
        """All figures of the months as a table with headings; opens and clicks where they are counted."""
        counted = [name for name, on in (("opens", opens), ("clicks", clicks)) if on]
        names = ["people", "joined", "left", "sent", "bounced", *counted]
        lines = [["month", *names, *(f"in_{tag}" for tag in self.languages)]]
        for one in self.months:
            shares = [
                f"{one.coverage[tag]:.3f}" if tag in one.coverage else "" for tag in self.languages
            ]
            lines.append([str(one.month), *(str(getattr(one, name)) for name in names), *shares])
        return lines

    @property
    def languages(self) -> Sequence[str]:
        """The languages of the editions."""
        return sorted({language for one in self.months for language in one.coverage})


class Years(ProjectPart):
    """What years of issues came to."""

    @call
    def figures(self, month: AMonth = None) -> YearFigures:
        """The figures of the twelve issues up to that month."""
        last = self._opened.month(month)
        return self._of(year_figures.issues_until(self._opened.db, last, ISSUES))

    @call
    def of_year(self, year: int) -> YearFigures:
        """The figures of the issues of a calendar year."""
        found = year_figures.issues_until(self._opened.db, Month(year, ISSUES), ISSUES)
        return self._of([(number, month) for number, month in found if month.year == year])

    @call
    def providers(
        self, year: int | None = None, *, month: AMonth = None
    ) -> tuple[ProviderFigures, ...]:
        """What came of the copies, by mailbox provider: of one issue, of a calendar year, or of the last
        twelve issues."""
        db = self._opened.db
        if month is not None:
            stored = store_issues.get(db, self._opened.month(month))
            return by_provider(db, [stored.id] if stored else [])
        last = self._opened.month(None) if year is None else Month(year, ISSUES)
        found = year_figures.issues_until(db, last, ISSUES)
        return by_provider(db, [number for number, at in found if year in (None, at.year)])

    def _of(self, issues: Sequence[tuple[int, Month]]) -> YearFigures:
        db = self._opened.db
        if not issues:
            return YearFigures((), year_figures.active(db), (), ())
        first = issues[0][1]
        left, joined = year_figures.left(db, first), year_figures.joined(db, first)
        returned = year_figures.bounced(db, [number for number, _ in issues])
        by_issue, reasons, providers = Counter[int](), Counter[str](), Counter[str]()
        for number, kind, domain, count in returned:
            by_issue[number] += count
            reasons[kind] += count
            providers[domain] += count
        now = year_figures.active(db)
        months = []
        for number, of in issues:
            later_on = [key for key in {*left, *joined} if key > str(of)]
            people = now + sum(left.get(k, 0) - joined.get(k, 0) for k in later_on)
            opens, clicks = year_figures.read(db, number)
            covered = {
                tag: own / all_ for tag, all_, own in year_figures.coverage(db, number) if all_
            }
            months.append(
                MonthFigures(
                    of,
                    max(0, people),
                    joined.get(str(of), 0),
                    left.get(str(of), 0),
                    outbox_figures.counts(db, of)["sent"],
                    by_issue[number],
                    opens,
                    clicks,
                    covered,
                )
            )
        return YearFigures(months, now, reasons.most_common(), providers.most_common(PROVIDERS))
