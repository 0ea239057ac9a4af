"""`alerts issue lint`, as an editor calls it: a month, files, the network, SpamAssassin."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.domain.issue import Issue
from alerts.editions.render import render_edition
from alerts.lint.place import Level
from alerts.lint.register import CHECKS
from alerts.lint.run import LintInput, chosen, lint_editions
from alerts.mail.merge import sample
from tests import issues
from tests.conftest import Alerts
from tests.http_server import Site, site
from tests.lint.test_lint import HEADERS, HTML, TEXT, letter

SETTINGS = """\
[alert]
name = "Policy Alert"
organisation = "Open Consortium"
address = "61 Mansell Street, London"
website = "https://www.example.org"
languages = ["en", "es", "ar"]

[sender]
address = "alert@example.org"

[web]
base_url = "https://alerts.example.org"

[sources]
allow_private = true
"""
MONTH = ("--month", "2026-10")
LINT = ("issue", "lint", "--no-spam", "--json")


def _add(alerts: Alerts, url: str, title: str, *more: str) -> None:
    summary = f"{title}: what is known of it, in a sentence or two."
    done = alerts("article", "add", *MONTH, "--url", url, "--title", title,
                  "--summary", summary, *more)  # fmt: skip
    assert done.code == 0, done.stderr


@pytest.fixture
def october(project: Path, alerts: Alerts) -> Path:
    """A project whose October has two articles."""
    (project / "alerts.toml").write_text(SETTINGS, encoding="utf-8")
    _add(alerts, "https://example.com/one", "What ten cities learned about water")
    _add(alerts, "https://example.com/two", "Commission votes on the charter")
    return project


# --- a month --------------------------------------------------------------------------------------


def test_the_editions_of_a_plain_month_have_no_error(october: Path, alerts: Alerts) -> None:
    done = alerts(*LINT, *MONTH)
    assert done.code == 0, done.stdout
    document = done.json
    assert document["month"] == "2026-10"
    assert [e["name"] for e in document["editions"]] == ["en", "es", "ar"]
    assert (document["errors"], document["warnings"]) == (0, 0), document
    for edition in document["editions"]:
        assert 5_000 < edition["html_bytes"] < 102_400
        assert edition["text_bytes"] > 300
        assert 0 < edition["style_characters"] < 16_384
        assert " · Policy Alert" in edition["subject"]


def test_the_sample_project_has_no_error_and_no_warning(
    tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All four editions of `alerts demo`."""
    monkeypatch.chdir(tmp_path)
    assert alerts("demo", "demo", *MONTH).code == 0
    document = alerts("--project", "demo", *LINT, *MONTH).json
    told = [(e["name"], f["code"], f["reason"]) for e in document["editions"]
            for f in e["findings"] if f["level"] != "hint"]  # fmt: skip
    assert len(document["editions"]) == 4
    assert told == []


def test_an_error_exits_1_and_is_told_once_for_all_editions(october: Path, alerts: Alerts) -> None:
    _add(alerts, "https://example.com/three", "Dear {{ reader }}, do read this one now")
    done = alerts("issue", "lint", "--no-spam", *MONTH)
    assert done.code == 1
    lines = [line for line in done.stdout.splitlines() if line.startswith("error")]
    assert lines == ["error    placeholder: A placeholder was not filled: {{ reader }}"]
    assert "en headers line" in done.stdout
    assert "es headers line" in done.stdout
    assert "→ Fill it" in done.stdout
    assert "en: 1 error" in done.stderr


def test_json_tells_place_reason_remedy_and_rule(october: Path, alerts: Alerts) -> None:
    _add(alerts, "http://localhost/three", "The third article of the month")
    done = alerts(*LINT, *MONTH)
    assert done.code == 1
    (finding,) = (f for f in done.json["editions"][0]["findings"] if f["code"] == "link-host")
    assert finding["level"] == "error"
    assert finding["part"] == "html"
    assert finding["line"] > 20
    assert finding["element"].startswith("<a")
    assert "localhost" in finding["reason"]
    assert finding["remedy"] == CHECKS["link-host"].remedy
    assert finding["rule"]
    assert finding["count"] >= 1


