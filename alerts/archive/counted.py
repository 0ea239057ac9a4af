"""Links and a picture that count, for those who set `[privacy]` so: how many, and never who.

A link to an article becomes one to `/r/<token>` at our own address. The token names a row of
the archive, an article of an edition, and is the same in everybody's copy; where it leads is in that
row, so no token and no parameter can lead elsewhere. What is counted is a number for each article,
edition and day.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from alerts.model import Edition

_HREF = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")', re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>(?!.*</body\s*>)", re.IGNORECASE | re.DOTALL)


def counting(
    edition: Edition, rows: Mapping[str, int], link: Callable[[int], str] | None, picture: str
) -> Edition:
    """The edition as it is mailed; the archive keeps it without. `rows` are the rows of its articles
    by their links, `link` makes the address that counts (None: they stay), `picture` is an address or
    empty."""

    def counted(match: re.Match[str]) -> str:
        row = rows.get(html.unescape(match[2]))
        return f"{match[1]}{html.escape(link(row))}{match[3]}" if row and link else match[0]

    page = _HREF.sub(counted, edition.html)
    if picture:
        image = (
            f'<img src="{html.escape(picture)}" width="1" height="1" alt="" style="display:block">'
        )
        end = _BODY_END.search(page)
        place = end.start() if end else len(page)
        page = page[:place] + image + page[place:]
    return replace(edition, html=page)
