"""Fixtures of the tests of sources: a web site on loopback, and an empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.store import open_database
from tests.factories import new_database
from tests.http_server import Site, site


@pytest.fixture
def web() -> Iterator[Site]:
    """A web site that answers what the test has it serve."""
    with site() as here:
        yield here


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """The database of a new project."""
    database = open_database(new_database(tmp_path / "subscribers.db"))
    yield database
    database.close()
