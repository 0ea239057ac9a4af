"""CSS into style attributes, by premailer; nothing else imports it.

The network is never asked (trap C): a stylesheet is handed over as text. Media queries stay in one
`<style>`, with every `!important`, and classes stay for them to find.
"""

import logging

from premailer import Premailer

_SILENT = logging.getLogger("alerts.cssutils")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


def inlined(page: str, style: str) -> str:
    """The page with `style` inlined into it."""
    made: str = Premailer(
        page,
        css_text=style,
        allow_network=False,
        disable_validation=True,
        strip_important=False,
        remove_classes=False,
        keep_style_tags=False,
        include_star_selectors=False,
        disable_leftover_css=False,
        cssutils_logging_handler=logging.NullHandler(),
        cssutils_logging_level=logging.CRITICAL,
        method="html",
    ).transform()
    return made
