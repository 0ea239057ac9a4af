"""The versions that an edition was rendered with, kept with the issue when it is frozen.

The same inputs give the same bytes for the same versions of these. A frozen issue keeps its bytes, so
it never needs them again: they say where a difference to an edition rendered later may come from.
"""

import platform
from importlib import metadata

from alerts import __version__

# What turns an issue into the bytes of an edition: CLDR's dates and lists (babel), templates (jinja2,
# markupsafe), inlined styles (premailer, cssselect, cssutils, lxml), introductions (markdown-it-py),
# links (idna), and the time zone of events (tzdata, where the system has none).
PACKAGES = (
    "babel", "cssselect", "cssutils", "idna", "jinja2", "lxml", "markdown-it-py", "markupsafe",
    "premailer", "tzdata",
)  # fmt: skip


def rendered_with() -> dict[str, str]:
    """Version by name: of `alerts`, of Python, and of each of `PACKAGES`."""
    ours = {"alerts": __version__, "python": platform.python_version()}
    return ours | {name: metadata.version(name) for name in PACKAGES}
