"""Lists with a title above the headings, and columns of statuses that a system's table does not name."""

import io

import openpyxl  # type: ignore[import-untyped]
import pytest

from alerts.subscribers.import_file import ImportFile
from alerts.subscribers.import_summary import Unclear
from alerts.subscribers.import_tables import tables

PEOPLE = [
    ["Dirección", "Nombre", "Estado"],
    ["ok@e.org", "A", "activo"],
    ["left@e.org", "B", "baja"],
]
TITLES = {
    "a title": [["Members of the alert, 2026"]],
    "a title and a blank line": [["Members of the alert, 2026"], [""]],
    "how a report was filtered": [["Report"], ["Filter", "all"], ["Made", "2026-12-01", "by Ana"]],
}


def _read(file: str, octets: bytes) -> tuple[dict[str, str], list[str]]:
    people = ImportFile(tables(io.BytesIO(octets), file), file)
    found = {one.email.partition("@")[0]: one.status or "active" for one in people}
    return found, people.notices


def _workbook(*sheets: tuple[str, list[list[str]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("titles", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("padded", [True, False])
def test_lines_above_the_headings_are_left_out_and_told(
    titles: list[list[str]], delimiter: str, padded: bool
) -> None:
    rows = [*titles, *PEOPLE]
    if padded:
        rows = [row + [""] * (3 - len(row)) for row in rows]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    found, notices = _read("list.csv", text.encode())
    assert found == {"ok": "active", "left": "unsubscribed"}
    (notice,) = notices
    assert "above them: “" in notice


@pytest.mark.parametrize("titles", TITLES.values(), ids=TITLES)
def test_in_a_workbook_too(titles: list[list[str]]) -> None:
    found, _ = _read("list.xlsx", _workbook(("Sheet1", [*titles, *PEOPLE])))
    assert found == {"ok": "active", "left": "unsubscribed"}


def test_headings_that_nobody_knows_are_found_below_a_title() -> None:
    text = b"Our people\nKontaktadresse,Abgemeldet am\nok@e.org,\nleft@e.org,2024-01-02\n"
    with pytest.raises(Unclear, match="Abgemeldet am"):
        _read("list.csv", text)


def test_a_sheet_with_a_name_that_says_nothing_beside_the_list_makes_people_pending() -> None:
    octets = _workbook(
        ("Members", [["email"], ["ok@e.org"]]), ("Rest", [["email"], ["left@e.org"]])
    )
    assert _read("list.xlsx", octets)[0] == {"ok": "active", "left": "pending"}


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        (  # Sendy in Spanish: recognised by its file name
            "alert-active.csv",
            "Nombre,Correo,Estado\nA,ok@e.org,Activo\nB,left@e.org,Cancelado\n",
            {"ok": "active", "left": "unsubscribed"},
        ),
        (  # Ghost, as it takes people in and as older versions export them
            "ghost.csv",
            "email,name,subscribed,labels,tiers\nok@e.org,A,true,,\nleft@e.org,B,false,,\n",
            {"ok": "active", "left": "unsubscribed"},
        ),
        (  # Google Groups has two headings of Constant Contact
            "group.csv",
            "Members for group alert\nEmail address,Group status,Email status,Email preference\n"
            "ok@e.org,member,active,email\nleft@e.org,member,active,no email\n"
            "banned@e.org,banned,active,email\nhard@e.org,member,bouncing,email\n",
            {"ok": "active", "left": "pending", "banned": "pending", "hard": "bounced"},
        ),
        (  # of a paid plan, not of the mail
            "subscribers.csv",
            "email,subscriber_type,unsubscription_date,stripe_status\nok@e.org,regular,,canceled\n",
            {"ok": "active"},
        ),
    ],
)
def test_a_status_column_that_the_table_of_a_system_does_not_name_is_read(
    file: str, text: str, expected: dict[str, str]
) -> None:
    assert _read(file, text.encode())[0] == expected


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("list.csv", "# unsubscribed members of the list\nemail,name\nleft@e.org,A\n"),
        ("list.txt", "Unsubscribed:\nleft@e.org\n"),
        ("list.csv", "Bounced addresses,Name\nleft@e.org,A\n"),
        ("list.csv", "left@e.org,A,unsubscribed\n"),  # without headings
        ("list.csv", "ok@e.org;A;abonniert\nleft@e.org;B;abgemeldet\n"),
        ("list.csv", "ok@e.org;A;Donor\nleft@e.org;B;bounced\n"),
        ("dead addresses.csv", "email\nleft@e.org\n"),
        ("old list - do not send.csv", "email\nleft@e.org\n"),
        ("left.csv", "email\nleft@e.org\n"),
        ("declined.csv", "email\nleft@e.org\n"),
        ("إلغاء الاشتراك.csv", "email\nleft@e.org\n"),
    ],
)
def test_nobody_is_active_where_the_file_says_who_is_in_it(file: str, text: str) -> None:
    found, _ = _read(file, text.encode())
    assert found.pop("left") != "active"
    assert set(found.values()) <= {"active"}


@pytest.mark.parametrize("file", ["left-wing parties.csv", "Gone with the wind fans.csv"])
def test_words_of_a_topic_in_the_name_of_a_file_say_nothing(file: str) -> None:
    assert _read(file, b"email\nok@e.org\n")[0] == {"ok": "active"}


def test_an_object_where_a_status_should_be_is_asked_about() -> None:
    text = b'[{"email": "ok@e.org", "status": {"subscribed": false}}]'
    with pytest.raises(Unclear, match="subscribed: false"):
        _read("list.json", text)
