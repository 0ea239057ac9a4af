"""`subscriber` and `suppression`: joining, changing, leaving, being forgotten, and export."""

import json
import random
from pathlib import Path

import pytest

from alerts.text.csv_text import inert, restored
from tests.conftest import Alerts
from tests.factories import sqlite_connection

CANARY = "Canary.Person@forgotten-example.org"


@pytest.mark.usefixtures("project")
def test_adding_twice_is_adding_once(alerts: Alerts) -> None:
    line = ("subscriber", "add", "Ana@x.org", "--name", "Ana", "--language", "ES", "--tag", "press")
    assert alerts(*line).stdout == "Ana@x.org: added\n"
    assert (alerts(*line).code, alerts(*line).stdout) == (0, "Ana@x.org: unchanged\n")
    assert (
        alerts("subscriber", "add", "ana@X.org", "--tag", "donor").stdout == "ana@x.org: updated\n"
    )
    (person,) = alerts("subscriber", "list", "--json").json
    assert (person["email"], person["name"], person["language"]) == ("Ana@x.org", "Ana", "es")
    assert (person["tags"], person["status"]) == (["donor", "press"], "active")


@pytest.mark.usefixtures("project")
def test_who_left_comes_back_only_with_a_new_consent(alerts: Alerts) -> None:
    alerts("subscriber", "add", "ana@x.org")
    assert alerts("subscriber", "unsubscribe", "ana@x.org").stdout == "ana@x.org: unsubscribed\n"
    assert alerts("subscriber", "unsubscribe", "ana@x.org").stdout == "ana@x.org: unchanged\n"
    for options in ((), ("--consent", "Yes"), ("--resubscribe",), ("--pending",)):
        refused = alerts("subscriber", "add", "ana@x.org", *options)
        assert refused.code == 1
        assert "--resubscribe" in refused.stderr
        assert "--consent" in refused.stderr
    back = alerts("subscriber", "add", "ana@x.org", "--resubscribe", "--consent", "Asked by phone")
    assert back.code == 0
    shown = alerts("subscriber", "show", "ana@x.org", "--json").json
    assert (shown["status"], shown["consent"]) == ("active", "Asked by phone")
    assert shown["consent_at"]
    assert [e["kind"] for e in shown["events"]] == [
        "subscriber.added",
        "subscriber.unsubscribed",
        "subscriber.resubscribed",
    ]


@pytest.mark.usefixtures("project")
def test_a_pending_person_is_pending_until_there_is_a_consent(alerts: Alerts) -> None:
    alerts("subscriber", "add", "ana@x.org", "--pending")  # S20
    assert alerts("subscriber", "list", "--status", "active", "--json").json == []
    assert len(alerts("subscriber", "list", "--status", "pending", "--json").json) == 1
    assert alerts("subscriber", "add", "ana@x.org").stdout.endswith("unchanged\n")
    assert alerts("subscriber", "show", "ana@x.org", "--json").json["status"] == "pending"
    alerts("subscriber", "add", "ana@x.org", "--consent", "Yes, mail me")
    assert alerts("subscriber", "show", "ana@x.org", "--json").json["status"] == "active"


@pytest.mark.usefixtures("project")
def test_a_suppressed_address_is_not_added(alerts: Alerts) -> None:
    assert alerts("suppression", "add", "Ana@x.org", "--note", "asked by letter").code == 0
    assert alerts("suppression", "add", "ana@x.org").stdout == "ana@x.org: unchanged\n"
    refused = alerts("subscriber", "add", "ana@x.org", "--consent", "Yes")
    assert refused.code == 1
    assert "suppressed (manual)" in refused.stderr
    (held,) = alerts("suppression", "list", "--json").json
    assert (held["email"], held["reason"], held["note"]) == (
        "ana@x.org",
        "manual",
        "asked by letter",
    )
    assert alerts("suppression", "remove", "ANA@x.org").code == 0
    assert alerts("suppression", "remove", "ana@x.org").stdout.endswith("was not suppressed\n")
    assert alerts("subscriber", "add", "ana@x.org").code == 0


