"""`subscriber import` of JSON: arrays and lines, what is wrong with them, round trips, memory (X4, X11)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import InputError
from alerts.subscribers.import_file import ImportFile
from tests.conftest import Alerts

PEOPLE: list[dict[str, Any]] = [
    {"email": "ana@x.org", "name": "'=Ana Núñez", "language": "es", "tags": ["press", "donor"]},
    {"email": "bo@x.org", "name": None, "sections": ["events"], "paused_until": "2027-03-01"},
]


def _kept(alerts: Alerts) -> list[tuple[Any, ...]]:
    names = ("email", "name", "language", "tags", "sections", "paused_until")
    return [tuple(p[n] for n in names) for p in alerts("subscriber", "list", "--json").json]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "data",
    [
        json.dumps(PEOPLE).encode(),
        json.dumps(PEOPLE, indent=2, ensure_ascii=False).encode("utf-8-sig"),
        json.dumps(PEOPLE, ensure_ascii=False).encode("utf-16"),
        f"\r\n \t{json.dumps(PEOPLE, separators=(',', ':'))}\n\n".encode(),
        "\n".join(map(json.dumps, PEOPLE)).encode(),
        "\r\n\r\n".join(map(json.dumps, PEOPLE)).encode("utf-8-sig"),
        json.dumps([{k.upper(): v for k, v in p.items()} for p in PEOPLE]).encode(),
        json.dumps([{"extra": {"deep": [1, None]}, **p} for p in PEOPLE]).encode(),
    ],
)
def test_an_array_and_lines_give_the_same_people(alerts: Alerts, data: bytes) -> None:
    done = alerts("subscriber", "import", "-", "--json", stdin=data)
    assert (done.code, done.json) == (0, {"added": 2, "updated": 0, "unchanged": 0, "rejected": []})
    assert _kept(alerts) == [
        ("ana@x.org", "'=Ana Núñez", "es", ["donor", "press"], [], ""),
        ("bo@x.org", "", "en", [], ["events"], "2027-03-01T00:00:00Z"),
    ]
    again = alerts("subscriber", "import", "-", "--json", stdin=data)
    assert (again.code, again.json["unchanged"]) == (0, 2)


BAD = [
    ({"email": "nobody"}, "has no @"),
    ({"email": 5}, "“email” is a number; write text"),
    ({"email": ["a@x.org"]}, "“email” is a list; write text"),
    ({"name": "Ana"}, "has no “email”"),
    ({"email": "a@x.org", "language": "klingon"}, "unknown language"),
    ({"email": "a@x.org", "tags": {"a": 1}}, "“tags” is an object; write a list of texts"),
    ({"email": "a@x.org", "tags": [1]}, "“tags” is a list; write a list of texts"),
    ({"email": "a@x.org", "name": True}, "“name” is true or false"),
    ({"email": "a@x.org", "paused_until": "soon"}, "paused_until “soon” is not a date"),
    ({"email": "a@x.org", "name": "n" * 300}, "name is over 200"),
    ({"email": "a@x.org", "Email": "b@x.org"}, "two columns are named"),
    ({"email": "a@x.org\r\nRCPT TO:<b@x.org"}, ""),
    ({"email": "\ud800@x.org"}, ""),
    ("a@x.org", "is text; write an object"),
    (None, "is null"),
    ([], "is a list"),
    (7, "is a number"),
]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("lines", [False, True])
def test_a_bad_entry_is_named_and_costs_only_itself(alerts: Alerts, lines: bool) -> None:
    """X1, X11: as many tried as there are in `BAD`, 0 got through."""
    values: list[Any] = [{"email": "first@x.org"}]
    for number, (bad, _) in enumerate(BAD):
        values += [bad, {"email": f"good{number}@x.org"}]
    data = "\n".join(map(json.dumps, values)) if lines else json.dumps(values)
    done = alerts("subscriber", "import", "-", "--json", stdin=data)
    assert (done.code, done.json["added"]) == (1, len(BAD) + 1)
    assert [r["line"] for r in done.json["rejected"]] == [2 + 2 * n for n in range(len(BAD))]
    for rejected, (_, words) in zip(done.json["rejected"], BAD, strict=True):
        assert words in rejected["reason"]
        assert rejected["reason"].isprintable()
    told = alerts("subscriber", "import", "-", "--dry-run", stdin=data).stderr
    assert f"standard input, {'line' if lines else 'entry'} 2: nobody: “nobody” is not" in told


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('[{"email": "a@x.org"},\n {"email": "b@x.org"', "entry 2, line 2: not JSON"),
        ('[{"email": "a@x.org"}', "entry 1, line 1: not JSON: it ends here"),
        ('[{"email": "a@x.org"} {"email": "b@x.org"}]', "a comma or “]” is missing"),
        ('[{"email": "a@x.org"},]', "entry 2, line 1: not JSON"),
        ('[{"email": "a@x.org"}] [1]', "more after the end"),
        ('[{"email": "a@x.org", "name": "a\nb"}]', "entry 1"),
        ('[{"email": "a@x.org", "n": ' + "[" * 100_000 + "]" * 100_000 + "}]", "entry 1"),
        ('[{"email": "a@x.org", "n": "' + "n" * 300_000 + '"}]', "over 131,072 characters"),
        ('[{"email": "a@x.org", "n": ' + "9" * 5000 + "}]", "entry 1"),
        ('{"email": "a@x.org"', "line 1: neither a JSON array nor an object a line"),
        ('{\n  "email": "a@x.org"\n}', "line 1: neither a JSON array nor an object a line"),
        ("[{", "entry 1"),
    ],
)
def test_what_is_no_json_is_refused_whole_in_one_line(
    alerts: Alerts, data: str, words: str
) -> None:
    done = alerts("subscriber", "import", "-", "--json", stdin=data)
    assert (done.code, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert alerts("subscriber", "list", "--json").json == []


def test_a_name_in_json_is_enough_and_octets_have_to_be_utf8(project: Path, alerts: Alerts) -> None:
    for name, data, words in (
        ("a.json", b"email\na@x.org\n", "neither a JSON array"),
        ("b.json", b"", "holds no lines"),
        ("c.json", b'[{"email": "a@x.org", "name": "\xff"}]', "entry 1: not UTF-8"),
    ):
        (project / name).write_bytes(data)
        done = alerts("subscriber", "import", name)
        assert (done.code, words in done.stderr) == (1, True), done.stderr
    (project / "d.json").write_bytes(b"[]")
    assert alerts("subscriber", "import", "d.json").stdout.startswith("0 added")


@pytest.mark.parametrize("name", ["e.jsonl", "e.NDJSON", "e.json", "e.csv"])
def test_a_list_of_nobody_that_was_exported_is_nothing_to_do(
    project: Path, alerts: Alerts, name: str
) -> None:
    assert alerts("subscriber", "export", name).code == 0
    taken_in = alerts("subscriber", "import", name, "--json")
    assert (taken_in.code, taken_in.stderr) == (0, "")
    assert taken_in.json == {"added": 0, "updated": 0, "unchanged": 0, "rejected": []}
    (project / "blank.jsonl").write_text("\n \n")
    assert alerts("subscriber", "import", "blank.jsonl").code == 0


@pytest.mark.usefixtures("project")
def test_keys_are_mapped_and_changes_reported_by_entry(project: Path, alerts: Alerts) -> None:
    people = json.dumps([{"Mail-Adresse": "a@x.org"}, {"Mail-Adresse": "A@x.org", "Rufname": "A"}])
    options = ("--map", "Mail-Adresse=email,Rufname=name", "--report", "r.csv", "--json")
    done = alerts("subscriber", "import", "-", *options, stdin=people)
    assert (done.code, done.json["added"], done.json["unchanged"]) == (0, 1, 1)
    assert "1,a@x.org,repeated,,,entry 2" in (project / "r.csv").read_text()
    assert _kept(alerts)[0][:2] == ("A@x.org", "A")
    wrong = alerts("subscriber", "import", "-", "--map", "X=email", stdin='[{"email": "b@x.org"}]')
    assert (wrong.code, "no entry has a key “X”" in wrong.stderr) == (1, True)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_exported_is_imported_with_nothing_lost(
    project: Path, alerts: Alerts, form: str
) -> None:
    evidence = ("--consent", "Yes,\nI do", "--consent-source", "@fair")
    alerts(
        "subscriber", "add", "ana@x.org", "--name", "'=Ana", "--tag", "b", "--tag", "a", *evidence
    )
    alerts("subscriber", "add", "bo@x.org", "--language", "ES", "--section", "news", *evidence)
    alerts("subscriber", "edit", "bo@x.org", "--pause-until", "2099-03-01")
    alerts("subscriber", "add", "pia@x.org", "--pending", *evidence)
    alerts("subscriber", "add", "gone@x.org", *evidence)
    alerts("subscriber", "unsubscribe", "gone@x.org")
    before = alerts("subscriber", "list", "--json").json
    assert alerts("subscriber", "export", f"people.{form}").code == 0
    (project / "subscribers.db").unlink()
    assert alerts("init").code == 0
    done = alerts("subscriber", "import", f"people.{form}", "--json")
    assert done.json["added"] == len(before)
    after = alerts("subscriber", "list", "--json").json
    for person in [*before, *after]:
        assert person.pop("created_at")
    assert sorted(after, key=lambda p: p["email"]) == sorted(before, key=lambda p: p["email"])
    assert alerts("subscriber", "import", f"people.{form}", "--json").json["unchanged"] == len(
        before
    )


def _blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("a@x.org"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["email", "name", "tags", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.lists(_VALUES, max_size=6), st.sampled_from([1, 3, 7, 64]), st.integers(0, 400), st.data()
)
def test_any_json_whole_or_broken_is_read_alike_in_blocks_of_any_size(
    values: list[Any], size: int, cut: int, more: st.DataObject
) -> None:
    data = json.dumps(values, ensure_ascii=more.draw(st.booleans())).encode()[: cut or None]

    def read(size: int) -> Any:
        people = ImportFile.of(_blocks(data, size), "f.json")
        try:
            return list(people), people.rejected
        except InputError as fault:
            return type(fault)

    outcome = read(size)
    assert outcome == read(1 << 18)
    if isinstance(outcome, tuple) and data.startswith(b"["):
        assert len(outcome[0]) + len(outcome[1]) == len(values)


@pytest.mark.proof
def test_a_long_array_is_read_in_flat_memory(project: Path) -> None:
    """X4: an array of 60 MB on one line costs less than 10 MB of memory."""
    entry = json.dumps({"email": "reader%07d@example.org", "consent": "Yes " * 120}) + ","
    file = project / "people.json"
    with file.open("w", encoding="utf-8") as out:
        out.write("[")
        for number in range(110_000):
            out.write(entry % number)
        out.write('{"email": "last@example.org"}]')
    program = (
        "import resource, sys; from alerts.subscribers.import_file import ImportFile\n"
        "file = open(sys.argv[1], 'rb')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "blocks = iter(lambda: file.read(1 << 18), b'')\n"
        "print(sum(1 for _ in ImportFile.of(blocks, 'people.json')))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    count, grown = map(int, run.stdout.split())
    assert count == 110_001
    assert grown < 10_000  # kB


def test_a_section_that_the_alert_does_not_have_is_named(project: Path, alerts: Alerts) -> None:
    """It is kept, since a list may be older than the settings; who wants nothing else is told of."""
    people = (
        '[{"email": "a@x.org", "sections": ["evnts"]}, {"email": "b@x.org", "sections": ["news"]}]'
    )
    result = alerts("subscriber", "import", "-", stdin=people)
    assert result.code == 0
    assert "alert.sections does not have: evnts;" in result.stderr
