"""The editor's introduction of a month as it is stored: lines of plain text with a little Markdown.

The Markdown is interpreted in `editions/introduction.py`.
"""

import re

from alerts.domain.errors import InputError
from alerts.text import plain_text

LONGEST = 10_000  # characters; a longer introduction would displace articles


def tidy(text: str) -> str:
    """The stored form: clean lines, one empty line between paragraphs; raises `InputError`."""
    lines = [plain_text.tidy(line) for line in re.split(r"\r\n|[\r\n\u2028\u2029]", text)]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n"))
    if len(kept) > LONGEST:
        raise InputError(f"the introduction has {len(kept):,} characters; at most {LONGEST:,} fit")
    return kept
