"""The names that people give to the columns of a list of people, and the fields that they mean.

Headings are compared without case, accents and punctuation, in several languages; the keys of JSON
objects are headings, too. Pure; knows no file.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence

from alerts.errors import InputError, UsageError
from alerts.fields import shown

# field: the headings that mean it, best first; compared without case, accents and punctuation
HEADINGS: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e-mail", "mail", "email address", "mail address", "e-mail addresses", "emails",
        "primary email", "e-mail 1 - value", "subscriber email", "user email", "contact email",
        "correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico",
        "courriel", "adresse e-mail", "adresse mail", "adresse électronique", "adresse courriel",
        "e-mail-adresse", "indirizzo e-mail", "endereço de e-mail", "البريد الإلكتروني",
        "address", "dirección", "adresse", "addr",
    ),
    "name": (
        "name", "full name", "display name", "subscriber name", "nombre completo", "nom complet",
        "nombre", "nom", "nome", "nome completo", "الاسم",
    ),
    "first": ("first name", "given name", "forename", "first", "prénom", "vorname", "primer nombre"),
    "last": (
        "last name", "family name", "surname", "last", "apellido", "apellidos", "nachname",
        "nom de famille", "sobrenome",
    ),
    "language": (
        "language", "lang", "locale", "language code", "preferred language", "idioma", "lengua",
        "langue", "sprache", "lingua", "اللغة",
    ),
    "tags": (
        "tags", "tag", "labels", "groups", "group", "etiquetas", "etiqueta", "grupos",
        "étiquettes", "groupes",
    ),
    "status": ("status", "subscription status", "state", "estado", "statut"),
    "consent": ("consent", "consent text", "consent wording", "consentimiento", "consentement"),
    "consent_source": ("consent source", "opt-in source", "source", "origen", "origine"),
    "consent_at": (
        "consent at", "consent date", "consent time", "opt-in time", "opt-in date", "confirm time",
        "confirmed at", "subscribed at", "signup date", "fecha de consentimiento",
        "date de consentement",
    ),
    "sections": ("sections",),
    "paused_until": ("paused until",),
}  # fmt: skip


def columns(
    header: Sequence[str], mapping: Mapping[str, str], *, optional: bool = False
) -> dict[str, int]:
    """Where each field stands, by the names of the columns; `mapping` wins over what we know.

    Raises `InputError` where two columns are one field, and unless `optional` where one that is mapped
    is not there.
    """
    keys = [plain(name) for name in header]
    found: dict[str, int] = {}
    for heading, field in mapping.items():
        if plain(heading) not in keys and optional:
            continue
        if keys.count(plain(heading)) != 1:
            raise InputError(
                f"--map: “{shown(heading)}” is not one of its columns: {_listed(header)}"
            )
        found[field] = keys.index(plain(heading))
    for field, headings in _HEADINGS.items():
        if field not in found:
            _add(found, field, headings, keys, header, mapping)
    return found


def _add(
    found: dict[str, int],
    field: str,
    headings: Collection[str],
    keys: list[str],
    header: Sequence[str],
    mapping: Mapping[str, str],
) -> None:
    """Add the column of one field, if there is one that no other field has by the mapping."""
    taken = {keys[index] for index in found.values()} if mapping else set()
    known = [key for key in headings if key in keys and key not in taken]
    if not known:
        return
    found[field] = keys.index(known[0])
    if keys.count(known[0]) > 1:
        raise InputError(
            f"two columns are named “{shown(header[found[field]])}”; rename or remove one"
        )


def _listed(header: Sequence[str]) -> str:
    return ", ".join(f"“{shown(name)}”" for name in header[:20] if name.strip())[:300]


def mapped(text: str) -> dict[str, str]:
    """`E-Mail=email,Sprache=language` as fields by headings; raises `UsageError`."""
    mapping: dict[str, str] = {}
    for pair in text.split(","):
        heading, sign, field = (part.strip() for part in pair.rpartition("="))
        if not sign or not plain(heading) or field not in HEADINGS:
            raise UsageError(
                f"--map: “{shown(pair)}”: write HEADING=FIELD; fields are {', '.join(HEADINGS)}"
            )
        if heading in mapping or field in mapping.values():
            raise UsageError(f"--map: “{shown(pair)}”: each heading and each field once")
        mapping[heading] = field
    return mapping


def plain(heading: str) -> str:
    """A heading without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(c for c in letters if c.isalnum())


_HEADINGS = {field: tuple(map(plain, words)) for field, words in HEADINGS.items()}
