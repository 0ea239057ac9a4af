"""`project.linter`: lints an issue, or any e-mail, before it is sent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.config.settings import Settings
from alerts.domain.errors import UsageError
from alerts.domain.month import Month
from alerts.editions.draft import Draft
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.window_findings import window_findings
from alerts.lint.group import FindingGroup, grouped
from alerts.lint.mend import MendPlace, StoryLines, pinned
from alerts.lint.options import LintOptions
from alerts.lint.place import Level, merged
from alerts.lint.register import CHECKS
from alerts.lint.run import LintInput, LintReport, chosen, copies, lint_editions
from alerts.lint.stories import of_issue
from alerts.outbox.gate import ONCE, Fatal
from alerts.preview.mailed import linted
from alerts.store import accepted_findings, transaction
from alerts.store.accepted_findings import Accepted

__all__ = ["CHECKS", "LintInput", "Linted", "Linter", "grouped", "lint_files"]


@dataclass(frozen=True, slots=True)
class Linted:
    """The lint reports of the editions of a month; none for a month without articles."""

    month: Month
    proofs: tuple[LintReport, ...]


def lint_files(
    settings: Settings,
    files: Sequence[LintInput],
    *,
    level: Level = Level.HINT,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    links: bool = False,
    spam: bool = True,
) -> tuple[LintReport, ...]:
    """Lint messages or parts of some; needs no project. `only` and `skip` are codes, `links` fetches
    each link and image, `spam` runs SpamAssassin if it is installed. Raises `UsageError` for an
    unknown code."""
    options = chosen(settings, tuple(only), tuple(skip))
    return _proofs(settings, files, options, level, links=links, spam=spam, editions=False)


class Linter(ProjectPart):
    """The linter over the issues of a project, and the accepted findings."""

    @call
    def lint(
        self,
        month: AMonth = None,
        *,
        level: Level = Level.HINT,
        only: Sequence[str] = (),
        skip: Sequence[str] = (),
        links: bool = False,
        spam: bool = True,
    ) -> Linted:
        """Lint the editions of a month, the frozen ones or from its present articles; see `lint_files`."""
        from alerts.editions.draft import drafted

        opened, settings = self._opened, self._opened.settings
        options = chosen(settings, tuple(only), tuple(skip))
        draft = drafted(opened.db, settings, opened.month(month))
        options = of_issue(opened.db, replace(options, base_url=settings.web.base_url), draft.issue)
        read = copies(draft.editions, settings, draft.month, opened.now)
        proofs = _proofs(settings, read, options, level, links=links, spam=spam, editions=True)
        if proofs:
            of_windows = tuple(window_findings(opened, draft.month, options))
            both = merged(iter((*proofs[0].findings, *of_windows)))
            proofs = (_at_least(replace(proofs[0], findings=both), level), *proofs[1:])
        return Linted(draft.month, proofs)

    @call
    def causes(
        self,
        draft: Draft,
        least: Level = Level.WARNING,
        each: Callable[[], None] = lambda: None,
    ) -> tuple[FindingGroup, ...]:
        """The findings of a draft, grouped by cause, offline; `each` is called after each edition."""
        proofs = linted(self._opened.db, self._opened.settings, draft, self._opened.now, each)
        return tuple(grouped([one for proof in proofs for one in proof.findings], least))

    @call
    def window_causes(self, month: AMonth = None) -> tuple[FindingGroup, ...]:
        """Errors and warnings about the send windows of an open issue, grouped by cause."""
        opened = self._opened
        accepted = frozenset((one.code, one.cause) for one in self.accepted())
        options = replace(chosen(opened.settings), accepted=accepted)
        found = window_findings(opened, opened.month(month), options)
        return tuple(grouped(found, Level.WARNING))

    @call
    def places(
        self, draft: Draft, causes: Sequence[FindingGroup]
    ) -> tuple[tuple[FindingGroup, tuple[MendPlace, ...]], ...]:
        """Where the findings of each group are mended, each place once; none for what is about the whole
        edition."""
        # a message has the lines of its edition: slots are filled within them
        wanted = {one.edition for group in causes for one in group.findings}
        lines = {
            edition.language: StoryLines(edition.html, draft.issue)
            for edition in draft.editions
            if edition.language in wanted
        }
        found = []
        for group in causes:
            places = (
                lines[one.edition].place(one) for one in group.findings if one.edition in lines
            )
            found.append((group, tuple(dict.fromkeys(one for one in places if one))))
        return tuple(found)

    @call
    def pinned(self, html: str, draft: Draft, pins: Mapping[str, str]) -> str:
        """The HTML of an edition with pins, which are HTML by the id of a story, before its first link."""
        return pinned(html, draft.issue, pins)

    @call
    def accepted(self) -> tuple[Accepted, ...]:
        """The findings that are not reported."""
        return tuple(accepted_findings.everything(self._opened.db))

    @call
    def accept(
        self, accept: Iterable[tuple[str, str]], revoke: Iterable[tuple[str, str]] = ()
    ) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
        """Accept findings and withdraw acceptances, all or none: (code, cause), with an empty cause for
        the whole code.

        Returns whether each changed anything. Raises `UsageError` for an unknown code.
        """
        opened, wanted, unwanted = self._opened, [*accept], [*revoke]
        for code, _ in wanted:
            _check_code(code)
        by = opened.actor().name
        with transaction(opened.db):
            new = tuple(accepted_findings.accept(opened.db, *o, by, opened.now) for o in wanted)
            gone = tuple(accepted_findings.revoke(opened.db, *one) for one in unwanted)
        return new, gone


def _check_code(code: str) -> None:
    known = (*CHECKS, *(name for name in Fatal if name not in ONCE))
    if code not in known:
        import difflib  # costs 3 ms

        near = difflib.get_close_matches(code, known, 1)
        hint = f"; did you mean “{near[0]}”?" if near else ""
        raise UsageError(f"--accept: there is no finding “{code}”{hint}")


def _proofs(
    settings: Settings,
    read: Sequence[LintInput],
    options: LintOptions,
    level: Level,
    *,
    links: bool,
    spam: bool,
    editions: bool,
) -> tuple[LintReport, ...]:
    from alerts.lint import spamassassin
    from alerts.sources.fetch import Fetcher

    proofs = lint_editions(
        read,
        settings,
        options=options,
        fetcher=Fetcher(settings) if links else None,
        spam_filter=spamassassin.program() if spam else "",
        editions=editions,
    )
    return tuple(_at_least(proof, level) for proof in proofs)


def _at_least(proof: LintReport, level: Level) -> LintReport:
    kept = tuple(f for f in proof.findings if f.level.rank <= level.rank)
    return replace(proof, findings=kept)
