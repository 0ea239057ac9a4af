"""The contents of `<style>`: media queries that Gmail and Outlook keep (rule H11)."""

import re
from collections.abc import Iterator, Sequence

from alerts.lint.document import Document
from alerts.lint.options import LintOptions
from alerts.lint.page import attribute, shortened, styles
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check
from alerts.lint.style import Rule, Sheet

# states, attributes, and the class names that webmail puts around an e-mail
_FOR_CLIENTS = re.compile(
    r":(?!root\b)|\[|#(?:outlook|MessageViewBody)|\.(?:ExternalClass|ReadMsgBody)"
)


def _sheets(document: Document) -> Sequence[tuple[Sheet, int]]:
    return document.page.sheets if document.page else ()


@check(
    "style-nested-at", Level.ERROR, "H11, caniemail#144",
    why="Gmail drops a style sheet that has an at-rule inside another.",
    remedy="Write the inner rule by itself, with both conditions joined by “and”.",
)  # fmt: skip
def _nested(document: Document, _: LintOptions) -> Iterator[Found]:
    for sheet, before in _sheets(document):
        for name, line in sheet.nested:
            yield Found(
                Place("html", before + line, f"@{name}"), f"@{name} is inside another at-rule."
            )


@check(
    "style-import", Level.ERROR, "H11, trap C",
    why="Clients do not load style sheets, and loading one would tell who reads when.",
    remedy="Write the rules into the e-mail.",
)  # fmt: skip
def _import(document: Document, _: LintOptions) -> Iterator[Found]:
    for sheet, before in _sheets(document):
        for name, line in sheet.at_rules:
            if name == "import":
                yield Found(Place("html", before + line, "@import"), "A style sheet is imported.")
    for element, place in document.named("link"):
        if "stylesheet" in attribute(element, "rel").lower():
            yield Found(place, "A style sheet is linked.")


@check(
    "style-url", Level.WARNING, "H11",
    why="Gmail drops a style sheet that has a rule with a picture.",
    remedy="Put the picture into an <img> or a style attribute.",
)  # fmt: skip
def _url(document: Document, _: LintOptions) -> Iterator[Found]:
    for sheet, before in _sheets(document):
        for rule in sheet.rules:
            if any("url(" in declaration.value.lower() for declaration in rule.declarations):
                yield Found(_at(rule, before), "A rule of a style sheet names a picture.")


@check(
    "style-comment", Level.WARNING, "H11, caniemail css-comments",
    why="Some clients drop the rule that follows a comment.",
    remedy="Remove the comments from <style>.",
)  # fmt: skip
def _comment(document: Document, _: LintOptions) -> Iterator[Found]:
    for sheet, before in _sheets(document):
        for text, line in sheet.comments:
            yield Found(
                Place("html", before + line, shortened(text.strip(), 40)),
                "A style sheet holds a comment.",
            )


@check(
    "style-broken", Level.WARNING, "CSS Syntax 3",
    why="Clients skip invalid CSS, often with what follows it.",
    remedy="Correct the style sheet.",
)  # fmt: skip
def _broken(document: Document, _: LintOptions) -> Iterator[Found]:
    for sheet, before in _sheets(document):
        for message, line in sheet.faults:
            yield Found(Place("html", before + line), f"A style sheet: {shortened(message, 80)}.")


@check(
    "style-outvoted", Level.WARNING, "H11, trap C",
    why="A style attribute wins over a rule of a style sheet, so that the rule has no effect.",
    remedy="Add !important to each declaration in a media query.",
)  # fmt: skip
def _outvoted(document: Document, _: LintOptions) -> Iterator[Found]:
    for sheet, before in _sheets(document):
        for rule in sheet.rules:
            weak = [one for one in rule.declarations if rule.conditions and not one.important]
            meant = document.matcher.elements(rule.selectors) if weak and document.matcher else []
            inline = {declaration.name for _, element in meant for declaration in styles(element)}
            for declaration in weak:
                if declaration.name in inline:
                    yield Found(
                        _at(rule, before), f"“{declaration.name}” has no !important, so that a "
                        "style attribute wins.",
                    )  # fmt: skip


@check(
    "style-not-inlined", Level.WARNING, "H11",
    why="The Gmail app with other accounts, and some webmail, remove <style>.",
    remedy="Write what every client needs as style attributes; keep media queries only.",
)  # fmt: skip
def _not_inlined(document: Document, _: LintOptions) -> Iterator[Found]:
    for sheet, before in _sheets(document):
        for rule in sheet.rules:
            if not rule.conditions and not _harmless(rule):
                yield Found(_at(rule, before), "A rule is outside of a media query.")


def _harmless(rule: Rule) -> bool:
    """True for rules that cannot be written as style attributes."""
    if re.search(
        r":(?!root\b)|\[|#(?:outlook|MessageViewBody)|\.(?:ExternalClass|ReadMsgBody)",
        rule.selectors,
    ):
        return True
    return all(d.name in ("color-scheme", "supported-color-schemes") for d in rule.declarations)


def _at(rule: Rule, before: int) -> Place:
    return Place("html", before + rule.line, shortened(rule.selectors, 60))
