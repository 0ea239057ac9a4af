"""Random and forged requests for every route of the desk: how many found a fault, how many got through.

    python -m benchmarks.desk_requests [--each 10000] [--seed 1]

Both must be 0. Strangers, forged and replayed forms, a translator and an editor share the requests of a route
(`tests/web/desk/random_requests.py`); bodies have up to 2 MB.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.config.load import load
from alerts.library.project import Project
from alerts.store import open_database
from alerts.web.context import Site
from tests.factories import MONTH
from tests.web.desk.random_requests import ROUTES, run_requests
from tests.web.desk.signed_in import PEOPLE


def main() -> None:
    """Make the project and the requests; print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        Project.create(root).close()
        with Project(root) as project:
            for email, roles in PEOPLE.items():
                project.people.add(email, roles)
            url = "https://news.example.net/a"
            project.articles.add(url, month=MONTH, read=False, title="Water law")
        settings = load(root, {"ALERTS_WEB__BASE_URL": "http://testserver"})
        site, db = Site(settings), open_database(settings.database_path, threads=True)
        made = run_requests(site, db, asked.each, asked.seed)
        site.close()
        db.close()
    print(f"{made.number} requests for {len(ROUTES)} routes")
    print(f"faults: {len(made.faults)}; through: {len(made.through)}")
    for line in (*made.faults[:20], *made.through[:20]):
        print(line)
    if made.faults or made.through:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
