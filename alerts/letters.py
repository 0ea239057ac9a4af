"""The editor's letter of a month as it is kept: tidy lines of plain text with a little Markdown.

What the Markdown means is `render/opening.py`'s business.
"""

import re

from alerts import markup
from alerts.errors import InputError

LONGEST = 10_000  # characters; with more, the letter would crowd out the articles


def tidy(text: str) -> str:
    """A letter as it is kept: tidy lines, one empty line between paragraphs; raises `InputError`."""
    lines = [markup.tidy(line) for line in re.split(r"\r\n|[\r\n\u2028\u2029]", text)]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n"))
    if len(kept) > LONGEST:
        raise InputError(f"the letter has {len(kept):,} characters; at most {LONGEST:,} fit")
    return kept
