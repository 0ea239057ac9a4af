"""Compares the editions of one issue: the same articles in each, and each in its own language (H14).

An article may have a page in each language, and each edition links to its own: what is compared is the
article that a URL stands for.
"""

from collections.abc import Iterator, Mapping

from alerts.domain.languages import same_language
from alerts.lint.checks.parts import html_urls, listed
from alerts.lint.checks.size import LARGE
from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import shortened, text_of
from alerts.lint.place import Finding, Found, Level, Place
from alerts.lint.register import CHECKS


def compare(
    messages: Mapping[str, Document], options: Mapping[str, LintOptions]
) -> tuple[Finding, ...]:
    """Findings for articles that only some editions have; messages and options by language."""
    found = _findings(messages, options)
    return tuple(finding for finding in found if options[finding.edition].wants(finding.code))


def _findings(
    messages: Mapping[str, Document], options: Mapping[str, LintOptions]
) -> Iterator[Finding]:
    urls = {
        language: _items(document, options[language]) for language, document in messages.items()
    }
    everywhere = {url for found in urls.values() for url in found}
    cut = any(one.html and len(one.html.octets) > LARGE for one in messages.values())
    for language, found in urls.items():
        if lacking := sorted(everywhere - found):
            reason = f"It lacks what other editions link to: {listed(lacking)}"
            level = Level.WARNING if cut else Level.ERROR
            yield CHECKS["editions-differ"].finding(Found(Place("html"), reason, level), language)
    seen: dict[tuple[str, str], str] = {}
    for language, document in messages.items():
        for kind, words, place in _titles(document):
            first = seen.setdefault((kind, words), language)
            kin = same_language(first, language)
            if not kin and words not in options[language].translated:
                reason = f"The {kind} is the same as in {first}: {shortened(words, 60)}"
                yield CHECKS["editions-same"].finding(Found(place, reason), language)


def _items(document: Document, options: LintOptions) -> set[str]:
    """The links that should be the same in all languages, each by the URL of its article."""
    own = options.base_url.rstrip("/")
    urls = (url for url in html_urls(document) if not own or not url.startswith(f"{own}/"))
    return {options.stories.get(url, url) for url in urls}


def _titles(document: Document) -> Iterator[tuple[str, str, Place]]:
    """Subject and section headings, which should be in the edition's own language."""
    if document.subject:
        yield "subject", document.subject, Place("headers", 0, "Subject")
    for heading, place in document.named("h2"):
        if not heading.get("lang") and heading.get("translate") != "no":
            yield "heading", text_of(heading), place
