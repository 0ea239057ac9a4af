"""Which events of a calendar are nobody's business: private ones, and blocks that only say “busy”."""

import re
from typing import Any

from alerts.text.plain_text import plain

# What calendars write instead of a title for those who may see only when somebody is busy.
_WORDS = (
    "busy|free|tentative|private|out of office|away|ooo|blocked|hold|working elsewhere|"
    "no title|untitled|private appointment|private event|unavailable|not available|"
    "available|ocupado|ocupada|libre|provisional|privado|privada|fuera de la oficina|"
    "fuera de oficina|no disponible|cita privada|evento privado|sin título|occupé|occupée|"
    "disponible|provisoire|privé|privée|absent|absente|absent du bureau|indisponible|"
    "rendez-vous privé|événement privé|sans titre|livre|particular|fora do escritório|"
    "ausente|indisponível|compromisso privado|evento particular|sem título|занят|занята|"
    "занято|свободен|свободно|личное|частное|недоступен|нет на месте|вне офиса|"
    "под вопросом|частная встреча|без названия|مشغول|متاح|خاص|موعد خاص|خارج المكتب|"
    "غير متاح|مبدئي|بدون عنوان|besetzt|belegt|gebucht|beschäftigt|frei|privat|"
    "privater termin|abwesend|occupato|impegnato|libero|privato|fuori sede|bezet|bezig|"
    "privé-afspraak"
)
_BLOCKS = frozenset(_WORDS.split("|"))


def is_private(event: Any) -> bool:
    """Whether an event says that it is private, or only blocks time: it has no title, or just “Busy”."""
    if str(event.get("CLASS", "")).strip().upper() in ("PRIVATE", "CONFIDENTIAL"):
        return True
    title = re.sub(
        r"^[\s\"“«*(\[-]+|[\s\"”».!*)\]-]+$", "", plain(str(event.get("SUMMARY", "")))
    ).casefold()
    if title == str(event.get("STATUS", "")).casefold() == "tentative":
        return False  # it says of itself that it is not certain
    if title:
        return title in _BLOCKS
    return "TRANSP" in event and not str(event.get("DESCRIPTION", "")).strip()
