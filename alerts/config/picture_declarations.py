"""The settings of pictures, as `declarations.py` has those of all else."""

from dataclasses import dataclass
from datetime import timedelta

from alerts.config.option import option


@dataclass(frozen=True, slots=True)
class PicturesSettings:
    """Pictures of articles, and logos: how they reach readers, and what they may cost."""

    delivery: str = option(
        "web",
        "web: pictures are copied and served from web.base_url; cid: copied, and sent within each e-mail;"
        " source: not copied, each is loaded from where the article has it, which tells that site who"
        " reads; none: articles have no pictures.",
        ("web", "cid", "source", "none"),
    )
    most_bytes: int = option(
        600_000,
        "How much the pictures of one edition may weigh, in octets; the last stories go without theirs.",
    )
    timeout: timedelta = option(
        timedelta(seconds=20), "The time limit for fetching and reading one picture."
    )
    timeout_in_all: timedelta = option(
        timedelta(minutes=3),
        "… and for all of one collection; the next one fetches what is left.",
    )
