"""The names of columns in lists of people, and the fields that they mean.

Headings are compared without case, accents and punctuation, in several languages; so are the keys of
JSON objects. Pure; reads no file.
"""

from collections.abc import Collection, Mapping, Sequence

from alerts.domain.errors import InputError
from alerts.domain.subscriber import IMPORTED
from alerts.subscribers.fields import shown
from alerts.subscribers.status_words import plain

# field: the headings that mean it beside its own name, best first; compared without case, accents and
# punctuation
_ALSO: dict[str, tuple[str, ...]] = {
    "email": (
        "e-mail", "mail", "email address", "mail address", "e-mail addresses", "emails",
        "primary email", "e-mail 1 - value", "subscriber email", "user email", "contact email",
        "correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico",
        "courriel", "adresse e-mail", "adresse mail", "adresse électronique", "adresse courriel",
        "e-mail-adresse", "indirizzo e-mail", "endereço de e-mail", "البريد الإلكتروني",
        "электронная почта", "адрес электронной почты", "эл. почта", "почта", "e-mailadres",
        "address", "dirección", "adresse", "addr",
    ),
    "name": (
        "full name", "display name", "subscriber name", "nombre completo", "nom complet",
        "nombre", "nom", "nome", "nome completo", "الاسم", "имя", "naam",
    ),
    "first": ("first name", "given name", "forename", "first", "prénom", "vorname", "primer nombre",
              "primeiro nome", "voornaam", "الاسم الأول"),
    "last": (
        "last name", "family name", "surname", "last", "apellido", "apellidos", "nachname",
        "nom de famille", "sobrenome", "cognome", "фамилия", "achternaam", "اسم العائلة",
    ),
    "language": (
        "lang", "locale", "language code", "preferred language", "idioma", "lengua",
        "langue", "sprache", "lingua", "اللغة", "язык", "taal", "língua",
        "idioma preferido", "langue préférée", "bevorzugte sprache",
    ),
    "tags": (
        "tag", "labels", "groups", "group", "etiquetas", "etiqueta", "grupos",
        "étiquettes", "groupes", "gruppen", "gruppe", "schlagwörter", "gruppi", "группы", "метки", "الوسوم",
    ),
    "timezone": ("time zone", "zona horaria", "fuseau horaire", "fuso horário", "zeitzone"),
    "status": ("subscription status", "state", "estado", "statut"),
    "consent": ("consent text", "consent wording", "consentimiento", "consentement"),
    "consent_source": ("opt-in source", "source", "origen", "origine"),
    "consent_at": (
        "consent date", "consent time", "opt-in time", "opt-in date", "confirm time",
        "confirmed at", "subscribed at", "signup date", "sign-up date", "date subscribed",
        "subscribed date", "fecha de consentimiento",
        "date de consentement",
    ),
}  # fmt: skip
_PARTS = ("first", "last")  # parts of a name: columns of files that are not fields of a subscriber

HEADINGS: dict[str, tuple[str, ...]] = {
    **{name: (name.replace("_", " "), *_ALSO.get(name, ())) for name in IMPORTED},
    **{part: _ALSO[part] for part in _PARTS},
}
"""For each field, and the parts of a name: the headings that mean it."""


def columns(
    header: Sequence[str], mapping: Mapping[str, str], *, optional: bool = False
) -> dict[str, int]:
    """The position of each field, by the names of the columns; `mapping` overrules the known names.

    Raises `InputError` where two columns mean one field, and unless `optional` where a mapped column is
    missing.
    """
    keys = [plain(name) for name in header]
    found = mapped_columns(header, mapping, optional=optional)
    for field, headings in _HEADINGS.items():
        if field not in found:
            _add(found, field, headings, keys, header, mapping)
    return found


def mapped_columns(
    header: Sequence[str], mapping: Mapping[str, str], *, optional: bool = False
) -> dict[str, int]:
    """The positions of the fields that `mapping` names; raises `InputError` as `columns` does."""
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
    return found


def _add(
    found: dict[str, int],
    field: str,
    headings: Collection[str],
    keys: list[str],
    header: Sequence[str],
    mapping: Mapping[str, str],
) -> None:
    """Add the column of one field, if there is one that the mapping gives to no other field."""
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


# Columns of our own lists and of most spreadsheets that do not say whether anybody may be mailed.
NOT_TAKEN_OVER = frozenset(map(plain, ("created_at", "id", "no", "nr", "number", "row", "#", "№")))

_HEADINGS = {field: tuple(map(plain, words)) for field, words in HEADINGS.items()}
