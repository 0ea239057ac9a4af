"""What tests of the archive begin with."""

from pathlib import Path

import pytest

from tests import past
from tests.factories import database, new_project


@pytest.fixture(scope="session")
def queued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in six languages that has queued two issues; made once, to be copied."""
    root = tmp_path_factory.mktemp("sent") / "project"
    db = database(new_project(root))
    past.two_issues(db, past.settings_of(root))
    db.close()
    return root
