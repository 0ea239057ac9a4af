"""DKIM: signatures that another implementation verifies, that do not change, and that cover enough.

The keys are made by the commands of docs/dkim.md; dkimpy verifies, with a function in place of the DNS.
"""

import base64
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dkim as dkimpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.config.load import load
from alerts.domain.delivery import Owed
from alerts.domain.errors import SettingsError
from alerts.domain.issue import Edition
from alerts.mail.dkim import ED25519, RSA, Key, Signature, relaxed_body, signer
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge, template
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, edition, queue_issue
from tests.relay import TAKE_AND_CUT, Relay, Taken

DOC = Path(__file__).resolve().parents[2] / "docs" / "dkim.md"
MAKE, PUBLISH = re.findall(r"```sh\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
TOML = re.findall(r"```toml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)[0]
SIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type", "List-Id",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID",
)  # fmt: skip
Dns = Callable[..., bytes | None]


def _run(script: str, folder: Path) -> list[str]:
    done = subprocess.run(["sh", "-ec", script], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two keys of the manual."""
    folder = tmp_path_factory.mktemp("keys")
    _run(MAKE, folder)
    return folder


@pytest.fixture(scope="module")
def dns(keys: Path) -> Dns:
    """What the DNS says, as the manual's commands print it."""
    rsa, ed25519 = _run(PUBLISH, keys)
    records = {
        b"a2026._domainkey.example.org.": rsa.encode(),
        b"b2026._domainkey.example.org.": ed25519.encode(),
    }
    return lambda name, timeout=5: records.get(name)


@pytest.fixture(scope="module")
def sign(keys: Path) -> Callable[[bytes], bytes]:
    """The signer with both keys."""
    files = {"a2026": "dkim-rsa.pem", "b2026": "dkim-ed25519.pem"}
    read = {name: Key.read((keys / file).read_bytes()) for name, file in files.items()}
    return signer(
        [(Signature("example.org", n, k.fingerprint, 1793610000), k) for n, k in read.items()]
    )


@pytest.fixture
def signing(project: Path, keys: Path) -> Path:
    """A project whose issue is signed."""
    for file in keys.iterdir():
        (project / file.name).write_bytes(file.read_bytes())
        (project / file.name).chmod(0o600)
    path = project / "alerts.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?ms)^\[dkim\].*?(?=^\[)", TOML, text), encoding="utf-8")
    return project


def _verified(octets: bytes, dns: Dns) -> list[bool]:
    """For each signature whether dkimpy finds it good."""
    number = len(re.findall(rb"^DKIM-Signature:", octets, re.MULTILINE))
    return [_is_good(octets, index, dns) for index in range(number)]


def _is_good(octets: bytes, index: int, dns: Dns) -> bool:
    try:
        return bool(dkimpy.DKIM(octets).verify(index, dnsfunc=dns))
    except dkimpy.ValidationError:
        return False


def _message(sign: Callable[[bytes], bytes], made: Edition, name: str = "José Núñez") -> bytes:
    frame = Frame.of(load(Path.cwd(), {}), MONTH)
    merge = Merge(template(made, frame, NOW), frame, 1, b"k" * 32, "en", sign)
    return merge.message(Owed(7, 1, 7, "ana@example.org", name, 0))


# --- verified by another implementation -----------------------------------------------------------


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "body",
    [
        "Hello {slot:name}", "", ".\n..\n.x\n", "From me\n", "two  spaces\t\ttabs \n \n\n\n",
        "Новости о реформах\n" * 80, "x" * 3000, "é" * 500,
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["", "José Núñez", "山" * 120, '"O\'Neil", Ana', "a" * 200])
def test_dkimpy_verifies_both_signatures_s4(
    sign: Callable[[bytes], bytes], dns: Dns, body: str, name: str
) -> None:
    octets = _message(sign, edition(body=body), name)
    assert _verified(octets, dns) == [True, True]
    assert all(len(line) <= 76 for line in octets.split(b"\r\n") if not line.startswith(b"List-"))


