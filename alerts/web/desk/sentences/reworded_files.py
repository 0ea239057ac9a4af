"""Sentences about sources, files and segments that name options of a shell, as the desk says them."""

from collections.abc import Mapping

from alerts.editions.catalogue import later

REWORDED_FILES: Mapping[str, str] = {
    "%(fault)s (or say what it is with --kind)": later(
        "%(fault)s; say of which kind the source is"
    ),
    "%(file)s, line %(line)s: no column of addresses; name one of %(value)s “email”": later(
        "%(file)s, line %(line)s: no column of addresses; give one of %(value)s that heading"
    ),
    "%(key)s: expected a date such as 2026-10-31 or 2026-10-31T18:00+01:00": later(
        "%(key)s: expected a date such as 2026-10-31, or with its time"
    ),
    "%(location)s: a mailbox is imaps://user@host/FOLDER or a Maildir, of --kind mailbox": later(
        "%(location)s: an inbox is written as imaps, user, host and folder"
    ),
    "%(location)s: no list of posts of WordPress; name a feed, or a page with --kind "
    "listing": later("%(location)s: no list of posts of WordPress; name a feed"),
    "%(location)s: no mail was read in time (sources.timeout)": later(
        "%(location)s: no mail was read in time"
    ),
    "%(location)s: no mailbox; write imaps://user@host/FOLDER, or a Maildir": later(
        "%(location)s: no inbox is there; name one with imaps, or a Maildir"
    ),
    "%(location)s: no password; set the variable that %(named)s": later(
        "%(location)s: no password; an admin has to set it"
    ),
    "%(location)s: nothing here reads sources of kind “%(name)s”; is its plug-in installed?": later(
        "%(location)s: nothing here reads sources of kind “%(name)s”; an admin has to "
        "install its plug-in"
    ),
    "%(location)s: this is a folder; use --kind folder": later("%(location)s: this is a folder"),
    "%(name)s: holds no lines; give a CSV file with a column “email”": later(
        "%(name)s: holds no lines; give a CSV file with a column of addresses"
    ),
    "%(path)s, line 2: front matter: write lines such as title: …": later(
        "%(path)s, line 2: front matter: write lines that begin with a name such as title"
    ),
    "%(place)s, %(field)s: “%(text)s”: write a date such as 2026-10-31 or "
    "2026-10-31T18:00+01:00": later(
        "%(place)s, %(field)s: “%(text)s”: write a date such as 2026-10-31, or with its time"
    ),
    "%(place)s, language: unknown language “%(text)s”; use codes such as en, es": later(
        "%(place)s, language: “%(text)s” is unknown; use a code such as en"
    ),
    "%(place)s, url: “%(value)s” is no web address": later(
        "%(place)s: “%(value)s” is no web address"
    ),
    "%(place)s: a PDF whose pages take too long to read (sources.timeout)": later(
        "%(place)s: a PDF whose pages take too long to read"
    ),
    "%(place)s: a PDF without text, such as a scan; add it by hand: `alerts article "
    "add --url … --title …`": later(
        "%(place)s: a PDF without text, such as a scan; add it by hand"
    ),
    "%(place)s: no list of references; RIS begins with “TY  - ”, CSL-JSON with “[”": later(
        "%(place)s: no list of references, neither RIS nor CSL-JSON"
    ),
    "%(place)s: not a calendar: it has no BEGIN:VCALENDAR": later(
        "%(place)s: not a calendar; it has no VCALENDAR"
    ),
    "%(place)s: not a feed%(parsed)s; a web page has --kind page": later(
        "%(place)s: not a feed%(parsed)s"
    ),
    "%(shown)s: not read, because the files before it took all the time; split the "
    "folder, or raise sources.timeout": later(
        "%(shown)s: not read, because the files before it took all the time; split the folder"
    ),
    "%(url)s: larger than %(most)s octets (sources.max_bytes)": later(
        "%(url)s: larger than %(most)s octets"
    ),
    "%(url)s: not a web address; write http://… or https://…, no password": later(
        "%(url)s: not a web address; it begins with http or https and has no password"
    ),
    "%(url)s: not read within %(seconds)s s (%(setting)s)": later(
        "%(url)s: not read within %(seconds)s s"
    ),
    "%(url)s: robots.txt of this site does not allow it; set sources.robots = false "
    "if its owner agrees": later(
        "%(url)s: robots.txt of this site does not allow it; an admin can allow it if "
        "the owner of the site agrees"
    ),
    "%(value)s: an event needs start: (and may have end: and place:)": later(
        "%(value)s: an event needs its start; it may have an end and a place"
    ),
    "%(value)s: expected a list such as [law, housing]": later(
        "%(value)s: expected a list in square brackets"
    ),
    "%(value)s: needs the address of the article: url: https://…": later(
        "%(value)s: needs the address of the article, which begins with http or https"
    ),
    "%(value)s: unknown language “%(text)s”; use codes such as en, es": later(
        "%(value)s: unknown language “%(text)s”; use a code such as en"
    ),
    '%(value)s: write e.g. "50,30", in quotes': later(
        "%(value)s: write two numbers in quotation marks"
    ),
    "%(value)s: write es: {title: …, summary: …}": later(
        "%(value)s: write the language, and title and summary in braces"
    ),
    "--where, %(place)s: %(remedy)s": later("segment, %(place)s: %(remedy)s"),
    "--where: %(field)s is a date; compare it by = != < <= > >=": later(
        "segment: %(field)s is a date; compare it as one"
    ),
    "--where: %(field)s is not a date; compare it by =, != or ~": later(
        "segment: %(field)s is not a date; it is equal or not, or contains a word"
    ),
    "--where: cannot read “%(strip)s”": later("segment: cannot read “%(strip)s”"),
    "--where: longer than %(longest)s characters": later(
        "segment: longer than %(longest)s characters"
    ),
    "--where: more than %(deepest)s parentheses within each other": later(
        "segment: more than %(deepest)s parentheses within each other"
    ),
    "--where: nobody who may be mailed matches “%(strip)s”": later(
        "segment: nobody who may get email matches “%(strip)s”"
    ),
    "--where: status is one of %(known)s": later("segment: status is one of %(known)s"),
    "--where: whom an issue is for is kept for good, so it names nobody by email or "
    "name; give them a tag: `alerts subscriber tag`": later(
        "segment: whom an issue is for is kept always, so it names nobody by address or "
        "name; give them a tag"
    ),
    "--where: “%(value)s” is no day or month; write 2026-10-31 or 2026-10": later(
        "segment: “%(value)s” is no day or month; write 2026-10-31 or 2026-10"
    ),
    "has no “email”; name the key of the address so, or --map": later(
        "has no address; name the key that holds it"
    ),
    "over %(max_tags)s %(what)ss": later("over %(max_tags)s: %(what)s"),
    "unknown language “%(strip)s”; write codes such as en, es, pt-br": later(
        "unknown language “%(strip)s”; write a code such as en"
    ),
    "unknown language “%(tag)s”; use codes such as en, es, pt-br": later(
        "unknown language “%(tag)s”; use a code such as en"
    ),
    "“%(key)s” is no month (write YYYY-MM) and no special alert: %(which)s; `alerts "
    "issue new %(prefix)sspecial TITLE` begins one": later(
        "“%(key)s” is no month and no special alert: %(which)s"
    ),
    "“%(location)s” is not the location of a source: write http(s)://… without a "
    "password, imaps://user@host/FOLDER, or a path": later(
        "“%(location)s” is not the location of a source, such as a web address or a path"
    ),
}
"""The sentence of the program, and that of the desk."""
