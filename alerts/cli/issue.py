"""`alerts issue`: the alert of one month, as it stands or as it went out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from alerts import approval, publish
from alerts.cli.letter import letter
from alerts.cli.lint import lint
from alerts.cli.manuscript import edit, export, import_
from alerts.cli.preview import preview, screenshot
from alerts.cli.review import approve, log, test
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.compose import Coverage, coverage
from alerts.model import Issue, IssueState
from alerts.render.catalogue import Catalogue
from alerts.review import Lack, lacks
from alerts.store import articles


@click.group()
def issue() -> None:
    """See, edit, approve and test the issue of the month."""


for _command in (edit, export, import_, letter, lint, preview, screenshot, approve, test, log):
    issue.add_command(_command)


@issue.command()
@month_option
@json_option
@pass_session
def show(session: Session, month: str | None, as_json: bool) -> None:
    """Show its sections, how much of it is in each language, and what is missing."""
    chosen, settings = session.month(month), session.settings
    found = articles.kept_of_month(session.db, chosen)
    draft = publish.drafted(session.db, settings, chosen)
    composed = draft.issue
    state = approval.state(session.db, settings, draft)
    covered = {language: coverage(composed, language) for language in settings.alert.languages}
    excluded = sum(kept.article.excluded for kept in found)
    missing = list(lacks(composed, settings))
    changed = [k for k in found if k.changed_at_source and not k.article.excluded]
    standing = approval.standing(session.db, settings, draft) if composed.articles else None
    if as_json:
        document = _document(composed, state, covered, excluded, missing)
        document["changed_at_source"] = [_changed(kept) for kept in changed]
        document["approval"] = _approval(standing) if standing else None
        print_json(document)
    elif not composed.articles:
        click.echo(f"{chosen}: no articles" + (f", {excluded} excluded" if excluded else ""))
        session.say(f"next: `alerts collect --month {chosen}`, or `alerts article add`")
    else:
        _print(composed, state, covered, excluded, missing)
        _print_changed(changed)
        if standing and (standing.names or standing.voided or settings.alert.review == "required"):
            click.echo(f"approval: {told(standing)}")


def _changed(kept: articles.Kept) -> dict[str, Any]:
    return {
        "id": kept.article.id,
        "title": kept.article.title,
        "fields": {d.name: d.found for d in kept.changed_at_source},
    }


def _approval(standing: approval.Standing) -> dict[str, Any]:
    return {
        "content": standing.content_hash,
        "by": list(standing.names),
        "needed": standing.needed,
        "void": list(standing.voided),
    }


def told(standing: approval.Standing) -> str:
    """How far an approval is, in words."""
    by = f", by {', '.join(standing.names)}" if standing.names else ""
    void = f"; void since a change: {', '.join(standing.voided)}" if standing.voided else ""
    return f"{len(standing.names)} of {standing.needed}{by}{void}"


def _print_changed(changed: Sequence[articles.Kept]) -> None:
    """Which articles say something new at their source, where an editor has written."""
    if not changed:
        return
    number = len(changed)
    verb = "articles have" if number > 1 else "article has"
    click.echo(f"{number} {verb} changed at the source since you edited:")
    for kept in changed:
        names = ", ".join(d.name for d in kept.changed_at_source)
        click.echo(f"  {kept.article.id}  {names}: {kept.article.title}")
    click.echo(
        "  see `alerts article show ID`, take it with `alerts article edit ID --take-source`"
    )


def _document(
    composed: Issue,
    state: IssueState,
    covered: Mapping[str, Coverage],
    excluded: int,
    missing: Iterable[Lack],
) -> dict[str, Any]:
    return {
        "month": str(composed.month),
        "state": state.value,
        "articles": len(composed.articles),
        "excluded": excluded,
        "sections": [
            {
                "key": section.key,
                "articles": [
                    {
                        "id": article.id,
                        "url": article.url,
                        "title": article.title,
                        "language": article.language,
                        "translations": sorted(article.translations),
                    }
                    for article in section.articles
                ],
            }
            for section in composed.sections
        ],
        "letters": dict(composed.letters),
        "coverage": {
            language: {
                "titles": figures.titles,
                "summaries": figures.summaries,
                "summarised": figures.summarised,
                "total": figures.total,
            }
            for language, figures in covered.items()
        },
        "missing": [{**asdict(lack), "articles": list(lack.articles)} for lack in missing],
    }


def _print(
    composed: Issue,
    state: IssueState,
    covered: Mapping[str, Coverage],
    excluded: int,
    missing: Iterable[Lack],
) -> None:
    total = len(composed.articles)
    click.echo(
        f"{composed.month}: {state.value}, {_counted(total, 'article')}, {excluded} excluded"
    )
    for section in composed.sections:
        click.echo(f"\n{section.key}")
        for article in section.articles:
            click.echo(f"  {article.id}  {article.language:<3} {article.title}")
    click.echo("")
    english = Catalogue("en", ())
    for language, figures in covered.items():
        click.echo(
            f"{figures.titles} of {_counted(total, 'title')} and {figures.summaries} of "
            f"{figures.summarised} summaries in {english.language_name(language)}"
        )
    written = Counter(english.language_name(article.language) for article in composed.articles)
    told = ", ".join(f"{number} {name}" for name, number in written.most_common())
    click.echo(f"full texts: {told}")
    for lack in missing:
        click.echo(f"missing: {lack.text}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
