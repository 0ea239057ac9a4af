"""DMARC by RFC 9989: the walk up the tree, the policy that holds, alignment; BIMI; the names of a host."""

import random
from collections.abc import Mapping

import pytest

from alerts.doctor import bimi, dmarc, host, relay
from alerts.doctor.dns import system_names
from alerts.doctor.finding import CheckLevel, CheckOutput
from tests.factories import NOW
from tests.names import serving

ORG = "example-ngo.org"
AT = "v=DMARC1; p=reject; rua=mailto:a@example-ngo.org"


def _said(zone: Mapping[str, str], author: str, envelope: str) -> list[CheckOutput]:
    """What is said, by a real DNS server, of TXT records."""
    records = {(name, "TXT"): [f'"{text}"'] for name, text in zone.items()}
    with serving(records) as resolver:
        return list(dmarc.judged(system_names(resolver), author, envelope))


def _worst(said: list[CheckOutput]) -> CheckLevel:
    return max((one.level for one in said), key=list(CheckLevel).index)


def test_a_sibling_of_the_same_organisation_is_aligned() -> None:
    zone = {
        f"_dmarc.news.{ORG}": "v=DMARC1; p=quarantine; rua=mailto:a@example-ngo.org",
        f"_dmarc.{ORG}": AT,
    }
    said = _said(zone, f"news.{ORG}", f"bounces.{ORG}")
    assert _worst(said) is CheckLevel.OK
    assert f"DMARC of news.{ORG}" in said[0].about


def test_a_record_without_p_is_p_none_where_reports_are_read() -> None:
    said = _said({f"_dmarc.{ORG}": f"v=DMARC1; rua=mailto:a@{ORG}"}, ORG, ORG)
    assert _worst(said) is CheckLevel.HINT
    assert any("counts as p=none" in one.about for one in said)
    assert _worst(_said({f"_dmarc.{ORG}": "v=DMARC1; sp=none"}, ORG, ORG)) is CheckLevel.ERROR


def test_what_is_gone_a_test_and_reports_to_strangers_are_told() -> None:
    text = "v=DMARC1; p=reject; pct=10; rf=afrf; ri=3600; t=y; rua=mailto:a@other.example"
    told = " ".join(one.about for one in _said({f"_dmarc.{ORG}": text}, ORG, ORG))
    assert "pct, rf, ri" in told
    assert "t=y" in told
    assert "other.example has not agreed" in told
    agreed = {f"_dmarc.{ORG}": text, f"{ORG}._report._dmarc.other.example": "v=DMARC1"}
    assert "agreed" not in " ".join(one.about for one in _said(agreed, ORG, ORG))


def test_below_a_public_suffix_each_is_an_organisation_of_its_own() -> None:
    zone = {"_dmarc.co.uk": "v=DMARC1; p=reject; psd=y; rua=mailto:a@ngo.co.uk"}
    said = _said(zone, "ngo.co.uk", "bounce.co.uk")
    assert any("does not align" in one.about for one in said)
    assert not any("does not align" in one.about for one in _said(zone, "ngo.co.uk", "b.ngo.co.uk"))


@pytest.mark.parametrize(
    ("author", "records", "organisation", "policy"),
    [
        ("a.b.example.org", {"example.org": "p=reject; sp=none"}, "example.org", "none"),
        ("a.b.example.org", {"example.org": "p=reject"}, "example.org", "reject"),
        ("b.x.org", {"b.x.org": "p=none; psd=n", "x.org": "p=reject"}, "b.x.org", "none"),
        ("a.b.example.org", {"b.example.org": "p=none", "example.org": "p=reject"}, "example.org", "reject"),
        ("example.org", {"example.org": "p=reject; t=y"}, "example.org", "quarantine"),
        ("example.org", {"org": "p=reject; psd=y"}, "example.org", "reject"),
        ("org", {"org": "p=reject; psd=y"}, "org", "reject"),
        # nothing at the organisation d.org: not what lies between counts, but the public suffix above
        ("a.b.c.d.org", {"c.d.org": "p=none", "org": "p=reject; psd=y"}, "d.org", "reject"),
        ("example.org", {}, "example.org", ""),
        ("1.2.3.4.5.6.7.8.9.example.org", {"6.7.8.9.example.org": "p=none"}, "6.7.8.9.example.org", "none"),
        ("1.2.3.4.5.6.7.8.9.x.org", {"4.5.6.7.8.9.x.org": "p=none"}, "1.2.3.4.5.6.7.8.9.x.org", ""),
    ],
)  # fmt: skip
def test_the_walk_and_the_policy(
    author: str, records: dict[str, str], organisation: str, policy: str
) -> None:
    found = dmarc.walk(
        lambda name, kind: (
            (f"v=DMARC1; {records[name[7:]]}",) if name[7:] in records and kind == "TXT" else ()
        ),
        author,
    )
    assert (found.organisation, dmarc.policy(found)) == (organisation, policy)


