"""Where the settings stand in the text of an `alerts.toml`, for messages.

tomllib tells no lines. The text is read once, for all settings: each is asked for whether it is wrong or not.
"""

import re
from pathlib import Path

_HEADER = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"""\s*["']?([^\s"'.=]+)["']?\s*[.=]""")


class Places:
    """The lines of the text of the file at `path`."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines: dict[tuple[str, str], str] = {}
        section = ""
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                section, *keys = header[1].split(".")
                at = f"{path}, line {number}"
                self._lines.setdefault(("", section), at)
                if keys:
                    self._lines.setdefault((section, keys[0]), at)
            elif key := _KEY.match(line):
                at = f"{path}, line {number}, {section}.{key[1]}"
                self._lines.setdefault((section, key[1]), at)

    def of(self, section: str, key: str) -> str:
        """`path, line N` of `key` in `[section]`, or of the section `key` where `section` is empty; just the
        path where it is not in the text."""
        missing = f"{self._path}, {section}.{key}" if section else str(self._path)
        return self._lines.get((section, key), missing)