TABLE = """\
url,title,summary,language,published,section,title_es,url_es,title_ar,url_ar
https://example.com/a,One,Sum.,en,2026-10-02,news,Uno,https://example.com/es/a,واحد,https://example.com/ar/a
https://example.com/b,Two,Sum.,en,2026-10-03,news,Dos,https://example.com/es/b,,
"""


def test_stories_with_a_page_in_each_language_are_the_same_in_all_editions(
    project: Path, alerts: Alerts
) -> None:
    """H14: editions are compared by their stories, whatever addresses these have."""
    (project / "alerts.toml").write_text(SETTINGS, encoding="utf-8")
    (project / "stories.csv").write_text(TABLE, encoding="utf-8")
    assert alerts("source", "add", "stories.csv", "--kind", "table").code == 0
    assert alerts("collect", *MONTH).code == 0
    found = alerts(*LINT, *MONTH, "--only", "editions-differ")
    assert (found.code, found.json["errors"]) == (0, 0), found.stdout
    es = alerts("render", *MONTH, "--out", "out")
    assert es.code == 0
    assert "https://example.com/es/b" in (project / "out/2026-10/es.html").read_text("utf-8")


def test_a_level_hides_what_is_less_bad_and_the_exit_code_stays(
    october: Path, alerts: Alerts
) -> None:
    _add(alerts, "http://example.com/three", "An article behind plain http")
    everything, warnings, errors = (
        alerts(*LINT, *MONTH, "--level", level) for level in ("hint", "warning", "error")
    )
    assert everything.json["warnings"] == warnings.json["warnings"] == 3
    assert errors.json["warnings"] == errors.json["hints"] == 0
    assert everything.code == warnings.code == errors.code == 0


def test_a_month_without_articles_has_nothing_to_look_at(project: Path, alerts: Alerts) -> None:
    done = alerts("issue", "lint", "--month", "2020-01")
    assert (done.code, done.stdout) == (0, "2020-01: no articles, nothing to check\n")
    assert alerts(*LINT, "--month", "2020-01").json["editions"] == []


def test_a_postal_address_that_was_never_set_is_told(october: Path, alerts: Alerts) -> None:
    text = SETTINGS.replace("61 Mansell Street, London", "")
    (october / "alerts.toml").write_text(text, encoding="utf-8")
    found = alerts(*LINT, *MONTH, "--only", "postal-address").json
    assert found["warnings"] == 3
    assert found["editions"][0]["findings"][0]["reason"] == "alert.address is empty."


def test_a_section_without_a_title_in_one_language_is_told(october: Path, alerts: Alerts) -> None:
    """H14: the same heading in two languages."""
    text = SETTINGS.replace("[sender]", 'sections = ["news", "jobs"]\n\n[sender]')
    (october / "alerts.toml").write_text(text, encoding="utf-8")
    _add(alerts, "https://example.com/job", "A water engineer is wanted", "--section", "jobs")
    found = alerts(*LINT, *MONTH).json["editions"][1]["findings"]
    assert "The heading is the same as in en: Jobs" in [f["reason"] for f in found]


def test_a_project_s_template_with_a_misspelt_slot_is_told(october: Path, alerts: Alerts) -> None:
    """The spelling of merge names, on the final bytes."""
    folder = october / "templates" / "email" / "_base"
    folder.mkdir(parents=True)
    (folder / "letter.html").write_text("<p>Dear {slot:nmae},</p>\n", encoding="utf-8")
    done = alerts(*LINT, *MONTH, "--only", "slot")
    assert done.code == 1
    reasons = {f["reason"] for e in done.json["editions"] for f in e["findings"]}
    assert reasons == {"A slot was not filled: {slot:nmae}; did you mean {slot:name}?"}


