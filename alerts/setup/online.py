"""Tries an answer on the network, by the checks of the doctor: the relay, the sender's domain, a source."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NoReturn

from alerts.config.secret_files import password
from alerts.config.settings import Settings
from alerts.doctor import dns, relay
from alerts.doctor.finding import Ask, CheckContext, CheckLevel, CheckOutput
from alerts.domain.address import Address
from alerts.domain.errors import InputError, NoAnswer
from alerts.domain.month import Month
from alerts.domain.reserved import made_up
from alerts.library.sources import look
from alerts.sources.fetch import Fetcher
from alerts.text.plural import counted


def _no_database() -> NoReturn:
    raise InputError("there is no database yet")


def relay_login(
    settings: Settings, typed_password: str, now: datetime, environ: Mapping[str, str]
) -> Iterator[CheckOutput]:
    """Log in to the relay, with the password that was typed, if one was; raises `AlertsError`."""
    context = CheckContext(
        settings=settings,
        now=now,
        open_database=_no_database,
        password=lambda section: typed_password or password(settings, section, environ),
        ask=dns.system_names(),
        fetcher=Fetcher(settings),
        environ=environ,
    )
    yield from relay.login(context)


def sender_domain(settings: Settings, ask: Ask) -> Iterator[CheckOutput]:
    """Whether the domain of mail that comes back takes mail. Raises `InputError` where it does not; where
    the DNS does not answer, that is said."""
    sender = settings.sender
    domain = Address.parse(sender.bounces or sender.address).domain
    if made_up(domain):
        return
    try:
        for said in dns.way_back(ask, domain):
            if said.level is CheckLevel.ERROR:
                raise InputError(f"{said.about}: {said.remedy}")
            yield said
    except NoAnswer as fault:
        yield CheckOutput(CheckLevel.WARNING, str(fault))


def first_source(
    settings: Settings, location: str, now: datetime, environ: Mapping[str, str]
) -> Iterator[CheckOutput]:
    """Whether a source can be read, and how much is in it. Raises `UsageError` or `InputError`."""
    found = look(settings, location, None, Month.last_ended(now, settings.zone), environ)
    number = len(found.content.articles)
    level = CheckLevel.OK if number else CheckLevel.WARNING
    yield CheckOutput(level, f"{found.location}: {counted(number, 'article')} to read there now")
    for note in found.content.notes:
        yield CheckOutput(CheckLevel.WARNING, note)
