"""The settings of what is watched; see declarations.py."""

from dataclasses import dataclass
from datetime import timedelta

from alerts.config.option import option


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """What `alert.admins` are mailed about, and who is told that all goes well."""

    approve_before: timedelta = option(
        timedelta(days=1),
        "Admins are told if an issue that needs approval has none so long before its moment.",
    )
    least_free: int = option(
        500_000_000, "They are told if fewer octets are free beside the database; 0: never."
    )
    oldest_backup: timedelta = option(
        timedelta(days=8), "They are told if the last `alerts backup` is older; 0: never."
    )
    admin_relay: str = option(
        "",
        "The relay of mails to admins, written as delivery.relay; empty: delivery.relay, and where that"
        " fails, the mail server of this machine (port 25).",
    )
    admin_password_env: str = option(
        "ALERTS_ADMIN_RELAY_PASSWORD", "The variable that holds its password."
    )
    heartbeat: str = option(
        "",
        "An address that is fetched after each good pass, for a dead-man's switch (Healthchecks.io, Uptime"
        " Kuma): who does not hear of it raises the alarm.",
    )