@pytest.mark.usefixtures("project")
def test_a_list_of_suppressions_is_imported_whole_with_bad_lines_named(alerts: Alerts) -> None:
    done = alerts(
        "suppression", "import", "-", "--json", stdin="a@x.org\nnobody\nb@x.org\nA@x.org\n"
    )
    assert done.code == 1
    assert (done.json["added"], done.json["unchanged"]) == (2, 1)
    assert [r["line"] for r in done.json["rejected"]] == [2]


@pytest.mark.usefixtures("project")
def test_a_person_is_edited_and_moves_to_a_free_address(alerts: Alerts) -> None:
    for who in ("ana@x.org", "bob@x.org"):
        alerts("subscriber", "add", who, "--tag", "old", "--name", "N")
    alerts("suppression", "add", "stop@x.org")
    edit = ("subscriber", "edit", "ana@x.org")
    assert alerts(*edit, "--email", "bob@x.org").code == 1
    assert alerts(*edit, "--email", "stop@x.org").code == 1
    assert alerts(*edit).stdout == "ana@x.org: unchanged\n"
    done = alerts(*edit, "--email", "Ana2@x.org", "--name", "", "--tag", "new", "--untag", "old")
    assert done.stdout == "ana@x.org: updated\n"
    shown = alerts("subscriber", "show", "ana2@x.org", "--json").json
    assert (shown["email"], shown["name"], shown["tags"]) == ("Ana2@x.org", "", ["new"])
    assert alerts("subscriber", "show", "ana@x.org").code == 1
    assert alerts("subscriber", "edit", "nobody@x.org").code == 1


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("add", "not-an-address"), 1, "has no @"),
        (("add", "a@b> SIZE=1"), 1, "malformed"),
        (("add", "a@x.org", "--language", "klingon"), 2, "unknown language"),
        (("add", "a@x.org", "--name", "n" * 300), 2, "--name is over 200"),
        (("show", "a@x.org"), 1, "no such subscriber"),
        (("erase", "a@x.org"), 1, "no such subscriber"),
        (("unsubscribe", "a@x.org"), 1, "no such subscriber"),
        (("list", "--status", "happy"), 2, "--status"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    alerts: Alerts, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = alerts("subscriber", *arguments)
    assert (done.code, done.stdout) == (code, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert alerts("subscriber", "list", "--json").json == []


@pytest.mark.usefixtures("project")
def test_a_name_cannot_carry_a_header_or_a_control(alerts: Alerts) -> None:
    for name in (
        "A\r\nBcc: x@y.org",
        "A\x00B",
        "A\u2028B",
        "A\x85B",
        "A\x1b[31mB",
        "A\u202eB",
        "A\tB",
    ):
        alerts("subscriber", "add", "a@x.org", "--name", name)  # X1, X15: 7 tried, 0 through
        kept = alerts("subscriber", "show", "a@x.org", "--json").json["name"]
        assert kept.isprintable()
        assert kept.startswith("A ")


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1", "＋1", "－1", "＠x", "'=1", "''+1", "'plain",
    '=HYPERLINK("http://x","y")', "a=b", "Ana, \"the\" boss", "O'Neil", "",
]  # fmt: skip


def test_export_is_inert_in_spreadsheets_and_reads_back_as_it_was(
    project: Path, alerts: Alerts
) -> None:
    for number, name in enumerate(FORMULAS):
        alerts("subscriber", "add", f"p{number}@x.org", "--name", name, "--tag", "=t", "--tag", "u")
    alerts("subscriber", "add", "--", "=x@y.org")
    alerts("subscriber", "add", "--consent", "Yes,\nI do", "--consent-source", "@fair", "+x@y.org")
    alerts("subscriber", "unsubscribe", "p3@x.org")
    before = alerts("subscriber", "list", "--json").json
    text = alerts("subscriber", "export").stdout
    cells = [cell.lstrip('"') for line in text.splitlines() for cell in line.split(",")]
    assert [
        cell for cell in cells if cell[:1] in tuple("=+-@\t\r＝＋－＠") and cell
    ] == []  # X11: 0
    assert alerts("subscriber", "import", "-", "--json", stdin=text).json["unchanged"] == len(
        before
    )
    (project / "subscribers.db").unlink()
    assert alerts("init").code == 0
    assert alerts("subscriber", "import", "-", stdin=text).code == 0
    after = alerts("subscriber", "list", "--json").json

    def comparable(people: list[dict[str, str]]) -> list[dict[str, str]]:
        wanted = ("email", "name", "language", "status", "tags", "consent", "consent_at")
        return sorted(({k: p[k] for k in wanted} for p in people), key=lambda p: p["email"])

    assert comparable(after) == comparable(before)


def test_making_inert_is_undone_exactly() -> None:
    for cell in [*FORMULAS, "\t=x", "\rx", "\0x", "'", "''", "'-", "''x", "'x=1"]:
        assert restored(inert(cell)) == cell
        assert inert(cell)[:1] not in tuple("=+-@\t\r\0＝＋－＠") or not cell


def test_export_goes_to_a_private_file_in_pages(project: Path, alerts: Alerts) -> None:
    people = "email\n" + "".join(f"r{n}@x.org\n" for n in range(2500))
    alerts("subscriber", "import", "-", stdin=people)
    assert alerts("subscriber", "export", "people.json").code == 0
    assert len(json.loads((project / "people.json").read_text(encoding="utf-8"))) == 2500
    assert alerts("subscriber", "export", "people.csv", "--language", "en").code == 0
    assert len((project / "people.csv").read_text(encoding="utf-8").splitlines()) == 2501
    assert (project / "people.csv").stat().st_mode & 0o777 == 0o600
    assert alerts("subscriber", "export", "--format", "json", "--language", "fr").json == []
    assert sorted(p.name for p in project.iterdir() if p.name.startswith(".")) == []
    refused = alerts("subscriber", "export", "nowhere/people.csv")
    assert (refused.code, refused.stderr) == (2, "alerts: nowhere: no such folder\n")


def test_an_erased_person_leaves_no_octet_behind(project: Path, alerts: Alerts) -> None:
    """S19: nothing of the address, name, tags or consent in the raw database and journal."""
    chance = random.Random(19)
    numbers = chance.sample(range(100_000), 3000)
    rows = [f"r{n}@x.org,Reader {n},en,t{n % 7}" for n in numbers]
    rows.insert(1500, f"{CANARY},Canary Rosalind,es,canarytag")
    alerts("subscriber", "import", "-", stdin="email,name,language,tags\n" + "\n".join(rows[:2000]))
    alerts("subscriber", "edit", CANARY, "--name", "Canary Rosalind Longer Name " * 4)
    alerts("subscriber", "edit", CANARY, "--consent", "Canarywording " * 200)
    alerts("suppression", "add", CANARY, "--note", "Canarynote")
    alerts("subscriber", "import", "-", stdin="email,name,language,tags\n" + "\n".join(rows[2000:]))
    with sqlite_connection(project / "subscribers.db") as db:
        db.execute(
            "UPDATE events SET detail = json_object('reply', ?) WHERE id = (SELECT max(id) FROM events"
            " WHERE subscriber_id = (SELECT id FROM subscribers WHERE email = ?))",
            (f"550 <{CANARY}> unknown", CANARY),
        )
    db.close()
    assert alerts("subscriber", "erase", CANARY.upper()).code == 0
    raw = b"".join(path.read_bytes() for path in project.iterdir() if path.is_file()).lower()
    for word in (CANARY, CANARY.split("@")[0], "forgotten-example", "Rosalind", "canary"):
        assert raw.count(word.lower().encode()) == 0
    assert alerts("subscriber", "show", CANARY).code == 1
    for again in (
        alerts("subscriber", "add", CANARY, "--resubscribe", "--consent", "Yes"),
        alerts("subscriber", "import", "-", stdin=f"email\n{CANARY.lower()}\n"),
    ):
        assert again.code == 1
        assert "erased" in again.stderr
    (held,) = alerts("suppression", "list", "--json").json
    assert (held["email"], held["reason"]) == (None, "erased")
    assert len(alerts("subscriber", "list", "--status", "erased", "--json").json) == 1
    assert len(alerts("subscriber", "list", "--json").json) == 3000
    assert CANARY not in alerts("subscriber", "export").stdout


def test_an_erasure_keeps_former_addresses_out_too_s19(project: Path, alerts: Alerts) -> None:
    assert alerts("subscriber", "add", "old@example.org").code == 0
    assert alerts("subscriber", "edit", "old@example.org", "--email", "new@example.org").code == 0
    assert alerts("subscriber", "erase", "new@example.org").code == 0
    for former in ("old@example.org", "new@example.org"):
        refused = alerts("subscriber", "add", former)
        assert (refused.code, "erased on request" in refused.stderr) == (1, True)
    imported = alerts("subscriber", "import", "-", "--json", stdin="email\nold@example.org\n").json
    assert (imported["added"], len(imported["rejected"])) == (0, 1)
    for file in project.iterdir():
        if file.is_file():
            assert b"old@example" not in file.read_bytes()


def test_everyone_chosen_is_given_a_tag_or_loses_it(alerts: Alerts, project: Path) -> None:
    for email, language in (("a@x.example", "en"), ("b@x.example", "es"), ("c@x.example", "es")):
        assert alerts("subscriber", "add", email, "--language", language).code == 0
    assert "2 changed" in alerts("subscriber", "tag", "sur", "--where", "language=es").stderr
    assert "0 changed" in alerts("subscriber", "tag", "sur", "--where", "language=es").stderr
    listed = alerts("subscriber", "list", "--tag", "sur", "--json").json
    assert [one["email"] for one in listed] == ["b@x.example", "c@x.example"]
    assert "2 changed" in alerts("subscriber", "tag", "sur", "--remove").stderr
    assert alerts("subscriber", "list", "--tag", "sur", "--json").json == []
    refused = alerts("subscriber", "tag", "a,b")
    assert (refused.code, "name one tag" in refused.stderr) == (2, True)


@pytest.mark.usefixtures("project")
def test_an_admin_chooses_for_a_person_what_they_could_on_the_page(alerts: Alerts) -> None:
    edit = ("subscriber", "edit", "ana@x.org")
    alerts("subscriber", "add", "ana@x.org", "--section", "news", "--section", "events")

    def chosen() -> tuple[list[str], str]:
        shown = alerts("subscriber", "show", "ana@x.org", "--json").json
        return shown["sections"], shown["paused_until"]

    assert chosen() == (["events", "news"], "")
    assert alerts(*edit, "--section", "members", "--pause-until", "2099-03-01").code == 0
    assert chosen() == (["members"], "2099-03-01T00:00:00Z")
    text = alerts("subscriber", "show", "ana@x.org").stdout
    assert "members" in text
    assert "2099-03-01" in text
    assert alerts(*edit, "--name", "Ana").code == 0
    assert chosen() == (["members"], "2099-03-01T00:00:00Z")
    assert alerts(*edit, "--all-sections", "--resume").stdout == "ana@x.org: updated\n"
    assert chosen() == ([], "")
    every = [o for key in ("news", "publications", "events", "members") for o in ("--section", key)]
    assert (
        alerts(*edit, *every).stdout == "ana@x.org: unchanged\n"
    )  # all of them: all there will be
    for wrong, words in (
        (("--section", "sport"), "no section “sport”; there are news"),
        (("--pause-until", "soon"), "write a day"),
        (("--pause-until", "2001-01-01"), "has passed"),
        (("--pause-until", "2099-01-01", "--resume"), "one of them"),
        (("--section", "news", "--all-sections"), "one of them"),
    ):
        refused = alerts(*edit, *wrong)
        assert (refused.code, words in refused.stderr) == (2, True), refused.stderr
    assert chosen() == ([], "")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("jo@gmial.com", "did you mean jo@gmail.com?"),
        ("anna@gmail", "did you mean anna@gmail.com?"),
        ("anna@ngo.orgg", "did you mean anna@ngo.org?"),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.org", "over 254 octets"),
    ],
)
def test_an_address_that_looks_mistyped_is_added_only_as_typed(
    project: Path, alerts: Alerts, address: str, says: str
) -> None:
    refused = alerts("subscriber", "add", address)
    assert refused.code == 1
    assert says in refused.stderr
    assert "--as-typed" in refused.stderr
    assert alerts("subscriber", "list").stdout == ""
    assert alerts("subscriber", "add", address, "--as-typed").code == 0
    # … and who is on the list already is asked about no more.
    assert alerts("subscriber", "add", address, "--name", "Jo").code == 0


def test_an_address_for_trials_is_added_with_a_word(project: Path, alerts: Alerts) -> None:
    added = alerts("subscriber", "add", "a@ngo.invalid")
    assert added.code == 0
    assert "no mail reaches “.invalid”" in added.stderr
