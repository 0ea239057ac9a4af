"""What the doctor finds on the machine, in the project and at the relay, the names of its checks, and the
words of a standing within its findings."""

from collections.abc import Mapping

from alerts.editions.catalogue import later

DOCTOR = (
    later("%(language)s: all %(number)s texts are translated"),
    later("translate it in %(file)s"),
    later("channel %(name)s: %(posts)s held or given up, the last answer: %(answer)s"),
    later("channel %(name)s: %(posts)s made"),
    later("channel %(name)s: %(target)s: %(answer)s"),
    later("channels: %(why)s"),
    later("nothing is posted while web.base_url is not set, as posts lead there"),
    later("mend server, to or token in [[channels]]; see docs/channels.md"),
    later("no channel is set"),
    later("nothing is posted to other networks"),
    later("see docs/channels.md"),
    later("it is %(moment)s in %(zone)s"),
    later("the clock says %(moment)s, and %(reason)s: nothing is sent by it"),
    later("the clock says %(day)s, before this program was made"),
    later("the clock says %(moment)s, but the newest event is of %(newest)s: it was set back"),
    later("%(free)s MB are free beside %(path)s"),
    later("%(path)s is damaged: %(words)s"),
    later("it is damaged, and cannot be read to its end"),
    later("a row of %(table)s names one of %(other)s that is not there"),
    later("%(path)s is sound: %(size)s MB"),
    later("a copy of the departures ledger, %(path)s, %(fault)s"),
    later("is missing"),
    later("belongs to another project"),
    later("is damaged"),
    later("has no key beside it"),
    later("has %(damaged)s damaged lines"),
    later("departures ledger: %(path)s holds %(facts)s facts"),
    later("free disk space"),
    later(
        "the database is older than its departures ledger: people left whom it shows as subscribers"
    ),
    later("hook %(name)s: %(events)s given up, the last answer: %(answer)s"),
    later("hook %(name)s: %(events)s taken"),
    later("hook %(name)s: %(events)s waiting, the last answer: %(answer)s"),
    later("no hook is set"),
    later("no limit of the relay is known"),
    later("the relay limits us: %(took)s “%(reply)s”%(more)s"),
    later("it took %(messages)s in %(hours)s, then said"),
    later("it said"),
    later("sending goes on after %(at)s"),
    later("%(number)s may go now"),
    later("%(month)s is not sent: it was dropped %(why)s"),
    later("%(month)s is owed and not sent: %(stand)s, %(missing)s of %(owed)s copies missing"),
    later("nothing is owed that was not sent"),
    later("no provider asked for fewer messages"),
    later("nothing was sent yet"),
    later("the first issue goes to %(readers)s readers at once, from a sender that nobody knows"),
    later(
        "%(provider)s deferred %(deferred)s of %(copies)s copies of the last issue, "
        "which went there at %(hourly)s an hour"
    ),
    later("send it at most %(hourly)s an hour: %(setting)s"),
    later("%(complaints)s of %(copies)s readers at %(provider)s complained"),
    later("send there only to who opted in lately, and fewer a day, until fewer complain"),
    later("none is installed"),
    later("plug-in %(name)s loads"),
    later("plug-in %(name)s: never used, alerts has a “%(word)s” of its own"),
    later("no reverse proxy was seen that web.trusted_proxies does not name"),
    later(
        "the pages seem to be behind a reverse proxy: %(peer)s sent X-Forwarded-For "
        "on %(day)s, which is not believed, so all visitors share the limits of one"
    ),
    later("the reverse proxy %(peer)s is named in web.trusted_proxies"),
    later("copies of %(month)s are refused: %(words)s"),
    later("no refusal is about us"),
    later("of the copies of %(month)s, %(words)s"),
    later(
        "%(number)s came back for a fault of ours, and count against nobody; the "
        "last: %(reply)s %(advice)s"
    ),
    later("%(relay)s needs no login"),
    later("have it renewed by whoever runs the relay"),
    later("login to the relay works: %(where)s"),
    later(
        "mail to %(host)s is not protected: it goes without TLS, or with an unchecked certificate"
    ),
    later("the certificate of %(host)s expires on %(day)s: nothing is sent after that"),
    later("the certificate of %(host)s is valid until %(day)s"),
    later("the transport opens: %(name)s"),
    later("%(name)s has reported %(told)s"),
    later("%(events)s, the last one %(at)s"),
    later("nothing yet"),
    later("%(name)s: its secret is missing or shorter than %(shortest)s characters"),
    later("no relay reports over HTTP"),
    later("set the variable of secret_env, or secret_file"),
    later("%(place)s runs `alerts %(command)s`"),
    later("%(place)s calls `alerts run` at `%(fields)s` (%(zone)s)"),
    later(
        "%(line)s, not every day: what is approved later, or missed while the machine "
        "is off, waits for the next month"
    ),
    later(
        "%(line)s, when it is %(called)s in %(zone)s: the issue of %(month)s is due "
        "on %(due)s, and is sent by no later call"
    ),
    later("%(line)s; the alert is in %(zone)s"),
    later("neither cron nor systemd calls `alerts run` on this machine"),
    later("nothing calls %(commands)s"),
    later("there is no cron and no systemd here to compare with"),
    later("%(file)s is complete"),
    later("many mail programs show no logo that is not https: %(logo)s"),
    later("nothing leaves this machine: the relay is %(relay)s"),
    later("set alert.logo to an https URL"),
    later("%(location)s has moved permanently to %(there)s"),
    later("%(right)s of %(number)s answer"),
    later("%(location)s: no such file or folder"),
    later("there are no sources"),
    later("%(number)s of your own, all of them render"),
    later("none of your own: the packaged ones are used"),
    later("mend [translator], or empty translator.kind: people translate without it"),
    later("no translator is set"),
    later("translator “%(kind)s” answers"),
    later("translator “%(kind)s” answers nothing"),
    later("%(readers)s in a time zone that is not known: %(names)s; that of their language holds"),
    later("change windows.days or windows.holidays"),
    later("make alert.max_late longer, or change windows.days or windows.holidays"),
    later("mend the file, or change windows.holidays"),
    later("raise the limit, widen windows.open, or let the rest wait for the next day"),
    later("the holidays are not known, so nothing is sent: %(fault)s"),
    later(
        "the send window is closed from %(closes)s to %(opens)s, longer than "
        "alert.max_late (%(days)s): what is queued then waits for a person"
    ),
    later(
        "%(copies)s should go by %(closes)s, and %(setting)s lets %(fits)s go; the "
        "rest waits for the next opening: %(takes)s"
    ),
    later("it takes %(number)s in that time"),
    later("it takes longer windows, or fewer readers, while the address is new"),
    later(
        "windows: no day of the next %(days)s is a working day in %(zone)s: change "
        "windows.days or windows.holidays"
    ),
    later("%(number)s post"),
    later("%(number)s posts"),
    later("%(number)s event"),
    later("%(number)s events"),
    later("%(number)s DMARC report"),
    later("%(number)s DMARC reports"),
    later("%(number)s unknown address"),
    later("%(number)s unknown addresses"),
    later("%(number)s time zone"),
    later("%(number)s time zones"),
    later("%(number)s message"),
    later("%(number)s messages"),
    later("%(number)s hour"),
    later("%(number)s hours"),
)
"""Findings and remedies."""

