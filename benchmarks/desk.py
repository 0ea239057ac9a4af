"""What a page of the desk costs: 60 stories in six languages, 100,000 readers.

    python -m benchmarks.desk [--stories 60] [--readers 100000] [--rounds 5]

The CPU time of this process for one request, the test client that asks included; no network, and no
browser. The first request of a page is told apart, and so is the job that renders and checks all editions.
"""

import argparse
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.testclient import TestClient

from alerts.config.load import load
from alerts.domain.job import JobQueue
from alerts.library.job_worker import JobThread
from alerts.library.project import Project
from alerts.store import open_database
from alerts.web.application import application
from alerts.web.context import Site
from tests.factories import MONTH, add_subscribers, database

HERE = "http://testserver"
LANGUAGES = ("en", "es", "fr", "pt", "ru", "ar")
ENVIRON = {"ALERTS_WEB__BASE_URL": HERE, "ALERTS_ALERT__LANGUAGES": ",".join(LANGUAGES)}
SECTIONS = ("news", "publications", "events", "members")
PERSON = "editor@example.org"
SHOWN = ("/desk/view?month={month}", "/desk/send?month={month}")
PAGES = (
    "/desk?month={month}",
    "/desk?month={month}&languages=" + ",".join(LANGUAGES),
    "/desk/words?month={month}",
    "/desk/translate?language=es&month={month}",
    "/desk/view?month={month}",
    "/desk/view/edition?month={month}&language=es",
    "/desk/send?month={month}",
    "/desk/subscribers",
    "/desk/year",
    "/desk/people",
    "/desk/state",
)


def main() -> None:
    """Make the project, ask for each page, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stories", type=int, default=60)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        _make(root, asked.stories, asked.readers)
        site = Site(load(root, ENVIRON))
        client = TestClient(application(site), base_url=HERE)
        with Project(root, environ=ENVIRON) as project:
            client.post(project.people.link(PERSON), data={"form": "enter"})
        for page in SHOWN:  # asks for the draft, and says that it is being made
            print(f"{page}: while it is made, {_asked(client, page, 202):.0f}")
        began = time.process_time()
        _make_draft(site)
        print(f"the job that makes the draft: {1000 * (time.process_time() - began):.0f}")
        print("page: first, then the least and the most (ms of CPU)")
        for page in PAGES:
            first, *others = (_asked(client, page) for _ in range(asked.rounds + 1))
            print(f"{page}: {first:.0f}, then {min(others):.0f}–{max(others):.0f}")
        site.close()


def _make(root: Path, stories: int, readers: int) -> None:
    """A project with stories of which every third is not translated, and readers."""
    Project.create(root).close()
    db = database(root)
    add_subscribers(db, readers)
    db.close()
    with Project(root, environ=ENVIRON) as project:
        project.people.add(PERSON, ["editor", "approver", "admin"])
        for number in range(stories):
            added = project.articles.add(
                f"https://news.example.net/{number}",
                month=MONTH,
                read=False,
                title=f"Story {number} about water and law",
                summary="A summary of the usual length. " * 5,
                section=SECTIONS[number % len(SECTIONS)],
            )
            for language in LANGUAGES[1:] if number % 3 else ():
                project.articles.translate(
                    added.article, language, title=f"{language} {number}", summary="Resumen. " * 15
                )


def _make_draft(site: Site) -> None:
    """Do the job that makes the draft, as a thread of `alerts serve` does."""
    db = open_database(site.settings.database_path)
    with closing(db):
        project = Project.over(site.settings, db, site.now(), "benchmark")
        JobThread(site.settings.root, JobQueue.DRAFTS, print, site.settings).do_waiting(project)


def _asked(client: TestClient, page: str, status: int = 200) -> float:
    """Ask for a page; the CPU time of this process for it, in milliseconds."""
    began = time.process_time()
    answer = client.get(page.format(month=MONTH))
    took = 1000 * (time.process_time() - began)
    if answer.status_code != status:
        raise SystemExit(f"{page}: answered {answer.status_code}")
    return took


if __name__ == "__main__":
    main()
