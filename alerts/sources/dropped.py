"""What was dropped of a document, and where: one line for a person for each part, and no more than some.

A document of others can be wrong in thousands of lines; the first ones show what kind of mistake it is.
"""

from alerts.text.plural import counted

_MOST_TOLD = 10  # lines of a kind


class Dropped:
    """Collects what is told of one document. `place` names it."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._dropped: list[tuple[int, str]] = []
        self._mended: list[tuple[int, str]] = []

    def line(self, number: int, wrong: str) -> None:
        """A line, or the part of the document that begins there, is left out."""
        self._dropped.append((number, f"{self._place}, line {number}: {wrong}"))

    def item(self, number: int, wrong: str) -> None:
        """An item is left out that is counted from the beginning of the document."""
        self._dropped.append((number, f"{self._place}, item {number}: {wrong}"))

    def mended(self, number: int, how: str) -> None:
        """A line is wrong and was read nevertheless."""
        self._mended.append((number, f"{self._place}, line {number}: {how}"))

    def item_mended(self, number: int, how: str) -> None:
        """A part of an item is wrong, and the item was read nevertheless."""
        self._mended.append((number, f"{self._place}, item {number}: {how}"))

    def faults(self) -> list[str]:
        """One line for each part that is lost, the first ones of many."""
        return self._first(self._dropped, "part", "left out")

    def notes(self) -> list[str]:
        """One line for each part that is wrong and was read."""
        return self._first(self._mended, "line", "wrong and read nevertheless")

    def _first(self, told: list[tuple[int, str]], what: str, how: str) -> list[str]:
        lines = [line for _, line in sorted(told, key=lambda one: one[0])]
        if len(told) <= _MOST_TOLD + 1:
            return lines
        rest = len(told) - _MOST_TOLD
        return [*lines[:_MOST_TOLD], f"{self._place}: {counted(rest, f'more {what}')} {how}"]
