"""Codes of checks that need more than one edition's bytes: other editions, the network, a spam filter.

Their findings are made in `alerts/lint/compare.py` and `alerts/lint/run.py`.
"""

from alerts.lint.place import Level
from alerts.lint.register import declare

declare(
    "editions-differ", Level.ERROR, "H14",
    why="An article is in some languages only.",
    remedy="See which is missing: `alerts issue show`; too large an edition leaves some out.",
)  # fmt: skip
declare(
    "editions-same", Level.WARNING, "H14",
    why="A subject or heading that is the same in two languages was not translated.",
    remedy="Translate it: alert.section_titles, or `templates/locale/`.",
)  # fmt: skip
declare(
    "link-dead", Level.ERROR, "H16 (--links)",
    why="Readers who follow a dead link find nothing.",
    remedy="Correct the address, or exclude the article: `alerts article exclude ID`.",
)  # fmt: skip
declare(
    "link-unchecked", Level.HINT, "H16 (--links)",
    why="Some servers answer browsers, but refuse programs.",
    remedy="Open it in a browser.",
)  # fmt: skip
declare(
    "image-dead", Level.ERROR, "H6 (--links)",
    why="An image that cannot be fetched leaves a gap in the e-mail.",
    remedy="Restore the image, or give the article another one.",
)  # fmt: skip
declare(
    "image-heavy", Level.WARNING, "H6 (--links)",
    why="Large images are slow and expensive on a phone.",
    remedy="Make it at most 1,200 pixels wide and 200 KB large.",
)  # fmt: skip
declare(
    "image-type", Level.WARNING, "H6 (--links)",
    why="Outlook shows nothing for other types than PNG, JPEG and GIF.",
    remedy="Serve it as PNG, JPEG or GIF, with its Content-Type.",
)  # fmt: skip
declare(
    "spam-score", Level.ERROR, "SpamAssassin",
    why="A filter without other information about the sender would treat it as spam.",
    remedy="Change what the listed rules object to.",
)  # fmt: skip
