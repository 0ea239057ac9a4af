"""`alerts issue show`: the issue of one month, as it is now or as it was sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from alerts.cli.context import Session, next_fields, on_month, on_terminal, print_json
from alerts.cli.issue.words import doubtful_day, full_texts, guesses, guesses_counted, told
from alerts.domain.article import Article
from alerts.domain.issue import Issue, IssueState
from alerts.domain.languages import in_order
from alerts.editions.approval import ApprovalStatus
from alerts.editions.catalogue import Catalogue
from alerts.editions.gaps import Gap
from alerts.issue.compose import Coverage
from alerts.store.articles import StoredArticle
from alerts.text.plural import counted


@click.command()
@on_month
def show(session: Session, month: str | None, as_json: bool) -> None:
    """Show its sections, how much of it is in each language, and what is missing.

    Renders nothing: its pictures, and whether approvals hold, are told once it was rendered.
    """
    chosen = session.month(month)
    found = session.project.issues.show(chosen)
    composed, standing, excluded = found.issue, found.standing, found.excluded
    order = session.settings.alert.languages
    step = session.project.next_step(month)
    if as_json:
        document = _document(composed, found.state, found.covered, excluded, found.missing, order)
        document["changed_at_source"] = [_changed(kept) for kept in found.changed_at_source]
        document["pictures"] = {
            language: {"shown": number, "bytes": size}
            for language, (number, size) in (found.pictures or {}).items()
        }
        document["rendered"] = found.pictures is not None
        document["quarantine"] = [
            {"id": article.id, "url": article.url, "title": article.title, "reasons": list(why)}
            for article, why in found.quarantine
        ]
        document["approval"] = _approval(standing) if standing else None
        document["rendered_with"] = found.rendered_with
        document["segment"] = asdict(found.segment) if found.segment else None
        print_json({**document, **next_fields(step)})
        return
    review = session.settings.alert.review == "required"
    if standing and not (standing.names or standing.voided or standing.unsure or review):
        standing = None
    if on_terminal():
        from alerts.cli.issue import screen  # imports rich, which is only needed on a terminal

        screen.show(found, standing, order)
    elif composed.empty:
        click.echo(f"{chosen}: no articles" + (f", {excluded} excluded" if excluded else ""))
    else:
        _print(composed, found.state, found.covered, excluded, found.missing, order)
        _print_pictures(found.pictures or {})
        _print_changed(found.changed_at_source)
        if standing:
            click.echo(f"approval: {told(standing)}")
    if found.segment:
        click.echo(str(found.segment))
    if found.quarantine:
        _print_quarantine(found.quarantine)
    session.tell_next(step)


def _changed(kept: StoredArticle) -> dict[str, Any]:
    return {
        "id": kept.article.id,
        "title": kept.article.title,
        "fields": {d.name: d.found for d in kept.changed_at_source},
    }


def _approval(standing: ApprovalStatus) -> dict[str, Any]:
    return {
        "content": standing.content_hash,
        "by": list(standing.names),
        "needed": standing.needed,
        "void": list(standing.voided),
        "unsure": list(standing.unsure),
    }


def _print_pictures(pictures: Mapping[str, tuple[int, int]]) -> None:
    """Print how many pictures each edition shows, and what they weigh."""
    told = [
        f"{language} {number}, {size / 1024:.0f} KB"
        for language, (number, size) in pictures.items()
        if number
    ]
    if told:
        click.echo(f"pictures: {'; '.join(told)}")


def _print_changed(changed: Sequence[StoredArticle]) -> None:
    """Print the edited articles whose source has changed since."""
    if not changed:
        return
    number = len(changed)
    verb = "articles have" if number > 1 else "article has"
    click.echo(f"{number} {verb} changed at the source since you edited:")
    for kept in changed:
        names = ", ".join(d.name for d in kept.changed_at_source)
        click.echo(f"  {kept.article.id}  {names}: {kept.article.title}")
    click.echo("  see `alerts article show ID`; `alerts article edit ID --take-source` uses it")


def _print_quarantine(held: Sequence[tuple[Article, Sequence[str]]]) -> None:
    """Print the articles that are left out as not plausible, with the reasons."""
    click.echo(f"{counted(len(held), 'article')} held in quarantine, not plausible or in doubt:")
    for article, why in held:
        click.echo(f"  {article.id}  {article.title}: {'; '.join(why)}")
    click.echo("  pages are read again once a day; `alerts article include ID` takes one in")


def _document(
    composed: Issue,
    state: IssueState,
    covered: Mapping[str, Coverage],
    excluded: int,
    missing: Iterable[Gap],
    order: Sequence[str],
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
                        "guessed": list(article.guesses),
                        "translations": in_order(article.translations, order),
                    }
                    for article in section.articles
                ],
            }
            for section in composed.sections
        ],
        "letters": {
            tag: composed.introductions[tag] for tag in in_order(composed.introductions, order)
        },
        "faces": {tag: asdict(composed.faces[tag]) for tag in in_order(composed.faces, order)},
        "coverage": {
            language: {
                "titles": figures.titles,
                "summaries": figures.summaries,
                "summarised": figures.summarised,
                "total": figures.total,
            }
            for language, figures in covered.items()
        },
        "guesses": guesses_counted(composed),
        "missing": [{**asdict(lack), "articles": list(lack.articles)} for lack in missing],
    }


def _print(
    composed: Issue,
    state: IssueState,
    covered: Mapping[str, Coverage],
    excluded: int,
    missing: Iterable[Gap],
    order: Sequence[str],
) -> None:
    total = len(composed.articles)
    click.echo(f"{composed.month}: {state.value}, {counted(total, 'article')}, {excluded} excluded")
    for section in composed.sections:
        click.echo(f"\n{section.key}")
        for article in section.articles:
            language = f"{article.language}{'?' * article.guessed}"
            day = f" ({doubt})" if (doubt := doubtful_day(article)) else ""
            click.echo(f"  {article.id}  {language:<3} {article.title}{day}")
    click.echo("")
    english = Catalogue("en", ())
    for language, figures in covered.items() if total else ():
        click.echo(
            f"{figures.titles} of {counted(total, 'title')} and {figures.summaries} of "
            f"{figures.summarised} summaries in {english.language_name(language)}"
        )
    if total:
        click.echo(f"full texts: {full_texts(composed, order)}")
    if composed.month.special:
        click.echo(f"introduction in: {', '.join(composed.introductions) or 'no language'}")
    if told_guesses := guesses(composed):
        click.echo(f"{told_guesses}: `alerts article show ID` says why")
    for lack in missing:
        click.echo(f"missing: {lack.text}")
