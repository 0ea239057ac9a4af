"""What the XML documents of the archive are written with. The same values give the same bytes."""

from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

ATOM = "http://www.w3.org/2005/Atom"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def child(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
    """A new element in `parent`."""
    made = Xml.SubElement(parent, name, attributes)
    made.text = text or None
    return made


def document(root: Xml.Element) -> bytes:
    """The document, indented."""
    Xml.indent(root, " ")
    made: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def written(moment: datetime) -> str:
    """A moment as RFC 3339 has it, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
