"""A relay that misbehaves, at every stage and in every way (T4, T5, T6, T18; P2, P3; S12, S13, X14).

Of each case the whole row is checked: state, reason, attempts, what the relay said, when it is due
again. Who is not concerned must get their message, once.
"""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from alerts.domain.delivery import DeliveryState
from alerts.store import moment
from tests.conftest import Alerts
from tests.factories import add_subscribers, database, queue_issue
from tests.outbox.test_dispatch import Sending, at
from tests.relay import (
    CUT,
    RESET,
    SILENCE,
    TAKE_AND_CUT,
    TAKE_AND_SILENCE,
    Relay,
    Said,
    Script,
)

READER = "reader3@example.org"
ENDLESS = b"250-and so on\r\n" * 3000
HUGE = b"250 " + b"x" * 10_000_000

# What each kind of trouble makes of a delivery whose recipient the relay was told of, up to the dot …
BEFORE_THE_DOT: dict[Said, tuple[str, str]] = {
    "421 4.3.2 going down": ("deferred", "temporary"),
    "450 4.2.0 greylisted": ("deferred", "temporary"),
    "451 4.3.0 later": ("deferred", "temporary"),
    "452 4.2.2 full": ("deferred", "temporary"),
    "454 4.3.0 later": ("deferred", "temporary"),
    "550 5.1.1 unknown": ("failed", "rejected"),
    "550-5.1.1 unknown\r\n550 5.1.1 here": ("failed", "rejected"),
    "553 5.1.3 syntax": ("failed", "rejected"),
    "554 5.7.1 no": ("failed", "rejected"),
    "600 what": ("deferred", "disconnected"),
    "hello": ("deferred", "disconnected"),
    CUT: ("deferred", "disconnected"),
    RESET: ("deferred", "disconnected"),
    SILENCE: ("deferred", "disconnected"),
    b"25": ("deferred", "disconnected"),
    b"250": ("deferred", "disconnected"),
    b"250-": ("deferred", "disconnected"),
    ENDLESS: ("deferred", "disconnected"),
    HUGE: ("deferred", "disconnected"),
}
# … and after it: whatever is no clear answer leaves it in doubt.
AFTER_THE_DOT: dict[Said, tuple[str, str]] = {
    **{
        said: end if end[1] != "disconnected" else ("in_doubt", "unanswered")
        for said, end in BEFORE_THE_DOT.items()
    },
    "552 5.3.4 too big": ("failed", "too_large"),
    TAKE_AND_CUT: ("in_doubt", "unanswered"),
    TAKE_AND_SILENCE: ("in_doubt", "unanswered"),
    "250": ("sent", ""),  # RFC 5321 §4.2: the code alone counts
    "250-one\r\n250-two\r\n250 three": ("sent", ""),
}
TROUBLE: dict[str, dict[Said, tuple[str, str]]] = {
    "rcpt": {**BEFORE_THE_DOT, "552 5.2.2 mailbox full": ("failed", "rejected")},
    "data": {**BEFORE_THE_DOT, "552 5.3.4 too big": ("failed", "too_large")},
    "dot": AFTER_THE_DOT,
}
OFFERS = [("PIPELINING", "SMTPUTF8", "SIZE 50000000"), ()]


def _name(value: object) -> str:
    return str(value)[:24].replace("\r\n", "|")


@pytest.mark.parametrize("offers", OFFERS, ids=["pipelined", "plain"])
@pytest.mark.parametrize("stage", TROUBLE)
def test_t4_trouble_with_one_recipient_is_theirs_alone(
    project: Path, stage: str, offers: tuple[str, ...]
) -> None:
    """T4, T5, T18, P1: every second reader in a trouble of their own; the others are sent to, once."""
    cases = TROUBLE[stage]
    sending = Sending(project, readers=2 * len(cases))
    troubled = dict(zip(sending.emails[::2], cases, strict=True))
    fine = sending.emails[1::2]

    def script(reached: str, recipient: str, nth: int) -> Said:
        return troubled.get(recipient) if reached == stage else None

    with Relay(script=script, offers=offers) as relay:
        report = sending.send(relay, resend=False, timeout=0.5)
    assert not report.relay_fault
    assert sorted(x for x in relay.recipients if x in fine) == sorted(fine)
    assert len(relay.recipients) == len(set(relay.recipients))
    for email, said in troubled.items():
        _is_as_it_should(sending, email, said, cases[said])
    assert sending.counts["sent"] == len(fine) + sum(end[0] == "sent" for end in cases.values())


