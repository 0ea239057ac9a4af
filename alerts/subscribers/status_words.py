"""What words, column names and file names say about whether a person may be mailed.

The words of many programs in several languages. A word that has a special meaning in one system is in
the table of that system. `inactive` is not here, because systems use it for unsubscribed, for
unconfirmed, and for people who open no mail. Pure.
"""

import re
import unicodedata
from functools import lru_cache

from alerts.domain.entry import Standing

_WORDS: dict[Standing, str] = {
    Standing.ACTIVE: """active, subscribed, confirmed, enabled, opted in, opt-in, subscriber,
        aktiv, abonniert, angemeldet, bestätigt, actif, active, abonné, abonnée, inscrit, confirmé,
        activo, activa, suscrito, confirmado, ativo, inscrito, assinante, attivo, iscritto,
        confermato, подписан, активен, активный, подтверждён, actief, ingeschreven, مشترك, نشط""",
    Standing.PENDING: """pending, unconfirmed, not confirmed, awaiting confirmation, unactivated,
        waiting, validating, needs attention, nonsubscribed, non-subscribed, never subscribed,
        not subscribed, no permissions set, double opt-in pending, unverified, transactional,
        unbestätigt, nicht bestätigt, ausstehend, en attente, non confirmé, pendiente,
        sin confirmar, no confirmado, pendente, não confirmado, in attesa, non confermato,
        ожидает, не подтверждён, не подтвержден, niet bevestigd, معلق""",
    Standing.UNSUBSCRIBED: """unsubscribed, unsubscribe, opted out, opt-out, optout, opted-out,
        cancelled, canceled, left, archived, unsubscribed by admin, unsubscribed by user,
        abgemeldet, ausgetragen, gekündigt, désabonné, désabonnée, désinscrit, désinscrite,
        dado de baja, baja, cancelado, desuscrito, descadastrado, não inscrito, disiscritto,
        annullato, отписан, отписался, отменена, uitgeschreven, afgemeld, ألغى الاشتراك""",
    Standing.BOUNCED: """bounced, bounce, hard bounce, hard bounced, soft bounced, cleaned,
        bouncing, undeliverable, unreachable, invalid, unzustellbar, zurückgewiesen, rebotado, rebote,
        rejeté, retourné, devolvido, respinto, возвращено, недоставлено, on hold bounce, مرتد""",
    Standing.BLOCKED: """blocked, blocklisted, blacklisted, suppressed, banned, do not mail,
        do not email, do not contact, no email, no mail, nomail, removed, excluded,
        deceased, gesperrt, bloqué, bloquée,
        bloqueado, bloccato, заблокирован, geblokkeerd, محظور""",
    Standing.COMPLAINED: """complained, complaint, complainer, spam, junk, marked as spam,
        spam complaint, reported, abuse, abuse complaint, beschwerde, plainte, queja, denúncia,
        жалоба, marqué comme spam, als spam markiert, marcado como spam""",
    Standing.DELETED: """deleted, erased, forgotten, gelöscht, supprimé, borrado, eliminado,
        apagado, eliminato, удалён, удален, verwijderd, محذوف""",
}


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Text without case, accents and punctuation, for comparing headings and words."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if c.isalnum())


WORDS: dict[str, Standing] = {
    plain(word): standing
    for standing, words in _WORDS.items()
    for word in " ".join(words.split()).split(",")
}

_YES = "1 yes y true t on x ja j oui o sí si s sim verdadero vrai wahr да д نعم"
_NO = "0 no n false f off nein non não nao falso faux falsch нет لا"
YES, NO = frozenset(map(plain, _YES.split())), frozenset(map(plain, _NO.split()))
NOTHING = frozenset(("", "null", "none", "nan", "na", "0", "00000000", "00000000000000", "n"))

