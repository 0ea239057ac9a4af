"""Findings of the doctor that name commands or marks of code, as the desk says them: somebody without a
shell reads whom to ask, and for what."""

from collections.abc import Mapping

from alerts.editions.catalogue import later

REWORDED_DOCTOR: Mapping[str, str] = {
    "publish one record with l=https://….svg (SVG Tiny PS)": later(
        "publish one record whose l= is the https address of an SVG (SVG Tiny PS)"
    ),
    "`alerts channel list` names them": later(
        "ask whoever installed alerts to run `alerts channel list`, which names them"
    ),
    "nothing is posted while delivery.relay is maildir: or null:, as nothing is mailed": later(
        "nothing is posted while nothing is sent to readers (delivery.relay)"
    ),
    "set the clock, and keep it right with NTP (timedatectl set-ntp true)": later(
        "ask whoever installed alerts to set the clock, and to keep it right with NTP "
        "(`timedatectl set-ntp true`)"
    ),
    "if this copy should send: `alerts adopt`": later(
        "if this copy should send, ask whoever installed alerts to run `alerts adopt`"
    ),
    "it is made by the next command that sends, adds or unsubscribes": later(
        "it is made by itself as soon as something is sent, or someone is added or unsubscribes"
    ),
    "restore a backup": later("ask whoever installed alerts to restore a backup"),
    "see that its folder is there and can be written; `alerts adopt` restores it from "
    "the others": later(
        "ask whoever installed alerts to see that its folder is there and can be "
        "written, and to run `alerts adopt`, which restores it from the others"
    ),
    "there is no departures ledger: a backup that is put back would mail people who "
    "left since": later(
        "there is no departures ledger: a backup that is put back would write to "
        "people who have unsubscribed since"
    ),
    "add rua=mailto:… with an address of yours": later("add rua= with an email address of yours"),
    "“%(uri)s” in rua is no mailto: address": later(
        "“%(uri)s” in rua is no email address with mailto"
    ),
    "`alerts dmarc` lists them; if one is yours, add it to SPF or let it sign by "
    "DKIM; else raise the policy to p=quarantine once all your own mail is vouched "
    "for": later(
        "if one is yours, add it to SPF or let it sign by DKIM; else raise the policy "
        "to p=quarantine once all your own mail is vouched for. Whoever installed "
        "alerts can list them with `alerts dmarc`"
    ),
    "compare `alerts doctor` on SPF and DKIM; a relay must sign all it sends": later(
        "compare what is said here of SPF and DKIM; a relay must sign all it sends"
    ),
    "correct it; your relay's help has the record": later(
        "correct it; your relay’s help has the record"
    ),
    "publish a TXT record “%(record)s” for %(domain)s; your relay's help has it": later(
        "publish a TXT record “%(record)s” for %(domain)s; your relay’s help has it"
    ),
    "%(name)s, which it refers to, has %(number)s SPF record%(plural)s": later(
        "%(name)s, which it refers to, does not have exactly one SPF record: %(number)s"
    ),
    "publish it once more": later("publish it again"),
    "publish the relay's new one": later("publish the relay’s new one"),
    "`alerts hook test %(hook)s` tries it now": later(
        "ask whoever installed alerts to run `alerts hook test %(hook)s`, which tries it now"
    ),
    "mend %(target)s, then `alerts hook retry %(hook)s`": later(
        "mend %(target)s, then ask whoever installed alerts to run `alerts hook retry %(hook)s`"
    ),
    "have the owner of the address (your host) point it to the mail server's name": later(
        "have the owner of the address (your host) point it to the mail server’s name"
    ),
    "have the account's limit raised and call `alerts send --forget-limit`, send by "
    "another relay, or wait: each call goes on where the last one stopped": later(
        "have the account’s limit raised and ask whoever installed alerts to run "
        "`alerts send --forget-limit`, or wait: sending goes on where it stopped"
    ),
    "bounces.mailbox is empty: your mail server must call `alerts bounce process`": later(
        "no inbox for bounces is set: whoever installed alerts must have the mail "
        "server call `alerts bounce process`"
    ),
    "login to the mailbox of bounces works: %(host)s, %(waiting)s unread": later(
        "signing in to the inbox of bounces works: %(host)s, %(waiting)s unread"
    ),
    "begin slowly: delivery.warm_up = [%(steps)s] (messages on the first, second, … day)": later(
        "begin slowly: delivery.warm_up = [%(steps)s] (messages on the first and each further day)"
    ),
    "upgrade %(package)s, or uninstall it": later(
        "ask whoever installed alerts to upgrade %(package)s, or to uninstall it"
    ),
    'if that is your proxy, add "%(peer)s" to web.trusted_proxies and restart `alerts '
    "serve`": later(
        "if that is your proxy, ask whoever installed alerts to add “%(peer)s” to "
        "web.trusted_proxies and restart `alerts serve`"
    ),
    "leave ?tls=… out of delivery.relay": later("take the part tls= out of delivery.relay"),
    "the crontab in docs/operations.md has all of them": later(
        "ask whoever installed alerts: the crontab in docs/operations.md has all of them"
    ),
    "the crontab in docs/operations.md, or `alerts serve` as a service": later(
        "ask whoever installed alerts for the crontab in docs/operations.md, or for "
        "`alerts serve` as a service"
    ),
    "write `%(fields)s`: each issue goes at schedule.run (%(planned)s)": later(
        "ask whoever installed alerts to write `%(fields)s`: each issue goes at "
        "schedule.run (%(planned)s)"
    ),
    "set delivery.relay to smtp://user@host:587 when mail should be sent": later(
        "set delivery.relay to the address of an SMTP server when email should be sent"
    ),
    "`alerts source add` adds one": later(
        "ask whoever installed alerts to add one with `alerts source add`"
    ),
    "`alerts source check %(location)s` tells more; or remove it": later(
        "ask whoever installed alerts to run `alerts source check %(location)s`, "
        "which tells more, or to remove it"
    ),
    "`alerts source move %(id)s` takes that over": later(
        "ask whoever installed alerts to run `alerts source move %(id)s`, which takes that over"
    ),
    "it is gone for good: `alerts source remove %(id)s`": later(
        "it is gone permanently: ask whoever installed alerts to run `alerts source remove %(id)s`"
    ),
    "source %(number)s is there already: `alerts source remove %(id)s`": later(
        "source %(number)s is there already: ask whoever installed alerts to run "
        "`alerts source remove %(id)s`"
    ),
    "`alerts subscriber edit EMAIL --timezone America/Bogota`, or install the package "
    "tzdata": later(
        "mend the time zone at “Subscribers”, or ask whoever installed alerts to "
        "install the package tzdata"
    ),
    "all readers can be mailed within their windows, in %(places)s": later(
        "all readers can be reached within their send windows, in %(places)s"
    ),
    "no send windows are set: readers are mailed at any hour": later(
        "no send windows are set: readers get email at any hour"
    ),
}
"""The sentence of the program, and what the desk says."""
