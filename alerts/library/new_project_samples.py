"""The sample files of a new project: two articles and a list of three people, so that its first month can
be tried before there is a feed or a list. Nobody real can get them: all addresses are at example.org, which
takes no mail, and an issue that shows a sample article is refused by every real relay (`example-links`)."""

from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from alerts.domain.month import Month

ARTICLES, PEOPLE = "articles", "people.csv"


def write_samples(root: Path, now: datetime) -> tuple[Path, ...]:
    """Write `articles/` and `people.csv` into the folder `root`, for the month that ended before `now`;
    returns which of the two were made. One that is there is not touched."""
    packaged = resources.files("alerts") / "demo" / "first"
    month = Month.last_ended(now, ZoneInfo("UTC"))
    dates = {"month": str(month), "after_next": str(month.plus(2))}
    made = []
    if not (folder := root / ARTICLES).exists():
        folder.mkdir()
        for origin in (packaged / ARTICLES).iterdir():
            _write(origin, folder / origin.name, dates)
        made.append(folder)
    if not (people := root / PEOPLE).exists():
        _write(packaged / PEOPLE, people, {})
        made.append(people)
    return tuple(made)


def _write(origin: Traversable, target: Path, dates: dict[str, str]) -> None:
    text = Template(origin.read_text("utf-8")).substitute(dates)
    target.write_text(text, encoding="utf-8")