def test_a_project_s_template_in_english_is_told_in_other_editions(
    october: Path, alerts: Alerts
) -> None:
    """H14: untranslated interface texts."""
    folder = october / "templates" / "email" / "_base"
    folder.mkdir(parents=True)
    (folder / "letter.html").write_text("<p>View in browser</p>\n", encoding="utf-8")
    found = alerts(*LINT, *MONTH, "--only", "untranslated").json
    assert [e["name"] for e in found["editions"] if e["findings"]] == ["es", "ar"]


@pytest.mark.parametrize(
    "made",
    [issues.issue(), pytest.param(issues.many(60), marks=pytest.mark.proof)],
    ids=["sample", "sixty"],
)
def test_the_editions_of_the_tests_have_no_error(made: Issue, tmp_path: Path) -> None:
    """In six languages; an issue cut to fit has warnings about that alone."""
    given = issues.settings(tmp_path)
    now = datetime(2026, 11, 2, tzinfo=UTC)
    read = [
        LintInput(tongue, sample(render_edition(made, tongue, given), given, issues.OCTOBER, now))
        for tongue in issues.LANGUAGES
    ]
    found = [f for proof in lint_editions(read, given, options=chosen(given), editions=True)
             for f in proof.findings if f.level is not Level.HINT]  # fmt: skip
    assert len(read) == 6
    assert not [f for f in found if f.level is Level.ERROR]
    # the sixty are in Russian and said to be in English, in a section without a title
    cut = {"html-large", "editions-differ", "editions-same", "lang-of-text"}
    assert {f.code for f in found} <= (cut if len(made.articles) > 50 else set())


# --- codes and clients ----------------------------------------------------------------------------


def test_only_and_skip_choose_codes(october: Path, alerts: Alerts) -> None:
    _add(alerts, "http://localhost/three", "The third article of the month")

    def codes(*words: str) -> set[str]:
        editions = alerts(*LINT, *MONTH, *words).json["editions"]
        return {finding["code"] for edition in editions for finding in edition["findings"]}

    assert codes("--only", "link-host") == {"link-host"}
    assert "link-http" in codes()
    assert "link-http" not in codes("--skip", "link-http")
    (october / "alerts.toml").write_text(f'{SETTINGS}\n[lint]\nskip = ["link-http"]\n')
    assert "link-http" not in codes()


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_an_unknown_code_names_the_nearest(october: Path, alerts: Alerts, option: str) -> None:
    done = alerts("issue", "lint", *MONTH, option, "image-atl")
    assert done.code == 2
    assert done.stderr == "alerts: there is no check “image-atl”; did you mean “image-alt”?\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'skip = ["link-htp"]',
            "lint.skip: there is no check “link-htp”; did you mean “link-http”?",
        ),
        ("clients = { gmial = 40 }", "there is no mail program “gmial”; did you mean “gmail”?"),
        ("clients = { gmail = -1 }", "a weight cannot be negative"),
        ("clients = { gmail = 0 }", "no weight is above zero"),
    ],
)
def test_a_wrong_setting_is_named(october: Path, alerts: Alerts, text: str, words: str) -> None:
    (october / "alerts.toml").write_text(f"{SETTINGS}\n[lint]\n{text}\n", encoding="utf-8")
    done = alerts("issue", "lint", *MONTH)
    assert done.code == 2
    assert words in done.stderr
    assert "alerts.toml" in done.stderr