def _is_as_it_should(sending: Sending, email: str, said: Said, end: tuple[str, str]) -> None:
    """State, reason, attempts, the relay's words, the next try, and the event of one delivery."""
    row, case = sending.row(email), _name(said)
    reply = str(row["reply"])
    assert (row["state"], row["reason"], row["attempts"]) == (*end, 1), (case, reply)
    assert reply, f"{case}: it always says why"
    assert reply.isprintable(), case
    assert len(reply) < 600, case
    if isinstance(said, str) and said[0].isdigit():  # the code, and every line of the text
        assert said[:3] in reply, case
        assert all(part in reply for line in said.split("\r\n") for part in line[4:].split()), case
    events = [
        event["kind"]
        for event in sending.db.query("SELECT kind FROM events WHERE delivery_id = ?", (row["id"],))
    ]
    assert events == ([] if end[0] == "sent" else [f"delivery.{end[0]}"]), case
    if end[0] == "deferred":
        wait = moment(str(row["due_at"])) - sending.now
        assert timedelta(minutes=11) <= wait <= timedelta(minutes=15), case


@pytest.mark.parametrize("offers", OFFERS, ids=["pipelined", "plain"])
@pytest.mark.parametrize("said", [CUT, RESET], ids=_name)
def test_t4_what_was_refused_before_the_connection_broke_stays_refused(
    project: Path, said: str, offers: tuple[str, ...]
) -> None:
    sending = Sending(project, readers=4)

    def script(stage: str, recipient: str, nth: int) -> Said:
        if recipient == READER and stage == "rcpt":
            return "550 5.1.1 unknown"
        return said if stage == "rset" else None

    with Relay(script=script, offers=offers) as relay:
        sending.send(relay)
    assert sending.counts == {"sent": 3, "failed": 1}
    assert sending.row(READER)["reply"] == "550 5.1.1 unknown"


@pytest.mark.parametrize("offers", OFFERS, ids=["pipelined", "plain"])
@pytest.mark.parametrize(
    "said",
    ["421 4.7.0 that was enough", "451 later", CUT, RESET, b"2", "hello", ENDLESS, HUGE],
    ids=_name,
)
def test_a_session_that_ends_between_two_messages_costs_nobody_an_attempt(
    project: Path, said: Said, offers: tuple[str, ...]
) -> None:
    """A relay that takes three messages a session: the next one goes over a new session, at once."""
    sending = Sending(project, readers=10)
    with Relay(
        script=lambda stage, _, nth: said if stage == "mail" and nth % 4 == 0 else None,
        offers=offers,
    ) as relay:
        report = sending.send(relay)
    assert sending.counts == {"sent": 10}
    assert sorted(relay.recipients) == sorted(sending.emails)
    assert {row["attempts"] for row in sending.db.query("SELECT attempts FROM deliveries")} == {1}
    assert report.outcomes == {DeliveryState.SENT: 10, DeliveryState.SKIPPED: 0}


DEAF: list[Said] = [
    *("421 no", "450 no", "451 no", "452 full", "550 no", "552 no", "554 no", "hello"),
    *(CUT, RESET, SILENCE, b"2", b"220", b"250-", HUGE, ENDLESS),
]


@pytest.mark.parametrize(("readers", "connections"), [(2, 1), (12, 4)])
@pytest.mark.parametrize("stage", ["banner", "ehlo", "mail"])
def test_a_relay_that_has_no_ear_for_us_burns_no_recipient(
    project: Path, stage: str, readers: int, connections: int
) -> None:
    """Whatever goes wrong before a recipient is named pauses the send; later the same call goes on."""
    sending = Sending(project, readers=readers)
    for said in DEAF:
        with Relay(script=at(stage, said, only="*")) as relay:
            report = sending.send(relay, connections=connections, timeout=0.3)
        assert report.relay_fault, _name(said)
        assert not relay.inbox, _name(said)
        assert relay.connections <= 8, f"{_name(said)}: it is not stormed"
        assert sending.counts == {"queued": readers}, _name(said)
        rows = sending.db.execute("SELECT DISTINCT attempts, reason FROM deliveries").fetchall()
        assert rows == [(0, "")], _name(said)
    with Relay() as relay:
        sending.send(relay, connections=connections)
    assert sending.counts == {"sent": readers}
    assert len(relay.inbox) == readers


