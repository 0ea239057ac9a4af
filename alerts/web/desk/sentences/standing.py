"""How months stand, what comes next, why stories may be one or are held, as the library words it."""

from collections.abc import Mapping

from alerts.editions.catalogue import later

STANDING = (
    later("%(copies)s of %(month)s can go: %(at)s"),
    later("%(month)s has not ended"),
    later("%(said)s when it was %(now)s here"),
    later("%(why)s; nothing is in it yet"),
    later("another page of its site has the same text: %(url)s"),
    later("another page of its site has the same title: %(url)s"),
    later("goes %(at)s"),
    later("its date, %(at)s, cannot be right"),
    later("its link leads to the front page of the site"),
    later("its moment is still to come%(at)s"),
    later("its summary only repeats title, author, date or tags"),
    later("its title is an address"),
    later("its title is only the name of its site"),
    later("its title “%(title)s” contradicts its link “%(link)s”"),
    later("mails to single people are sent"),
    later("no articles"),
    later("the database has already seen %(latest)s"),
    later("the database saw %(latest)s last, and no source has told the time since"),
    later("the issue of %(coming)s goes at the latest, if a source could not be read"),
    later("the issue of %(month)s can go to %(readers)s: %(opens)s"),
    later("waits for %(missed)s until %(now)s"),
    later("no articles yet: waits for %(failing)s"),
    later("the clock may be wrong: %(reason)s: %(remedy)s"),
    later("%(counted)s in doubt"),
    later("the sources are read"),
    later("what is due is queued and sent"),
    later("what was deferred is tried again"),
    later("old personal data is deleted"),
    later("same %(kind)s"),
    later("like title or text"),
    later("%(reason)s, but its story has an article in that language"),
    later("it is an error page (“%(title)s”)"),
    later("it is a page that blocks programs (“%(title)s”)"),
    later("it is a page that asks for consent (“%(title)s”)"),
    later("its site is under maintenance, or not there yet (“%(title)s”)"),
    later("it is a page to log in at (“%(title)s”)"),
    later("it is shown only by a program (JavaScript) (“%(title)s”)"),
    later("its domain is parked (“%(title)s”)"),
    later("its title says nothing (“%(title)s”)"),
    later("%(what)s, by its text"),
    later("its page has few words, no date and no description of itself"),
    later("%(number)s copy"),
    later("%(number)s copies"),
    later("%(number)s day"),
    later("%(number)s days"),
    later("%(number)s reader"),
    later("%(number)s readers"),
    later("%(number)s text"),
    later("%(number)s texts"),
    later("%(number)s source"),
    later("%(number)s sources"),
    later("its next version is approved"),
    later("mend it"),
    later("same %(kinds)s on one site, in two languages"),
    later("%(sources)s told %(at)s"),
    later("the issue of %(month)s %(what)s"),
    later("one page names the other as its translation (hreflang)"),
    later("same %(name)s, and same or like %(common)s"),
    later("same %(name)s, but nothing else in common"),
    later("same %(name)s, in another language"),
    later("same %(names)s, but both are there at once"),
    later("same UID"),
    later("same date, and like title and text"),
    later("same guid and same %(found)s, in another language"),
    later("same title and text"),
    later("same title and text, but published on another day"),
    later("same title and text, on another site"),
)
"""Sentences about the state of things."""

REWORDED_STANDING: Mapping[str, str] = {
    "%(held)s in doubt: `alerts delivery list --state in_doubt`": later(
        "%(held)s in doubt: a person has to say whether they arrived"
    ),
    "%(reason)s: %(remedy)s; on purpose: --anyway %(name)s": later("%(reason)s: %(remedy)s"),
    "%(set_it)s; if it is right now, `alerts clock --mend`": later(
        "%(set_it)s; if it is right now, an admin has to say so"
    ),
    "%(thin)s: `alerts article translate ID LANG`": later(
        "%(thin)s; add translations on “Translate”"
    ),
    "%(value)sthe next `alerts run` sends it": later("it goes by itself, at the next run"),
    "`alerts run %(option)s` sends it": later("it is not in the schedule; an admin can send it"),
    "its sources are asked by the next `alerts run`": later("its sources are read at the next run"),
    "look at the clock; if it is right, `alerts clock --mend` or any other change goes on": later(
        "look at the clock of the machine; if it is right, any change goes on"
    ),
    "set the clock, and keep it right with NTP (`timedatectl set-ntp true`)": later(
        "an admin has to set the clock of the machine"
    ),
    "the next `alerts send` goes on": later("sending goes on by itself"),
    "waits for approval: look at the preview, then `alerts issue approve %(option)s`": later(
        "waits for approval"
    ),
    "%(count)s of a machine that nobody has signed, in %(told)s: save them at the "
    "desk, on “Translate”, or write others by `alerts article translate ID LANG`": later(
        "%(count)s of a machine that nobody has signed, in %(told)s: save them on “Translate”"
    ),
    "the issue of %(month)s is overdue by more than alert.max_late (%(days)s): "
    "`alerts run %(option)s` sends it, `alerts issue drop %(again)s` settles that it "
    "is not sent": later(
        "the issue of %(month)s is overdue by more than %(days)s: a person has to send or drop it"
    ),
    "the mailbox is read for returned mail": later("returned email is read"),
}
"""Those that name commands of a shell, as the desk says them."""

WORDS = (
    later("it is an error page"),
    later("it is a page that blocks programs"),
    later("it is a page that asks for consent"),
    later("its site is under maintenance, or not there yet"),
    later("it is a page to log in at"),
    later("it is shown only by a program (JavaScript)"),
    later("its domain is parked"),
    later("its title says nothing"),
    later("number on its site"),
    later("title and text"),
    later("date and title"),
    later("date and title and text"),
    later("title and text and path"),
    later("title and path"),
    later("moment of publication"),
    later("path but for the language"),
    later("begin and end"),
    later("title"),
    later("text"),
    later("picture"),
    later("date"),
    later("queued"),
    later("sent"),
    later("is due"),
    later("is sent"),
    later("is sent, complete or not"),
    later("goes on"),
)
"""What stands for a value within other sentences: it is translated there alone."""
