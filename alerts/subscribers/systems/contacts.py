"""Programs for contacts, not subscriptions: address books, and CRMs with an opt-out."""

from alerts.domain.entry import Standing
from alerts.subscribers.systems.table import Sign, System

ACTIVE, PENDING, LEFT = Standing.ACTIVE, Standing.PENDING, Standing.UNSUBSCRIBED
BOUNCED, BLOCKED = Standing.BOUNCED, Standing.BLOCKED

_OPT_OUT = "no bulk emails (user opt out)|no bulk emails|is opt out|user opt out|opt out"
_NO_EMAIL = "do not email"
CIVICRM = System(
    "CiviCRM",
    headings=("email,no bulk emails (user opt out)", "email,do not email", "contact id,do not email",
              "email,on hold", "email,use for bulk mail", "contact id,preferred language",
              "email,is opt out", "contact id,groups,email", "contact id,email,contact type"),
    files=r"civicrm",
    fields={"email": "email|primary email", "tags": "groups|group(s)|tags|tag(s)",
            "language": "preferred language", "name": "display name"},
    signs=(
        Sign(_OPT_OUT, yes=LEFT),
        Sign(_NO_EMAIL, yes=BLOCKED),
        Sign("on hold", words={"On Hold Bounce": BOUNCED, "On Hold Opt Out": LEFT, "1": BOUNCED, "2": LEFT,
                               "yes": BOUNCED}, yes=BOUNCED),
        Sign("deceased|is deceased|contact is deceased", yes=BLOCKED),
        Sign("is deleted|contact is in trash|deleted", yes=LEFT),
    ),
    needs=(f"{_OPT_OUT},{_NO_EMAIL}",),
    advice="export with “Do Not Email”, “No Bulk Emails (User Opt Out)”, “On Hold” and “Deceased”",
)  # fmt: skip

HUBSPOT = System(
    "HubSpot",
    headings=("email,unsubscribed from all email", "record id,email", "email,marketing contact status",
              "email,email hard bounce reason", "email,marketing email confirmation status",
              "contact id,email,lifecycle stage", "email,lifecycle stage,lead status"),
    files=r"hubspot",
    fields={"email": "email", "language": "preferred language"},
    signs=(
        Sign("unsubscribed from all email", yes=LEFT),
        Sign("email hard bounce reason", filled=BOUNCED),
        Sign("marketing email confirmation status",
             words={"double_opt_in_pending": PENDING, "pending": PENDING, "opt in pending": PENDING,
                    "double_opt_in_confirmed": ACTIVE, "confirmed": ACTIVE}),
        Sign("marketing contact status", words={"Marketing contact": ACTIVE, "Non-marketing contact": PENDING,
                                                "true": ACTIVE, "false": PENDING}),
        Sign("invalid email address", yes=BOUNCED),
        Sign("~^(opted)?out(ed)?ofemail|^unsubscribedfrom(?!allemail$)", yes=LEFT),
        Sign("~quarantine", filled=BLOCKED),
    ),
    needs=("unsubscribed from all email",),
    advice="export with “Unsubscribed from all email” and “Email hard bounce reason”",
)  # fmt: skip

MAUTIC = System(
    "Mautic",
    headings=("email,preferred locale", "email,firstname,lastname,stage", "email,points,stage",
              "email,attribution", "email,last active,points", "email,address1,zipcode",
              "email,firstname,companyemail"),
    files=r"mautic",
    fields={"email": "email", "first": "firstname", "last": "lastname", "language": "preferred locale"},
    advice="Mautic exports no do-not-contact; filter by it in a segment and export that",
)  # fmt: skip

GOOGLE = System(
    "Google Contacts",
    headings=("e-mail 1 - value", "e-mail 1 - label", "e-mail 1 - type", "group membership,given name",
              "labels,phonetic first name"),
    fields={"email": "e-mail 1 - value|email", "tags": "labels|group membership",
            "first": "first name|given name", "last": "last name|family name"},
    advice="an address book holds nobody's consent",
)  # fmt: skip

_OUTLOOK_ADDRESS = (
    "e-mail address|e-mail-adresse|adresse de messagerie|dirección de correo electrónico|endereço de email"
    "|endereço de correio eletrónico|indirizzo posta elettronica|indirizzo di posta elettronica"
    "|адрес эл. почты|адрес электронной почты|e-mailadres|adresse e-mail"
)
OUTLOOK = System(
    "Outlook",
    headings=(
        "e-mail address,e-mail display name", "e-mail address,e-mail type", "e-mail address,categories",
        "e-mail 2 address", "e-mail address,business street", "e-mail address,home street",
        "e-mail-adresse,e-mail-typ", "e-mail-adresse,e-mail: angezeigter name", "e-mail-adresse,kategorien",
        "e-mail 2: adresse", "adresse de messagerie,type de messagerie", "adresse de messagerie,catégories",
        "adresse de messagerie,nom complet de l'adresse de messagerie", "adresse de messagerie 2",
        "dirección de correo electrónico,tipo de correo electrónico",
        "dirección de correo electrónico,categorías",
        "dirección del correo electrónico 2", "endereço de email,categorias",
        "endereço de email,tipo de email",
        "indirizzo posta elettronica,categorie", "indirizzo posta elettronica,tipo posta elettronica",
        "indirizzo di posta elettronica,categorie", "адрес эл. почты,категории", "e-mailadres,categorieën",
        "адрес эл. почты,тип эл. почты",
    ),
    fields={"email": _OUTLOOK_ADDRESS,
            "tags": "categories|kategorien|catégories|categorías|categorias|categorie|категории|categorieën",
            "language": "language|sprache|langue|idioma|lingua|язык|taal"},
    advice="an address book holds nobody's consent",
)  # fmt: skip

SYSTEMS = (CIVICRM, HUBSPOT, MAUTIC, GOOGLE, OUTLOOK)
