"""A client of LibreTranslate (https://docs.libretranslate.com, POST /translate).

The URL is that of the settings, which an admin trusts; it may be a private one. Answers are read up to a
limit, and no redirect is followed, so that the key goes nowhere else.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError, TranslatorFault
from alerts.domain.languages import primary
from alerts.domain.printable import printable

MOST_OCTETS = 2_000_000  # of an answer
TOGETHER = 20  # texts of one request
_SHOWN = 120  # characters of what the server says of a fault


def translator(settings: Settings, key: str) -> Callable[[Sequence[str], str, str], Sequence[str]]:
    """The translator at `translator.url`; raises `SettingsError` for a malformed one."""
    url = settings.translator.url.rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise SettingsError("translator.url: write the address of the server, https://…")
    seconds = settings.translator.timeout.total_seconds()

    def translate(texts: Sequence[str], source: str, target: str) -> Sequence[str]:
        found: list[str] = []
        for start in range(0, len(texts), TOGETHER):
            some = list(texts[start : start + TOGETHER])
            asked = {"q": some, "source": primary(source), "target": primary(target)}
            asked |= {"format": "text", **({"api_key": key} if key else {})}
            found.extend(_answer(f"{url}/translate", asked, seconds, len(some)))
        return found

    return translate


def _answer(url: str, asked: dict[str, Any], seconds: float, wanted: int) -> list[str]:
    status, octets = _posted(url, asked, seconds)
    try:
        told = json.loads(octets)
    except ValueError:
        told = None
    answers = told.get("translatedText") if isinstance(told, dict) else None
    if status == 200 and isinstance(answers, list) and len(answers) == wanted:
        return [str(one) for one in answers]
    said = told.get("error", "") if isinstance(told, dict) else ""
    why = f": {printable(str(said))[:_SHOWN]}" if said else ""
    raise TranslatorFault(
        f"translator.url: {url}: answered {status}{why}; check the server, the languages it has, and"
        " translator.key_file"
    )


def _posted(url: str, asked: dict[str, Any], seconds: float) -> tuple[int, bytes]:
    """Status and body of the answer; raises `TranslatorFault`."""
    import httpx2  # costs 130 ms

    body = bytearray()
    try:
        with (
            httpx2.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, json=asked) as answer,
        ):
            for some in answer.iter_bytes():
                body += some
                if len(body) > MOST_OCTETS:
                    raise TranslatorFault(f"translator.url: {url}: its answer is too long")
            return answer.status_code, bytes(body)
    except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
        raise TranslatorFault(
            f"translator.url: {url}: cannot be reached ({type(fault).__name__}); try again later"
        ) from fault
