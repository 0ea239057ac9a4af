"""Each issue is posted once to each channel, whatever goes wrong; and nothing that must not be."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from alerts.channels.deliver import ChannelsPosted
from alerts.library.project import Project
from alerts.store import archive
from tests import past
from tests.channels.posting import KEYED, KINDS, channels_of, post, standing, written
from tests.conftest import Alerts
from tests.factories import database, new_project
from tests.issues import OCTOBER
from tests.networks import TOKEN, Networks, networks
from tests.pages import serve
from tests.relay import Relay
from tests.web.test_api import caller


def test_an_issue_is_posted_once_to_each_network_and_leads_to_the_archive(
    root: Path, there: Networks
) -> None:
    assert post(root) == ChannelsPosted(4, 0)
    assert post(root) == ChannelsPosted(0, 0)
    page = f"https://alert.example.net/archive/{OCTOBER}/en"
    for kind in ("mastodon", "telegram", "matrix"):
        (text,) = there.texts(kind)
        assert text.endswith(page)
    (record,) = there.posts["bluesky"]
    assert record["facets"][0]["features"][0]["uri"] == page
    assert record["embed"]["external"]["uri"] == page
    (status,) = there.posts["mastodon"]
    assert status["language"] == "en"
    titles = [one.title for one in archive.pieces(database(root), OCTOBER, "en")]
    assert all(title in there.texts("telegram")[0] for title in titles)
    assert all(title in there.posts["matrix"][0]["body"] for title in titles)
    urls = {name: one.figures.posted for name, one in standing(root).items()}
    assert urls == dict.fromkeys(KINDS, 1)


def test_a_channel_per_story_and_language_posts_each_story_once(
    root: Path, there: Networks
) -> None:
    toml = (root / "alerts.toml").read_text("utf-8")
    one = channels_of(there.url, ("mastodon",), 'per = "story"\n')
    (root / "alerts.toml").write_text(toml.partition("\n[[channels]]")[0] + one, "utf-8")
    later = past.WHEN + timedelta(minutes=1)
    assert post(root, later) == ChannelsPosted(0, 0)  # a changed channel begins now
    with Project(root) as project, project.db.conn as connection:
        connection.execute("UPDATE channel_starts SET since = ''")
    pieces = archive.pieces(database(root), OCTOBER, "en")
    assert post(root) == ChannelsPosted(len(pieces), 0)
    texts = there.texts("mastodon")
    assert [text.partition("\n")[0] for text in texts] == [piece.title for piece in pieces]
    assert all(piece.url in text for piece, text in zip(pieces, texts, strict=True))
    assert post(root) == ChannelsPosted(0, 0)


def test_what_is_withdrawn_is_not_posted(root: Path, there: Networks) -> None:
    there.trouble = lambda network: ("answer", 429, {"parameters": {"retry_after": 60}})
    assert post(root).posted == 0
    there.trouble = lambda network: None
    with Project(root) as project:
        project.archive.withdraw(OCTOBER, why="It was wrong.")
    assert post(root, past.WHEN + timedelta(hours=9)) == ChannelsPosted(0, 0)
    assert there.posts == {}


def test_what_is_recalled_is_not_posted_and_its_reissue_is_once(
    tmp_path: Path, there: Networks, alerts: Alerts
) -> None:
    there.clear()
    root = new_project(tmp_path / "recalled")
    here = ("--project", str(root))
    with Relay() as relay:
        written(root, channels_of(there.url), relay.url)
        for name in ("ana", "ben"):
            assert alerts(*here, "subscriber", "add", f"{name}@example.org").code == 0
        with Project(root) as project:
            month = ("--month", str(project.month()))
            url = "https://example.org/vote"
            project.articles.add(url, read=False, month=project.month(), title="A wrong title")
        assert alerts(*here, "queue", *month).code == 0
        there.trouble = lambda network: ("answer", 429, {})
        assert alerts(*here, "send", *month, "--limit", "1").code == 0
        assert len(there.asked) == 5  # Bluesky was asked for a session, too
        there.trouble = lambda network: None
        assert alerts(*here, "issue", "recall", *month).code == 0
        assert alerts(*here, "channel", "retry").code == 75
        assert there.posts == {}
        edit = ("article", "edit", "A wrong title", "--title", "A right title", *month)
        assert alerts(*here, *edit).code == 0
        assert alerts(*here, "issue", "reissue", *month).code == 0
        assert alerts(*here, "channel", "retry").code == 0
        assert alerts(*here, "send", *month).code == 0
        assert alerts(*here, "channel", "retry").code == 0
    assert {kind: len(posts) for kind, posts in there.posts.items()} == dict.fromkeys(KINDS, 1)
    assert "A right title" in there.texts("mastodon")[0]


def test_an_issue_from_before_a_channel_was_named_is_not_posted(
    root: Path, there: Networks
) -> None:
    path = root / "alerts.toml"
    toml = path.read_text("utf-8")
    path.write_text(toml.partition("\n[[channels]]")[0], "utf-8")
    with Project(root) as project:
        assert not project.channels.any_due()
        assert project.channels.list() == ()
        assert project.db  # opened: it is noted
    path.write_text(toml, "utf-8")
    assert post(root, past.WHEN + timedelta(minutes=1)) == ChannelsPosted(0, 0)


def test_while_mail_goes_to_a_folder_nothing_is_posted(
    root: Path, there: Networks, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", "maildir:outbox")
    with Project(root) as project:
        assert not project.channels.any_due()
    told = alerts("--project", str(root), "channel", "list")
    assert "nothing is posted while delivery.relay" in told.stdout + told.stderr
    assert alerts("--project", str(root), "channel", "retry").code == 0
    assert there.asked == []


def test_after_a_restore_nothing_is_posted_unasked(
    root: Path, there: Networks, tmp_path: Path, alerts: Alerts
) -> None:
    there.trouble = lambda network: ("answer", 429, {})
    assert post(root).posted == 0
    there.trouble = lambda network: None
    here = ("--project", str(root))
    assert alerts(*here, "backup", str(tmp_path / "b.db")).code == 0
    assert post(root, past.WHEN + timedelta(hours=9)).posted == 4
    assert alerts(*here, "restore", str(tmp_path / "b.db")).code == 0
    assert alerts(*here, "adopt").code == 0
    assert post(root, past.WHEN + timedelta(days=1)) == ChannelsPosted(0, 0)
    assert {one.figures.held for one in standing(root).values()} == {1}
    assert {len(posts) for posts in there.posts.values()} == {1}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_lost_is_asked_for_again_only_where_nothing_doubles(
    root: Path, there: Networks, kind: str
) -> None:
    there.trouble = lambda network: ("cut",) if network == kind else None
    assert post(root) == ChannelsPosted(3, 1)
    there.trouble = lambda network: None
    assert post(root, past.WHEN + timedelta(minutes=5)).failed == 0
    assert len(there.posts[kind]) == 1
    found = standing(root)[kind].figures
    assert (found.posted, found.held) == ((1, 0) if kind in KEYED else (0, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_doubt_that_outlives_the_key_is_held(root: Path, there: Networks, kind: str) -> None:
    there.trouble = lambda network: ("cut",) if network == kind else None
    assert post(root) == ChannelsPosted(3, 1)
    there.trouble = lambda network: None
    post(root, past.WHEN + timedelta(hours=5))
    assert len(there.posts[kind]) == 1
    found = standing(root)[kind].figures
    assert (found.posted, found.held) == ((1, 0) if kind == "bluesky" else (0, 1))


def test_a_person_settles_what_is_held(root: Path, there: Networks, alerts: Alerts) -> None:
    here = ("--project", str(root), "channel")
    there.trouble = lambda network: ("cut",) if network == "telegram" else None
    post(root)
    there.trouble = lambda network: None
    (held,) = standing(root)["telegram"].open
    assert f"alerts channel accept {held.id}" in held.answer
    assert alerts(*here, "retry", "telegram").code == 75
    assert len(there.posts["telegram"]) == 1
    assert "1 of 1" in alerts(*here, "repeat", str(held.id)).stdout
    assert alerts(*here, "retry", "telegram").code == 0
    assert len(there.posts["telegram"]) == 2
    assert "0 of 1" in alerts(*here, "accept", str(held.id)).stdout


def test_the_api_settles_what_is_held(root: Path, there: Networks) -> None:
    there.trouble = lambda network: ("cut",) if network == "telegram" else None
    post(root)
    there.trouble = lambda network: None
    with serve(root) as served:
        served.clock.moment = past.WHEN
        admin = caller(served)
        (shown,) = [one for one in admin("GET", "/channels").json() if one["name"] == "telegram"]
        (held,) = shown["open"]
        assert (held["state"], shown["held"]) == ("held", 1)
        named = {"numbers": [held["number"]]}
        assert caller(served, "write")("POST", "/channels/posts/repeat", named).status_code == 403
        assert admin("POST", "/channels/posts/repeat", {"numbers": []}).status_code == 400
        assert admin("POST", "/channels/nobody/retry").status_code == 404
        assert admin("POST", "/channels/telegram/retry").json()["held"] == 1
        assert len(there.posts["telegram"]) == 1
        for _ in range(2):
            done = admin("POST", "/channels/posts/repeat", named, Idempotency_Key="a")
            assert done.json() == {"changed": 1}
        assert admin("POST", "/channels/telegram/retry").json()["open"] == []
        assert admin("POST", "/channels/posts/accept", named).json() == {"changed": 0}
    assert len(there.posts["telegram"]) == 2


def test_a_network_that_is_away_is_tried_for_days_then_given_up_and_named(
    root: Path, there: Networks, alerts: Alerts
) -> None:
    path = root / "alerts.toml"
    with networks() as other:
        closed = other.url
    path.write_text(path.read_text("utf-8").replace(there.url, closed), "utf-8")
    with Project(root) as project, project.db.conn as connection:
        connection.execute("UPDATE channel_starts SET since = ''")
    moment = past.WHEN
    for _ in range(12):
        post(root, moment)
        moment += timedelta(hours=25)
    assert {one.figures.given_up for one in standing(root).values()} == {1}
    told = alerts("--project", str(root), "status", "--month", str(OCTOBER))
    assert "channel mastodon: 1 post for you to settle" in told.stdout
    found = alerts("--project", str(root), "doctor", "--offline")
    assert "connection refused" in found.stdout + found.stderr


def test_a_refusal_is_given_up_at_once_and_a_wrong_token_is_not(
    root: Path, there: Networks, alerts: Alerts
) -> None:
    there.trouble = lambda network: ("answer", 422, {"error": "Text can't be blank"})
    (root / "channel.secret").write_text("wrong", "utf-8")
    found = alerts("--project", str(root), "doctor")
    told = found.stdout + found.stderr
    assert "401 Unauthorized: The access token is invalid" in told
    assert "sign-in: 401 Unauthorized: Invalid password" in told
    assert "wrong" not in told.replace("wrong, ", "")
    (root / "channel.secret").write_text(TOKEN, "utf-8")
    post(root)
    after = standing(root)["mastodon"].figures
    assert after.given_up == 1
    reason = HTTPStatus(422).phrase  # "Entity" until Python 3.12
    assert after.answer == f"422 {reason}: Text can't be blank"
    there.trouble = lambda network: None
    (root / "channel.secret").write_text("wrong", "utf-8")
    alerts("--project", str(root), "channel", "retry")
    assert standing(root)["mastodon"].figures.waiting == 1
    assert "mastodon" not in there.posts


def test_the_api_tells_how_it_stands_and_no_account(
    root: Path, there: Networks, alerts: Alerts
) -> None:
    assert post(root).posted == 4
    token = alerts("--project", str(root), "token", "add", "x", "--scope", "read").stdout.strip()
    with serve(root) as served:
        served.clock.moment = datetime.now(UTC)
        answer = served.get("/api/v1/channels", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert [(one["name"], one["posted"]) for one in answer.json()] == [(k, 1) for k in KINDS]
    assert there.url not in answer.text


def test_retry_after_is_obeyed(root: Path, there: Networks) -> None:
    answer = ("answer", 429, {"parameters": {"retry_after": 7200}, "retry_after_ms": 7_200_000})
    there.trouble = lambda network: answer if network in ("telegram", "matrix") else None
    assert post(root) == ChannelsPosted(2, 2)
    there.trouble = lambda network: None
    assert post(root, past.WHEN + timedelta(hours=1)) == ChannelsPosted(0, 0)
    assert post(root, past.WHEN + timedelta(hours=3)) == ChannelsPosted(2, 0)


def test_a_send_posts_when_all_mail_is_out(tmp_path: Path, there: Networks, alerts: Alerts) -> None:
    there.clear()
    root = new_project(tmp_path / "whole")
    here = ("--project", str(root))
    with Relay() as relay:
        written(root, channels_of(there.url), relay.url)
        assert alerts(*here, "subscriber", "add", "ana@example.org").code == 0
        with Project(root) as project:
            last = project.month()
            url = "https://example.org/vote"
            project.articles.add(url, read=False, month=last, title="A vote: @all, look")
        preview = alerts(*here, "channel", "preview", "--json").json
        assert alerts(*here, "queue").code == 0
        assert there.asked == []
        assert alerts(*here, "send").code == 0
    assert {kind: len(posts) for kind, posts in there.posts.items()} == dict.fromkeys(KINDS, 1)
    shown = {one["name"]: one["posts"][0]["text"] for one in preview}
    assert {kind: there.texts(kind)[0] for kind in KINDS} == shown
