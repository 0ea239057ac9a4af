"""Pictures of ours: described where they are large, there, and not too heavy together."""

import re
from collections.abc import Iterator

from alerts.lint.document import Document
from alerts.lint.options import LintOptions, PictureFacts
from alerts.lint.page import attribute, shortened
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

_OURS = re.compile(r"(?:/pictures/|cid:)([0-9a-f]{40})")
_LARGE = 400  # pixels: what is shown as wide is no decoration


def _known(source: str, options: LintOptions) -> PictureFacts | None:
    found = _OURS.search(source)
    return options.pictures.get(found[1]) if found else None


@check(
    "picture-undescribed", Level.WARNING, "H6, WCAG 1.1.1",
    why="Who listens to the e-mail, or has images off, is told nothing of its largest picture.",
    remedy="Describe it: `alerts article edit ID --image-alt TEXT`.",
    several="large pictures have no description",
)  # fmt: skip
def _undescribed(document: Document, options: LintOptions) -> Iterator[Found]:
    for image, place in document.named("img"):
        facts = _known(attribute(image, "src"), options)
        width = re.match(r"\d+", attribute(image, "width"))
        large = width is not None and int(width[0]) >= _LARGE
        if facts and facts.article and large and not attribute(image, "alt").strip():
            yield Found(
                place,
                f"The picture of {facts.article} “{shortened(facts.title, 60)}” has no description.",
                remedy=f"Describe it: `alerts article edit {facts.article} --image-alt TEXT`.",
            )


@check(
    "picture-missing", Level.HINT, "docs/adr/0025-pictures.md",
    why="The source has a picture for the story, and readers do not see it.",
    remedy="Give another one: `alerts article edit ID --image FILE|URL`.",
    several="stories are shown without their picture",
)  # fmt: skip
def _missing(document: Document, options: LintOptions) -> Iterator[Found]:
    for lost in options.lost_pictures if document.page else ():
        yield Found(
            Place("html"),
            f"{lost.article} “{shortened(lost.title, 60)}” is shown without its picture: {lost.reason}.",
            remedy=f"Give another one: `alerts article edit {lost.article} --image FILE|URL`."
            if lost.reached
            else "Fetch it: `alerts collect`.",
        )


@check(
    "pictures-heavy", Level.WARNING, "docs/adr/0025-pictures.md",
    why="Pictures are slow and expensive on a phone; relays and mailboxes refuse large messages.",
    remedy="Show fewer large pictures, or raise pictures.most_bytes.",
)  # fmt: skip
def _heavy(document: Document, options: LintOptions) -> Iterator[Found]:
    carried = sum(len(part.octets) for part in document.parts if part.kind.startswith("image/"))
    linked = {
        found[1]
        for image, _ in document.named("img")
        if (found := _OURS.search(attribute(image, "src")))
    }
    facts = (options.pictures[name] for name in linked if name in options.pictures)
    weight = carried or sum(one.size for one in facts)
    if options.most_picture_bytes is not None and weight > options.most_picture_bytes:
        most = options.most_picture_bytes / 1000
        yield Found(
            Place("html"), f"Its pictures weigh {weight / 1000:,.0f} KB, more than {most:,.0f} KB."
        )
