"""What a server needs: the units' exposure, and the units run by a real systemd; nginx reads its lines."""

import re
import subprocess
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.setup.server_files import ServerMachine, server_files
from tests.conftest import Alerts
from tests.postfix import wait
from tests.setup.test_setup import GOOD
from tests.systemd_units import ACCOUNT, PROGRAM, ROOT, systemd

SERVER = ServerMachine(
    PROGRAM, ACCOUNT, "nogroup", ROOT, ROOT / ".local/state/alerts", ROOT / "backups"
)


def _units(root: Path) -> dict[str, str]:
    settings = replace(load(root, {}), root=ROOT)
    return {Path(one.place).name: one.text for one in server_files("systemd", settings, SERVER)}


def test_the_exposure_of_each_service_is_at_most_two(project: Path, tmp_path: Path) -> None:
    services = {name: text for name, text in _units(project).items() if name.endswith(".service")}
    assert len(services) == 3
    for name, text in services.items():
        (tmp_path / name).write_text(text)
        line = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(tmp_path / name)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        level = re.search(r"exposure level for \S+: (\d+\.\d)", done.stdout)
        assert level is not None, done.stderr
        assert float(level[1]) <= 2.0, name
        assert not re.search("Unknown|ignoring|Failed", done.stderr), done.stderr


@pytest.mark.proof
def test_the_services_work_under_their_restrictions(tmp_path: Path, alerts: Alerts) -> None:
    root = tmp_path / "p"
    port = 8471
    alerts("setup", str(root), *GOOD)
    alerts("--project", str(root), "config", "set", f"web.port={port}")
    with systemd(root, _units(root)) as manager:
        for name in ("alerts-check.service", "alerts-backup.service"):
            ended = manager.start(name)
            assert ended["Result"] == "success", manager.said(name)
        assert manager.run("ls", str(ROOT / "backups")).stdout.startswith("alerts-")
        ended = manager.start("alerts.service")
        assert ended["ActiveState"] == "active", manager.said("alerts.service")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/join", timeout=30) as page:
            assert page.status == 200
        wait(lambda: "serve.start" in manager.said("alerts.service"), lambda: "")


def test_nginx_takes_its_lines(project: Path, tmp_path: Path) -> None:
    (lines,) = server_files("nginx", replace(load(project, {}), root=ROOT), SERVER)
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off;"
        f" server {{ listen 127.0.0.1:8472;\n{lines.text}}} }}"
    )
    line = ["nginx", "-t", "-c", str(conf), "-p", str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
