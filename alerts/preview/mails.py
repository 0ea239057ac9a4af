"""What mailing previews and doubts to editors returns."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.domain.month import Month


@dataclass(frozen=True, slots=True)
class PreviewsMailed:
    """The result of mailing the previews of a month.

    `voided` are people who had approved an older state of the issue; `languages` by recipient are the
    editions that were handed over; `refused` has the relay's reply by recipient.
    """

    month: Month
    voided: tuple[str, ...]
    languages: Mapping[str, tuple[str, ...]]
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DoubtsMailed:
    """The result: the editors who were told now, and the relay's reply by those who were not; `mailed`:
    there are editors to mail."""

    month: Month
    lines: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    mailed: bool = True
