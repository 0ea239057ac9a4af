"""Codes of what one edition's bytes do not show: other editions, the network, a spam filter.

Their findings are made in `alerts/lint/compare.py` and `alerts/proofread.py`.
"""

from alerts.lint.finding import Level, declare

declare(
    "editions-differ", Level.ERROR, "H14",
    why="Readers of one language get an article that the others do not.",
    remedy="See which is missing: `alerts issue show`; an edition that is too large leaves some out.",
)  # fmt: skip
declare(
    "editions-same", Level.WARNING, "H14",
    why="A subject or heading that is the same in two languages was not translated.",
    remedy="Translate it: alert.section_titles, or `templates/locale/`.",
)  # fmt: skip
declare(
    "link-dead", Level.ERROR, "issue 5 (--links)",
    why="A reader who follows a dead link is lost.",
    remedy="Correct the address, or exclude the article: `alerts article exclude ID`.",
)  # fmt: skip
declare(
    "link-unchecked", Level.HINT, "issue 5 (--links)",
    why="Some servers turn programs away and let people in.",
    remedy="Open it in a browser.",
)  # fmt: skip
declare(
    "image-dead", Level.ERROR, "H6 (--links)",
    why="An image that cannot be fetched is a hole in the letter.",
    remedy="Put the image back, or give the article another one.",
)  # fmt: skip
declare(
    "image-heavy", Level.WARNING, "H6 (--links)",
    why="Readers on a phone pay for each octet, and leave before a heavy image has come.",
    remedy="Make it 1,200 pixels wide at most, and below 200 KB.",
)  # fmt: skip
declare(
    "image-type", Level.WARNING, "H6 (--links)",
    why="What is no image, or is one that Outlook cannot show, is a hole in the letter.",
    remedy="Serve it as PNG, JPEG or GIF, with its Content-Type.",
)  # fmt: skip
declare(
    "spam-score", Level.ERROR, "SpamAssassin",
    why="A filter that knows nothing else of you would take it for spam.",
    remedy="Change what the rules named here object to.",
)  # fmt: skip
