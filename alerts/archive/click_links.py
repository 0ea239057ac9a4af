"""Links and an image that count clicks and opens, if `[privacy]` asks for it: totals, never persons.

A link to an article becomes one to `/r/<token>` below `web.base_url`. The token names an article of an
edition in the archive, and is the same in every copy; the target is in that row, so no token and no
parameter can lead elsewhere (X13). Totals are stored per article, edition and day. A slot at its end is
filled for readers who said no: such a link leads to the same place and is not counted
(docs/adr/0027-saying-no-to-counts.md).
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from alerts.domain.issue import Edition

_SLOT = "{slot:uncounted}"  # filled for readers who said no: their links end differently
_HREF = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")', re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>(?!.*</body\s*>)", re.IGNORECASE | re.DOTALL)


def counting(
    edition: Edition, numbers: Mapping[str, int], link: Callable[[int], str] | None, picture: str
) -> Edition:
    """The edition as it is mailed; the archive keeps it without counting. `numbers` name
    its articles by URL, `link` makes the counting URL of one (None: links stay), `picture` is the
    URL of the image or empty."""

    def counted(match: re.Match[str]) -> str:
        number = numbers.get(html.unescape(match[2]))
        if not number or not link:
            return match[0]
        return f"{match[1]}{html.escape(link(number))}{_SLOT}{match[3]}"

    page = _HREF.sub(counted, edition.html)
    if picture:
        image = f'<img src="{html.escape(picture)}{_SLOT}" width="1" height="1" alt="" style="display:block">'
        end = _BODY_END.search(page)
        place = end.start() if end else len(page)
        page = page[:place] + image + page[place:]
    return replace(edition, html=page)
