"""The systems whose exports are recognised: one table each, and no special code anywhere else."""

from collections.abc import Iterable

from alerts.subscribers.status_words import plain
from alerts.subscribers.systems import contacts, hosted, hosted_more, self_hosted
from alerts.subscribers.systems.table import UNCLEAR, NoSign, Sign, System, TagSign, WordSign

__all__ = ["SYSTEMS", "UNCLEAR", "NoSign", "Sign", "System", "TagSign", "WordSign", "recognised"]

SYSTEMS: tuple[System, ...] = (
    *hosted.SYSTEMS,
    *hosted_more.SYSTEMS,
    *self_hosted.SYSTEMS,
    *contacts.SYSTEMS,
)


def recognised(
    headings: Iterable[str], file: str, *, ours: bool = False
) -> tuple[System | None, bool]:
    """The system that exported a file, and whether it was recognised by headings or only by the file
    name.

    `headings` are empty where the file has no header; `ours`: all of them are documented columns of
    ours.
    """
    keys = frozenset(map(plain, headings)) - {""}
    system = max(SYSTEMS, key=lambda one: one.fit(keys))
    if system.fit(keys):
        return system, True
    for one in SYSTEMS:
        if one.named(file) and not (keys and (one.bare or (one.weak and ours))):
            return one, False
    return None, False
