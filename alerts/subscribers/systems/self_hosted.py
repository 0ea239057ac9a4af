"""Newsletter programs that an organisation runs itself; taken from their source code."""

from alerts.domain.entry import Standing
from alerts.subscribers.systems.table import Sign, System

ACTIVE, PENDING, LEFT = Standing.ACTIVE, Standing.PENDING, Standing.UNSUBSCRIBED
BOUNCED, BLOCKED, COMPLAINED = Standing.BOUNCED, Standing.BLOCKED, Standing.COMPLAINED

ACYMAILING = System(
    "AcyMailing",
    headings=("email,cms id", "confirmation date,confirmation ip", "email,deactivation date",
              "email,active,confirmed", "email,confirmed,creation date", "email,active,creation date",
              "email,automation,tracking"),
    files=r"acym",
    fields={"email": "email", "name": "name", "language": "language",
            "consent_at": "confirmation date|creation date"},
    signs=(
        Sign("active", no=BLOCKED, empty=PENDING),
        Sign("confirmed", no=PENDING, empty=PENDING),
        Sign("deactivation date", filled=BLOCKED),
        Sign("~unsub", filled=LEFT),
    ),
    needs=("active,confirmed",),
    advice="export with the columns active and confirmed",
)  # fmt: skip

GHOST = System(
    "Ghost",
    headings=("email,subscribed to emails", "email,complimentary plan", "email,stripe customer id,tiers",
              "email,labels,tiers", "email,deleted at,labels"),
    files=r"^members\.\d{4}-\d\d-\d\d",
    fields={"email": "email", "name": "name", "tags": "labels", "consent_at": "created at"},
    signs=(
        Sign("subscribed to emails|subscribed", no=LEFT, empty=PENDING),
        Sign("deleted at", filled=LEFT),
        Sign("email disabled", yes=BOUNCED),
    ),
    needs=("subscribed to emails|subscribed",),
    advice="export the members with the column subscribed_to_emails",
)  # fmt: skip

KEILA = System(
    "Keila",
    headings=("email,data,status", "email,status,external id", "email,data,external id"),
    files=r"^contacts_.*_segment_|keila",
    fields={"email": "email", "first": "first name", "last": "last name"},
    signs=(Sign("status", words={"unreachable": BOUNCED}, empty=PENDING),),
    needs=("status",),
    advice="export the contacts of the project with the column Status",
)

LISTMONK = System(
    "listmonk",
    headings=("uuid,email,status", "uuid,email,attributes", "uuid,email,attribs", "email,attributes,status",
              "email,subscription status,status"),
    fields={"email": "email", "name": "name"},
    signs=(
        Sign("status", words={"enabled": ACTIVE, "disabled": LEFT, "blocklisted": BLOCKED}, empty=PENDING),
        Sign("subscription status", empty=PENDING),
    ),
    needs=("status",),
    advice="export the subscribers with the column status",
)  # fmt: skip

MAILMAN = System(
    "Mailman",
    files=r"list_members|^members?\b.*\.txt$|^subscribers\.csv$|banned_addresses|nomail|mailman",
    fields={"email": "email|address", "name": "name|display name|full name"},
    signs=(
        Sign("delivery status|nomail", words={"enabled": ACTIVE, "by bounces": BOUNCED, "by user": LEFT,
                                              "by moderator": BLOCKED, "unknown": PENDING}),
        Sign("moderation action", words={"discard": BLOCKED, "reject": BLOCKED, "defer": ACTIVE,
                                         "accept": ACTIVE, "hold": ACTIVE, "default": ACTIVE}),
        Sign("subscription mode", words={"as user": ACTIVE, "as address": ACTIVE}),
        Sign("role", words={"member": ACTIVE, "owner": PENDING, "moderator": PENDING, "nonmember": PENDING}),
    ),
    file_words=((r"by-?_?bounce", BOUNCED), (r"by-?_?user", LEFT), (r"by-?_?admin", BLOCKED),
                (r"nonmembers?", PENDING), (r"nomail|disabled", PENDING), (r"ban(ned|s|list)?\b", BLOCKED),
                (r"owners?|moderators?|pending|requests", PENDING)),
    members=True,
    bare=True,
)  # fmt: skip

MAILPOET = System(
    "MailPoet",
    headings=("list status,global status", "email,global status", "email,list status",
              "listenstatus,globaler status", "statut de la liste,statut global",
              "estado de la lista,estado global", "status da lista,status global",
              "stato della lista,stato globale", "subscription ip,subscription time",
              "confirmation time,confirmation ip", "email,subscription time,list"),
    files=r"mailpoet",
    fields={"email": "email|e-mail", "tags": "list|liste|lista|tags",
            "consent_at": "confirmation time|subscription time|bestätigungszeit"},
    signs=(
        Sign("list status|listenstatus|statut de la liste|estado de la lista|status da lista"
             "|stato della lista",
             words={"inactive": ACTIVE, "inaktiv": ACTIVE, "inactif": ACTIVE, "inactivo": ACTIVE,
                    "inativo": ACTIVE, "inattivo": ACTIVE}, empty=PENDING),
        Sign("global status|globaler status|statut global|estado global|status global|stato globale",
             words={"inactive": ACTIVE, "inaktiv": ACTIVE, "inactif": ACTIVE, "inactivo": ACTIVE,
                    "inativo": ACTIVE, "inattivo": ACTIVE}, empty=PENDING),
    ),
    needs=(
        "list status|listenstatus|statut de la liste|estado de la lista|status da lista|stato della lista,"
        "global status|globaler status|statut global|estado global|status global|stato globale",
    ),
    backslashed=True,
    advice="export with both “List status” and “Global status”",
)  # fmt: skip

