"""Sentences of the program that name commands or options of a shell, as the desk says them."""

from collections.abc import Mapping

from alerts.editions.catalogue import later

REWORDED: Mapping[str, str] = {
    "%(month)s is queued or sent: its articles and introductions can no longer be "
    "changed; `alerts issue recall %(option)s` stops what has not left and opens it "
    "again, `alerts issue correct %(again)s` tells those who got it what is right": later(
        "%(month)s is queued or sent: its articles can no longer be changed. On “Approve "
        "and send” what has not left can be stopped, and a correction sent."
    ),
    "%(month)s: %(thin)s: `alerts article translate ID LANG`": later(
        "%(month)s: %(thin)s. Add translations on “Translate”."
    ),
    "the issue of %(month)s has this subject, “%(subject)s”: readers would take the "
    "new one for it; write another, or use it all the same: `alerts issue edit "
    "--subject … --again`": later(
        "the issue of %(month)s has this subject, “%(subject)s”: readers would take the "
        "new one for it. Write another."
    ),
    "%(month)s: is not queued, so there is nothing to recall: `alerts article edit` "
    "and the other commands change it as it is": later(
        "%(month)s: is not queued, so there is nothing to stop: it can be changed as it is"
    ),
    "%(month)s: nothing of it is left to stop; `alerts issue correct %(option)s` "
    "tells those who got it what is right": later(
        "%(month)s: nothing of it is left to stop; a correction can tell those who got "
        "it what is right"
    ),
    "%(month)s: there is one already: `alerts issue show --issue %(key)s`; write another title": later(
        "there is a special alert with this title already; write another one"
    ),
    "everybody matches %(which)s, %(readers)s": later("everyone matches %(which)s, %(readers)s"),
    "a special alert needs a title: --special TITLE": later("a special alert needs a title"),
    "in which language? Write a code such as en, es, pt-br": later("choose a language"),
    "nobody who may be mailed wants special alerts": later(
        "nobody who may get email wants special alerts"
    ),
    "nobody who may be mailed matches %(which)s": later(
        "nobody who may get email matches %(which)s"
    ),
    "a correction needs words: --text LANG=TEXT or --file LANG=FILE": later(
        "a correction needs words"
    ),
    "%(address)s is the only admin: make somebody else admin first (`alerts person "
    "add EMAIL --role admin`)": later(
        "%(address)s is the only admin: give that role to another person first"
    ),
    "“%(address)s” is not an e-mail address: it has no @": later(
        "“%(address)s” is not an email address: it has no @"
    ),
    "“%(address)s” is not an e-mail address: the part before @ is malformed": later(
        "“%(address)s” is not an email address: the part before @ is malformed"
    ),
    "“%(address)s” is not an e-mail address: the domain is malformed": later(
        "“%(address)s” is not an email address: the domain is malformed"
    ),
    "“%(role)s”: which language? Write translator:es": later("“%(role)s”: choose a language"),
    "“%(url)s”: an article needs a full URL, http://… or https://…": later(
        "“%(url)s”: an article needs a full address, which begins with http or https"
    ),
    "%(url)s: exists already; change it with `alerts article edit`": later(
        "%(url)s: exists already; change it on its page"
    ),
    "%(fault)s; to write it by hand, give --title": later("%(fault)s. Nothing was added."),
    "no article “%(words)s”; `alerts article list` shows them": later(
        "there is no article “%(words)s”"
    ),
    "%(told)s, from %(sources)s: %(named)s": later("%(told)s; from: %(named)s"),
    "%(a)s: is %(b)s, so it has no moment any more; `alerts issue recall %(c)s` "
    "stops what has not left": later(
        "%(a)s: is %(b)s, so it has no moment any more; what has not left can be stopped"
    ),
    "%(a)s: refused to send through %(b)s:\n%(c)s": later(
        "%(a)s: may not be sent through %(b)s: %(c)s"
    ),
    "%(about)s: refused, because the clock may be wrong: it says %(now)s, and "
    "%(reason)s: %(remedy)s; on purpose: --anyway %(clock)s": later(
        "%(about)s: not done, because the clock may be wrong; it says %(now)s: "
        "%(reason)s: %(remedy)s"
    ),
    "%(address)s: %(why)s --as-typed takes it as it is written": later("%(address)s: %(why)s"),
    "%(address)s: no such subscriber; see `alerts subscriber list`": later(
        "%(address)s: no such subscriber"
    ),
    "%(address)s: nobody with this address works here; see `alerts person list`": later(
        "%(address)s: nobody with this address works here"
    ),
    "%(address)s: unsubscribed; if they ask to come back, add --resubscribe and "
    "--consent with the words they agreed to": later(
        "%(address)s: unsubscribed; only they can ask to come back"
    ),
    "%(article)s: no edition of %(month)s showed it; `alerts issue show %(option)s` "
    "has the ids": later("%(article)s: no edition of %(month)s showed it"),
    "%(before)spause-until: %(day)s has passed; --resume ends a pause": later(
        "the day %(day)s has passed"
    ),
    "%(before)ssection: no section “%(foreign)s”; there are %(known)s": later(
        "no section “%(foreign)s”; there are %(known)s"
    ),
    "%(language)s: the alert has no such language; alert.languages are %(made)s": later(
        "%(language)s: the alert has no such language; it has %(made)s"
    ),
    "%(month)s ends in %(left)s in %(timezone)s, and what is published until then "
    "would be left out; on purpose: --anyway %(unfinished)s": later(
        "%(month)s ends in %(left)s, and what is published until then would be left out"
    ),
    "%(month)s: goes by itself, %(at)s; `alerts issue schedule %(option)s --off` "
    "first, if it shall go now": later(
        "%(month)s: goes by itself, %(at)s; take that moment away first, if it shall go now"
    ),
    "%(month)s: has no articles and no introduction: %(how)s": later(
        "%(month)s: has no articles and no introduction"
    ),
    "%(month)s: is dropped: `alerts issue drop %(option)s --undo` first, if it shall "
    "be sent": later("%(month)s: is dropped; undo that first, if it shall be sent"),
    "%(month)s: is still being sent, and the rest would get the mistake too: `alerts "
    "issue recall %(option)s` stops it, then correct it for those who have it": later(
        "%(month)s: is still being sent, and the rest would get the mistake too: stop "
        "it, then correct it for those who have it"
    ),
    "%(month)s: not queued while an import is under way; run it again": later(
        "%(month)s: not queued while an import is under way; try again"
    ),
    "%(month)s: that moment has passed; `alerts run %(option)s` sends it now": later(
        "%(month)s: that moment has passed; send it now"
    ),
    "%(month)s: the issue of a month goes at schedule.run; a special alert can have "
    "a moment": later(
        "%(month)s: the issue of a month goes by the schedule; only a special alert can "
        "have a moment"
    ),
    "%(month)s: waits for approval (%(names)s of %(approvals)s): look at the "
    "preview, then `alerts issue approve %(option)s`": later(
        "%(month)s: waits for approval (%(names)s of %(approvals)s)"
    ),
    "%(month)s: was changed while it was being queued; run it again": later(
        "%(month)s: was changed while it was being queued; try again"
    ),
    "%(month)s: was not recalled: `alerts issue recall %(option)s` stops it, `alerts "
    "queue %(option2)s` queues an issue for the first time": later(
        "%(month)s: was not stopped, so it has no next version"
    ),
    "%(month)s: was recalled, and waits for you: mend it, then `alerts issue reissue "
    "%(option)s`": later(
        "%(month)s: was stopped, and waits for you: mend it, then send the next version"
    ),
    "%(move_to)s: the person with this address has left, or must not be mailed": later(
        "%(move_to)s: the person with this address has left, or must not get email"
    ),
    "%(now)s by %(by)s (%(why)s); `alerts issue drop %(option)s --undo`": later(
        "%(now)s by %(by)s (%(why)s)"
    ),
    "%(prefix)srole: which? editor, translator:es, approver or admin": later("choose a role"),
    "%(prefix)swhere: name the issue too: %(prefix2)smonth %(month)s": later("name the issue, too"),
    "%(ready)s; `alerts issue reissue %(option)s` owes it to those not yet mailed": later(
        "%(ready)s, then send the next version to those who have nothing yet"
    ),
    "--layout “%(layout)s”: write auto, %(story_forms)s": later(
        "“%(layout)s” is no form of a story"
    ),
    "--title: an article needs a title": later("an article needs a title"),
    "`alerts article exclude %(ids)s`, or correct them": later("leave them out, or correct them"),
    "another machine has taken over this send; make sure that the clocks of both "
    "agree, then run the same command again": later(
        "another machine has taken over this send; an admin has to see that the clocks "
        "of both agree, then try again"
    ),
    "bounces.mailbox has no password, so nobody who is gone would be noticed": later(
        "the inbox of bounces has no password, so nobody would see which addresses are gone"
    ),
    "chmod 600 %(path)s": later("an admin has to close the file %(path)s to others"),
    "image “%(url)s”: write a full URL, http://… or https://…": later(
        "image “%(url)s”: write a full address, which begins with http or https"
    ),
    "no profile “%(slug)s”; `alerts profile list` shows them": later("no organisation “%(slug)s”"),
    "no section “%(section)s”; there are %(sections)s (alert.sections)": later(
        "no section “%(section)s”; there are %(sections)s"
    ),
    "others on this machine can read %(path)s, which holds people's addresses": later(
        "others on this machine can read %(path)s, which holds addresses of people"
    ),
    "passkeys need https, and the extra: `pip install 'monthly-alerts[passkeys]'`": later(
        "passkeys need https, and a package that an admin can install"
    ),
    "queued over %(days)s ago: `alerts send %(option)s` sends it, `alerts delivery "
    "cancel %(option2)s` drops it": later(
        "queued over %(days)s ago: a person has to decide whether the rest is sent"
    ),
    "the draft was made with other settings than these pages have; start `alerts "
    "serve` anew": later(
        "the draft was made with other settings than these pages have; an admin has to "
        "start the pages again"
    ),
    "there is no such subscriber; they may have been erased meanwhile": later(
        "there is no such subscriber; they may have been deleted meanwhile"
    ),
    "translator.kind: no translator is set": later("no translator is set"),
    "translator.url: %(url)s: answered %(status)s; check the server, the languages "
    "it has, and translator.key_file": later(
        "the translator %(url)s answered %(status)s; an admin has to check it"
    ),
    "translator.url: %(url)s: cannot be reached (%(name)s); try again later": later(
        "the translator %(url)s cannot be reached (%(name)s); try again later"
    ),
    "translator.url: %(url)s: its answer is too long": later(
        "the translator %(url)s: its answer is too long"
    ),
    "translator:%(language)s: the alert has no such language; alert.languages are %(made)s": later(
        "%(language)s: the alert has no such language; it has %(made)s"
    ),
    "“%(text)s” is no language: write --text en=…, es=…, pt-br=…": later(
        "“%(text)s” is no language"
    ),
    "“%(text)s” is no moment: write a day and an hour such as 2026-12-10 09:00": later(
        "“%(text)s” is no moment; write a day and an hour"
    ),
    "“%(text)s” is no role: editor, translator:LANGUAGE, approver or admin": later(
        "“%(text)s” is no role"
    ),
    "“%(text)s” is not an e-mail address: over 64 octets before @": later(
        "“%(text)s” is not an email address: over 64 octets before @"
    ),
    "“%(text)s”: write “%(said)s”; a translator has a language, nobody else": later(
        "“%(text)s”: choose “%(said)s”"
    ),
}
"""What is said about issues, stories and people."""