@given(st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r\n", b".", b"  \r\n"]), max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_body_is_relaxed_as_dkimpy_relaxes_it(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    assert relaxed_body(body) == dkimpy.canonicalization.Relaxed.canonicalize_body(body)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("header", SIGNED)
def test_no_signed_header_can_be_changed_taken_or_added_s4(
    sign: Callable[[bytes], bytes], dns: Dns, header: str
) -> None:
    octets = _message(sign, edition())
    field = re.search(rb"^%s: .*\r\n(?:[ \t].*\r\n)*" % header.encode(), octets, re.MULTILINE)
    assert field
    before, after = octets[: field.start()], octets[field.end() :]
    for other in (field[0].replace(b": ", b": x", 1), b"", field[0] * 2):
        assert _verified(before + other + after, dns) == [False, False], other
    assert _verified(octets.replace(b"Hello", b"Hallo"), dns) == [False, False]
    assert _verified(b"Received: from x by y\r\n" + octets, dns) == [True, True]


@pytest.mark.usefixtures("project")
def test_it_names_the_algorithms_and_the_time_of_queueing(sign: Callable[[bytes], bytes]) -> None:
    octets = _message(sign, edition())
    fields = re.findall(rb"^DKIM-Signature: (.*\r\n(?: .*\r\n)+)", octets, re.MULTILINE)
    assert [re.findall(rb"; a=([a-z0-9-]+);", field) for field in fields] == [
        [RSA.encode()],
        [ED25519.encode()],
    ]
    assert all(b"; t=1793610000;" in field for field in fields)
    assert octets == _message(sign, edition())


def test_a_header_that_occurs_twice_is_signed_from_the_last_one_up(
    sign: Callable[[bytes], bytes], dns: Dns
) -> None:
    octets = b"Subject: one\r\nSubject: two\r\nFrom: a@example.org\r\n\r\nHello\r\n"
    assert _verified(sign(octets) + octets, dns) == [True, True]


# --- a project that signs -------------------------------------------------------------------------


def _queue(project: Path, readers: int = 4) -> None:
    db = database(project)
    add_subscribers(db, readers)
    queue_issue(project, db)
    db.close()


def test_what_a_relay_gets_verifies_and_a_repeat_is_the_same_octets_p2(
    signing: Path, dns: Dns, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _queue(signing)
    taken: list[Taken] = []

    def script(stage: str, recipient: str, nth: int) -> str | None:
        return (
            TAKE_AND_CUT
            if stage == "dot" and recipient.startswith("reader2@") and nth == 1
            else None
        )

    with Relay(script=script, on_taken=taken.append) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        monkeypatch.setenv("ALERTS_DELIVERY__RETRY_FIRST", "0s")
        while alerts("send", "--month", str(MONTH)).code == 75:
            pass
    assert len(taken) == 5
    assert all(_verified(each.octets, dns) == [True, True] for each in taken)
    once, again = (each for each in taken if each.recipient.startswith("reader2@"))
    assert once == again


def test_an_issue_keeps_the_keys_that_it_was_queued_with_p4(
    signing: Path, alerts: Alerts, keys: Path, dns: Dns
) -> None:
    _queue(signing)
    (signing / "dkim-rsa.pem").unlink()
    _run(MAKE, signing)  # two new keys under the old names
    refused = alerts("send", "--month", str(MONTH))
    assert refused.code == 2
    assert "the issue of 2026-10 is signed with the key “a2026”" in refused.stderr
    assert alerts("status", "--month", str(MONTH), "--json").json["deliveries"]["queued"] == 4
    for file in keys.iterdir():
        (signing / file.name).write_bytes(file.read_bytes())
    assert alerts("send", "--month", str(MONTH)).code == 0
    sent = sorted((signing / "outbox" / "new").iterdir())
    assert len(sent) == 4
    for file in sent:
        octets = file.read_bytes().replace(b"\n", b"\r\n").partition(b"Delivered-To: ")[2]
        assert _verified(octets.partition(b"\r\n")[2], dns) == [True, True]


def test_a_lost_key_can_be_replaced_when_one_says_so(signing: Path) -> None:
    made = load(signing, {})
    frame = replace(Frame.of(made, MONTH), dkim=Keyring.load(made).signatures(NOW))
    (signing / "dkim-rsa.pem").unlink()
    _run(MAKE, signing)
    records = [line.encode() for line in _run(PUBLISH, signing)]
    changed = load(signing, {"ALERTS_DKIM__CHANGED_KEY": "sign"})
    with pytest.raises(SettingsError, match="put it back"):
        Keyring.load(load(signing, {})).signer(frame)
    octets = _message(Keyring.load(changed).signer(frame) or bytes, edition())
    assert _verified(octets, lambda name, timeout=5: records[name.startswith(b"b")]) == [True] * 2
    assert b"; t=%d;" % NOW.timestamp() in octets
    off = load(signing, {"ALERTS_DKIM__CHANGED_KEY": "sign", "ALERTS_DKIM__DOMAIN": ""})
    assert Keyring.load(off).signer(frame) is None


def test_an_issue_queued_unsigned_stays_so_and_a_frame_survives_the_database(signing: Path) -> None:
    made = load(signing, {})
    keyring = Keyring.load(made)
    signatures = keyring.signatures(NOW + timedelta(microseconds=5))
    frame = replace(Frame.of(made, MONTH), dkim=signatures)
    assert Frame.from_json(frame.to_json()) == frame
    assert {each.signed_at for each in frame.dkim} == {int(NOW.timestamp())}
    assert keyring.signer(replace(frame, dkim=())) is None
    octets = _message(keyring.signer_of(NOW) or bytes, edition())
    assert octets == _message(keyring.signer(frame) or bytes, edition())
    assert Keyring().signer_of(NOW) is None
    assert "PRIVATE" not in repr(keyring) + frame.to_json()


ENCRYPTED = "openssl rsa -in dkim-rsa.pem -aes128 -passout pass:abcd -out x; cat x > dkim-rsa.pem"
EC = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out dkim-rsa.pem"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("rm dkim-rsa.pem", "No such file"),
        ("rm dkim-rsa.pem; mkdir -m 700 dkim-rsa.pem", "Is a directory"),
        ("chmod 644 dkim-rsa.pem", "chmod 600"),
        ("chmod 660 dkim-ed25519.pem", "chmod 600"),
        (": > dkim-rsa.pem", "no private key"),
        ("echo hello > dkim-rsa.pem", "no private key"),
        ("openssl pkey -in dkim-rsa.pem -pubout -out x; cat x > dkim-rsa.pem", "no private key"),
        (ENCRYPTED, "passphrase"),
        (EC, "neither an Ed25519 key nor RSA"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_sign_is_named_with_its_remedy_x14(
    signing: Path, alerts: Alerts, spoil: str, words: str
) -> None:
    _run(spoil, signing)
    result = alerts("send", "--month", str(MONTH))
    assert result.code == 2
    assert words in result.stderr
    assert ".pem" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"DOMAIN": "example org"}, "write a domain"),
        ({"DOMAIN": "example.com"}, "does not align with example.org"),
        ({"DOMAIN": "example.org\r\nBcc: x"}, "write a domain"),
        ({"KEYS": '{ "a b" = "x" }'}, "not a selector"),
        ({"KEYS": "{}"}, "name a selector"),
        ({"CHANGED_KEY": "maybe"}, "not one of"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    signing: Path, settings_: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        Keyring.load(load(signing, {f"ALERTS_DKIM__{key}": x for key, x in settings_.items()}))


def test_without_the_package_it_says_which_to_install(
    signing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(SettingsError, match=r"pip install 'monthly-alerts\[dkim\]'"):
        Keyring.load(load(signing, {}))


@pytest.mark.usefixtures("project")
def test_who_does_not_sign_does_not_load_it() -> None:
    script = (
        "import sys; from alerts import cli; cli.call(['queue']); cli.call(['send']);"
        "sys.exit('cryptography' in sys.modules or 'alerts.mail.dkim_keys' not in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_the_key_is_what_the_record_says(keys: Path, dns: Dns) -> None:
    for name, file in (("a2026", "dkim-rsa.pem"), ("b2026", "dkim-ed25519.pem")):
        record = dns(f"{name}._domainkey.example.org.".encode()) or b""
        public = Key.read((keys / file).read_bytes()).public
        assert record.endswith(f"; p={public}".encode())
        assert base64.b64decode(public)
