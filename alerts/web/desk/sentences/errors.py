"""Faults of acts at the desk, as the library words them."""

from alerts.editions.catalogue import later

ERRORS = (
    later("%(month)s: no articles, so there is nothing to approve"),
    later(
        "%(month)s: has changed since content %(content)s was previewed; it is %(now)s "
        "now: preview it again"
    ),
    later("%(month)s: was changed at the same moment; preview it again"),
    later("%(own)s of %(total)s titles in “%(language)s”, alert.min_coverage requires %(share)s"),
    later("%(holder)s works on this project; this call changes nothing, try again later"),
    later("%(address)s: these are all their roles; remove the person instead"),
    later("%(address)s: nobody with this address works here"),
    later("title: an article needs one"),
    later("there is no such story"),
    later("the process that did it ended before it was done; ask for it again"),
    later("%(address)s: cannot be fetched (%(fault)s)"),
    later("%(address)s: no such subscriber%(hint)s"),
    later("%(article_id)s: an article cannot be a duplicate of itself"),
    later("%(article_id)s: its source or its texts have changed; look at both again"),
    later("%(article_id)s: name two articles"),
    later("%(base_url)s is not https, so mail programs show no one-click unsubscribe"),
    later("%(chosen)s: a machine is drafting another language; ask again when it is done"),
    later(
        "%(chosen)s: another machine is still sending some of it; try again once it has "
        "ended, or after %(until)s"
    ),
    later("%(field)s is over %(cap)s characters long"),
    later("%(field)s “%(word)s” is not a date; write a day such as 2027-03-01"),
    later("%(month)s has no version %(wanted)s; it has %(numbers)s"),
    later("%(month)s: is %(value)s, so it has no moment any more"),
    later("%(month)s: its stories are in another order by now"),
    later("%(month)s: the editions are being rendered and checked; look again in a moment"),
    later("%(month)s: was never sent, so there is nothing to correct"),
    later(
        "%(month)s: was queued for %(recipients)s, and keeps its readers; it cannot be "
        "queued for %(wanted)s"
    ),
    later("%(move_to)s: another subscriber has this address"),
    later("a subscriber has no field “%(foreign)s” that could be set"),
    later("an article has no field “%(foreign)s”; there are %(fields)s"),
    later("an article whose page is not read needs a title"),
    later("answers or bounces would go to %(written)s, which is an example"),
    later("articles link to examples: %(shown)s"),
    later("comment: it has %(words)s characters; at most %(longest)s fit"),
    later("comment: it has no words"),
    later("correct %(name)s in the settings"),
    later("every edition links to %(url)s, which is an example"),
    later("in “%(edition)s”: %(value)s"),
    later("kind: there is no job “%(kind)s”; there are %(kinds)s"),
    later("links to unsubscribe lead to %(base_url)s, which is an example"),
    later("links to unsubscribe lead to %(base_url)s, which only your own network can open"),
    later("mail would come from %(written)s, which is an example"),
    later("no edition in “%(language)s”; there are %(there)s"),
    later("no kind of source “%(name)s”; there are %(value)s"),
    later("no postal address in the footer, which laws require in bulk mail"),
    later("only who wrote a comment can delete it"),
    later("serve the pages by https and set web.base_url accordingly"),
    later("set alert.address"),
    later("set the variable %(password_env)s, or bounces.password_file"),
    later("set web.base_url to the URL of your pages"),
    later("the introduction has %(kept)s characters; at most %(longest)s fit"),
    later("there is no check “%(code)s”%(checks)s"),
    later("there is no such change"),
    later("there is no such comment"),
    later("“%(when)s” has passed; choose a later moment"),
    later("%(readers)s want special alerts, and the issue of %(month)s went to %(people)s"),
    later("%(readers)s match %(which)s, and the issue of %(month)s went to %(people)s"),
    later("a test goes to the person who is signed in"),
    later("there is nobody any more to send this test to"),
    later("there are no articles, so there is nothing to test"),
    later("the relay answered %(reply)s"),
    later("this passkey cannot be used here; try again, or ask for a link by email"),
    later("translator “%(kind)s”: %(answers)s answers for %(texts)s texts; write these by hand"),
    later("translator “%(kind)s”: failed (%(fault)s); write these texts by hand"),
    later("write an address of your own in sender.%(name)s"),
    later("you have %(most)s passkeys; remove one first"),
    later("“%(foreign)s”: the arguments of a job “%(kind)s” are: %(some)s"),
    later("“%(named)s”: %(kind)s of the issue of %(month)s: write its id"),
    later(
        "“%(text)s” does not exist in %(key)s: the clock is set forward then; write for "
        "example %(shown)s"
    ),
    later("“%(text)s” is not a month: write YYYY-MM, for example 2026-10"),
    later("“%(word)s” is no status; there are %(standings)s"),
    later("“%(words)s” could be %(some)s: name one by its id"),
)
"""Faults about issues, stories, people and translators."""
