"""A project that owes posts, and what tests do with it."""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels.deliver import ChannelsPosted
from alerts.library.channels import ChannelStanding
from alerts.library.project import Project
from tests import past
from tests.factories import add_subscribers, database, new_project
from tests.issues import ARTICLES, OCTOBER
from tests.networks import CHAT, HANDLE, ROOM, TOKEN, Networks, networks
from tests.relay import Relay

KINDS = ("mastodon", "bluesky", "telegram", "matrix")
TO = {"bluesky": HANDLE, "telegram": CHAT, "matrix": ROOM}
KEYED = ("mastodon", "bluesky", "matrix")


@pytest.fixture(scope="module")
def there() -> Iterator[Networks]:
    with networks() as running:
        yield running


def channels_of(url: str, kinds: tuple[str, ...] = KINDS, more: str = "") -> str:
    """The settings of channels."""
    return "".join(
        f'\n[[channels]]\nname = "{kind}"\nkind = "{kind}"\nserver = "{url}"\n'
        f'to = "{TO.get(kind, "")}"\ntoken_file = "channel.secret"\n{more}'
        for kind in kinds
    )


def written(root: Path, text: str, relay: str) -> None:
    """Add to the settings of a project, with that relay."""
    path = root / "alerts.toml"
    toml = path.read_text("utf-8")
    toml = re.sub(r"(?m)^relay = .*$", f'relay = "{relay}"', toml)
    toml = re.sub(r"(?m)^base_url = .*$", 'base_url = "https://alert.example.net"', toml)
    path.write_text(toml + text, "utf-8")
    (root / "channel.secret").write_text(TOKEN, "utf-8")
    (root / "channel.secret").chmod(0o600)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, there: Networks) -> Path:
    """A project that has mailed October to one reader, and posted nothing yet; to be copied."""
    root = new_project(tmp_path_factory.mktemp("channels") / "project")
    begun = past.WHEN - timedelta(hours=1)
    with Relay() as relay:
        written(root, channels_of(there.url), relay.url)
        with Project(root, clock=lambda: begun) as project:
            assert project.channels.list()
        db = database(root)
        add_subscribers(db, 1)
        with Project(root, clock=lambda: past.WHEN) as project:
            past.send(db, project.settings, made=ARTICLES[:6])
            assert not project.channels.any_due()  # nobody has it yet
            project.send(OCTOBER)
            assert project.channels.any_due()
        db.close()
        assert len(relay.inbox) == 1
    shutil.copytree(root, root.with_name("kept"))
    return root


@pytest.fixture
def root(sent: Path, there: Networks) -> Path:
    """It, as it was at its place, and networks that know nothing."""
    there.clear()
    return again(sent)


def again(sent: Path) -> Path:
    """The project as it was, in the same files: a copy would not be allowed to send."""
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)  # what restores have left
    root = put_back(sent.with_name("kept"), sent)
    with Project(root, clock=lambda: past.WHEN) as project:
        project.copies.adopt(moved=True)  # a restore has made another file of it
    return root


def put_back(kept: Path, root: Path) -> Path:
    """Write what was kept into the files of a project, and remove all others."""
    for path in root.iterdir():
        if path.is_file() and not (kept / path.name).exists():
            path.unlink()
    for path in kept.iterdir():
        if path.is_file():
            (root / path.name).write_bytes(path.read_bytes())
    return root


def post(root: Path, at: datetime = past.WHEN) -> ChannelsPosted:
    with Project(root, clock=lambda: at) as project:
        return project.channels.deliver()


def standing(root: Path) -> dict[str, ChannelStanding]:
    with Project(root) as project:
        return {one.channel.name: one for one in project.channels.list()}
