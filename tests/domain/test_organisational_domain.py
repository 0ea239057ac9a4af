"""Whether two names belong to one organisation, by the Public Suffix List."""

import dataclasses
from pathlib import Path

import pytest

from alerts.config import header_values
from alerts.config.load import load
from alerts.domain.organisational_domain import organisational_domain, same_organisation
from alerts.lint.message import lint


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        ("example.org", "example.org"),
        ("News.Example.org.", "example.org"),
        ("mail.example.org.uk", "example.org.uk"),
        ("example.com.br", "example.com.br"),
        ("a.b.example.gov.au", "example.gov.au"),
        ("someone.github.io", "someone.github.io"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("xn--fiqs8s.xn--55qx5d.cn", "xn--fiqs8s.xn--55qx5d.cn"),
    ],
)
def test_a_name_leads_to_what_was_registered(name: str, registered: str) -> None:
    assert organisational_domain(name) == registered


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("mail.example.org", "news.example.org", True),
        ("example.org.uk", "other-example.org.uk", False),
        ("example.com.au", "other.com.au", False),
        ("one.github.io", "two.github.io", False),
    ],
)
def test_neighbours_below_a_public_suffix_are_strangers(one: str, other: str, same: bool) -> None:
    assert same_organisation(one, other) is same


@pytest.mark.parametrize(
    ("sender", "signer", "faults"),
    [
        ("alerts@example.org.uk", "other-example.org.uk", 1),
        ("alerts@news.example.org.uk", "example.org.uk", 0),
        ("alerts@news.example.org.uk", "mail.example.org.uk", 0),
    ],
)
def test_only_the_own_organisation_signs_for_from(
    project: Path, sender: str, signer: str, faults: int
) -> None:
    settings = load(project, {})
    settings = dataclasses.replace(
        settings,
        sender=dataclasses.replace(settings.sender, address=sender),
        dkim=dataclasses.replace(settings.dkim, domain=signer),
    )
    found = [fault for fault in header_values.faults(settings) if fault[:2] == ("dkim", "domain")]
    assert len(found) == faults, found


@pytest.mark.parametrize(
    ("message_id", "hint"),
    [("<1@mail.example.org.uk>", False), ("<1@other-example.org.uk>", True)],
)
def test_a_message_id_of_a_neighbour_is_told(message_id: str, hint: bool) -> None:
    message = f"From: a@news.example.org.uk\r\nMessage-ID: {message_id}\r\n\r\nHello\r\n"
    found = [each for each in lint(message.encode()) if each.code == "message-id"]
    assert bool(found) is hint, found
