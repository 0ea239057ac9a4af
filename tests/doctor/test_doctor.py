"""`alerts doctor`: what is wrong is found and named with its remedy, and what is right is let be."""

import base64
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.config.settings import Settings
from alerts.doctor import dns_records
from alerts.doctor.dns import system_names
from alerts.doctor.examine import CHECKS, ONLINE, examine
from alerts.doctor.finding import CheckContext, CheckLevel
from alerts.domain.article import Source, SourceKind
from alerts.mail.dkim import Key
from alerts.sources.fetch import Fetcher
from alerts.store import audit_log, transaction
from alerts.store import sources as kept
from tests.conftest import Alerts
from tests.factories import NOW, add_subscribers, database
from tests.http_server import site
from tests.names import Zone, serving
from tests.relay import Relay

SETTINGS = """\
[alert]
name = "The Alert"
address = "61 Mansell Street, London"
languages = ["en", "es", "ar"]
[sender]
address = "alert@news.consortium.org"
bounces = "bounces@news.consortium.org"
[web]
base_url = "https://alerts.consortium.org"
[sources]
allow_private = true
timeout = "5s"
"""


def _key(bits: int) -> str:
    """An RSAPublicKey of that many bits, as DNS has it; the number is no product of primes."""
    modulus = (1 << (bits - 1) | 1).to_bytes(bits // 8, "big")
    number = b"\x02\x82" + (len(modulus) + 1).to_bytes(2, "big") + b"\0" + modulus
    inside = number + b"\x02\x03\x01\x00\x01"
    whole = b"\x30\x82" + len(inside).to_bytes(2, "big") + inside
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(whole).decode()}"
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


