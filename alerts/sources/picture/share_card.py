"""What is drawn for other sites to show of an issue, and how a cell is asked for it."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from alerts.domain.picture import Picture
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline
from alerts.sources.picture.answer import share_of

_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Card:
    """What is drawn; colours are `#rrggbb`, `picture` and `logo` the octets of files or nothing."""

    headline: str
    name: str
    month: str
    direction: str
    serif: bool
    ground: str
    ink: str
    soft: str
    accent: str
    picture: bytes = b""
    logo: bytes = b""

    @classmethod
    def from_json(cls, body: bytes) -> "Card":
        """The card from the body of a job."""
        fields: dict[str, Any] = json.loads(body)
        fields |= {key: base64.b64decode(fields[key]) for key in ("picture", "logo")}
        return cls(**fields)


def body_of(card: Card) -> bytes:
    """The card as the body of a job."""
    fields: dict[str, Any] = {
        name: getattr(card, name) for name in card.__slots__ if name not in ("picture", "logo")
    }
    octets = {
        "picture": base64.b64encode(card.picture).decode(),
        "logo": base64.b64encode(card.logo).decode(),
    }
    return json.dumps({**fields, **octets}).encode()


def ask(cells: Cells, card: Card, place: str) -> Picture:
    """The picture of a card, drawn in a cell; raises `InputError` where it cannot be."""
    job = Job(Task.SHARE, place)
    return cells.ask(job, body_of(card), share_of, Deadline(_SECONDS))