@pytest.mark.parametrize(
    ("stage", "said", "words"),
    [
        ("banner", "554 5.7.1 blocked", "554 5.7.1 blocked"),
        ("ehlo", "550 who are you", "550"),
        ("mail", "550 5.7.1 not from you", "550 5.7.1 not from you"),
        ("mail", "421 4.7.0 slow down", "421 4.7.0 slow down"),
        ("mail", CUT, "closed the connection"),
    ],
)
def test_a_paused_send_says_so_in_a_line_and_exits_75(
    project: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    said: str,
    words: str,
) -> None:
    db = database(project)
    add_subscribers(db, 8)
    queue_issue(project, db)
    with Relay(script=at(stage, said, only="*")) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        result = alerts("send", "--month", "2026-10")
    assert result.code == 75
    assert words in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert db.execute("SELECT DISTINCT state, attempts FROM deliveries").fetchall() == [
        ("queued", 0)
    ]


@pytest.mark.parametrize("room", [1, 2])
@pytest.mark.parametrize("excess", ["421", SILENCE])
def test_a_relay_that_takes_fewer_connections_than_we_open_t4(
    project: Path, room: int, excess: str
) -> None:
    sending = Sending(project, readers=30)
    relay = Relay(room=room)
    relay.script = lambda stage, _, nth: (
        SILENCE if stage == "banner" and excess == SILENCE and relay.full else None
    )
    with relay:
        for _ in range(40):  # on a busy machine a session may be silent for longer than it may
            sending.send(relay, connections=6, timeout=0.5)
            if sending.counts == {"sent": 30}:
                break
            relay.empty()  # else a session that is just over takes the room of the next
    assert sending.counts == {"sent": 30}
    assert len(relay.inbox) == 30


@pytest.mark.parametrize("stage", ["dot", "body"])
def test_a_cut_at_every_byte_of_the_dialogue_t4(project: Path, stage: str) -> None:
    """The relay's side breaks off after each byte of its answer to the dot: in doubt until it is whole."""
    answer = b"250-2.0.0 taken\r\n250 2.0.0 as 4711\r\n"
    sending = Sending(project, readers=len(answer))
    ends = {email: n for n, email in enumerate(sending.emails)}

    def script(reached: str, recipient: str, nth: int) -> Said:
        return (answer[: ends[recipient]] or CUT) if reached == stage else None

    with Relay(script=script) as relay:
        for _ in range(len(answer)):
            sending.send(relay, resend=False)
    tried = len(answer)
    assert sending.counts == {"in_doubt": tried}, f"{tried} tried, 0 taken for sent"


def test_greylisting_for_a_quarter_of_an_hour_passes_at_the_third_try_t6(project: Path) -> None:
    sending = Sending(project, readers=6)
    start = sending.now
    script: Script = lambda stage, _, nth: (  # noqa: E731
        "450 4.2.0 come back in 15 min"
        if stage == "rcpt" and sending.now - start < timedelta(minutes=15)
        else None
    )
    tries = 0
    with Relay(script=script) as relay:
        while sending.counts != {"sent": 6}:
            sending.send(relay)
            sending.now += timedelta(minutes=12)
            tries += 1
    assert tries <= 4
    assert {r["attempts"] for r in sending.db.query("SELECT attempts FROM deliveries")} <= {2, 3}


@pytest.mark.parametrize("offers", OFFERS, ids=["pipelined", "plain"])
def test_what_is_said_on_the_wire_is_what_was_offered_s12_s13(
    project: Path, offers: tuple[str, ...]
) -> None:
    """No SIZE, SMTPUTF8, BODY or DSN parameter that was not offered; 7-bit clean, CRLF, short lines."""
    sending = Sending(project, readers=3)
    sending.db.execute("UPDATE subscribers SET name = 'Zoë Ωmega 用户' WHERE id = 1")
    with Relay(offers=offers) as relay:
        sending.send(relay)
    assert len(relay.inbox) == 3
    for taken in relay.inbox:
        assert taken.octets.isascii()
        lines = taken.octets.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert not any(b"\n" in line or b"\r" in line for line in lines)
        assert ("SIZE=" in taken.mail_parameters) == bool(offers)
        assert "SMTPUTF8" not in taken.mail_parameters
        assert "ENVID" not in taken.mail_parameters


# --- TLS and AUTH ---------------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def _server(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.parametrize("tls", ["required", "opportunistic"])
def test_messages_travel_under_starttls_s1(project: Path, authority: trustme.CA, tls: str) -> None:
    sending = Sending(project, readers=30)
    sending.fatten(20_000)  # many TLS records
    with Relay(tls=_server(authority)) as relay:
        sending.send(relay, connections=3, query=f"?tls={tls}")
    assert sorted(relay.recipients) == sorted(sending.emails)
    assert sending.counts == {"sent": 30}


