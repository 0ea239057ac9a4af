"""Text from outside, safe to print on one line of a terminal or a report."""

_JOINERS = "\u200c\u200d"


def printable(text: str, most: int = 0, *, instead: str = "\ufffd") -> str:
    """`text` with `instead` for each character that could move a cursor or begin a new line.

    `most` is the maximum length of the result in characters, whose last one is then “…”; 0 means no
    limit. The joiners inside an emoji or a Persian word are kept: they only shape their neighbours.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in _JOINERS else instead for c in text)
    return f"{text[: most - 1].rstrip()}…" if 0 < most < len(text) else text
