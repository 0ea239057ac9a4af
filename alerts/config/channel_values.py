"""Checks the values of [[channels]]."""

import re
from collections.abc import Iterator

from alerts.config.channel_declarations import ChannelSettings
from alerts.config.hook_values import address_fault
from alerts.config.settings import Settings
from alerts.domain.channel import PER, SERVERS, ChannelKind

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TO = {
    ChannelKind.BLUESKY: (re.compile(r"[\w.:-]+\.[\w.:-]+|did:\S+"), "news.example.org"),
    ChannelKind.TELEGRAM: (re.compile(r"@\w{4,}|-?\d+"), "@our_channel or -1001234567890"),
    ChannelKind.MATRIX: (re.compile(r"![^\s/]+"), "!room:example.org, its internal id"),
}


def faults(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(section, key, what is wrong and what to write) of each fault."""
    names = [one.name for one in settings.channels]
    for one in settings.channels:
        if not _NAME.fullmatch(one.name):
            yield "channels", "name", f"“{one.name}”: write a–z, digits and -"
        if names.count(one.name) > 1:
            yield "channels", "name", f"“{one.name}” names two channels; name them apart"
        if one.kind not in list(ChannelKind):
            words = f"there is no kind “{one.kind}”; there are {', '.join(ChannelKind)}"
            yield "channels", "kind", words
            continue
        yield from _of_target(one)
        if one.language and one.language not in settings.alert.languages:
            there = ", ".join(settings.alert.languages)
            words = f"“{one.language}” is no language of the alert; there are {there}"
            yield "channels", "language", words
        if one.per not in PER:
            yield "channels", "per", f"“{one.per}” is not one of {', '.join(PER)}"
        if not (one.token_env or one.token_file):
            yield "channels", "token_file", f"“{one.name}” needs token_env or token_file"


def _of_target(one: ChannelSettings) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the server and with whom it is posted to."""
    kind = ChannelKind(one.kind)
    server = one.server or SERVERS.get(kind, "")
    if not server:
        words = f"“{one.name}”: name the server of {kind}, such as https://example.org"
        yield "channels", "server", words
    elif words := address_fault(server):
        yield "channels", "server", words
    if kind in _TO:
        pattern, example = _TO[kind]
        if not pattern.fullmatch(one.to):
            yield "channels", "to", f"“{one.to}”: write {example}"