def test_of_generated_zones_every_name_has_one_organisation_at_or_above_it() -> None:
    chance = random.Random(1)
    for _ in range(500):
        labels = [chance.choice("abc") for _ in range(chance.randrange(1, 11))]
        domain = ".".join([*labels, "example", "org"])
        names = [domain.split(".", nth)[-1] for nth in range(domain.count(".") + 1)]
        zone = {
            f"_dmarc.{name}": f"v=DMARC1; p={chance.choice(['none', 'reject', 'x'])}"
            f"{chance.choice(['', '', '; psd=y', '; psd=n', '; rua=mailto:a@b.example'])}"
            for name in names
            if chance.random() < 0.4
        }
        asked: list[str] = []

        def ask(
            name: str, kind: str, zone: dict[str, str] = zone, asked: list[str] = asked
        ) -> tuple[str, ...]:
            asked.append(name)
            return (zone[name],) if name in zone else ()

        found = dmarc.walk(ask, domain)
        assert domain == found.organisation or domain.endswith(f".{found.organisation}")
        assert len(asked) <= 8
        above = dmarc.walk(ask, found.organisation)
        assert above.organisation == found.organisation
        assert dmarc.policy(found) in ("", "none", "quarantine", "reject")


@pytest.mark.parametrize(
    ("logo", "policy", "level", "words"),
    [
        ("", "reject", CheckLevel.OK, "optional"),
        ("v=BIMI1; l=https://a.org/logo.svg", "reject", CheckLevel.OK, "BIMI logo"),
        ("v=BIMI1; l=https://a.org/logo.svg", "none", CheckLevel.WARNING, "policy is"),
        ("v=BIMI1; l=http://a.org/logo.svg", "reject", CheckLevel.WARNING, "no https address"),
        ("v=BIMI1; l=https://a.org/logo.png", "reject", CheckLevel.WARNING, "no SVG"),
        ("v=BIMI1; l=https://a.org/a,b.svg", "reject", CheckLevel.WARNING, "no https address"),
        (
            "v=BIMI1; l=https://a.org/x.svg; a=https://[::1]/",
            "reject",
            CheckLevel.WARNING,
            "a= is no",
        ),
        ("v=BIMI1; a=https://a.org/x.pem", "reject", CheckLevel.WARNING, "no l="),
        ("v=BIMI1; l=https://a.org/x.svg; l=", "reject", CheckLevel.WARNING, "twice"),
        ("v=BIMI1; logo", "reject", CheckLevel.WARNING, "no “=”"),
        ("v=BIMI1; l=;", "none", CheckLevel.OK, "has no BIMI logo (l=)"),
        ("l=https://a.org/logo.svg; v=BIMI1", "reject", CheckLevel.OK, "optional"),
    ],
)
def test_bimi(logo: str, policy: str, level: CheckLevel, words: str) -> None:
    zone = {f"_dmarc.{ORG}": f"v=DMARC1; p={policy}", f"default._bimi.{ORG}": logo}
    (said,) = bimi.indicator(
        lambda name, kind: (zone[name],) if zone.get(name) else (), f"news.{ORG}"
    )
    assert said.level is level
    assert words in said.about


@pytest.mark.parametrize(
    ("changed", "level", "words"),
    [
        ({}, CheckLevel.OK, "and back"),
        ({("1.2.0.192.in-addr.arpa", "PTR"): []}, CheckLevel.ERROR, "no PTR"),
        ({("mail.consortium.org", "A"): []}, CheckLevel.ERROR, "no address"),
        (
            {("1.2.0.192.in-addr.arpa", "PTR"): ["generic.host.net."]},
            CheckLevel.ERROR,
            "does not lead back",
        ),
        (
            {
                ("1.2.0.192.in-addr.arpa", "PTR"): ["other.consortium.org."],
                ("other.consortium.org", "A"): ["192.0.2.1"],
            },
            CheckLevel.WARNING,
            "is called other",
        ),
    ],
)
def test_a_host_name_leads_to_its_address_and_back(
    changed: dict[tuple[str, str], list[str]], level: CheckLevel, words: str
) -> None:
    zone = {
        ("mail.consortium.org", "A"): ["192.0.2.1"],
        ("1.2.0.192.in-addr.arpa", "PTR"): ["mail.consortium.org."],
    }
    with serving(zone | changed) as resolver:
        (said,) = host.confirmed(system_names(resolver), "mail.consortium.org")
    assert said.level is level
    assert words in said.about


@pytest.mark.parametrize(
    ("where", "days", "words"),
    [
        ("smtp.relay.net", 90, ["valid until 2027-01-31"]),
        ("smtp.relay.net", 13, ["expires on 2026-11-15"]),
        ("smtp.relay.net", None, ["is not protected"]),
        ("127.0.0.1", None, []),
    ],
)
def test_the_certificate_of_the_relay(where: str, days: int | None, words: list[str]) -> None:
    ends = None if days is None else NOW.timestamp() + days * 86_400
    said = [one.about for one in relay.certified(where, ends, NOW)]
    assert len(said) == len(words)
    for about, part in zip(said, words, strict=True):
        assert part in about
