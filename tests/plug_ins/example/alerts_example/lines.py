"""Sources of kind `lines`: a text with an address and a title on each line."""

from alerts.domain.errors import InputError
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake, SourceContent


def read(document: Fetched, intake: Intake) -> SourceContent:
    """An article a line; a line without a title is a fault, and costs no other."""
    articles, faults = [], []
    for number, line in enumerate(document.body.decode().splitlines(), 1):
        url, _, title = line.partition(" ")
        if title:
            articles.append(intake.article(url=url, title=title))
        else:
            faults.append(f"{intake.source.location}, line {number}: no title")
    if not articles:
        raise InputError(f"{intake.source.location}: no line with an address and a title")
    return SourceContent(tuple(articles), tuple(faults))