BAD_TLS: dict[str, tuple[Said, str]] = {
    "not offered": (None, "no STARTTLS"),
    "refused for now": ("454 4.7.0 no TLS today", "454"),
    "refused": ("554 5.7.3 never", "554"),
    "garbage in the handshake": (b"220 go on\r\nthis is no TLS at all, and never was", ""),
    "hangs up in the handshake": (b"220 go on\r\n", ""),
    "cut": (CUT, ""),
    "an authority nobody knows": (None, "CERTIFICATE_VERIFY_FAILED"),
    "another host's certificate": (None, "CERTIFICATE_VERIFY_FAILED"),
}


@pytest.mark.parametrize("case", BAD_TLS)
@pytest.mark.parametrize("tls", ["required", "opportunistic"])
def test_starttls_that_fails_stops_us_where_it_is_required_t4(
    project: Path, authority: trustme.CA, case: str, tls: str
) -> None:
    """Required: 0 messages in clear, nobody burnt. Opportunistic: unverified, or in clear (RFC 7435)."""
    said, words = BAD_TLS[case]
    context: ssl.SSLContext | None = _server(authority)
    if case == "not offered":
        context = None
    elif case == "an authority nobody knows":
        context = _server(trustme.CA())
    elif case == "another host's certificate":
        context = _server(authority, "relay.example.org")
    sending = Sending(project)
    with Relay(script=at("starttls", said or "220 go on", only="*"), tls=context) as relay:
        report = sending.send(relay, query=f"?tls={tls}")
    if tls == "required":
        assert words in report.relay_fault
        assert report.relay_fault
        assert not relay.inbox
        assert sending.counts == {"queued": 5}
    else:
        assert sending.counts == {"sent": 5}


def _login(
    project: Path, monkeypatch: pytest.MonkeyPatch, relay: Relay, query: str, password: str
) -> str:
    monkeypatch.setenv("ALERTS_RELAY_PASSWORD", password)
    return f"smtp://someone@127.0.0.1:{relay.port}{query}"


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (None, 0, ""),
        ("535 5.7.8 wrong", 1, "refuses the login of someone: 535"),
        ("534 5.7.9 mechanism", 1, "534"),
        ("454 4.7.0 later", 75, "454"),
        ("421 busy", 75, ""),
        (CUT, 75, "onnection"),
        (b"235", 75, ""),
        (b"23", 75, ""),
        (HUGE, 75, ""),
        (ENDLESS, 75, ""),
    ],
    ids=_name,
)
def test_auth_x14(
    project: Path,
    authority: trustme.CA,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    said: Said,
    code: int,
    words: str,
) -> None:
    """A login that is refused burns nobody and shows no password; a right one travels under TLS."""
    db = database(project)
    add_subscribers(db, 5)
    queue_issue(project, db)
    script: Script = lambda stage, _, nth: said if stage == "auth" else None  # noqa: E731
    with Relay(script=script, tls=_server(authority), password="canary-4711") as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"{relay.url}?tls=required")
        assert alerts("send", "--month", "2026-10").code == 1, "no login, no mail"
        assert not relay.inbox
        monkeypatch.setenv("ALERTS_RELAY_PASSWORD", "canary-4711")
        user = relay.url.replace("://", "://someone@")
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"{user}?tls=required")
        result = alerts("send", "--month", "2026-10")
    assert result.code == code, result.stderr
    assert words in result.stderr
    assert "canary" not in result.stderr + result.stdout
    assert "Traceback" not in result.stderr
    assert relay.passwords
    assert all(over_tls for over_tls, _ in relay.passwords)
    states = db.execute("SELECT DISTINCT state, attempts FROM deliveries").fetchall()
    assert states == ([("sent", 1)] if code == 0 else [("queued", 0)])
    dump = "\n".join(db.conn.iterdump())
    assert "canary" not in dump


@pytest.mark.parametrize("case", ["not offered", "refused", "an authority nobody knows"])
def test_a_password_is_sent_to_nobody_who_was_not_verified_x14(
    project: Path,
    authority: trustme.CA,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    said, _ = BAD_TLS[case]
    context = {"not offered": None, "refused": _server(authority)}.get(case, _server(trustme.CA()))
    db = database(project)
    add_subscribers(db, 2)
    queue_issue(project, db)
    monkeypatch.setenv("ALERTS_RELAY_PASSWORD", "canary-4711")
    script = at("starttls", str(said or "220 go on"), only="*")
    with Relay(script=script, tls=context, password="canary-4711") as relay:
        user = relay.url.replace("://", "://someone@")
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"{user}?tls=required")
        assert alerts("send", "--month", "2026-10").code == (75 if context is None or said else 1)
    assert not relay.passwords
    for tls in ("never", "opportunistic"):
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"smtp://u@mail.example.org:25?tls={tls}")
        refused = alerts("send", "--month", "2026-10")
        assert (refused.code, "password" in refused.stderr) == (2, True)