DOCTOR_CHECKS: Mapping[str, str] = {
    "settings": later("settings"),
    "plug-ins": later("plug-ins"),
    "clock": later("clock"),
    "owed": later("owed"),
    "schedule": later("schedule"),
    "windows": later("windows"),
    "catalogues": later("catalogues"),
    "templates": later("templates"),
    "database": later("database"),
    "proxy": later("proxy"),
    "limit": later("limit"),
    "refusals": later("refusals"),
    "pace": later("pace"),
    "hooks": later("hooks"),
    "channels": later("channels"),
    "DMARC reports": later("DMARC reports"),
    "relay reports": later("relay reports"),
    "relay": later("relay"),
    "networks": later("networks"),
    "host": later("host"),
    "mailbox": later("inbox of bounces"),
    "translator": later("translator"),
    "DNS": later("DNS"),
    "sources": later("sources"),
}
"""The checks by their names in `doctor/examine.py`."""

DOCTOR_WORDS = (
    later("early"),
    later("empty"),
    later("not scheduled"),
    later("due"),
    later("waiting"),
    later("unapproved"),
    later("incomplete"),
    later("doubted"),
    later("overdue"),
    later("sending"),
    later("held"),
    later("left open"),
    later("waiting for a window"),
    later("recalled"),
)
"""What stands for a value within them."""
