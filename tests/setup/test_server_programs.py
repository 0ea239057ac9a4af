"""What `alerts setup --print` prints is read by the programs that it is for.

Apache, named-checkzone and Postfix read it here (nginx and systemd: test_units.py). Caddy is large and Exim
excludes Postfix, so they have read `tests/setup/lines/` once: Caddy 2.6.2 by `caddy validate --adapter
caddyfile`; Exim 4.96 by `-bV -C`, and by `-bt`, which routed news and news+x (together) and x@rivers-mail.org
(apart) to the transport and others past it. Whoever changes these two templates has them read anew.
"""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.config.settings import Settings
from alerts.setup.dns_zone import zones
from alerts.setup.server_files import server_files
from tests.conftest import Alerts
from tests.setup.test_setup import GOOD
from tests.setup.test_units import SERVER
from tests.systemd_units import ROOT

LINES = Path(__file__).with_name("lines")
CASES = {
    # mail that comes back goes to an address among others; the pages are below a path
    "together": {
        "SENDER__ADDRESS": "news@rivers.net",
        "WEB__BASE_URL": "https://rivers.net/alerts",
        "DELIVERY__RELAY": "smtp://email-smtp.eu-west-1.amazonaws.com:587",
    },
    # it goes to a domain of its own, over LMTP; the pages have a host of their own
    "apart": {
        "SENDER__ADDRESS": "news@rivers.net",
        "SENDER__BOUNCES": "returns@rivers-mail.org",
        "WEB__BASE_URL": "https://alerts.rivers.net",
        "BOUNCES__LMTP": "unix:/var/spool/postfix/alerts/lmtp",
        "DELIVERY__RELAY": "smtp://relay.rivers.net",
    },
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def settings(project: Path, case: str) -> Settings:
    given = {f"ALERTS_{name}": value for name, value in CASES[case].items()}
    return replace(load(project, given), root=ROOT)


def _ran(*line: str) -> str:
    """What a program printed, on both outputs; it must be content."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    done = subprocess.run(
        line, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _text(kind: str, settings: Settings) -> str:
    (one,) = server_files(kind, settings, SERVER)
    return one.text


def test_apache_reads_its_lines(settings: Settings, tmp_path: Path) -> None:
    modules = ("mpm_event", "authz_core", "proxy", "proxy_http", "headers")
    load_them = "".join(
        f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n" for m in modules
    )
    (tmp_path / "conf").write_text(
        f"ServerRoot {tmp_path}\nServerName rivers.net\nListen 127.0.0.1:8443\nErrorLog /dev/stderr\n"
        f"{load_them}<VirtualHost *:8443>\n{_text('apache', settings)}</VirtualHost>\n"
    )
    assert _ran("apache2", "-t", "-f", str(tmp_path / "conf")) == "Syntax OK\n"


def test_postfix_reads_its_lines(settings: Settings, case: str, tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    for folder in (conf, tmp_path / "queue"):
        folder.mkdir()
    own = f"compatibility_level = 3.6\nqueue_directory = {tmp_path}/queue\n"
    texts = {"main.cf": own, "master.cf": "pickup unix n - y 60 1 pickup\n"}
    for one in server_files("postfix", settings, SERVER):
        texts[Path(one.place).name] += one.text
    for name, text in texts.items():
        (conf / name).write_text(text)
    said = _ran("postconf", "-c", str(conf), "-n")
    assert "warning" not in said, said
    _ran("postconf", "-c", str(conf), "-M")
    maps = re.search(r"transport_maps = (.*)", said)
    assert maps is not None
    address, transport = {
        "together": ("news@rivers.net", "alerts:"),
        "apart": ("rivers-mail.org", "lmtp:unix:alerts/lmtp"),
    }[case]
    assert _ran("postmap", "-c", str(conf), "-q", address, maps[1]) == f"{transport}\n"


def test_named_reads_the_zones_and_a_long_key_stays_whole(
    settings: Settings, case: str, tmp_path: Path
) -> None:
    keys = {"s1": ("rsa", "MIIB" + "A" * 388), "s2": ("ed25519", "B" * 44)}
    made = zones(settings, keys)
    assert list(made) == (
        ["rivers.net"] if case == "together" else ["rivers-mail.org", "rivers.net"]
    )
    dumped = {}
    for name, text in made.items():
        head = "$TTL 3600\n@ IN SOA ns h 1 1 1 1 1\n@ IN NS ns\nns IN A 192.0.2.1\n"
        (tmp_path / "zone").write_text(head + text)
        dumped[name] = _ran("named-checkzone", "-D", name, str(tmp_path / "zone"))
        assert "ignoring" not in dumped[name], "a record is not of this zone"
        assert len(re.findall(r"\sTXT\s", dumped[name])) == text.count(" IN TXT ")
    key = re.search(r"s1\._domainkey\.rivers\.net\..*?TXT\s+(.*)", dumped["rivers.net"])
    assert key is not None
    assert "".join(re.findall(r'"(.*?)"', key[1])) == f"v=DKIM1; k=rsa; p={keys['s1'][1]}"
    allowed = "rivers.net._report._dmarc.rivers-mail.org."
    assert (allowed in dumped.get("rivers-mail.org", "")) == (case == "apart")


@pytest.mark.parametrize("kind", ["caddy", "exim"])
def test_the_lines_are_those_that_were_read(
    settings: Settings, case: str, kind: str, request: pytest.FixtureRequest
) -> None:
    path = LINES / f"{kind}-{case}"
    if request.config.getoption("--update-golden"):
        path.write_text(_text(kind, settings))
    assert _text(kind, settings) == path.read_text()


def test_a_project_of_root_is_told_that_no_mail_server_runs_it(
    tmp_path: Path, alerts: Alerts
) -> None:
    alerts("setup", str(tmp_path / "p"), *GOOD)
    done = alerts("setup", str(tmp_path / "p"), "--print", "exim")
    assert ("belongs to root" in done.stderr) == (os.geteuid() == 0)
    assert "driver = accept" in done.stdout
