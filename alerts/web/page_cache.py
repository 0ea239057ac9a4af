"""Answers that are the same for everybody, kept until what they show has changed.

The pages of the archive are made of every month, so making one costs more each month. They change when an
issue is queued, withdrawn or drawn, which the database counts (`archive_changes`, docs/adr/0042), and not
with anything else that is written while readers leave and join. So an answer is kept with that count, for
as long as other caches may keep it too.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

LONGEST = 300  # seconds, the same that caches elsewhere are told: a template may have been edited
MOST_OCTETS = 16_000_000


@dataclass(frozen=True, slots=True)
class CachedPage:
    """The body and headers of an answer, with its ETag among them."""

    octets: bytes
    media: str
    headers: Mapping[str, str]


class PageCache:
    """The answers used last, up to `MOST_OCTETS`. May be used from any thread."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[int, float, CachedPage]] = OrderedDict()
        self._octets = 0

    def find(self, key: Hashable, changes: int) -> CachedPage | None:
        """The answer kept under that key, if nothing has changed since."""
        with self._lock:
            found = self._answers.get(key)
            if found is None or found[0] != changes or self._steady() > found[1]:
                return None
            self._answers.move_to_end(key)
            return found[2]

    def keep(self, key: Hashable, changes: int, answer: CachedPage) -> None:
        """Keep an answer; `changes` was read before what it shows."""
        if len(answer.octets) > MOST_OCTETS // 4:
            return
        with self._lock:
            self._drop(key)
            self._answers[key] = (changes, self._steady() + LONGEST, answer)
            self._octets += len(answer.octets)
            while self._octets > MOST_OCTETS:
                self._drop(next(iter(self._answers)))

    def _drop(self, key: Hashable) -> None:
        found = self._answers.pop(key, None)
        if found is not None:
            self._octets -= len(found[2].octets)
