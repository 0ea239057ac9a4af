"""Removes what lets a stranger into a meeting: passcodes, meeting IDs, PINs, numbers to dial in. Pure.

Invitations of Zoom, Teams, Meet, Webex and others end up in the descriptions and places of events. A
newsletter would send them to thousands. Registration links stay. Rather too much is removed than too
little: a text that has been cleaned is still the text of the event.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# “Passcode”, “meeting ID”, “PIN”, “password” and “conference ID” in the languages of the interface.
_SECRETS = (
    r"(?:(?:meeting|webinar|event|conference|room|access|security|host|participant|attendee|audio|phone"
    r"|numeric|sip|video|webex|zoom|teams)[ -]*)*"
    r"(?:pass[ -]?(?:code|word|wort|phrase)|pwd|pin(?:[ -]?code)?|id|access[ -]code|code|number|key)",
    r"(?:id|identificador|número|codigo|código|clave|contraseña|pin)"
    r"(?: (?:de|del|para)(?: la| el)? (?:acceso|reuni[oó]n|seguridad|conferencia|sala|webinar|zoom"
    r"|videollamada|entrar|unirse))*",
    r"(?:id|identifiant|num[eé]ro|code|mot de passe|cl[eé]|pin)"
    r"(?: (?:secret|confidentiel|d[’']acc[eè]s|de (?:la )?(?:r[eé]union|conf[eé]rence|s[eé]curit[eé])"
    r"|de connexion|du webinaire|zoom|pin))*",
    r"(?:id|identificação|identificador|código|codigo|senha|palavra-passe|chave|número|pin)"
    r"(?: (?:de|da|do|para)(?: a| o)? (?:acesso|reunião|reuniao|segurança|conferência|sala|webinar|zoom))*",
    r"(?:идентификатор|код|пароль|пин(?:-?код)?|номер|ключ|ид)"
    r"(?: (?:доступа|конференции|собрания|встречи|безопасности|вебинара|для входа|zoom))*",
    r"(?:معر[ّ]?ف|رمز|كلمة|رقم|كود|الرقم)"
    r"(?: (?:الاجتماع|المرور|السر|الدخول|الوصول|السري|التعريف|المؤتمر|التعريفي))*",
    r"(?:kennwort|kenncode|passwort|besprechungs-id|zugangscode)",
)
_SEPARATOR = r"(?:\s*\([^)]{0,30}\))?\s*(?:[:：=#]|№|n[°º])\s*"
_CODE = (
    r"[\"“«(]?(?=[^\s,;]{0,40}[0-9\u0660-\u0669])"
    r"(?:\d[\d \u00a0\u202f-]{4,20}\d|[^\s,;<>()\"“”«»]{4,40})[\"”»)#]*"
)
_WORDY = r"(?:[\"“«]?[^\s,;<>()\"“”«»]{4,40}[\"”»]?)"
_SURE = (  # words after which anything is a secret, also without a digit
    r"(?:pass[ -]?(?:code|word|phrase)|passwort|kennwort|kenncode|contraseña|mot de passe|senha"
    r"|palavra-passe|пароль|كلمة (?:المرور|السر)|رمز (?:المرور|الدخول)"
    r"|code secret|código de acceso|código de acesso|код доступа"
    r"|секретный код)"
)
_SAID = re.compile(
    rf"(?<!\w)(?:(?:{'|'.join(_SECRETS)}){_SEPARATOR}{_CODE}"
    rf"|{_SURE}(?: (?:de|del|da|do|la|du|zoom|meeting|reunión|réunion|reunião|конференции|الاجتماع)){{0,4}}"
    rf"(?:\s*\([^)]{{0,30}}\))?"
    rf"(?:\s*[:：=]| is| est| es| é)\s*{_WORDY}"
    r"|(?:meeting|webinar|conference) id\s+\d[\d \u00a0-]{7,20}\d"
    r"|(?:passcode|pin)\s+\d{4,12}#?)",
    re.IGNORECASE,
)
# “+16465588656,,123#,,,,*123456# US (New York)”, and a number that is told to be dialled
_TAPPED = re.compile(r"\+?\d[\d ()\u00a0.-]{5,20}\d(?:[,;pw]+\*?\d[\d ]{2,20}#?)+#?", re.IGNORECASE)
_NUMBER = r"\+?(?:\([A-Z]{2}\)\s*)?\+?\d[\d ()\u00a0.-]{5,20}\d"
_DIALLED = re.compile(
    r"(?<!\w)(?:one tap mobile|dial[ -]?in(?: number)?s?|or (?:dial|call in)|dial by (?:your )?location"
    r"|call[ -]in|join by (?:phone|telephone)|phone conference id|marcar|marque"
    r"|únase por teléfono|llamar|participer par t[eé]l[eé]phone|composez(?: le)?|num[eé]ro d[’']appel"
    r"|ligue(?: para)?|disque|participar por telefone"
    r"|набрать|позвонить|подключиться по телефону|телефон для подключения|الاتصال|اتصل|الانضمام عبر الهاتف)"
    rf"(?:\s*\([^)]{{0,30}}\))?\s*[:：]?\s*(?:\([^)]{{0,20}}\)\s*)?{_NUMBER}(?:\s*#)?",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(r"(?<!\w)\+\d[\d ()\u00a0.-]{6,20}\d#?")
_JOIN = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:zoom\.us/(?:j|s|my|w|wc|launch)/|zoomgov\.com/j/|zoom\.com/j/"
    r"|teams\.microsoft\.com/(?:l/meetup-join|meet)/|teams\.live\.com/meet/|meet\.google\.com/|tel\.meet/"
    r"|webex\.com/(?:meet|join|[\w.-]+/j\.php)|gotomeeting\.com/join/|gotomeet\.me/|meet\.jit\.si/|whereby\.com/"
    r"|bluejeans\.com/|aka\.ms/JoinTeamsMeeting)[^\s<>\"»”)]*",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_KEYS = frozenset({
    "pwd", "password", "passcode", "pass", "pin", "code", "tk", "mtid", "pw", "secret", "accesscode", "uname",
    "meetingid", "confid", "token",
})  # fmt: skip
_MEETINGS = re.compile(
    r"zoom\.us|zoomgov\.com|zoom\.com|teams\.microsoft|teams\.live|meet\.google|tel\.meet|webex\.com"
    r"|gotomeet|meet\.jit\.si|whereby\.com|bluejeans\.com|[?&](?:pwd|passcode)=",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t]{2,}")
_ENDS = re.compile(r"^[\s,;|·:()/–—-]+|[\s,;|·:(/–—-]+$")


def without_passcodes(text: str) -> str:
    """The text without what lets a stranger into a meeting."""
    cleaned = _JOIN.sub(" ", text)
    cleaned = _URL.sub(lambda url: address_without_passcodes(url[0]), cleaned)
    if dialled := _TAPPED.search(cleaned) or _DIALLED.search(cleaned):
        at = dialled.start()  # and the numbers of other countries after it
        after = _INTERNATIONAL.sub(" ", _DIALLED.sub(" ", _TAPPED.sub(" ", cleaned[at:])))
        cleaned = cleaned[:at] + after
    cleaned = _SAID.sub(" ", cleaned)
    if cleaned == text:
        return text
    cleaned = re.sub(r"<\s*>|\(\s*\)|\[\s*\]", " ", cleaned)
    return _ENDS.sub("", _SPACE.sub(" ", cleaned))


def invites(text: str) -> bool:
    """Whether a text has the address of an online meeting, so that there may be a passcode beside it."""
    return bool(_MEETINGS.search(text))


def address_without_passcodes(url: str) -> str:
    """The address without the parameters that hold a passcode."""
    if "?" not in url and "#" not in url:
        return url
    try:
        parts = urlsplit(url)
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    meeting = invites(url)
    kept = [
        (name, value)
        for name, value in given
        if name.lower() not in (_KEYS if meeting else {"pwd", "passcode"})
    ]
    secret = meeting and re.search(r"\b(?:pwd|passcode|success)\b", parts.fragment, re.IGNORECASE)
    if len(kept) == len(given) and not secret:
        return url
    return urlunsplit(
        parts._replace(query=urlencode(kept), fragment="" if secret else parts.fragment)
    )
