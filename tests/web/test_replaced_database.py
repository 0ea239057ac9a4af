"""The pages go on with whatever database lies in its place."""

import shutil
from pathlib import Path

import pytest

from alerts.mail.tokens import Purpose
from alerts.store import backup
from tests.factories import add_subscribers, database
from tests.pages import Served


@pytest.fixture
def older(served: Served, tmp_path: Path) -> Path:
    """A backup with one reader, whom the pages have met; a second one came after it."""
    add_subscribers(served.db, 1)
    copy = tmp_path / "night.db"
    with backup.copied(served.settings.database_path, copy) as made:
        backup.give_name(made, copy, replace=False)
    served.subscriber("later@example.org")
    return copy


def _one_click(served: Served, number: int) -> int:
    path = f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}"
    return served.post(path, data={"List-Unsubscribe": "One-Click"}).status_code


def test_readers_and_writers_open_the_one_that_was_put_in_its_place(
    served: Served, older: Path
) -> None:
    """As `restore` does it; a connection that was open would write to a file without a name."""
    later = f"/preferences/{served.token(Purpose.PREFERENCES, 2)}"
    assert served.get(later).status_code == 200
    assert served.get("/join").status_code == 200
    assert _one_click(served, 2) == 200  # so that the writer has its connection
    path = served.settings.database_path
    shutil.copy(older, f"{path}.new")
    Path(f"{path}.new").replace(path)
    assert "later@example.org" not in served.get(later).text
    assert _one_click(served, 1) == 200
    db = database(path.parent)
    assert db.conn.execute("SELECT email, status FROM subscribers").fetchall() == [
        ("reader1@example.org", "unsubscribed")
    ]
    db.close()


def test_while_there_is_none_they_answer_and_go_on_when_it_is_back(
    served: Served, older: Path
) -> None:
    path = served.settings.database_path
    aside = path.with_name("aside.db")
    token = served.token(Purpose.UNSUBSCRIBE, 1)
    path.rename(aside)
    assert served.post(f"/unsubscribe/{token}").status_code in (500, 503)
    assert not path.exists()  # none was made
    aside.rename(path)
    assert served.post(f"/unsubscribe/{token}").status_code == 200
    assert served.status("reader1@example.org") == "unsubscribed"
