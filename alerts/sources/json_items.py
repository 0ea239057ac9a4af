"""The items of a JSON document of others, also where it is broken: then those that are whole."""

import json
import re
from typing import Any

from alerts.sources.dropped import Dropped

_NEXT_ITEM = re.compile(r"\}\s*,\s*\{")
_DECODE = json.JSONDecoder(strict=False).raw_decode


def salvaged(text: str, at: int, most: int, dropped: Dropped) -> list[Any]:
    """The objects from the position `at` on that are whole, each on its own, at most so many."""
    items: list[Any] = []
    while (at := text.find("{", at)) >= 0 and len(items) < most:
        try:
            item, at = _DECODE(text, at)
            items.append(item)
        except (ValueError, RecursionError):
            dropped.line(text.count("\n", 0, at) + 1, "broken JSON; the item is left out")
            following = _NEXT_ITEM.search(text, at + 1)
            at = following.end() - 1 if following else len(text)
    return items
