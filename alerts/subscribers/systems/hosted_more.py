"""Hosted newsletter services, L to Z; some of them are closed."""

from alerts.domain.entry import Standing
from alerts.subscribers.systems.table import Sign, System

ACTIVE, PENDING, LEFT = Standing.ACTIVE, Standing.PENDING, Standing.UNSUBSCRIBED
BOUNCED, BLOCKED, COMPLAINED = Standing.BOUNCED, Standing.BLOCKED, Standing.COMPLAINED

_MAILCHIMP_FILE = r"(email_audience|members|segment|audience|tag|list)_export"
MAILCHIMP = System(
    "Mailchimp",
    headings=(
        "member rating,optin time", "optin time,confirm time", "leid,euid", "unsub time,unsub reason",
        "clean time,clean campaign title", "member rating,last changed", "optin ip,confirm ip",
        "euid,notes,tags", "member rating,leid", "unsub time,unsub campaign title", "leid,last changed",
        "gmtoff,dstoff",
    ),
    files=rf"(subscribed|cleaned|archived|members?)_?{_MAILCHIMP_FILE}|_members_export_|{_MAILCHIMP_FILE}_[0-9a-f]{{8}}",
    fields={
        "email": "email address|email|deine e mail adresse|e mail adresse|adresse e mail"
                 "|dirección de correo electrónico",
        "tags": "tags", "consent_at": "confirm time|optin time",
    },
    signs=(
        Sign("unsub time", filled=LEFT),
        Sign("unsub reason", filled=LEFT, words={"ABUSE": COMPLAINED, "Abuse complaint": COMPLAINED}),
        Sign("unsub campaign title", filled=LEFT),
        Sign("unsub campaign id", filled=LEFT),
        Sign("clean time", filled=BOUNCED),
        Sign("clean campaign title", filled=BOUNCED),
        Sign("clean campaign id", filled=BOUNCED),
        Sign("status|email marketing status|member status", empty=PENDING),
    ),
    needs=("status|email marketing status|member status",),
    file_words=((r"non-?subscribed", PENDING), (r"unsubscribed", LEFT), (r"cleaned", BOUNCED),
                (r"archived", LEFT), (r"deleted", LEFT), (r"pending|unconfirmed", PENDING)),
    active_files=r"(?<![a-z])subscribed[ _-](email_)?(audience|members|segment|tag|list)_export",
    advice="keep the names that Mailchimp gave the files (subscribed_…, unsubscribed_…, cleaned_…):"
           " only they say who left",
)  # fmt: skip

MAILERLITE = System(
    "MailerLite",
    headings=("subscriber,sent,opens,clicks", "subscriber,subscribed", "subscriber,groups",
              "subscriber,unsubscribed", "subscriber,location", "subscriber,status",
              "subscriber,opens", "subscriber,clicks", "subscriber,bounced"),
    files=r"mailerlite",
    fields={"email": "subscriber|email", "tags": "groups|group",
            "consent_at": "opt in time|optin time|subscribed"},
    signs=(
        Sign("status|type", words={"junk": COMPLAINED, "unconfirmed": PENDING, "inactive": PENDING},
             empty=PENDING),
        Sign("unsubscribed|unsubscribe date|date unsubscribed", filled=LEFT),
        Sign("bounced|bounce date", filled=BOUNCED),
        Sign("unsubscribe reason", filled=LEFT),
        Sign("junk|marked as junk|spam", filled=COMPLAINED),
    ),
    needs=("status|type",),
    file_words=((r"unsubscribed", LEFT), (r"unconfirmed", PENDING), (r"bounced", BOUNCED),
                (r"junk|spam|complain", COMPLAINED)),
    active_files=r"(?<![a-z])active",
    advice="export each tab (active, unsubscribed, unconfirmed, bounced, junk), named so, or with Status",
)  # fmt: skip

MAILJET = System(
    "Mailjet",
    headings=("email,is unsubscribed", "email,isunsubscribed", "email,is excluded from campaigns",
              "email,isexcludedfromcampaigns", "email,unsubscribed,excluded from campaigns"),
    files=r"mailjet",
    fields={"email": "email|contact email", "consent_at": "subscribed at|created at"},
    signs=(
        Sign("is unsubscribed|isunsubscribed|unsubscribed|unsub", yes=LEFT),
        Sign("is excluded from campaigns|isexcludedfromcampaigns|excluded from campaigns", yes=BLOCKED),
        Sign("unsubscribed at|unsubscribedat|unsubscribed on", filled=LEFT),
        Sign("bounced|is bounced|hard bounced", yes=BOUNCED),
        Sign("blocked|is blocked", yes=BLOCKED),
    ),
    needs=("is unsubscribed|isunsubscribed|unsubscribed|unsub",),
    advice="export the list with “Is Unsubscribed” and “Is Excluded From Campaigns”",
)  # fmt: skip

REVUE = System(
    "Revue",
    files=r"revue",
    fields={"email": "email|email address", "consent_at": "created at|subscribed at"},
    signs=(Sign("unsubscribed at|unsubscribed on", filled=LEFT),),
    members=True,
    advice="import the file of those who left, too",
)

SUBSTACK = System(
    "Substack",
    headings=("email,active subscription", "email,email disabled", "email,expiry,plan",
              "email,first payment at", "email,prefer digests", "email,digest enabled"),
    files=r"^email_list\.",
    fields={"email": "email", "consent_at": "created at"},
    signs=(Sign("email disabled", yes=LEFT, empty=PENDING),),
    needs=("email disabled",),
    advice="use the export of “Settings, Exports”, which has the column email_disabled",
)  # fmt: skip

SUBSTACK_DASHBOARD = System(
    "Substack dashboard",
    headings=("email,stripe plan", "email,paid upgrade date", "email,subscription source free",
              "email,activity,start date", "email,cancel date,start date"),
    fields={"email": "email", "name": "name", "consent_at": "start date",
            "consent_source": "subscription source (free)"},
    signs=(Sign("email disabled", yes=LEFT), Sign("unsubscribed at|unsubscribe date", filled=LEFT)),
    harmless="cancel date",  # of the paid plan
    members=True,
)  # fmt: skip

TINYLETTER = System(
    "TinyLetter",
    files=r"tinyletter",
    fields={
        "email": "email|email address|address",
        "consent_at": "date|subscribed|date subscribed",
    },
    signs=(Sign("unsubscribed|date unsubscribed", filled=LEFT),),
    members=True,
)

SYSTEMS = (MAILCHIMP, MAILERLITE, MAILJET, REVUE, SUBSTACK, SUBSTACK_DASHBOARD, TINYLETTER)
