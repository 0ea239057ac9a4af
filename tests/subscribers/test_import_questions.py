"""Lists that nobody knows: what each column is taken for, and what must be asked before anybody is active."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Alerts, Result


def _import(alerts: Alerts, data: str, *options: str, code: int = 0) -> Result:
    done = alerts("subscriber", "import", "-", *options, stdin=data)
    assert done.code == code, done.stderr
    return done


def _people(alerts: Alerts) -> dict[str, dict[str, Any]]:
    return {p["email"].split("@")[0]: p for p in alerts("subscriber", "list", "--json").json}


def _statuses(alerts: Alerts) -> dict[str, str]:
    return {name: person["status"] for name, person in _people(alerts).items()}


ASKED = [
    "email,confirmed\na@x.org,1\nb@x.org,0\n",
    "email,Opted out\na@x.org,no\nb@x.org,yes\n",
    "email,Newsletter\na@x.org,ja\nb@x.org,nein\n",
    "E-Mail;Abgemeldet am\na@x.org;\nb@x.org;2024-01-01\n",
    "email,Bounces\na@x.org,0\nb@x.org,7\n",
    "email,GDPR consent\na@x.org,yes\nb@x.org,\n",
    "correo electrónico,Dado de baja\na@x.org,\nb@x.org,sí\n",
    "Courriel,Désinscrit\na@x.org,non\nb@x.org,oui\n",
    "email,status\na@x.org,active\nb@x.org,sleeping\n",
    "email,status\na@x.org,active\nb@x.org,inactive\n",
    "email,Remarks\na@x.org,\nb@x.org,Unsubscribed\n",
    "email,Column 7\na@x.org,subscribed\nb@x.org,bounced\n",
    '[{"email": "a@x.org", "opt_out": false}, {"email": "b@x.org", "opt_out": true}]',
]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("data", ASKED)
def test_a_column_that_may_say_no_stops_the_import_and_nothing_is_written(
    alerts: Alerts, data: str
) -> None:
    for options in ((), ("--dry-run",), ("--json",)):
        done = _import(alerts, data, *options, code=2)
        assert "--map" in done.stderr
        assert "nothing was imported" in done.stderr
    assert _statuses(alerts) == {}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("data", [data for data in ASKED if "status" not in data])
def test_it_goes_on_when_the_admin_says_that_the_column_says_nothing(
    alerts: Alerts, data: str
) -> None:
    header = data.replace(";", ",").partition("\n")[0]
    heading = "opt_out" if data.startswith("[") else header.partition(",")[2]
    _import(alerts, data, "--ignore", heading)
    assert _statuses(alerts) == {"a": "active", "b": "active"}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("data", "mapping", "worse"),
    [
        (ASKED[0], "confirmed:0=pending", "pending"),
        (ASKED[1], "Opted out:yes=unsubscribed", "unsubscribed"),
        (ASKED[2], "Newsletter:nein=unsubscribed", "unsubscribed"),
        (ASKED[3], "Abgemeldet am:*=unsubscribed", "unsubscribed"),
        (ASKED[4], "Bounces:7=bounced,Bounces:0=active", "suppressed"),
        (ASKED[8], "status:sleeping=pending", "pending"),
        (ASKED[9], "status:inactive=unsubscribed", "unsubscribed"),
        (ASKED[11], "Column 7=status", "suppressed"),
        (ASKED[12], "opt_out:true=blocked", "suppressed"),
    ],
)
def test_values_mean_what_the_admin_says(
    alerts: Alerts, data: str, mapping: str, worse: str
) -> None:
    _import(alerts, data, "--map", mapping)
    assert _statuses(alerts) == {"a": "active", "b": worse}


@pytest.mark.usefixtures("project")
def test_a_value_that_the_map_does_not_name_is_asked_about(alerts: Alerts) -> None:
    data = "email,Stand\na@x.org,in\nb@x.org,out\nc@x.org,perhaps\n"
    done = _import(alerts, data, "--map", "Stand:in=active,Stand:out=unsubscribed", code=2)
    assert "“perhaps” (1)" in done.stderr
    assert _statuses(alerts) == {}


@pytest.mark.usefixtures("project")
def test_the_fate_of_every_column_is_told_before_anything_is_written(alerts: Alerts) -> None:
    data = "E-Mail,Nombre,Phone,Fax\na@x.org,Ana,1,\nb@x.org,Bo,2,\nc@x.org,,2,\n"
    for options in (("--dry-run",), ()):
        told = " ".join(_import(alerts, data, *options).stderr.split())
        assert "E-Mail email 3 values" in told
        assert "Nombre name 2 values" in told
        assert "Phone not read 3 values 2 (2), 1 (1)" in told
        assert "Fax not read 0 values" in told


@pytest.mark.usefixtures("project")
def test_foreign_columns_make_people_pending_until_it_is_said_where_they_subscribed(
    alerts: Alerts,
) -> None:
    data = "email,Phone\na@x.org,1\nb@x.org,2\n"
    done = _import(alerts, data)
    assert "does not say who left" in done.stderr
    assert _statuses(alerts) == {"a": "pending", "b": "pending"}
    alerts("subscriber", "unsubscribe", "b@x.org")
    said = "paper forms at the fair of 2026"
    _import(alerts, data, "--assert-subscribed", said, code=1)
    assert _statuses(alerts) == {"a": "active", "b": "unsubscribed"}
    assert _people(alerts)["a"]["consent_source"] == said
    events = alerts("subscriber", "show", "a@x.org", "--json").json["events"]
    assert events[-1]["kind"] == "subscriber.confirmed"
    assert events[-1]["detail"]["asserted"] == said
    again = alerts("subscriber", "import", "-", "--assert-subscribed", said, "--json", stdin=data)
    assert (again.json["updated"], again.json["unchanged"]) == (0, 1)


@pytest.mark.usefixtures("project")
def test_an_assertion_confirms_nobody_who_signed_up_and_never_confirmed(alerts: Alerts) -> None:
    alerts("subscriber", "add", "web@x.org", "--pending")
    _import(alerts, "email,Phone\nweb@x.org,1\n", "--assert-subscribed", "fair")
    assert _statuses(alerts) == {"web": "pending"}


@pytest.mark.usefixtures("project")
def test_an_assertion_never_outweighs_what_a_file_says(alerts: Alerts) -> None:
    data = "email,status,Phone\na@x.org,unconfirmed,1\nb@x.org,bounced,2\nc@x.org,,3\nd@x.org,active,4\n"
    _import(alerts, data, "--assert-subscribed", "fair")
    assert _statuses(alerts) == {"a": "pending", "b": "suppressed", "c": "pending", "d": "active"}


@pytest.mark.usefixtures("project")
def test_a_plain_list_of_documented_columns_makes_people_active(alerts: Alerts) -> None:
    _import(alerts, "email,name,language,tags,status,created_at,id\na@x.org,Ana,es,x,,2026,1\n")
    _import(alerts, "b@x.org\nc@x.org\n")
    _import(alerts, "email,state\nd@x.org,Texas\n", "--ignore", "state")
    assert set(_statuses(alerts).values()) == {"active"}


@pytest.mark.usefixtures("project")
def test_options_hold_for_a_whole_file_where_it_says_nothing_else(alerts: Alerts) -> None:
    _import(
        alerts,
        'email,language,tags,consent\na@x.org,,press,\nb@x.org,fr,,"My words"\n',
        *("--language", "Español", "--tag", "fair", "--tag", "2026"),
        *("--consent", "I agree", "--consent-source", "a form"),
    )
    people = _people(alerts)
    kept = ("language", "tags", "consent", "consent_source")
    assert [people["a"][k] for k in kept] == ["es", ["2026", "fair", "press"], "I agree", "a form"]
    assert [people["b"][k] for k in kept] == ["fr", ["2026", "fair"], "My words", "a form"]
    _import(alerts, "email\nc@x.org\n", "--status", "pending")
    _import(alerts, "email\nd@x.org\n", "--status", "suppressed")
    _import(alerts, "email\ne@x.org\n", "--status", "unsubscribed")
    _import(alerts, "email,Phone\nf@x.org,1\n", "--status", "active")
    assert [_statuses(alerts)[n] for n in "cdef"] == [
        "pending",
        "suppressed",
        "unsubscribed",
        "pending",
    ]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("word", "tag"),
    [("Español", "es"), ("Spanish (Mexico)", "es-mx"), ("Französisch", "fr"), ("русский", "ru"),
     ("français", "fr"), ("ARABIC", "ar"), ("العربية", "ar"), ("Português (Brasil)", "pt-br"),
     ("Brazilian Portuguese", "pt-br"), ("inglés", "en"), ("anglais", "en"), ("es_MX", "es-mx")],
)  # fmt: skip
def test_languages_are_read_by_name_in_any_language(alerts: Alerts, word: str, tag: str) -> None:
    _import(alerts, f"email,language\na@x.org,{word}\n")
    assert _people(alerts)["a"]["language"] == tag


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("cell", "email", "name"),
    [('"Jo" <jo@x.org>', "jo@x.org", "Jo"), ("Jo Roe <jo@x.org>", "jo@x.org", "Jo Roe"),
     ("<jo@x.org>", "jo@x.org", ""), ("mailto:jo@x.org", "jo@x.org", ""), (" jo@x.org ; ", "jo@x.org", ""),
     ("'jo@x.org'", "jo@x.org", ""), ("jo@x.org\u200b", "jo@x.org", ""), ("jo@x.org.", "jo@x.org", ""),
     ("MAILTO:jo@x.org?subject=hi", "jo@x.org", "")],
)  # fmt: skip
def test_addresses_are_read_as_people_paste_them(
    alerts: Alerts, cell: str, email: str, name: str
) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    _import(alerts, f"email,language\n{quoted},es\n")
    (person,) = alerts("subscriber", "list", "--json").json
    assert (person["email"], person["name"]) == (email, name)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("address", "words"),
    [("anna@gmail", "did you mean anna@gmail.com?"), ("jo@gmial.con", "did you mean jo@gmail.com?"),
     ("jo@gmial.com", "did you mean jo@gmail.com?"), ("jo@hotmial.com", "did you mean jo@hotmail.com?"),
     ("jo@x.invalid", ".invalid"), ("jo@localhost", ".localhost"), ("jo@ngo.con", "did you mean jo@ngo.com?"),
     ("j\u043e@x.org", "several scripts"), ("jo@p\u0430ypal.com", "several scripts"),
     ("jo@gmail.co", "did you mean jo@gmail.com?"),
     ("a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".c" + "d" * 8 + ".org", "over 254 octets")],
)  # fmt: skip
def test_a_doubtful_address_is_asked_about_and_taken_only_as_typed(
    alerts: Alerts, address: str, words: str
) -> None:
    done = _import(alerts, f"email\n{address}\nfine@x.org\n", code=1)
    assert words in done.stderr
    assert list(_statuses(alerts)) == ["fine"]
    if "octets" not in words:
        _import(alerts, f"email\n{address}\nfine@x.org\n", "--as-typed")
        assert len(_statuses(alerts)) == 2


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "address", ["jo@mail.com", "jo@ymail.com", "jo@yahoo.de", "иван@пример.рф", "jo@x.example", "jo@gmx.at"]
)  # fmt: skip
def test_addresses_that_only_look_alike_are_fine(alerts: Alerts, address: str) -> None:
    _import(alerts, f"email\n{address}\n")


@pytest.mark.usefixtures("project")
def test_a_no_counts_whatever_else_is_wrong_with_its_line(alerts: Alerts) -> None:
    data = "email,name,language,status\n" + "".join(
        f"{n}@{domain},{'n' * 300},Klingon,{status}\n"
        for n, (domain, status) in enumerate(
            [
                ("x.org", "unsubscribed"),
                ("x.org", "bounced"),
                ("gmial.com", "complained"),
                ("x", "blocked"),
            ]
        )
    )
    _import(alerts, data)
    assert _statuses(alerts) == {
        "0": "unsubscribed",
        "1": "suppressed",
        "2": "suppressed",
        "3": "suppressed",
    }


@pytest.mark.usefixtures("project")
def test_the_worst_line_about_a_person_counts_and_the_tags_add_up(alerts: Alerts) -> None:
    lines = ["a@x.org,active,one", "A@X.org,unsubscribed,two", "a@x.org,,three", "b@x.org,active,"]
    for order in (1, -1):
        _import(alerts, "email,status,tags\n" + "\n".join(lines[::order]) + "\n")
        assert _statuses(alerts) == {"a": "unsubscribed", "b": "active"}
        assert _people(alerts)["a"]["tags"] == ["one", "three", "two"]


@pytest.mark.usefixtures("project")
def test_deleted_people_are_kept_as_a_hash_alone(alerts: Alerts) -> None:
    _import(alerts, "email,status\ngone@x.org,deleted\n")
    assert _statuses(alerts) == {}
    (held,) = alerts("suppression", "list", "--json").json
    assert (held["email"], held["reason"]) == (None, "erased")
    _import(alerts, "email\ngone@x.org\n", code=1)
    assert _statuses(alerts) == {}


@pytest.mark.usefixtures("project")
def test_wording_source_and_date_of_a_consent_come_from_one_place(alerts: Alerts) -> None:
    full = "email,consent,consent_source,consent_at\n"
    _import(alerts, f"{full}a@x.org,Old words,page,2024-01-01\n")
    kept = ("consent", "consent_source", "consent_at")

    def evidence() -> list[str]:
        person = _people(alerts)["a"]
        return [person[name] for name in kept]

    assert evidence() == ["Old words", "page", "2024-01-01"]
    _import(alerts, "email,consent_source\na@x.org,fair\n")
    assert evidence() == ["Old words", "page", "2024-01-01"], "no wording, no evidence"
    _import(alerts, "email,consent\na@x.org,New words\n")
    assert evidence() == ["New words", "import of standard input", ""]
    _import(alerts, f"{full}a@x.org,New words,form,2026-02-02\n")
    assert evidence() == ["New words", "form", "2026-02-02"]
    again = _import(alerts, f"{full}a@x.org,New words,form,2026-02-02\n", "--json")
    assert again.json["unchanged"] == 1


def test_importing_again_after_a_tag_was_given_changes_nothing(
    project: Path, alerts: Alerts
) -> None:
    data = 'email,tags\nx@x.org,"member,press"\n'
    _import(alerts, data)
    alerts("subscriber", "tag", "board", "--where", "email~x")
    again = _import(alerts, data, "--report", "r.csv", "--json")
    assert (again.json["updated"], again.json["unchanged"]) == (0, 1)
    assert len((project / "r.csv").read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.usefixtures("project")
def test_suppression_import_reads_addresses_and_ignores_the_rest(alerts: Alerts) -> None:
    data = (
        "email,language,status,Opted out\na@x.org,Klingon,what,yes\nb@gmial.com,xx,,no,more,cells\n"
    )
    done = alerts("suppression", "import", "-", "--json", stdin=data)
    assert (done.code, done.json) == (0, {"added": 2, "unchanged": 0, "rejected": []})
    done = alerts("suppression", "import", "-", "--json", stdin="Jo <c@x.org>\nmailto:d@x.org\n")
    assert done.json["added"] == 2


@pytest.mark.usefixtures("project")
def test_the_suppressed_are_never_shown_as_active(alerts: Alerts) -> None:
    _import(alerts, "email\na@x.org\nb@x.org\nc@x.org\n")
    alerts("suppression", "add", "a@x.org")
    assert _statuses(alerts) == {"a": "suppressed", "b": "active", "c": "active"}
    assert alerts("subscriber", "list").stdout.splitlines()[0].split()[0] == "suppressed"
    assert alerts("subscriber", "show", "a@x.org", "--json").json["status"] == "suppressed"
    listed = {
        status: [
            p["email"][0] for p in alerts("subscriber", "list", "--json", "--status", status).json
        ]
        for status in ("active", "suppressed", "unsubscribed")
    }
    assert listed == {"active": ["b", "c"], "suppressed": ["a"], "unsubscribed": []}
    alerts("subscriber", "tag", "x")
    alerts("suppression", "remove", "a@x.org")
    assert _statuses(alerts)["a"] == "active"


def test_an_export_of_ours_moves_to_another_project_with_its_suppressions(
    project: Path, alerts: Alerts
) -> None:
    _import(
        alerts, "email,status\na@x.org,\nb@x.org,unsubscribed\nc@x.org,pending\nd@x.org,bounced\n"
    )
    alerts("suppression", "add", "a@x.org")
    alerts("subscriber", "export", "all.csv")
    again = alerts("subscriber", "import", "all.csv", "--json")
    assert (again.code, again.json["unchanged"]) == (0, 4)
    (project / "subscribers.db").unlink()
    alerts("init", str(project))
    alerts("subscriber", "import", "all.csv")
    assert _statuses(alerts) == {
        "a": "suppressed", "b": "unsubscribed", "c": "pending", "d": "suppressed"
    }  # fmt: skip


def _zip(path: Path, **files: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
        archive.writestr("readme.html", "<p>no list")


@pytest.mark.parametrize("command", [("subscriber", "import"), ("migrate",)])
def test_a_zip_is_one_whole_and_the_worst_sign_of_any_file_wins(
    project: Path, alerts: Alerts, command: tuple[str, ...]
) -> None:
    _zip(
        project / "export.zip",
        all="email,name\na@x.org,Ana\nb@x.org,Bo\nc@x.org,Cy\nd@x.org,Di\n",
        bounced="email\nb@x.org\n",
        unsubscribed="email\nc@x.org\n",
        notes="title,text\nx,y\n",
    )
    done = alerts(*command, "export.zip")
    assert done.code == 0
    assert "notes.csv is not read" in done.stderr
    assert _statuses(alerts) == {
        "a": "active",
        "b": "suppressed",
        "c": "unsubscribed",
        "d": "active",
    }


def test_migrate_shows_one_plan_whose_totals_reconcile(project: Path, alerts: Alerts) -> None:
    (project / "export").mkdir()
    (project / "export" / "subscribed_members_export_0f1e2d3c4b.csv").write_text(
        "Email Address,PHONE,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED\na@x.org,1,,,\nb@x.org,2,,,\n"
    )
    (project / "export" / "cleaned_members_export_0f1e2d3c4b.csv").write_text(
        "Email Address,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED\nb@x.org,,,\nc@x.org,,,\n"
    )
    dry = alerts("migrate", "export", "--dry-run", "--json")
    assert _statuses(alerts) == {}
    wet = alerts("migrate", "export", "--json")
    assert (dry.code, wet.code, dry.json) == (0, 0, wet.json)
    first, second = wet.json["files"]
    total = wet.json["total"]
    assert [f["file"] for f in (first, second)] == sorted(
        p.name for p in (project / "export").iterdir()
    )
    assert {f["system"] for f in (first, second, total)} == {"Mailchimp"}
    names = ("rows", "active", "pending", "unsubscribed", "suppressed", "repeated", "rejected")
    assert [first[n] for n in names] == [2, 0, 0, 0, 1, 1, 0]
    assert [second[n] for n in names] == [2, 1, 0, 0, 1, 0, 0]
    assert [total[n] for n in names] == [4, 1, 0, 0, 2, 1, 0]
    assert total["unread"] == ["PHONE"]
    assert "1 stay" in alerts("migrate", "export").stdout
    assert _statuses(alerts) == {"a": "active", "b": "suppressed", "c": "suppressed"}


def test_migrate_answers_1_where_a_row_is_lost_and_2_where_it_must_ask(
    project: Path, alerts: Alerts
) -> None:
    (project / "a.csv").write_text("email\na@x.org\nnobody\n")
    done = alerts("migrate", "a.csv", "--json")
    assert (done.code, done.json["total"]["rejected"]) == (1, 1)
    (project / "b.csv").write_text("email,confirmed\nb@x.org,0\n")
    assert alerts("migrate", "b.csv").code == 2
    assert alerts("migrate", "b.csv", "--map", "confirmed:0=pending").code == 0
    assert _statuses(alerts) == {"a": "active", "b": "pending"}


def test_damaged_archives_are_refused_in_one_line(project: Path, alerts: Alerts) -> None:
    good = io.BytesIO()
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("a.csv", "email\na@x.org\n" * 50)
    octets = good.getvalue()
    for number, broken in enumerate(
        (octets[:60], b"PK\x03\x04", octets.replace(b"a@x", b"b@x", 1))
    ):
        file = project / f"{number}.zip"
        file.write_bytes(broken)
        done = alerts("subscriber", "import", str(file))
        assert done.code == 1
        assert done.stderr.count("\n") == 1
    assert _statuses(alerts) == {}
