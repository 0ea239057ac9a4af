"""Plug-ins: sources, transports and translators of other installed packages, found by their entry points.

    [project.entry-points."alerts.sources"]
    mastodon = "alerts_mastodon:read"

A plug-in is loaded when it is needed, so a broken one stops nothing else; `alerts doctor` loads all of
them and names those that fail. See docs/library.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.domain.errors import PlugInFault

SOURCES, TRANSPORTS, TRANSLATORS = "alerts.sources", "alerts.transports", "alerts.translators"


@dataclass(frozen=True, slots=True)
class PlugIn:
    """One entry point; `place` is `module:attribute`, `package` the package that installed it."""

    group: str
    name: str
    place: str
    package: str

    def __str__(self) -> str:
        return f"{self.group} “{self.name}” ({self.place}, of {self.package})"

    def load(self) -> Any:
        """The object of the entry point; raises `PlugInFault` with one line for every failure."""
        from importlib.metadata import EntryPoint

        try:
            found = EntryPoint(self.name, self.place, self.group).load()
        except Exception as fault:  # foreign code may raise any exception
            from alerts.text.mistakes import place_of  # costs 7 ms

            raise PlugInFault(f"plug-in {self}: cannot be loaded ({place_of(fault)})") from fault
        if not callable(found):
            raise PlugInFault(f"plug-in {self}: is not a function")
        return found


def plug_ins(group: str) -> Mapping[str, PlugIn]:
    """The installed plug-ins of a group, by name; of two with the same name, the first by package."""
    from importlib.metadata import entry_points  # costs 20 ms; most commands do not need it

    found = [
        PlugIn(group, point.name, point.value, point.dist.name if point.dist else "nobody")
        for point in entry_points(group=group)
    ]
    return {one.name: one for one in sorted(found, key=lambda one: one.package, reverse=True)}
