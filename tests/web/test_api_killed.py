"""What the API answered is on disk: a server that is killed around the commit, and the request sent again.

The server is `alerts serve` in a process of its own. What is patched kills it at a step, and changes
nothing else.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from alerts import Project

DIES = """
import os, signal, sys
from alerts import cli
from alerts.library.connections import Pool

real = Pool.write

def dying(pool, work):
    def before(db):
        answer = work(db)
        if getattr(answer, "status", 0) == 201 and sys.argv[1] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    answer = real(pool, before)
    if getattr(answer, "status", 0) == 201 and sys.argv[1] == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

Pool.write = dying
sys.exit(cli.call(["serve", "--port", "0"]))
"""
NEW = {"email": "ana@example.org", "name": "Ana", "invite": False}


@contextmanager
def serving(root: Path, step: str, token: str) -> Iterator[httpx2.Client]:
    """A client of a server that dies at that step."""
    process = subprocess.Popen(
        [sys.executable, "-c", DIES, step], cwd=root, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        address = re.search(r"http://[0-9.:]+/", process.stderr.readline())
        assert address
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
        with httpx2.Client(base_url=address[0], headers=headers, timeout=30) as client:
            yield client
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize(("step", "there"), [("before", 0), ("after", 1)])
def test_a_request_cut_off_around_the_commit_is_sent_again_and_done_once(
    project: Path, step: str, there: int
) -> None:
    with Project(project) as opened:
        token = opened.tokens.add("site", "write", lasts=None)
        with serving(project, step, token) as client, pytest.raises(httpx2.TransportError):
            client.post("api/v1/subscribers", json=NEW)
        assert len([*opened.subscribers]) == there
        with serving(project, "never", token) as client:
            first = client.post("api/v1/subscribers", json=NEW)
            again = client.post("api/v1/subscribers", json=NEW)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json()["name"] == "Ana"
        assert again.content == first.content
        assert len([*opened.subscribers]) == 1
        (added,) = opened.db.execute(
            "SELECT count(*) FROM events WHERE kind = 'subscriber.added'"
        ).fetchone()
        assert added == 1