def test_the_weights_of_the_settings_count(october: Path, alerts: Alerts) -> None:
    (october / "wide.html").write_text(
        HTML.replace("<h2>", '<h2 style="word-spacing: 3px">'), encoding="utf-8"
    )
    words = (*LINT, "wide.html", "--only", "client-support")
    assert alerts(*words).json["hints"] == 1
    weights = '\n[lint]\nclients = { gmail = 40, "outlook.windows" = 60 }\n'
    (october / "alerts.toml").write_text(SETTINGS + weights, encoding="utf-8")
    findings = alerts(*words).json["editions"][0]["findings"]
    (finding,) = (f for f in findings if f["reason"].startswith("word-spacing"))
    assert finding["level"] == "warning"
    assert finding["reason"].endswith("is unknown to Outlook (Windows): 60% of the readers.")


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("good.eml", letter()),
        ("good.html", HTML.encode()),
        ("good.txt", TEXT.encode()),
        ("message", letter()),
        ("page", HTML.encode()),
        ("words", TEXT.encode()),
        ("mbox", b"From alert@example.org Mon Nov  2 09:00:00 2026\r\n" + letter()),
    ],
)
def test_any_file_is_looked_at_without_a_project(
    tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, name: str, octets: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(octets)
    done = alerts(*LINT, name)
    assert done.code == 0, done.stdout
    assert done.json["editions"][0]["findings"] == []
    assert done.json["month"] is None


def test_stdin_and_several_files_are_looked_at(
    tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.html").write_text("<img src=a.png>", encoding="utf-8")
    done = alerts(*LINT, "-", "bad.html", "--level", "error")
    assert done.code == 1
    names = [edition["name"] for edition in done.json["editions"]]
    assert names == ["-", "bad.html"]
    empty = alerts(*LINT, "-", stdin=letter()).json["editions"][0]
    assert (empty["subject"], empty["findings"]) == ("Policy Alert: October 2026", [])


def test_one_name_given_twice_is_looked_at_once(project: Path, alerts: Alerts) -> None:
    (project / "a.eml").write_bytes(letter())
    assert len(alerts(*LINT, "a.eml", "a.eml").json["editions"]) == 1


def test_a_file_that_is_not_there_is_named(project: Path, alerts: Alerts) -> None:
    done = alerts("issue", "lint", "no.eml")
    assert (done.code, done.stderr) == (1, "alerts: no.eml: no such file\n")
    both = alerts("issue", "lint", "no.eml", *MONTH)
    assert (both.code, both.stderr) == (2, "alerts: name a month or files, not both\n")


def test_a_broken_settings_file_is_not_passed_over(project: Path, alerts: Alerts) -> None:
    (project / "alerts.toml").write_text("[lint]\nskp = []\n", encoding="utf-8")
    (project / "a.eml").write_bytes(letter())
    done = alerts("issue", "lint", "a.eml")
    assert done.code == 2
    assert "unknown key “skp”" in done.stderr


# --- the network ----------------------------------------------------------------------------------


def _page(here: Site, *more: str) -> str:
    links = "".join(
        f'<p><a href="{here.url(path)}" style="color:#0f5c5c">A link to {path}</a></p>'
        for path in ("/good", "/gone", "/shy", "/unsubscribe/7", *more)
    )
    images = "".join(
        f'<img src="{here.url(path)}" alt="A view" width="100" height="100" style="display:block">'
        for path in ("/small.png", "/huge.png", "/lost.png", "/odd.webp")
    )
    return HTML.replace("<p>61", f"{links}{images}<p>61").replace(
        "https://example.com/", here.url("/")
    )


def test_dead_links_and_heavy_images_are_found_and_nobody_is_unsubscribed(
    project: Path, alerts: Alerts
) -> None:
    with site() as here:
        here.serve("/good", b"hello")
        here.serve("/shy", b"robots keep out", 403)
        here.serve("/unsubscribe/7", b"gone")
        here.serve("/feature?a=1&b=2", b"the report")
        here.serve("/harbour.png", b"x", content_type="image/png")
        here.serve("/small.png", b"x", content_type="image/png")
        here.serve("/huge.png", b"x" * 300_000, content_type="image/png")
        here.serve("/odd.webp", b"x", content_type="image/webp")
        (project / "alerts.toml").write_text(SETTINGS, encoding="utf-8")
        (project / "links.html").write_text(_page(here), encoding="utf-8")
        codes = ("link-dead", "link-unchecked", "image-dead", "image-heavy", "image-type")
        only = [word for code in codes for word in ("--only", code)]
        done = alerts(*LINT, "links.html", "--links", *only)
        asked = [path for path, _ in here.requests]
    found = {(f["code"], f["reason"].partition(": ")[0].partition(" is ")[0].rpartition("/")[2])
             for f in done.json["editions"][0]["findings"]}  # fmt: skip
    assert found == {
        ("link-dead", "gone"),
        ("link-unchecked", "shy"),
        ("image-dead", "lost.png"),
        ("image-heavy", "huge.png"),
        ("image-type", "odd.webp"),
    }
    assert done.code == 1
    assert "/good" in asked
    assert "/unsubscribe/7" not in asked
    assert len(asked) == len(set(asked))


def test_nothing_is_fetched_unless_asked(project: Path, alerts: Alerts) -> None:
    with site() as here:
        (project / "links.html").write_text(_page(here), encoding="utf-8")
        alerts(*LINT, "links.html")
        assert here.requests == []


def test_private_addresses_are_dead_links_and_not_fetched(project: Path, alerts: Alerts) -> None:
    with site() as here:
        (project / "links.html").write_text(_page(here), encoding="utf-8")
        done = alerts(*LINT, "links.html", "--links", "--only", "link-dead")
        assert here.requests == []
    assert done.code == 1
    assert "not a public address" in done.json["editions"][0]["findings"][0]["reason"]


# --- SpamAssassin ---------------------------------------------------------------------------------

REPORT = """\
X-Spam-Report: (99.0 points, 5.0 required) quoted by the message itself

Content analysis details:   ({points} points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
-0.0 NO_RELAYS              Informational: message was not relayed via SMTP
 {points} MADE_UP               BODY: A rule of this test
                            that goes on
"""


def _spamassassin(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program of that name, before all others."""
    folder.mkdir()
    program = folder / "spamassassin"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("points", "level", "code"),
    [("6.1", "error", 1), ("2.6", "warning", 0), ("1.2", "hint", 0), ("0.3", None, 0)],
)
def test_the_score_of_spamassassin_is_told(
    project: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    points: str,
    level: str | None,
    code: int,
) -> None:
    (project / "a.eml").write_bytes(letter())
    report = REPORT.format(points=points)
    _spamassassin(project / "bin", monkeypatch,
                  f'printf %s "$*" > "{project}/said"; cat > "{project}/got"\n'
                  f"cat <<'END'\n{report}\nEND")  # fmt: skip
    done = alerts("issue", "lint", "a.eml", "--json")
    assert done.code == code
    (edition,) = done.json["editions"]
    assert edition["spam"]["points"] == float(points)
    assert edition["spam"]["required"] == 5.0
    assert edition["spam"]["rules"][1] == {
        "points": float(points),
        "name": "MADE_UP",
        "about": "BODY: A rule of this test that goes on",
    }
    assert [f["level"] for f in edition["findings"]] == ([level] if level else [])
    assert (project / "got").read_bytes() == letter()
    assert "--local" in (project / "said").read_text()


@pytest.mark.parametrize("script", ["echo broken >&2; exit 3", "exit 0", "kill -9 $$"])
def test_a_spamassassin_that_fails_is_a_hint(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    (project / "a.eml").write_bytes(letter())
    _spamassassin(project / "bin", monkeypatch, script)
    done = alerts("issue", "lint", "a.eml", "--json")
    assert done.code == 0
    (finding,) = done.json["editions"][0]["findings"]
    assert (finding["code"], finding["level"]) == ("spam-score", "hint")
    assert finding["reason"].startswith("SpamAssassin gave no score: ")


def test_without_spamassassin_nothing_is_said(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "a.eml").write_bytes(letter())
    monkeypatch.setenv("PATH", str(project))
    (edition,) = alerts("issue", "lint", "a.eml", "--json").json["editions"]
    assert (edition["spam"], edition["findings"]) == (None, [])


def test_help_names_the_levels(project: Path, alerts: Alerts) -> None:
    assert "error|warning|hint" in alerts("issue", "lint", "--help").stdout


def test_a_subject_is_decoded_for_json(project: Path, alerts: Alerts) -> None:
    subject = "=?utf-8?b?0J/RgNC40LLQtdGC?="
    headers = HEADERS.replace("Policy Alert: October 2026", subject)
    (project / "a.eml").write_bytes(letter(headers=headers))
    done = alerts(*LINT, "a.eml")
    assert json.loads(done.stdout)["editions"][0]["subject"] == "Привет"
