"""`project.keys`: the keys that sign links and return paths. They are never returned."""

import os
from collections.abc import Mapping

from alerts.library.opened import ProjectPart, call
from alerts.store import signing_keys


class SigningKeys(ProjectPart):
    """The keys by their numbers; the last one signs, all of them verify."""

    @call
    def dates(self) -> Mapping[int, str]:
        """When each key was made (UTC, ISO 8601), oldest first."""
        return signing_keys.dates(self._opened.db)

    @call
    def rotate(self) -> int:
        """Sign with a new key from now on, and return its number; links that were sent never expire."""
        return signing_keys.add(self._opened.db, os.urandom(32), self._opened.now)