# For a file of an unknown system: headings that may say who must not be mailed.
_STRONG = (
    r"unsub|optout|optedout|bounc|blacklist|blocklist|blocked|suppress|complain|spam|donot|deceased"
    r"|cancel|abgemeldet|abmeld|desinscri|desabon|desuscri|baja|descadastr|disiscri|отпис|rebot"
    r"|onhold|quarantin|undeliver|unreach|invalid|deleted|removed|junk|dnd|gesperrt|churn|dropped"
    r"|abbestell|kundig|austritt|afgemeld|afmeld|uitgeschreven|opgezegd|avmeld|avregist|framelding"
    r"|wypis|rezygn|odhlas|odjav|dezabon|leiratkoz|peruut|lopettan|remocao|remocion|remov|cancellaz"
    r"|resili|npai|plainte|queja|lamentel|退订|退訂|取消|解除|停止|退信|エラー|수신거부|해지|ملغى|إلغاء"
)
_WEAK = (
    r"status|statut|state\b|^estado|stato\b|статус|subscri|suscri|inscri|abonn|iscri|подпис|optin|optedin"
    r"|consent|einwillig|zustimm|accept|agree|permission|gdpr|dsgvo|rgpd|lgpd|confirm|bestatig"
    r"|verif|valid|active|aktiv|^actif|activo|ativo|attivo|enabled|disabled|newsletter|mailing"
    r"|mailok|emailok|okto|wants|receive|contactab|deliver|complian|soi|doi"
)
# A tag, or a group, that speaks of mailing and of nothing else: topics such as “abuse” or “left” do not.
_TAG_SIGNS: tuple[tuple[re.Pattern[str], Standing], ...] = (
    (re.compile(r"bounce"), Standing.BOUNCED),
    (re.compile(r"^(donot|dont|no)(e?mail|contact|send)|^dn[cm]$|blocklist|blacklist|suppress"),
     Standing.BLOCKED),
    (re.compile(r"unsub|optedout|^optout|abgemeldet|ausgetragen|abbestellt|desinscri|desabonne"
                r"|dadodebaja|descadastr|disiscri|отпис|uitgeschreven|afgemeld|wypisan|退订"),
     Standing.UNSUBSCRIBED),
)  # fmt: skip
_HEADINGS_STRONG, _HEADINGS = re.compile(_STRONG), re.compile(f"{_STRONG}|{_WEAK}")
_AGREEMENT = re.compile(
    r"confirm|optin|optedin|consent|permission|agree[ds]?$|accept(?:s|ed)?$|einwillig|zustimm|bestatig"
)
_OTHER_STATUS = re.compile(
    r"stripe|plan|pay|paid|order|billing|invoice|member|marital|civil|family|employ|job|tier|donat"
)
_HARMLESS = re.compile(r"source$|campaign|reason|link$|url$")


def may_concern_status(heading: str, *, strong: bool = False) -> bool:
    """Whether a column of this name may say who left, bounced, complained or never agreed."""
    name = plain(heading)
    if strong:
        return bool(_HEADINGS_STRONG.search(name)) and not _HARMLESS.search(name)
    return bool(_HEADINGS.search(name))


def is_status(heading: str) -> bool:
    """Whether a column of this name has statuses, of somebody's mail as far as one can tell."""
    name = plain(heading)
    return bool(re.search(r"stat(?:us|ut)|статус|preference", name)) and not _OTHER_STATUS.search(
        name
    )


def tells_of_agreement(heading: str) -> bool:
    """Whether a “no” in a column of this name says that the person never agreed."""
    return bool(_AGREEMENT.search(plain(heading)))


def status_by_word(text: str) -> Standing | None:
    """The meaning of a word in a column of statuses, in every known system; None: unclear."""
    return WORDS.get(plain(text))


def forbids_mail(text: str) -> bool:
    """Whether a cell, whatever its column is called, says that a person must not be mailed."""
    if len(text) > 40:
        return False
    found = WORDS.get(plain(text))
    return found is not None and found.rank > Standing.PENDING.rank


@lru_cache(maxsize=8192)
def tag_sign(tag: str) -> Standing | None:
    """What a tag says of whether somebody may be mailed; None: it is about something else."""
    name = plain(tag)
    return next((standing for pattern, standing in _TAG_SIGNS if pattern.search(name)), None)


