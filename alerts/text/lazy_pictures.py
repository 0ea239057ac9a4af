"""The address of a picture that is loaded late: `src` holds a placeholder, another attribute the picture."""

import re
from collections.abc import Mapping

_LATE = (
    "data-src", "data-lazy-src", "data-original", "data-lazy", "data-orig-file", "data-full-url",
    "data-large-file", "data-image", "data-url", "data-hi-res-src",
)  # fmt: skip
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_PLACEHOLDER = re.compile(
    r"^data:|(?:^|[/_-])(?:placeholder|spacer|blank|pixel|transparent|loading|lazy|1x1|grey|gray)"
    r"[\w-]*\.(?:gif|png|svg|jpe?g|webp)",
    re.IGNORECASE,
)


def picture_address(attributes: Mapping[str, str | None]) -> str:
    """The address that an <img> shows in the end, as it is written; "" for a placeholder alone."""
    for name in _LATE:
        if (url := (attributes.get(name) or "").strip()) and not _PLACEHOLDER.search(url):
            return url
    if (url := (attributes.get("src") or "").strip()) and not _PLACEHOLDER.search(url):
        return url
    sets = (_largest(attributes.get(name) or "") for name in _SETS)
    return next((url for url in sets if url and not _PLACEHOLDER.search(url)), "")


def _largest(candidates: str) -> str:
    """The address with the greatest width or density of a `srcset`."""
    found = re.findall(r"(\S+?)(?:\s+([\d.]+)[wx])?\s*(?:,\s|,?$)", candidates.strip())
    return max(found, key=lambda one: float(one[1] or 0), default=("", ""))[0].rstrip(",")
