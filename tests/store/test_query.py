"""`--where`: a question becomes a condition with parameters, or an error in one line (X17)."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.domain.errors import UsageError
from alerts.store import subscribers
from alerts.store.subscriber_filter import condition
from alerts.store.subscriber_query import DATES, FIELDS, WORDS, All, Any, Is, Not, Query, parse
from tests.conftest import Alerts
from tests.factories import database_at, sqlite_connection

PEOPLE = """email,name,language,tags,status,consent source
ana@example.org,Ana,es,"member, board",active,fair
bo@example.org,Bo O'Neil,en,member,active,web
cleo@example.net,Cleo,es,,unsubscribed,web
"""


@pytest.fixture
def people(project: Path, alerts: Alerts) -> Path:
    """Three people, who joined in three years."""
    assert alerts("subscriber", "import", "-", stdin=PEOPLE).code == 0
    db = database_at(project / "subscribers.db")
    for number, day in enumerate(("2025-12-31", "2026-01-01", "2026-10-15"), 1):
        joined = f"{day}T12:00:00Z"
        db.conn.execute("UPDATE subscribers SET created_at = ? WHERE id = ?", (joined, number))
    db.close()
    return project


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("language=es", "ana cleo"),
        ("language=ES and tag=member", "ana"),
        ("tag!=member", "cleo"),
        ("tag~mem and not tag=board", "bo"),
        ("language=en or status=unsubscribed", "bo cleo"),
        ("language=es and status=active or language=en", "ana bo"),
        ("language=es and (status=unsubscribed or language=en)", "cleo"),
        ("joined>2026-01-01", "cleo"),
        ("joined>=2026-01-01", "bo cleo"),
        ("joined<2026", None),
        ("joined<2026-01", "ana"),
        ("joined=2026-10", "cleo"),
        ("joined!=2026-10", "ana bo"),
        ("joined<=2026-01-01", "ana bo"),
        ('name="Bo O\'Neil"', "bo"),
        ("email=ANA@example.org", "ana"),
        ("email~@example.org", "ana bo"),
        ("source=web and not status=unsubscribed", "bo"),
        ("name=x", ""),
        ("paused>2020-01-01", ""),
        ("NOT (language=es) AND tag=member", "bo"),
    ],
)
def test_questions_and_their_answers(
    people: Path, alerts: Alerts, question: str, found: str | None
) -> None:
    answer = alerts("subscriber", "list", "--json", "--where", question)
    if found is None:
        assert answer.code == 2
        return
    assert [person["email"].partition("@")[0] for person in answer.json] == found.split()
    exported = alerts("subscriber", "export", "--format", "json", "--where", question)
    assert exported.json == answer.json


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", None),
        ("languge=es", "fields are"),
        ("language", "behind a field"),
        ("language=", "a value is missing"),
        ("language=es tag=x", "`and` or `or`"),
        ("(language=es", "not closed"),
        ("language>es", "is not a date"),
        ("status=gone", "status is one of"),
        ("joined>yesterday", "no day or month"),
        ("joined>2026-02-30", "no day or month"),
        ("joined>9999-12-31", "no day or month"),
        ("joined~2026-01", "is a date"),
        ("name='x", "cannot read"),
        ("1=1; DROP TABLE subscribers", "fields are"),
        ("(" * 60 + "name=x" + ")" * 60, "within each other"),
        ("name=" + "x" * 3000, "longer than"),
    ],
)
def test_what_cannot_be_read_is_said(
    people: Path, alerts: Alerts, question: str, words: str | None
) -> None:
    answer = alerts("subscriber", "list", "--where", question)
    if words is None:
        assert answer.code == 0
        return
    assert (answer.code, answer.stdout) == (2, "")
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1


HOSTILE = st.sampled_from(
    [
        "' OR 1=1 --",
        '"; DROP TABLE subscribers; --',
        "?",
        ":where0",
        "%",
        "_",
        "\\",
        "\0",
        "1) OR (1",
    ]
)
VALUES = st.text(max_size=20).map(lambda text: text.replace('"', "")) | HOSTILE.map(
    lambda text: text.replace('"', "")
)
LEAVES = st.builds(
    lambda field, sign, value: f'{field}{sign}"{value}"',
    st.sampled_from([name for name in WORDS if name != "status"]),
    st.sampled_from(["=", "!=", "~"]),
    VALUES,
) | st.builds(
    lambda field, sign, day: f"{field}{sign}{day}",
    st.sampled_from(DATES),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.dates().map(str),
)
QUESTIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds("({} and {})".format, inner, inner)
        | st.builds("({} or {})".format, inner, inner)
        | st.builds("not {}".format, inner)
    ),
    max_leaves=8,
)


def _values(query: Query) -> list[str]:
    match query:
        case Is():
            return [query.value]
        case Not():
            return _values(query.part)
        case All() | Any():
            return [value for part in query.parts for value in _values(part)]


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(QUESTIONS)
def test_x17_every_value_is_a_parameter_and_the_condition_runs(
    project: Path, question: str
) -> None:
    try:
        query = parse(question)
    except UsageError:
        assert "9999-12-31" in question
        return
    sql, values = condition(query)
    assert values == _values(query)
    letters = set(sql) - set("?")
    assert not letters & set('"%;\\\0'), sql
    db = database_at(project / "subscribers.db")
    assert list(subscribers.listed(db, where=query)) == []
    db.close()


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="()=<>~! '\"andortgjei2026-", max_size=60) | st.text(max_size=60))
def test_any_text_is_a_question_or_refused_in_one_line(text: str) -> None:
    try:
        query = parse(text)
    except UsageError:  # one line of ours, and no other fault
        return
    db = sqlite_connection(":memory:")
    db.execute(
        "CREATE TABLE subscribers (email_key, name, language, status, consent, consent_source,"
        " created_at, updated_at, paused_until, tags DEFAULT '[]')"
    )
    db.execute(f"SELECT 1 FROM subscribers WHERE {condition(query)[0]}", condition(query)[1])
    db.close()


def test_every_field_is_a_column() -> None:
    for field in FIELDS:
        value = "2026-10" if field in DATES else "active"
        assert condition(parse(f"{field}={value}"))[0]
