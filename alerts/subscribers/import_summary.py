"""The result for each column of an imported file: how it was read, and what was not understood.

Filled while the file is read, shown before anything is written. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from alerts.domain.errors import UsageError
from alerts.subscribers.fields import shown
from alerts.subscribers.import_plan import Plan
from alerts.subscribers.status_words import forbids_mail, plain

KEPT = 12  # most different values of a column that are counted


@dataclass(slots=True)
class ColumnValues:
    """The number of filled cells of a column, and its different values while they are few."""

    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)
    forbidding: Counter[str] = field(default_factory=Counter)

    def add(self, cell: str) -> None:
        """Count one filled cell."""
        self.filled += 1
        if cell in self.values or len(self.values) <= KEPT:
            self.values[cell] += 1
        if (cell in self.forbidding or len(self.forbidding) < KEPT) and forbids_mail(cell):
            self.forbidding[cell] += 1

    @property
    def all_known(self) -> bool:
        """Whether all different values are known."""
        return len(self.values) <= KEPT


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, the field it is read as (empty: not read), and its values."""

    heading: str
    taken_for: str
    filled: int
    values: tuple[tuple[str, int], ...] = ()
    question: str = ""


@dataclass(slots=True)
class TableSummary:
    """One table of an import: how it was read, and how many of its rows hold people.

    `number` is its position among the tables. Objects of JSON may have different keys; then there is a
    plan for each set of keys. `column_values` and `unclear` have normalised headings as keys.
    """

    name: str
    number: int = 0
    system: str = ""
    rows: int = 0
    plans: list[Plan] = field(default_factory=list)
    column_values: dict[str, ColumnValues] = field(default_factory=dict)
    unclear: dict[str, Counter[str]] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)

    def begin(self, plan: Plan) -> None:
        """Use this plan from here on."""
        self.plans.append(plan)
        self.system = self.system or (plan.system.name if plan.system else "")

    def values_of(self, heading: str) -> ColumnValues:
        """The counts of a column."""
        return self.column_values.setdefault(plain(heading), ColumnValues())

    def misunderstood(self, heading: str, cell: str) -> None:
        """Count a cell that should say whether a person may be mailed, and is not understood."""
        self.unclear.setdefault(plain(heading), Counter())[cell.strip()] += 1

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, each with the question about it, if any."""
        found: dict[str, Column] = {}
        for plan in self.plans:
            for index, heading in enumerate(plan.headings):
                key = plain(heading)
                if (key or self._filled(key)) and not (key in found and found[key].question):
                    found[key] = self._column(plan, index, heading)
        return tuple(found.values())

    @property
    def unread(self) -> list[str]:
        """The headings of the columns that have values and are not read."""
        return [one.heading for one in self.columns if not one.taken_for and one.filled]

    @property
    def questions(self) -> tuple[Column, ...]:
        """The columns that the admin must explain before anybody is imported."""
        return tuple(column for column in self.columns if column.question)

    def _filled(self, key: str) -> int:
        return self.column_values[key].filled if key in self.column_values else 0

    def _column(self, plan: Plan, index: int, heading: str) -> Column:
        counted = self.column_values.get(plain(heading), ColumnValues())
        taken = plan.taken_for(index)
        shows = counted.all_known and (not taken or "status" in taken)
        values = tuple(counted.values.most_common(KEPT)) if shows else ()
        return Column(heading, taken, counted.filled, values, self._question(plan, index, counted))

    def _question(self, plan: Plan, index: int, counted: ColumnValues) -> str:
        """Why the admin must explain the column; empty if not."""
        if not plan.asks:
            return ""
        heading = shown(plan.headings[index])
        if unclear := self.unclear.get(plain(heading)):
            value = shown(next(iter(unclear)))
            words = _listed(unclear.most_common(5))
            return f"what does {words} mean? --map '{heading}:{value}=STATUS'"
        if index not in plan.unread or not counted.filled:
            return ""
        if counted.forbidding:
            return (
                f"{_listed(counted.forbidding.most_common(3))} may tell who is not to be mailed:"
                f" --map '{heading}=status', or --ignore '{heading}'"
            )
        if index in plan.asked:
            return (
                "may tell who left or never agreed:"
                f" --map '{heading}:VALUE=unsubscribed' (or pending, bounced…), or --ignore '{heading}'"
            )
        return ""


def _listed(values: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"“{shown(value)}” ({count:,})" for value, count in values)


class Unclear(UsageError):
    """Some columns that may say who must not be mailed are not understood; `summaries` lists them."""

    def __init__(self, summaries: Sequence[TableSummary]) -> None:
        self.summaries = tuple(summaries)
        said = [
            f"{summary.name}: “{shown(column.heading)}”: {column.question}"
            for summary in summaries
            for column in summary.questions
        ]
        more = f"; and {len(said) - 3} more" if len(said) > 3 else ""
        super().__init__(f"{'; '.join(said[:3])}{more}; nothing was imported")
