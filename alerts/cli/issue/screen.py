"""`alerts issue show` at a terminal: the issue on one screen, cut to its width."""

from collections.abc import Sequence

from alerts.cli.issue.words import doubtful_day, full_texts, guesses, told
from alerts.cli.terminal import (
    Part,
    TableColumn,
    Tone,
    by_name,
    print_line,
    print_rows,
    signed,
    width,
)
from alerts.domain.issue import IssueState
from alerts.domain.languages import in_order
from alerts.editions.approval import ApprovalStatus
from alerts.editions.catalogue import Catalogue
from alerts.editions.gaps import SEVERAL, Gap
from alerts.library.issue_results import IssueShown
from alerts.text.plural import counted, listed

_ARTICLE = (
    TableColumn(whole=True),
    TableColumn(gives=1, whole=True),
    TableColumn(gives=2, least=12),
)  # id, languages, title
_COVERED = (
    TableColumn("LANGUAGE"), TableColumn("TITLES", 1, whole=True), TableColumn("SUMMARIES", 2, whole=True),
    TableColumn("PICTURES", 4, whole=True), TableColumn("NOT TRANSLATED", 3, least=22),
)  # fmt: skip


def show(found: IssueShown, standing: ApprovalStatus | None, order: Sequence[str]) -> None:
    """Print the issue; `standing` is None where there is nothing to tell about approval."""
    issue = found.issue
    total = counted(len(issue.articles), "article")
    excluded = f", {found.excluded} excluded" if found.excluded else ""
    print_line(
        (f"{issue.month}  ", Tone.HEADING), by_name(found.state.value), f"  {total}{excluded}"
    )
    if not issue.articles:
        return
    _articles(found, order)
    _languages(found, order)
    print_line("full texts: ", full_texts(issue, order))
    if told_guesses := guesses(issue):
        print_line(signed(Tone.NEEDS_YOU, f"{told_guesses}; see `alerts article show ID`"))
    for line in _gaps(found.missing):
        print_line(signed(_lacking(found), line))
    if changed := found.changed_at_source:
        ids = listed([kept.article.id for kept in changed])
        said = f"changed at the source since you edited: {ids}; see `alerts article show ID`"
        print_line(signed(Tone.NEEDS_YOU, said))
    if standing:
        tone = Tone.GOOD if standing.complete else Tone.NEEDS_YOU
        print_line(signed(tone, f"approval: {told(standing)}"))


def _lacking(found: IssueShown) -> Tone:
    """What a gap means: nobody can fill it any more once the issue is frozen."""
    return (
        Tone.NEEDS_YOU if found.state in (IssueState.DRAFT, IssueState.APPROVED) else Tone.BY_ITSELF
    )


def _articles(found: IssueShown, order: Sequence[str]) -> None:
    """Each section with its articles: id, languages, title. The columns of all sections line up."""
    rows: list[tuple[Part, ...]] = []
    for section in found.issue.sections:
        rows.append(((section.key, Tone.HEADING),))
        for article in section.articles:
            own = f"{article.language}{'?' * article.guessed}"
            tags = (own, *in_order(article.translations, order))
            day = f" ({doubt})" if (doubt := doubtful_day(article)) else ""
            languages = " ".join(dict.fromkeys(tags))
            rows.append(
                (
                    (f"  {article.id}", Tone.FAINT),
                    (languages, Tone.BY_ITSELF),
                    f"{article.title}{day}",
                )
            )
    print_line("")
    print_rows(rows, _ARTICLE)
    print_line("")


def _languages(found: IssueShown, order: Sequence[str]) -> None:
    """What is there of each edition, and the articles without a title or summary in its language."""
    english = Catalogue("en", ())
    without = {gap.language: gap.articles for gap in found.missing if gap.kind == "translation"}
    most = max(min((width() - 40) // 20, 3), 1)  # so that the count behind them is seen
    rows: list[tuple[Part, ...]] = []
    for tag in in_order(found.covered, order):
        figures, missing = found.covered[tag], without.get(tag, ())
        number, size = (found.pictures or {}).get(tag, (0, 0))
        rows.append(
            (
                signed(_lacking(found) if missing else Tone.GOOD, english.language_name(tag)),
                f"{figures.titles} of {figures.total}",
                f"{figures.summaries} of {figures.summarised}",
                f"{number}, {size / 1024:.0f} KB" if number else "",
                listed(missing, most),
            )
        )
    print_rows(rows, _COVERED)


def _gaps(missing: Sequence[Gap]) -> list[str]:
    """The other gaps, those of one kind in one line with their first few articles."""
    kinds = dict.fromkeys(gap.kind for gap in missing if gap.kind != "translation")
    lines = []
    for kind in kinds:
        those = [gap for gap in missing if gap.kind == kind]
        ids = listed([name for gap in those for name in gap.articles])
        if len(those) == 1:
            lines.append(those[0].text)
        elif ids:
            lines.append(f"{len(those)} {SEVERAL[kind]}: {ids}")
        else:
            lines.extend(gap.text for gap in those)
    return lines