MAILTRAIN = System(
    "Mailtrain",
    headings=("cid,email", "hash email,email", "cid,status", "cid,hash email"),
    files=r"^subscriptions-",
    fields={"email": "email", "first": "merge first name|first name", "last": "merge last name|last name"},
    signs=(Sign("status", words={"1": ACTIVE, "2": LEFT, "3": BOUNCED, "4": COMPLAINED}, empty=PENDING),),
    needs=("status",),
    advice="export with a Mailtrain of 2019 or later, which writes the column status",
)  # fmt: skip

NEWSLETTER = System(
    "Newsletter (WordPress)",
    headings=("email,surname,sex,status", "email,feed by mail", "email,follow up", "email,list 1,status",
              "email,profile 1", "email,surname,status,token", "email,name,surname,status",
              "email,status,token", "email,list 1,token"),
    files=r"newsletter-subscribers",
    fields={"email": "email", "first": "name|first name", "last": "surname|last name"},
    signs=(
        Sign("status", words={"C": ACTIVE, "S": PENDING, "U": LEFT, "B": BOUNCED, "P": COMPLAINED},
             empty=PENDING),
    ),
    needs=("status",),
    advice="export with the column Status",
)  # fmt: skip

NOTIFUSE = System(
    "Notifuse",
    headings=("email,external id,full name", "email,external id,timezone", "email,external id,first name",
              "email,address line 1,job title", "email,external id,country"),
    files=r"^contacts_export_",
    fields={"email": "email", "language": "language"},
    advice="Notifuse exports no subscriptions",
)  # fmt: skip

PHPLIST = System(
    "phpList",
    headings=("is this subscriber confirmed", "is this subscriber blacklisted", "is this user confirmed",
              "is this user blacklisted", "email,list membership", "confirmed,blacklisted",
              "email,number of bounces,entered", "email,uniqid,htmlemail", "is this account disabled",
              "email,unique id,send this subscriber html emails"),
    files=r"phplist",
    fields={"email": "email", "tags": "list membership", "consent_at": "entered"},
    signs=(
        Sign("is this subscriber confirmed|is this user confirmed|confirmed", no=PENDING, empty=PENDING),
        Sign("is this subscriber blacklisted|is this user blacklisted|blacklisted", yes=BLOCKED,
             empty=PENDING),
        Sign("is this account disabled|disabled", yes=BLOCKED),
        Sign("did this subscriber manually confirm|optedin", words={"0": ACTIVE, "": ACTIVE, "1": ACTIVE}),
        Sign("list membership", words={"No Lists": LEFT}, filled=ACTIVE, empty=LEFT),
    ),
    needs=("is this subscriber confirmed|is this user confirmed|confirmed,"
           "is this subscriber blacklisted|is this user blacklisted|blacklisted",),
    advice="export with “Is this subscriber confirmed” and “… blacklisted”",
)  # fmt: skip

SENDPORTAL = System(
    "Sendportal",
    headings=("id,hash,email", "hash,email,first name", "hash,email,created at"),
    fields={"email": "email", "first": "first name", "last": "last name"},
    advice="its export has those who left in it, and says nothing of it",
)

SENDY = System(
    "Sendy",
    headings=("email,joined,last activity", "email,added via,opt in method", "email,signed up from",
              "email,opt in method,gdpr", "email,last activity,status", "email,joined,status"),
    files=r"-(all|active|unconfirmed|unsubscribed|bounced|marked-as-spam|gdpr|no-opens)(?![a-z])[^/]*$",
    fields={"email": "email", "name": "name", "consent_at": "joined", "consent_source": "signed up from"},
    signs=(Sign("status", empty=PENDING),),
    needs=("status",),
    file_words=((r"-unsubscribed", LEFT), (r"-unconfirmed", PENDING), (r"-bounced", BOUNCED),
                (r"-marked-as-spam", COMPLAINED)),
    active_files=r"-active(?![a-z])",
    weak=True,
    advice="export the active, unconfirmed, unsubscribed, bounced and marked-as-spam lists each, and keep"
           " their names",
)  # fmt: skip

SYSTEMS = (ACYMAILING, GHOST, KEILA, LISTMONK, MAILMAN, MAILPOET, MAILTRAIN, NEWSLETTER, NOTIFUSE,
           PHPLIST, SENDPORTAL, SENDY)  # fmt: skip
