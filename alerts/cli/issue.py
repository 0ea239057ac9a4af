"""`alerts issue`: the month's issue as its editor sees it."""

from typing import Any

import click

from alerts import publish
from alerts.cli.queue import empty
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.compose import coverage
from alerts.model import Issue, Month


@click.group()
def issue() -> None:
    """See the issue of the month."""


@issue.command()
@month_option
@json_option
@pass_session
def show(session: Session, month: str | None, as_json: bool) -> None:
    """Sections and articles in reading order, how far each language is covered, what is missing."""
    chosen = session.month(month)
    composed = publish.composed(session.db, session.settings, chosen)
    document = _document(session, chosen, composed)
    if as_json:
        print_json(document)
        return
    if not composed.articles:
        session.say(empty(chosen))
        return
    click.echo(f"{chosen}: {document['state']}, {len(composed.articles)} articles")
    for section in document["sections"]:
        click.echo(f"\n{section['key']}")
        for article in section["articles"]:
            click.echo(f"  {article['id']}  {article['language']:5}  {article['title']}")
    click.echo("")
    for language, covered in document["coverage"].items():
        click.echo(
            f"{language}: {covered['titles']} of {covered['total']} titles,"
            f" {covered['summaries']} of {covered['total']} summaries"
        )
    for line in document["missing"]:
        click.echo(line)


def _document(session: Session, month: Month, composed: Issue) -> dict[str, Any]:
    languages = session.settings.alert.languages
    covered = {language: coverage(composed, language) for language in languages}
    return {
        "month": str(month),
        "state": publish.state(session.db, month).value,
        "articles": len(composed.articles),
        "sections": [
            {
                "key": section.key,
                "articles": [
                    {"id": a.id, "title": a.title, "language": a.language, "url": a.url}
                    for a in section.articles
                ],
            }
            for section in composed.sections
        ],
        "coverage": {
            language: {"titles": c.titles, "summaries": c.summaries, "total": c.total}
            for language, c in covered.items()
        },
        "missing": _missing(composed, session.settings.alert.sections),
    }


def _missing(composed: Issue, sections: tuple[str, ...]) -> list[str]:
    """What an editor may want to mend, a line each."""
    filled = {section.key for section in composed.sections}
    missing = [f"section {key}: no articles" for key in sections if key not in filled]
    for article in composed.articles:
        if not article.summary:
            missing.append(f"{article.id}: no summary")
        if article.image and not article.image.alt:
            missing.append(f"{article.id}: its image has no alternative text")
    return missing
