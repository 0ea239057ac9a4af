"""The text of a mail that is written in HTML: lines, quotations marked by “>”, each link behind its words.

Reads at most a million characters, in time linear in them; builds no tree.
"""

from lxml import etree

from alerts.text.plain_text import safe_url

_LONGEST = 1_000_000
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote"}
)
_LINES = frozenset({"br", "div", "tr", "li", "hr", "dd", "dt", "center", "section", "article"})
_HIDDEN = frozenset({"head", "script", "style", "title", "svg", "noscript", "template", "select"})
_DEEPEST = 3  # quotations within quotations that are marked


def lines_of(markup: str) -> str:
    """The text of the HTML, as a mail in plain text would have it."""
    reading = _Reading()
    octets = markup[:_LONGEST].replace("\0", "").encode("utf-8", "replace")
    if octets.strip():
        parser = etree.HTMLParser(target=reading, encoding="utf-8")
        parser.feed(octets)
        parser.close()
    return "".join(reading.text)


class _Reading:
    """A target for libxml2's parser."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self._links: list[str] = []
        self._hidden = self._quoted = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._hidden += tag in _HIDDEN
        self._quoted += tag == "blockquote"
        self._break(tag)
        if tag == "a":
            self._links.append(safe_url(attributes.get("href") or ""))

    def end(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN
        self._quoted -= tag == "blockquote"
        if tag == "a" and self._links and (url := self._links.pop()):
            self.text.append(f" <{url}> ")
        if tag != "br":
            self._break(tag)

    def data(self, text: str) -> None:
        if not self._hidden:
            self.text.append(" ".join(text.split()) if text.strip() else " ")
            self.text.append(" " if text[-1:].isspace() else "")

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS or tag in _LINES:
            mark = "> " * min(self._quoted, _DEEPEST)
            self.text.append(f"\n{mark}\n{mark}" if tag in _PARAGRAPHS else f"\n{mark}")

    def comment(self, text: str) -> None:
        """Comments are not text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor are processing instructions."""

    def close(self) -> "_Reading":
        return self
