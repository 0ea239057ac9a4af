"""Names that are no part of a text: that of the site behind a title, and accounts that stand for nobody."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from alerts.text.words import words

_LAST = re.compile(r"(.*\S)(?:\s*[|·•»]\s*|\s+[–—:-]\s+)(\S.*)", re.DOTALL)
_MOST = 3  # names behind one title: “The law | Section | Site”
_FEWEST = 2  # words that stay of a title
_ARTICLES = frozenset(words("the el la los las le les l o os a as der die das il"))
_NOBODY = re.compile(
    r"(?:(?:site|web|wp|word ?press|blog|super|system)[ _.-]?)?"
    r"admin(?:istrator|istrador|istrateur|istracion)?\d*|(?:web ?)?(?:editors?|master)|root|user ?\d*|"
    r"author|auteur|autor|guest|anonymous|unknown|test|no-?reply|админ(?:истратор)?|редактор|автор|"
    r"المشرف|مدير الموقع|admin user|drupal|joomla|equipo web|web ?team|redacteur|redactor",
    re.IGNORECASE,
)


def without_site(title: str, names: Iterable[str], url: str = "") -> str:
    """The title without the name of its site behind it: “The news | The Site”.

    That name is one of `names`, or the words of the host of `url`.
    """
    known = {key for name in names if (key := _key(name))}
    labels = (urlsplit(url).hostname or "").removeprefix("www.").split(".")[:-1] if url else []
    for _ in range(_MOST):
        found = _LAST.fullmatch(title)
        if found is None or len(words(found[1])) < _FEWEST:
            return title
        name = _key(found[2])
        whole = "".join(words(found[2]))
        if not name or not ({name, whole} & {*known, *labels, "".join(labels)}):
            return title
        title = found[1]
    return title


def _key(name: str) -> str:
    """A name without case, spaces and the article before it."""
    found = words(name)
    while len(found) > 1 and found[0] in _ARTICLES:
        found = found[1:]
    key = "".join(found)
    return key if len(key) > 1 else ""


def person(name: str) -> str:
    """The name of an author; "" for an account that stands for nobody, such as “admin”."""
    return "" if _NOBODY.fullmatch(name.strip()) else name
