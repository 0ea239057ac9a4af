"""Random and forged requests at the desk; `benchmarks.desk_requests` makes ten thousand for each route."""

from pathlib import Path

from alerts.config.load import load
from alerts.store import open_database
from alerts.web.context import Site
from tests.factories import MONTH
from tests.pages import Clock
from tests.web.desk.random_requests import ROUTES, run_requests
from tests.web.desk.signed_in import PEOPLE


def test_random_and_forged_requests_break_nothing_and_change_nothing(project: Path) -> None:
    settings = load(project, {"ALERTS_WEB__BASE_URL": "http://testserver"})
    warned: list[str] = []
    clock = Clock()
    site = Site(settings, warn=warned.append, now=clock)
    db = open_database(settings.database_path, threads=True)
    with site.pool.reading() as mine:
        opened = site.project(mine, clock())
        for email, roles in PEOPLE.items():
            opened.people.add(email, roles)
        for name in ("a", "b"):
            url = f"https://news.example.net/{name}"
            opened.articles.add(url, month=MONTH, read=False, title=f"Water {name}")
    try:
        made = run_requests(site, db, each=15, seed=18)
    finally:
        site.close()
        db.close()
    assert made.number >= 15 * len(ROUTES)
    assert not made.faults
    assert not made.through
    assert not [line for line in warned if line.startswith("fault")]
