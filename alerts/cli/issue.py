"""`alerts issue`: the alert of one month, as it stands or as it went out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import click

from alerts import publish
from alerts.cli.lint import lint
from alerts.cli.preview import preview, screenshot
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.compose import Coverage, coverage
from alerts.model import Issue, IssueState
from alerts.render.catalogue import Catalogue
from alerts.settings import Settings
from alerts.store import articles


@click.group()
def issue() -> None:
    """See the issue of the month."""


issue.add_command(lint)
issue.add_command(preview)
issue.add_command(screenshot)


@issue.command()
@month_option
@json_option
@pass_session
def show(session: Session, month: str | None, as_json: bool) -> None:
    """Show its sections, how much of it is in each language, and what is missing."""
    chosen, settings = session.month(month), session.settings
    found = articles.of_month(session.db, chosen)
    composed = publish.composed(session.db, settings, chosen)
    state = publish.state(session.db, chosen)
    covered = {language: coverage(composed, language) for language in settings.alert.languages}
    excluded = sum(article.excluded for article in found)
    lacks = list(missing(composed, settings)) if composed.articles else []
    if as_json:
        print_json(_document(composed, state, covered, excluded, lacks))
    elif not composed.articles:
        click.echo(f"{chosen}: no articles" + (f", {excluded} excluded" if excluded else ""))
        session.say(f"next: `alerts collect --month {chosen}`, or `alerts article add`")
    else:
        _print(composed, state, covered, excluded, lacks)


def missing(composed: Issue, settings: Settings) -> Iterator[str]:
    """What an editor would want to add before the issue goes out, a line each."""
    shown = composed.articles
    if not settings.alert.address:
        yield "alert.address: the law wants a postal address in the footer"
    if not any(article.featured for article in shown):
        yield "no featured article: `alerts article feature ID`"
    for article in shown:
        if not article.summary:
            yield f"{article.id}: no summary: {article.title}"
        if article.image and not article.image.alt:
            yield f"{article.id}: its image has no description: {article.title}"
        if article.profile and article.profile not in composed.profiles:
            yield f"{article.id}: there is no profile “{article.profile}”: `alerts profile add`"


def _document(
    composed: Issue,
    state: IssueState,
    covered: Mapping[str, Coverage],
    excluded: int,
    lacks: list[str],
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
        "coverage": {
            language: {
                "titles": figures.titles,
                "summaries": figures.summaries,
                "summarised": figures.summarised,
                "total": figures.total,
            }
            for language, figures in covered.items()
        },
        "missing": lacks,
    }


def _print(
    composed: Issue,
    state: IssueState,
    covered: Mapping[str, Coverage],
    excluded: int,
    lacks: list[str],
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
    for lack in lacks:
        click.echo(f"missing: {lack}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