DOMAIN = "news.consortium.org"
GOOD: dict[tuple[str, str], list[str]] = {
    (DOMAIN, "TXT"): ['"v=spf1 include:relay.net -all"', '"verification=1"'],
    ("relay.net", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 -all"'],
    (f"mail._domainkey.{DOMAIN}", "TXT"): [_key(2048)],
    ("_dmarc.consortium.org", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:d@consortium.org"'],
    (DOMAIN, "MX"): ["10 mx.consortium.org."],
    ("consortium.org", "A"): ["192.0.2.1"],
}
SPF, DKIM, DMARC = (
    (DOMAIN, "TXT"),
    (f"mail._domainkey.{DOMAIN}", "TXT"),
    ("_dmarc.consortium.org", "TXT"),
)


@pytest.fixture
def healthy(project: Path) -> Path:
    """A project with nothing wrong in it."""
    (project / "alerts.toml").write_text(SETTINGS, encoding="utf-8")
    return project


def _found(
    root: Path,
    only: str,
    zone: Zone | None = None,
    given: Settings | None = None,
    **changed: object,
) -> list[tuple[CheckLevel, str, str]]:
    """What one check says of the project."""
    settings = given or load(root, {})
    db = database(root, threads=True)
    with serving(zone or {}) as resolver:
        context = CheckContext(
            settings=settings,
            now=NOW,
            open_database=lambda: db,
            password=lambda section: "secret",
            ask=system_names(resolver),
            fetcher=Fetcher(settings),
        )
        said = [one for one in examine(replace(context, **changed)) if one.check == only]  # type: ignore[arg-type]
    db.close()
    return [(one.level, one.about, one.remedy) for one in said]


def _worst(found: list[tuple[CheckLevel, str, str]]) -> tuple[CheckLevel, str, str]:
    return max(found, key=lambda one: list(CheckLevel).index(one[0]))


@pytest.mark.parametrize("check", CHECKS)
def test_of_a_healthy_project_nothing_bad_is_said(healthy: Path, check: str) -> None:
    with site() as web, Relay() as relay:
        url = web.serve("/feed", b"<rss/>", content_type="application/rss+xml")
        db = database(healthy)
        kept.add(db, Source(0, url, SourceKind.FEED), NOW)
        db.close()
        given = load(healthy, {"ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{relay.port}"})
        found = _found(healthy, check, GOOD, given)
        assert relay.inbox == []
    assert found
    assert [one for one in found if one[0] is not CheckLevel.OK] == []


WRONG: list[tuple[str, dict[tuple[str, str], list[str]], CheckLevel, str]] = [
    ("no SPF", {SPF: ['"hello"']}, CheckLevel.ERROR, "has no SPF record"),
    ("SPF twice", {SPF: ['"v=spf1 -all"', '"v=spf1 a -all"']}, CheckLevel.ERROR, "2 SPF records"),
    ("SPF for all", {SPF: ['"v=spf1 +all"']}, CheckLevel.ERROR, "lets anyone send"),
    ("SPF all", {SPF: ['"v=spf1 mx all"']}, CheckLevel.ERROR, "lets anyone send"),
    ("SPF open", {SPF: ['"v=spf1 mx"']}, CheckLevel.WARNING, "nothing of other senders"),
    ("SPF neutral", {SPF: ['"v=spf1 mx ?all"']}, CheckLevel.WARNING, "neutral"),
    ("SPF misspelt", {SPF: ['"v=spf1 inclde:relay.net -all"']}, CheckLevel.ERROR, "no mechanism"),
    ("SPF address", {SPF: ['"v=spf1 ip4:300.1.2.3 -all"']}, CheckLevel.ERROR, "written wrong"),
    ("SPF length", {SPF: ['"v=spf1 mx/33 -all"']}, CheckLevel.ERROR, "“mx/33” is written wrong"),
    ("SPF macro", {SPF: ['"v=spf1 exists:%{y}.a.net -all"']}, CheckLevel.ERROR, "written wrong"),
    (
        "SPF of nobody",
        {SPF: ['"v=spf1 include:nobody.net -all"']},
        CheckLevel.ERROR,
        "nobody.net, which it refers to, has no SPF record",
    ),
    (
        "SPF redirected twice",
        {SPF: ['"v=spf1 redirect=relay.net redirect=relay.net"']},
        CheckLevel.ERROR,
        "redirect= stands twice",
    ),
    ("SPF ptr", {SPF: ['"v=spf1 ptr -all"']}, CheckLevel.WARNING, "uses ptr"),
    (
        "SPF too long",
        {SPF: ['"v=spf1 ' + " ".join(f"a:h{n}.net" for n in range(11)) + ' -all"']},
        CheckLevel.ERROR,
        "more than 10 look-ups",
    ),
    (
        "SPF too long by includes",
        {
            SPF: ['"v=spf1 include:relay.net -all"'],
            ("relay.net", "TXT"): [
                '"v=spf1 ' + " ".join(f"a:h{n}.net" for n in range(10)) + ' -all"'
            ],
        },
        CheckLevel.ERROR,
        "more than 10 look-ups",
    ),
    (
        "SPF in a chain",
        {(f"h{n}.net", "TXT"): [f'"v=spf1 include:h{n + 1}.net -all"'] for n in range(40)}
        | {SPF: ['"v=spf1 include:h0.net -all"']},
        CheckLevel.ERROR,
        "more than 10 look-ups",
    ),
    (
        "SPF in a circle",
        {("relay.net", "TXT"): ['"v=spf1 include:relay.net include:relay.net -all"']},
        CheckLevel.ERROR,
        "relay.net, which it refers to: relay.net refers to itself",
    ),
    (
        "SPF redirect beside all",
        {SPF: ['"v=spf1 ' + " ".join(f"a:h{n}.net" for n in range(10)) + ' redirect=no.net -all"']},
        CheckLevel.OK,
        "",
    ),
    ("SPF that is not version 1", {SPF: ['"v=spf10 -all"']}, CheckLevel.ERROR, "has no SPF record"),
    ("no DKIM", {DKIM: []}, CheckLevel.WARNING, "a common selector"),
    ("DKIM revoked", {DKIM: ['"v=DKIM1; p="']}, CheckLevel.ERROR, "is revoked"),
    ("DKIM broken", {DKIM: ['"v=DKIM1; p=@@@"']}, CheckLevel.ERROR, "not base64"),
    ("DKIM nonsense", {DKIM: ['"v=DKIM1; p=aGVsbG8="']}, CheckLevel.ERROR, "not an RSA key"),
    ("DKIM of 512 bits", {DKIM: [_key(512)]}, CheckLevel.ERROR, "512 bits: too few"),
    ("DKIM of 1024 bits", {DKIM: [_key(1024)]}, CheckLevel.WARNING, "has 1024 bits"),
    (
        "DKIM test",
        {DKIM: [_key(2048).replace("k=rsa;", "k=rsa; t=y;")]},
        CheckLevel.WARNING,
        "marked as a test",
    ),
    (
        "DKIM Ed25519 alone",
        {DKIM: [f'"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(32)).decode()}"']},
        CheckLevel.ERROR,
        "no RSA key for DKIM",
    ),
    ("no DMARC", {DMARC: []}, CheckLevel.ERROR, "has no DMARC record"),
    (
        "DMARC twice",
        {DMARC: ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']},
        CheckLevel.ERROR,
        "several DMARC",
    ),
    (
        "DMARC without policy, which counts as none where reports are read (RFC 9989)",
        {DMARC: ['"v=DMARC1; rua=mailto:a@consortium.org"']},
        CheckLevel.HINT,
        "counts as p=none",
    ),
    ("DMARC misspelt", {DMARC: ['"v=DMARC1; p=rejekt"']}, CheckLevel.ERROR, "no policy"),
    ("DMARC unread", {DMARC: ['"v=DMARC1; p=none"']}, CheckLevel.HINT, "nobody reads"),
    (
        "DMARC of another version",
        {DMARC: ['"v=DMARC2; p=none"']},
        CheckLevel.ERROR,
        "has no DMARC record",
    ),
    ("no way back", {(DOMAIN, "MX"): []}, CheckLevel.ERROR, "accepts no mail"),
    ("null MX", {(DOMAIN, "MX"): ["0 ."]}, CheckLevel.ERROR, "null MX"),
    ("DNS ill", {SPF: ["SERVFAIL"]}, CheckLevel.WARNING, "DNS did not answer"),
]


@pytest.mark.parametrize(
    ("change", "level", "words"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG]
)
def test_s1_each_wrong_set_up_of_dns_is_named(
    healthy: Path, change: Zone, level: CheckLevel, words: str
) -> None:
    found = _found(healthy, "DNS", {**GOOD, **change})
    worst = _worst(found)
    assert worst[0] is level, found
    assert words in worst[1] or level is CheckLevel.OK
    assert worst[2] or level is CheckLevel.OK or "try again later" in worst[1]
    assert all("\n" not in one[1] for one in found)


def test_s1_a_return_path_of_another_house_is_named(healthy: Path) -> None:
    text = SETTINGS.replace("bounces@news.consortium.org", "x@relay.net")
    (healthy / "alerts.toml").write_text(text, encoding="utf-8")
    zone = {**GOOD, ("relay.net", "MX"): ["5 mx.relay.net."]}
    found = _found(healthy, "DNS", zone)
    assert _worst(found)[0] is CheckLevel.WARNING
    assert "SPF does not align with news.consortium.org" in _worst(found)[1]


def test_s1_a_named_selector_is_the_one_that_is_asked(healthy: Path) -> None:
    text = SETTINGS + '[dkim]\nselectors = ["oct26"]\n'
    (healthy / "alerts.toml").write_text(text, encoding="utf-8")
    assert "there is no DKIM key at oct26._domainkey" in _worst(_found(healthy, "DNS", GOOD))[1]
    zone = {**GOOD, (f"oct26._domainkey.{DOMAIN}", "TXT"): [_key(4096)]}
    assert _worst(_found(healthy, "DNS", zone))[0] is CheckLevel.OK


def test_s1_keys_that_sign_here_must_be_the_ones_published(healthy: Path) -> None:
    """With real keys, as docs/dkim.md makes them."""
    path = healthy / "a.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path],
        check=True, capture_output=True,
    )  # fmt: skip
    path.chmod(0o600)
    (healthy / "alerts.toml").write_text(
        f'{SETTINGS}[dkim]\ndomain = "{DOMAIN}"\nkeys = {{ a26 = "a.pem" }}\n', encoding="utf-8"
    )
    name = (f"a26._domainkey.{DOMAIN}", "TXT")
    assert "there is no DKIM key at a26" in _worst(_found(healthy, "DNS", GOOD))[1]
    other = _worst(_found(healthy, "DNS", {**GOOD, name: [_key(2048)]}))
    assert "is not the one that signs" in other[1]
    assert "a.pem" in other[2]
    record = f"v=DKIM1; k=rsa; p={Key.read(path.read_bytes()).public}"
    published = " ".join(f'"{record[at : at + 200]}"' for at in range(0, len(record), 200))
    found = _found(healthy, "DNS", {**GOOD, name: [published]})
    assert _worst(found)[0] is CheckLevel.OK, found
    assert any("2048 bits" in one[1] for one in found)
    path.chmod(0o644)
    found = _found(healthy, "DNS", {**GOOD, name: [published]})
    assert "others can read it" in _worst(found)[1]
    assert any("DMARC of" in one[1] for one in found), "the other checks go on"


@pytest.mark.parametrize("bits", [512, 1024, 1536, 2048, 3072, 4096])
def test_the_length_of_a_key_is_read_from_it(bits: int) -> None:
    key = dns_records.tags("".join(_key(bits).replace('"', "").split()))["p"]
    said = list(dns_records.judged_key("x", f"p={key}"))
    assert f"{bits} bits" in said[0].about


@pytest.mark.parametrize(
    ("before", "after", "level", "words"),
    [
        ('address = "61 Mansell Street, London"\n', "", CheckLevel.ERROR, "no postal address"),
        ("alert@news.consortium.org", "alert@example.org", CheckLevel.ERROR, "which is an example"),
        (
            "alert@news.consortium.org",
            "alert@waters.example",
            CheckLevel.ERROR,
            "which is an example",
        ),
        (
            "https://alerts.consortium.org",
            "https://example.org/alerts",
            CheckLevel.ERROR,
            "an example",
        ),
        ("https://alerts", "http://alerts", CheckLevel.ERROR, "not https"),
        (
            'name = "The Alert"',
            'name = "A"\nlogo = "http://x.org/l.png"',
            CheckLevel.HINT,  # it is copied, and served by us
            "nothing leaves this machine",
        ),
        (
            "[alert]\n",
            'pictures.delivery = "source"\n[alert]\nlogo = "http://x.org/l.png"\n',
            CheckLevel.WARNING,
            "logo",
        ),
        (
            "[sources]",
            '[delivery]\nrelay = "gopher:x"\n[sources]',
            CheckLevel.ERROR,
            "is not maildir:FOLDER",
        ),
    ],
)
def test_settings_that_lead_nowhere_are_named(
    healthy: Path, before: str, after: str, level: CheckLevel, words: str
) -> None:
    assert before in SETTINGS
    (healthy / "alerts.toml").write_text(SETTINGS.replace(before, after), encoding="utf-8")
    worst = _worst(_found(healthy, "settings"))
    assert worst[0] is level
    assert words in worst[1]


def test_what_a_catalogue_lacks_is_listed_own_templates_included(healthy: Path) -> None:
    letter = healthy / "templates" / "email" / "_base" / "letter.html"
    letter.parent.mkdir(parents=True)
    letter.write_text('<p>{{ _("A greeting of ours") }}</p>', encoding="utf-8")
    found = _found(healthy, "catalogues")
    assert [one[0] for one in found] == [CheckLevel.WARNING] * 2
    assert found[0][1] == "Spanish: “A greeting of ours” is not translated"
    own = healthy / "templates" / "locale" / "es" / "LC_MESSAGES" / "alerts.po"
    assert found[0][2] == f"translate it in {own}"
    own.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    own.write_text(f'{head}msgid "A greeting of ours"\nmsgstr "Un saludo"\n', encoding="utf-8")
    assert _found(healthy, "catalogues")[0][0] is CheckLevel.OK
    own.write_text("msgid nonsense", encoding="utf-8")
    assert "alerts.po" in _worst(_found(healthy, "catalogues"))[1]


def test_a_language_without_a_catalogue_lacks_everything(healthy: Path) -> None:
    (healthy / "alerts.toml").write_text('[alert]\nlanguages = ["de"]\n', encoding="utf-8")
    found = _found(healthy, "catalogues")
    assert len(found) >= 18
    assert all(one[1].startswith("German: ") for one in found)


def test_a_clock_that_was_set_back_is_named(healthy: Path) -> None:
    db = database(healthy)
    with transaction(db):
        audit_log.record(db, NOW + timedelta(days=2), "issue.queued")
    db.close()
    assert "it was set back" in _worst(_found(healthy, "clock"))[1]
    assert _worst(_found(healthy, "clock", now=NOW + timedelta(days=3)))[0] is CheckLevel.OK
    old = NOW.replace(year=1999)
    assert "before this program was made" in _worst(_found(healthy, "clock", now=old))[1]


def test_a_database_that_others_can_read_or_that_is_damaged_is_named(
    healthy: Path, alerts: Alerts
) -> None:
    path = healthy / "subscribers.db"
    path.chmod(0o644)
    worst = _worst(_found(healthy, "database"))
    assert (worst[0], worst[2]) == (CheckLevel.ERROR, f"chmod 600 {path}")
    path.chmod(0o600)
    octets = bytearray(path.read_bytes())
    size = int.from_bytes(octets[16:18], "big")
    with closing(database(healthy)) as db:
        found = db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name IN ('articles', 'editions')"
        )
        pages = [number for (number,) in found.fetchall()]  # which opening does not read
    assert len(pages) == 2
    for page in pages:
        at = (page - 1) * size
        octets[at : at + 64] = b"\xff" * 64
    path.write_bytes(bytes(octets))
    worst = _worst(_found(healthy, "database"))
    assert "is damaged: " in worst[1]
    assert worst[2] == "restore a backup"
    path.write_bytes(bytes(octets[:size]) + b"\xff" * (len(octets) - size))
    done = alerts("doctor", "--offline")
    assert done.code == 1
    assert "the database is damaged; restore a backup" in done.stdout


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_relay_that_is_not_there_or_refuses_is_named(healthy: Path, closed_port: int) -> None:
    given = load(healthy, {"ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{closed_port}"})
    assert f"127.0.0.1:{closed_port}: " in _worst(_found(healthy, "relay", given=given))[1]
    with Relay(script=lambda stage, *_: "554 go away" if stage == "banner" else None) as relay:
        given = load(healthy, {"ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{relay.port}"})
        worst = _worst(_found(healthy, "relay", given=given))
        assert (worst[0], "554 go away" in worst[1]) == (CheckLevel.ERROR, True)
        wanted = load(healthy, {"ALERTS_DELIVERY__RELAY": f"smtp://ana@127.0.0.1:{relay.port}"})
        worst = _worst(_found(healthy, "relay", given=wanted, password=lambda section: None))
        assert "no password for ana" in worst[1]


def test_sources_that_do_not_answer_are_named_and_the_others_counted(
    healthy: Path, closed_port: int
) -> None:
    with site() as web:
        here = web.serve("/feed", b"<rss/>")
        gone = web.serve("/gone", b"", status=404)
        db = database(healthy)
        for location in (here, gone, f"http://127.0.0.1:{closed_port}/", "nosuch"):
            kind = SourceKind.FOLDER if location == "nosuch" else SourceKind.FEED
            kept.add(db, Source(0, location, kind), NOW)
        db.close()
        found = _found(healthy, "sources")
    assert [one[0] for one in found].count(CheckLevel.OK) == 1
    assert "1 of 4 answer" in found[-1][1]
    wrong = " ".join(one[1] for one in found)
    assert "404" in wrong
    assert "nosuch: no such file or folder" in wrong
    assert str(closed_port) in wrong


def test_the_command_prints_and_exits_by_what_it_found(healthy: Path, alerts: Alerts) -> None:
    done = alerts("doctor", "--offline")
    assert done.code == 0, done.stdout
    assert "catalogues  ok       Spanish: all" in done.stdout
    told = alerts("doctor", "--offline", "--json")
    assert told.code == 0
    assert {one["check"] for one in told.json["findings"]} == set(CHECKS) - ONLINE
    assert (told.json["errors"], told.json["warnings"]) == (0, 0)
    (healthy / "alerts.toml").write_text("", encoding="utf-8")
    bad = alerts("doctor", "--offline", "--json")
    assert bad.code == 1
    assert bad.json["errors"] == 3
    assert all(one["remedy"] for one in bad.json["findings"] if one["level"] == "error")


def test_a_project_without_a_database_is_told_of_it_and_the_rest_is_looked_at(
    healthy: Path, alerts: Alerts
) -> None:
    (healthy / "subscribers.db").unlink()
    done = alerts("doctor", "--offline", "--json")
    assert done.code == 1
    about = {one["check"]: one["about"] for one in done.json["findings"]}
    assert "no database here" in about["database"]
    assert done.json["next"] == "alerts init"
    assert "translated" in about["catalogues"]


def test_the_doctor_says_where_windows_are_too_short_or_shut_too_long(healthy: Path) -> None:
    (healthy / "holidays.txt").write_text("".join(f"2026-12-{day}\n" for day in range(10, 32)))
    db = database(healthy)
    add_subscribers(db, 50)
    db.execute("UPDATE subscribers SET timezone = 'America/Bogota' WHERE id <= 30")
    db.close()
    window = {"ALERTS_WINDOWS__OPEN": "08:00-18:00"}
    assert _worst(_found(healthy, "windows", given=load(healthy, window)))[:2] == (
        CheckLevel.OK,
        "all readers can be mailed within their windows, in 2 time zones",
    )
    slow = load(healthy, window | {"ALERTS_DELIVERY__RATE": "0.0008"})
    told = [about for _, about, _ in _found(healthy, "windows", given=slow)]
    assert "it takes a rate of 4/h" in told[-1]
    closed = load(
        healthy,
        window | {"ALERTS_WINDOWS__HOLIDAYS": "holidays.txt", "ALERTS_ALERT__MAX_LATE": "20d"},
    )
    level, about, remedy = _worst(_found(healthy, "windows", given=closed))
    assert level is CheckLevel.ERROR
    assert "is closed from Wed 9 Dec 18:00 in" in about
    assert "longer than alert.max_late (20 days)" in about
    assert "make alert.max_late longer" in remedy
    wrong = load(healthy, window | {"ALERTS_WINDOWS__HOLIDAYS": "none.txt"})
    assert _worst(_found(healthy, "windows", given=wrong))[0] is CheckLevel.ERROR
