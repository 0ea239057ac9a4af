"""The parts of a project do what the commands and pages do, with values in and out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import pytest

from alerts import InputError, Month, Project, UsageError
from alerts.cli.import_options import reading_options
from alerts.domain.article import Event, Image
from alerts.domain.delivery import DeliveryState
from alerts.domain.issue import IssueState
from alerts.library.imports import ImportOptions
from alerts.library.opened import ProjectPart
from alerts.library.parts import Parts
from alerts.lint.place import Level
from alerts.mail.tokens import Purpose
from alerts.subscribers.unsubscribe import Way

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OCTOBER = Month(2026, 10)
URL = "https://example.org/charter"


@pytest.fixture
def river(project: Path) -> Iterator[Project]:
    """A project with one article and two people, in November 2026."""
    with Project(project, clock=lambda: NOW, environ={}) as opened:
        opened.articles.add(URL, read=False, month=OCTOBER, title="Forty cities sign")
        for email in ("ana@example.net", "ben@example.net"):
            opened.subscribers.add(email)
        yield opened


def test_a_project_hands_out_every_part_and_each_says_what_it_is(river: Project) -> None:
    names = [name for name, one in vars(Parts).items() if isinstance(one, cached_property)]
    assert len(names) >= 15
    for name in names:
        part = getattr(river, name)
        assert isinstance(part, ProjectPart)
        assert part.__doc__


def test_an_import_can_be_told_by_a_program_all_that_it_can_be_told_by_a_person() -> None:
    def command() -> None: ...

    reading_options(command)
    options = {option.name for option in command.__click_params__}  # type: ignore[attr-defined]
    called = {"ignored": "ignore", "asserted": "assert_subscribed"}
    said = {called.get(name, name) for name in options} | {"values"}  # --map says both
    assert said == ImportOptions.__optional_keys__


def test_an_import_refuses_words_that_it_does_not_know(tmp_path: Path, river: Project) -> None:
    file = tmp_path / "list.csv"
    file.write_text("email,ok\ncleo@example.net,1\n")
    people = river.subscribers
    with pytest.raises(UsageError, match="“gone” is no status; there are active, pending"):
        people.import_file(file, values={"ok": {"1": "gone"}})
    with pytest.raises(UsageError, match="both name “ok”"):
        people.import_file(file, values={"ok": {"1": "active"}}, ignore=["ok"])
    with pytest.raises(UsageError, match="unknown language “tlh”"):
        people.import_file(file, ignore=["ok"], language="tlh")
    with pytest.raises(UsageError, match="no field “shoe”"):
        people.add("cleo@example.net", shoe="42")
    assert people.find("cleo@example.net") is None


def test_an_article_takes_values_of_its_fields_and_nothing_else(river: Project) -> None:
    event = Event(datetime(2026, 11, 3, 9, tzinfo=UTC), date(2026, 11, 4), "Montaria")
    changed = river.articles.edit(
        "Forty",
        summary="After two years.",
        image=Image("https://example.org/i.png", "A river"),
        event=event,
        tags=["water", " "],
        author="Agua Viva",
    )
    article = changed.article.article
    assert (article.summary, article.author, article.tags) == (
        "After two years.",
        "Agua Viva",
        ("water",),
    )
    assert article.event == Event(datetime(2026, 11, 3, 9, tzinfo=UTC), event.end, "Montaria")
    assert river.articles.edit("Forty", event=None, tags=[]).article.article.event is None
    with pytest.raises(UsageError, match="an article has no field “colour”"):
        river.articles.edit("Forty", colour="red")
    with pytest.raises(UsageError, match="write a full URL"):
        river.articles.edit("Forty", image=Image("javascript:x"))
    with pytest.raises(UsageError, match="a full URL"):
        river.articles.add("no address", title="T", read=False)
    with pytest.raises(UsageError, match="needs a title"):
        river.articles.add("https://example.org/b", read=False)


def test_a_change_tells_whose_approval_it_voids(river: Project) -> None:
    river.approve(OCTOBER, by="Ana")
    (void,) = river.articles.exclude("Forty").voided
    assert (void.month, void.names) == (OCTOBER, ("Ana",))
    river.articles.include("Forty")
    river.approve(OCTOBER, by="Bo")
    written = river.issues.write_introduction("en", "Welcome.", OCTOBER)
    assert [one.names for one in written.voided] == [("Bo",)]
    assert river.issues.introduction("en", OCTOBER) == "Welcome."
    assert river.articles.feature("Forty", on=False).voided == ()


def test_profiles_are_added_once_changed_and_removed(river: Project) -> None:
    profiles = river.profiles
    assert profiles.add("agua", name="Agua", link="https://agua.example/")
    assert not profiles.add("agua", name="Agua", link="https://agua.example/")
    with pytest.raises(UsageError, match="exists already"):
        profiles.add("agua", name="Other")
    profiles.edit("agua", descriptions={"es": "Una alianza"})
    assert [dict(one.descriptions) for one in profiles] == [{"es": "Una alianza"}]
    river.articles.edit("Forty", profile="agua")
    profiles.remove("agua")
    with pytest.raises(UsageError, match="no profile “agua”"):
        profiles.remove("agua")


def test_deliveries_are_listed_made_again_and_decided(river: Project) -> None:
    river.queue(OCTOBER)
    deliveries = river.deliveries
    assert [one.state for one in deliveries.list(OCTOBER)] == ["queued", "queued"]
    copy = deliveries.find("ana@example.net", OCTOBER)
    assert b"Forty cities sign" in deliveries.message(copy, signed=False).octets
    assert deliveries.cancel("ana@example.net", month=OCTOBER).changed == 1
    assert deliveries.retry(month=OCTOBER).changed == 0
    assert [one.email for one in deliveries.list(OCTOBER, state=DeliveryState.SKIPPED)] == [
        "ana@example.net"
    ]
    with pytest.raises(InputError, match="there is no delivery"):
        deliveries.find("nobody@example.net", OCTOBER)


def test_a_backup_is_restored_held_and_adopted(tmp_path: Path, river: Project) -> None:
    river.queue(OCTOBER)
    kept = river.copies.backup(tmp_path / "copy.db")
    assert kept.octets == kept.file.stat().st_size
    with pytest.raises(UsageError, match="exists already"):
        river.copies.backup(kept.file)
    river.subscribers.erase("ben@example.net")
    restored = river.copies.restore(kept.file)
    assert (restored.held, restored.departed) == (2, 1)
    assert river.status(OCTOBER).undecided
    assert river.copies.adopt().changed
    assert not river.status(OCTOBER).undecided
    assert sum(river.copies.held().values()) >= 1
    assert river.subscribers.find("ben@example.net") is None


def test_a_reader_acts_by_a_link_that_is_ours(river: Project) -> None:
    number = next(p.id for p in river.subscribers if p.email == "ana@example.net")
    token = river.links.sign(Purpose.UNSUBSCRIBE, number)
    visit = Project.over(river.settings, river.db, NOW, "serve")
    assert visit.links.number(Purpose.UNSUBSCRIBE, token) == number
    assert visit.links.number(Purpose.UNSUBSCRIBE, f"{token}0") is None
    assert visit.readers.leave(number, by=Way.PAGE)
    assert not visit.readers.leave(number, by=Way.PAGE)
    assert visit.readers.stay(number)
    assert visit.readers.paused_until(river.subscribers.show("ana@example.net").person) is None


def test_a_finding_is_accepted_for_good_and_told_again(river: Project) -> None:
    linter = river.linter
    before = linter.lint(OCTOBER, spam=False, level=Level.WARNING).proofs
    assert [proof.language for proof in before] == list(river.settings.alert.languages)
    assert linter.accept([("link-http", "")]) == ((True,), ())
    assert [one.code for one in linter.accepted()] == ["link-http"]
    assert linter.accept([], [("link-http", "")]) == ((), (True,))
    with pytest.raises(UsageError, match="there is no finding “link-htp”; did you mean"):
        linter.accept([("link-htp", "")])


def test_the_status_and_the_archive_follow_the_month(river: Project) -> None:
    assert river.status(OCTOBER).state is IssueState.DRAFT
    river.queue(OCTOBER)
    river.send(OCTOBER)
    status = river.status(OCTOBER)
    assert (status.state, status.report.counts["sent"]) == (IssueState.SENT, 2)
    languages = {past.language for past in river.archive.listed()}
    assert languages == set(river.settings.alert.languages)
    assert not [one for one in river.archive.verify() if one.altered]
    assert [hit.language for hit in river.archive.search("forty cities", "en")] == ["en"]
    with pytest.raises(UsageError, match="is queued or sent"):
        river.articles.exclude("Forty")


def test_a_source_is_looked_at_before_it_is_kept(project: Path, river: Project) -> None:
    (project / "news").mkdir()
    (project / "news" / "a.md").write_text(f"---\ntitle: A\nurl: {URL}/a\n---\n")
    looked = river.sources.look("news")
    assert [article.title for article in looked.content.articles] == ["A"]
    assert list(river.sources) == []
    added = river.sources.add("news", profile="nobody")
    assert (added.new, added.unknown_profile, added.source.kind) == (True, True, "folder")
    assert not river.sources.add("news").new
    assert river.sources.remove(str(added.source.id)) is not None
    assert river.sources.remove("news") is None
