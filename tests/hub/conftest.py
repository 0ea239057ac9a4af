"""One PostgreSQL for all tests of the hub of a process, with an empty database for each."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.hub.control import Control
from tests.hub.crew import Crew
from tests.postgres import Postgres


@pytest.fixture(scope="package")
def cluster() -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


@pytest.fixture
def hub(cluster: Postgres) -> Postgres:
    """The cluster, with an empty database."""
    with psycopg.connect(cluster.url, autocommit=True) as db:
        db.execute("DROP SCHEMA IF EXISTS alerts_hub CASCADE")
    return cluster


@pytest.fixture
def crew(hub: Postgres, project: Path) -> Iterator[Crew]:
    found = Crew(hub.url, project)
    yield found
    for one in found.running:
        if one.poll() is None:
            one.send_signal(signal.SIGCONT)
            one.kill()
        one.communicate()


@pytest.fixture
def control(project: Path, hub: Postgres) -> Iterator[Control]:
    found = Control(project, hub)
    yield found
    found.hub.close()
