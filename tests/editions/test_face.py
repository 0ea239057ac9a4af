"""Subject, preheader, headline and standfirst: never empty, the editor's where there is one."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from alerts.config.themes import theme_named
from alerts.domain.issue import Face, Issue
from alerts.domain.month import Month
from alerts.editions.render import render_edition
from alerts.mail.merge import sample
from tests.conftest import Alerts
from tests.issues import ARTICLES, LANGUAGES, OCTOBER, issue, settings
from tests.lint.test_lint import ROOT

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
MONTH = ("--month", "2026-10")
WRITTEN = Face(
    "Ten cities, one lesson", "Read this first", "What we learned", "From Lisbon to Bogotá."
)


def faced(**faces: Face) -> Issue:
    return replace(issue(), faces=faces)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_wrote_is_made_from_the_first_story(language: str) -> None:
    edition = render_edition(issue(), language, settings(NOWHERE))
    title = "Lo que aprendieron diez ciudades" if language == "es" else "What ten cities learned"
    headline = edition.html.partition("<h1")[2].partition("</h1>")[0]
    assert title in headline
    assert edition.subject.startswith(f"{title[:20]}")
    assert edition.subject.endswith("2026") or "2026" in edition.subject
    assert edition.preheader
    assert title not in edition.preheader, "the inbox would say it twice"


def test_two_months_with_the_same_first_story_have_two_subjects() -> None:
    made = [
        render_edition(replace(issue(), month=Month(2026, n)), "en", settings(NOWHERE)).subject
        for n in range(1, 13)
    ]
    assert len(set(made)) == 12


def test_an_editors_face_is_shown_in_its_language_alone() -> None:
    english = render_edition(faced(en=WRITTEN), "en", settings(NOWHERE))
    assert (english.subject, english.preheader) == (WRITTEN.subject, WRITTEN.preheader)
    for part in (english.html, english.text):
        assert WRITTEN.headline in part
        assert WRITTEN.standfirst in part
        assert "What ten cities learned" in part
    spanish = render_edition(faced(en=WRITTEN), "es", settings(NOWHERE))
    assert WRITTEN.headline not in spanish.html + spanish.subject


def test_the_alert_is_called_as_the_language_calls_it() -> None:
    given = settings(NOWHERE)
    words = {"es": {"name": "Alerta", "organisation": "Consorcio", "address": "Calle Mayor 1"}}
    given = replace(given, alert=replace(given.alert, localised=words))
    spanish = render_edition(issue(), "es", given)
    for part in (spanish.html, spanish.text):
        assert "Calle Mayor 1" in part
        assert "Consorcio" in part
        assert "Open Consortium" not in part
    assert "Alerta, " in spanish.subject
    assert "Open Consortium" in render_edition(issue(), "fr", given).html


@pytest.mark.parametrize(
    ("sender", "expected"), [("", ("Policy Alert", "Alerta")), ("Our Desk", ("Our Desk",) * 2)]
)
def test_the_sender_is_called_as_the_language_calls_the_alert(
    sender: str, expected: tuple[str, str]
) -> None:
    given = settings(NOWHERE)
    alert = replace(given.alert, localised={"es": {"name": "Alerta"}})
    given = replace(given, alert=alert, sender=replace(given.sender, name=sender))
    names = []
    for language in ("en", "es"):
        octets = sample(render_edition(issue(), language, given), given, OCTOBER, NOW)
        names.append(message_from_bytes(octets)["From"].partition(" <")[0])
    assert tuple(names) == expected


def test_a_face_is_written_by_command_and_voids_no_other_text(
    project: Path, alerts: Alerts
) -> None:
    edit = ("issue", "edit", *MONTH)
    assert alerts(*edit, "--headline", "A month of rain", "--subject", "Rain").code == 0
    assert alerts(*edit, "--language", "es", "--headline", "Un mes de lluvia").code == 0
    faces = alerts("issue", "show", *MONTH, "--json").json["faces"]
    assert (faces["en"]["headline"], faces["en"]["subject"]) == ("A month of rain", "Rain")
    assert faces["es"]["headline"] == "Un mes de lluvia"
    text = alerts("issue", "export", "-", *MONTH).stdout
    assert "Headline (en): A month of rain" in text
    assert "Subject (es):" in text
    assert alerts(*edit, "--subject", "").code == 0
    assert alerts("issue", "show", *MONTH, "--json").json["faces"]["en"]["subject"] == ""


def test_a_subject_is_not_used_twice_in_a_year_unasked(project: Path, alerts: Alerts) -> None:
    assert alerts("issue", "edit", *MONTH, "--subject", "Rain").code == 0
    again = ("issue", "edit", "--month", "2026-11", "--subject", "Rain")
    refused = alerts(*again)
    assert refused.code == 2
    assert "the issue of 2026-10 has this subject" in refused.stderr
    assert alerts(*again, "--again").code == 0
    assert alerts("issue", "edit", "--month", "2028-01", "--subject", "Rain").code == 0


def test_a_copy_of_an_old_template_goes_on_working(tmp_path: Path) -> None:
    """Those of November 2026: each alone among the new ones, and all together."""
    old = ROOT / "tests" / "data" / "templates-2026-11"
    names = sorted(path.relative_to(old) for path in old.rglob("*") if path.is_file())
    assert len(names) > 20
    for chosen in [*([name] for name in names), names]:
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        for name in chosen:
            target = root / "templates" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((old / name).read_bytes())
        edition = render_edition(issue(), "en", settings(root))
        for words in ("Commission votes", "Regional dialogue", "Third drop-in centre"):
            assert words in edition.html, chosen
            assert words in edition.text, chosen
        assert "{slot:unsubscribe_url}" in edition.html


def test_in_the_bulletin_the_first_story_follows_a_headline_that_is_its_title() -> None:
    given = replace(settings(NOWHERE), theme=theme_named("bulletin"))
    made = render_edition(issue(), "en", given).html
    lead, contents = made.index("Read the story"), made.index("Read first")
    assert lead < contents
    assert "What ten cities learned</a></p>" not in made[contents:], "the headline has said it"
    written = render_edition(faced(en=WRITTEN), "en", given).html
    assert written.index("Read first") < written.index("Read the story")
    assert "What ten cities learned</a></p>" in written[written.index("Read first") :]


def test_a_first_story_that_the_headline_has_said_has_no_label_of_its_own() -> None:
    first = replace(ARTICLES[0], image=None, profile="")
    made = render_edition(issue(first, *ARTICLES[1:]), "en", settings(NOWHERE)).html
    assert "Read the story" in made
    assert "Top story" not in made
