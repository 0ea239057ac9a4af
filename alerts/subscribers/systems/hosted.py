"""Hosted newsletter services, A to K.

Headings and words were taken in 2026 from the services' own documents, from tests of their importers
and exporters, and from importers in other programs.
"""

from alerts.domain.entry import Standing
from alerts.subscribers.systems.table import Sign, System

ACTIVE, PENDING, LEFT = Standing.ACTIVE, Standing.PENDING, Standing.UNSUBSCRIBED
BOUNCED, BLOCKED, COMPLAINED = Standing.BOUNCED, Standing.BLOCKED, Standing.COMPLAINED

_AC_STATUS = Sign(
    "Status",
    words={"Bounced": BOUNCED, "Unconfirmed": PENDING, "Any": PENDING, "1": ACTIVE, "2": LEFT,
           "0": PENDING, "3": BOUNCED},
    empty=PENDING,
)  # fmt: skip
ACTIVECAMPAIGN = System(
    "ActiveCampaign",
    headings=("email,date created,ip,status", "email,date created,ip", "email,date created,tags"),
    fields={"email": "email", "tags": "tags"},
    signs=(_AC_STATUS,),
    needs=("Status",),
    advice="export all contacts of the list with the column Status",
)

BEEHIIV = System(
    "beehiiv",
    headings=(
        "email,status,tier", "email,status,acquisition source", "email,status,unsubscribed at",
        "email,tier,stripe customer id", "email,acquisition source,created at",
        "email,status,utm source,utm medium", "email,total clicked,open rate",
    ),
    fields={"email": "email"},
    signs=(
        Sign(
            "status",
            words={"active": ACTIVE, "inactive": LEFT, "pending": PENDING, "validating": PENDING,
                   "needs_attention": PENDING, "invalid": BOUNCED, "paused": PENDING},
            empty=PENDING,
        ),
        Sign("unsubscribed at", filled=LEFT),
    ),
    needs=("status",),
    advice="export all subscribers with the column status (“full export”)",
)  # fmt: skip

BREVO = System(
    "Brevo",
    headings=("email,email blacklisted", "email,sms blacklisted", "email,added time,modified time",
              "email,double opt in", "email,emailblacklisted,smsblacklisted"),
    fields={"email": "email", "tags": "lists|list names", "name": "fullname|full name"},
    signs=(
        Sign("email blacklisted", yes=BLOCKED, words={"yes": LEFT, "1": LEFT, "true": LEFT}),
        Sign("double opt in", no=PENDING, words={"2": PENDING}),
    ),
    needs=("email blacklisted",),
    advice="export with the subscription status (the column EMAIL_BLACKLISTED)",
)  # fmt: skip

BUTTONDOWN = System(
    "Buttondown",
    headings=("email,subscriber type", "subscription date,unsubscription date",
              "email address,secondary id", "email address,referrer url,type",
              "email,secondary id,creation date", "email address,type,creation date"),
    files=r"buttondown",
    fields={"email": "email|email address", "tags": "tags", "consent_at": "subscription date|creation date"},
    signs=(
        Sign(
            "subscriber type|type",
            words={
                **dict.fromkeys(
                    ("regular", "premium", "gifted", "trialed", "churned", "churning", "past_due",
                     "paused", "unpaid", "upcoming"), ACTIVE
                ),
                "unactivated": PENDING, "unsubscribed": LEFT, "undeliverable": BOUNCED,
                "complained": COMPLAINED, "removed": BLOCKED, "blocked": BLOCKED, "malformed": BOUNCED,
            },
            empty=PENDING,
        ),
        Sign("unsubscription date", filled=LEFT),
        Sign("undeliverability date", filled=BOUNCED),
    ),
    needs=("subscriber type|type",),
    advice="export all subscribers with their type",
)  # fmt: skip

_STATES = ((r"unsubscribed", LEFT), (r"bounced", BOUNCED), (r"deleted", Standing.DELETED),
           (r"unconfirmed", PENDING), (r"suppress", BLOCKED))  # fmt: skip
CAMPAIGN_MONITOR = System(
    "Campaign Monitor",
    headings=("email address,name,date subscribed", "email address,date unsubscribed",
              "email address,date bounced", "email address,date deleted", "email address,date joined"),
    files=r"campaign[ _-]?monitor|\b(active|unsubscribed|bounced|deleted|unconfirmed)[ _-]subscribers",
    fields={"email": "email address|email", "name": "name", "consent_at": "date subscribed|date joined|date"},
    signs=(
        Sign("date unsubscribed|unsubscribed date|unsubscribe date", filled=LEFT),
        Sign("date bounced|bounced date|bounce date", filled=BOUNCED),
        Sign("date deleted|deleted date", filled=Standing.DELETED),
        Sign("state|status", empty=PENDING),
    ),
    needs=("state|status",),
    file_words=_STATES,
    active_files=r"(?<![a-z])active",
    advice="export each state as a file of its own, and keep the names (Active, Unsubscribed, Bounced…)",
)  # fmt: skip

_CC_STATUS = {
    "Active": ACTIVE, "Express": ACTIVE, "Explicit": ACTIVE, "Implied": ACTIVE, "Confirmed": ACTIVE,
    "Awaiting Confirmation": PENDING, "Pending confirmation": PENDING, "No Permissions Set": PENDING,
    "Not set": PENDING, "Unsubscribed": LEFT, "Removed": LEFT, "Opted out": LEFT, "Temp hold": PENDING,
    "Deleted": LEFT,
}  # fmt: skip
CONSTANT_CONTACT = System(
    "Constant Contact",
    headings=("email address,email status", "email address,email permission status",
              "email status,email lists", "email address,confirmed opt out date",
              "email address,email lists,source name", "email address,permission to send",
              "email address,email update source"),
    fields={"email": "email address", "tags": "email lists|tags",
            "consent_source": "email permission source", "consent_at": "confirmed opt in date"},
    signs=(
        Sign("email status|status", words=_CC_STATUS, empty=PENDING),
        Sign("email permission status|permission to send", words=_CC_STATUS, empty=PENDING),
        Sign("confirmed opt out date|opt out date", filled=LEFT),
        Sign("opt out reason", filled=LEFT),
    ),
    needs=("email status|status", "email permission status|permission to send"),
    advice="export all contacts with the column “Email status”",
)  # fmt: skip

_KIT_WORDS = {
    "active": ACTIVE, "confirmed": ACTIVE, "cold": ACTIVE, "inactive": PENDING, "unconfirmed": PENDING,
    "cancelled": LEFT, "canceled": LEFT, "bounced": BOUNCED, "complained": COMPLAINED,
    "blocked": BLOCKED, "cold subscriber": ACTIVE, "confirmed subscriber": ACTIVE,
}  # fmt: skip
KIT = System(
    "Kit (ConvertKit)",
    headings=("first name,email address,state,created at", "first name,email,created at,status",
              "first name,email address,created at,tags", "email address,state,tags",
              "email address,state,created at", "subscriber id,email address,state"),
    files=r"convertkit",
    fields={"email": "email address|email", "tags": "tags", "consent_at": "created at"},
    signs=(Sign("state|status", words=_KIT_WORDS, empty=PENDING),),
    needs=("state|status",),
    advice="export all subscribers, with the column state or status",
)  # fmt: skip

SYSTEMS = (ACTIVECAMPAIGN, BEEHIIV, BREVO, BUTTONDOWN, CAMPAIGN_MONITOR, CONSTANT_CONTACT, KIT)
