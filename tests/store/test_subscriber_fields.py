"""The table of a subscriber's fields: the database has them, and each goes through every door."""

from pathlib import Path

import pytest

from alerts.domain.subscriber import FIELD, FIELDS, IMPORTED, SET_AS_TEXT, SHOWN
from alerts.domain.subscriber_fields import FieldKind
from alerts.subscribers.column_names import columns
from tests.conftest import Alerts
from tests.factories import database_at

KEPT_BY_THE_STORE = {"id", "email_key", "updated_at", "mark", "old_links"}
VALUES = {
    "email": "ana@example.org",
    "language": "es",
    "timezone": "America/Bogota",
    "status": "active",
    "tags": "board, member",
    "sections": "news",
    "paused_until": "2099-03-01T00:00:00Z",
    "uncounted_since": "2026-03-01T00:00:00Z",
    "no_specials_since": "2026-04-01T00:00:00Z",
}


def test_the_database_has_the_fields_of_the_table_and_its_own(tmp_path: Path) -> None:
    (tmp_path / "subscribers.db").touch()
    db = database_at(tmp_path / "subscribers.db", new=True)
    try:
        kept = {column.name: column.default_value for column in db.table("subscribers").columns}
    finally:
        db.close()
    assert kept.keys() == FIELD.keys() | KEPT_BY_THE_STORE
    wrong = {
        field.name: kept[field.name]
        for field in FIELDS
        if kept[field.name] is not None and kept[field.name] != f"'{field.empty}'"
    }
    assert wrong == {}


def test_each_field_is_known_in_files_by_the_name_that_it_is_exported_by() -> None:
    assert sorted(SHOWN) == sorted(FIELD)
    assert columns(SHOWN, {}) == {name: SHOWN.index(name) for name in IMPORTED}


@pytest.mark.usefixtures("project")
def test_what_a_file_says_is_exported_as_it_was_and_a_file_never_empties_it(alerts: Alerts) -> None:
    said = [VALUES.get(name, name) for name in IMPORTED]
    line = ",".join(f'"{text}"' for text in said)
    file = f"{','.join(IMPORTED)}\n{line}\n"
    assert alerts("subscriber", "import", "-", stdin=file).code == 0
    assert alerts("subscriber", "import", "-", stdin="email\nana@example.org\n").code == 0
    (person,) = alerts("subscriber", "list", "--json").json
    shown = {
        name: ", ".join(value) if isinstance(value, list) else value
        for name, value in person.items()
    }
    assert shown == dict(zip(IMPORTED, said, strict=True)) | {"created_at": shown["created_at"]}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("name", [one.name for one in SET_AS_TEXT if one.kind is FieldKind.TEXT])
def test_a_field_of_text_is_set_emptied_and_kept_within_its_cap(alerts: Alerts, name: str) -> None:
    option = f"--{name.replace('_', '-')}"
    assert alerts("subscriber", "add", "ana@example.org", option, "Word").code == 0
    assert alerts("subscriber", "show", "ana@example.org", "--json").json[name] == "Word"
    over = alerts("subscriber", "edit", "ana@example.org", option, "x" * (FIELD[name].cap + 1))
    assert (over.code, f"{option} is over" in over.stderr) == (2, True)
    assert alerts("subscriber", "edit", "ana@example.org", option, "").code == 0
    assert alerts("subscriber", "show", "ana@example.org", "--json").json[name] == ""


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "wrong", ["Bogota", "america/bogota", "../../etc/passwd", "-05:00", "x" * 300]
)
def test_a_time_zone_is_one_that_there_is(alerts: Alerts, wrong: str) -> None:
    assert alerts("subscriber", "add", "ana@example.org", "--timezone", "America/Bogota").code == 0
    refused = alerts("subscriber", "edit", "ana@example.org", "--timezone", wrong)
    assert (refused.code, "unknown time zone" in refused.stderr) == (2, True)
    assert "write e.g. America/Bogota" in refused.stderr
    found = alerts("subscriber", "list", "--where", "timezone=America/Bogota", "--json").json
    assert [one["timezone"] for one in found] == ["America/Bogota"]
    assert alerts("subscriber", "edit", "ana@example.org", "--timezone", "").code == 0
    assert alerts("subscriber", "show", "ana@example.org", "--json").json["timezone"] == ""