# What stands in the name of a file about everybody in it; the first that is found counts.
_FILES: tuple[tuple[str, Standing], ...] = (
    (r"non ?subscribed|never subscribed", Standing.PENDING),
    (r"(by ?|hard ?|soft ?)?bounce|cleaned|undeliver|unreach|rebotad|rebotes|limpiad|nettoye|bereinigt"
     r"|invalid|unzustellbar|npai|devolvid|respint|\w*退信", Standing.BOUNCED),
    (r"complain|spam|junk|abuse|quejas|plaintes|beschwerd", Standing.COMPLAINED),
    (r"banned|bans\b|block ?(ed|list)|blacklist|suppress|do ?not ?(e?mail|contact)|gesperrt|dn[cm]\b"
     r"|no ?(e?mail|contact)s?\b|robinson|liste rouge|lista negra|sperrliste|schwarze liste"
     r"|do ?not ?(send|use|write)|dead\b|deceased|verstorben|fallecid|decede|declined|rejected|refused"
     r"|rechazad|abgelehnt|(?:no|non) (?:enviar|inviare|contactar)|nicht (?:senden|anschreiben)"
     r"|ne (?:pas|plus) (?:envoyer|contacter|ecrire)|\w*(?:محظور|مرتد)",
     Standing.BLOCKED),
    (r"deleted|erased|geloscht|supprimes|eliminad", Standing.DELETED),
    (r"unsub|opt(ed)? ?outs?\b|abgemeldet|abmeld|abbestell|gekundigt|kundig|ausgetreten|ausgetragen"
     r"|desinscri|desabon|resili|bajas?\b|cancell?(ed|ati|aron|ations?)|cancelad|leavers"
     r"|archived|descadastr|disiscri|отпис|removed|removid|nomail byuser|inactive|inaktiv|inactif|inactiv"
     r"|disabled|uitgeschreven|afgemeld|opgezegd|wypisan|rezygn"
     r"|avmeld|avregist|\w*(?:退订|退訂|解除|停止|수신거부|الغاء|ملغ)"
     r"|(?:gone|left)(?= (?:list|people|members|subscribers|contacts|csv|tsv|txt|xlsx|json)\b|$)",
     Standing.UNSUBSCRIBED),
    (r"unconfirmed|not confirmed|pending|awaiting|unactivated|unbestatigt|sin confirmar"
     r"|(?:non?|nao) confi?e?rma|(?:nicht|niet) (?:bestatigt|bevestigd)"
     r"|неподтвержд|не подтвержд|ожида|niepotwierdz|nepotvrz"
     r"|nomail|former\b|ex\b|ehemalig|lapsed|churned|opposition", Standing.PENDING),
)  # fmt: skip
_FILE_SIGNS = tuple((re.compile(rf"\b(?:{pattern})"), standing) for pattern, standing in _FILES)


def _flat(name: str) -> str:
    """The words of a name, without case, accents and digits."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    spaced = re.sub(
        r"[^\w]|[_\d]", " ", "".join(c for c in letters if not unicodedata.combining(c))
    )
    return " ".join(spaced.split())


def status_by_file_name(name: str) -> Standing | None:
    """What the name of a file says about everybody in it; None: nothing."""
    flat = _flat(name)
    return next((standing for pattern, standing in _FILE_SIGNS if pattern.search(flat)), None)


_PLAIN_FILE = re.compile(
    r"\b(subscrib|opted in|confirmed|activ|aktiv|attiv|ativos|actif|abonnent|abonnes|suscrit|suscript"
    r"|inscrit|iscritti|assinantes|подписчик|bestatigt|confirmad|all\b|alle\b|todos|tous\b|lists?\b|main"
    r"|people|contact|kontakt|contatt|contato|adress|address|audience|audiencia|members?\b|mitglied"
    r"|readers?\b|leser|lista\b|liste\b|users?\b|everybody|mailing)"
)


def silent_file(name: str) -> bool:
    """Whether nothing in the name of a file says who is in it, not even that it is a list of people."""
    return status_by_file_name(name) is None and not _PLAIN_FILE.search(_flat(name))
