"""PDF files as tests need them, written by hand: lines of text by page, and metadata."""

from collections.abc import Mapping, Sequence

Sized = tuple[float, str]
"""A line, and the height of its text in points."""


def made(
    pages: Sequence[Sequence[Sized]], told: Mapping[str, str] | None = None, language: str = ""
) -> bytes:
    """A PDF 1.4 file. `told` is its table of information, such as `{"Title": "…"}`."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    spoken = f" /Lang ({language})" if language else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R{spoken} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        drawn = _drawn(lines)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    if told:
        fields = " ".join(f"/{name} {_text(value)}" for name, value in told.items())
        objects.append(f"<< {fields} >>".encode())
    return file_of(objects, info=len(objects) if told else 0)


def file_of(objects: Sequence[bytes], info: int = 0, more: str = "") -> bytes:
    """The objects, numbered from 1, as a file; the first one is the catalogue."""
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    told = f" /Info {info} 0 R" if info else ""
    return (
        body
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {len(objects) + 1} /Root 1 0 R{told}{more} >>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    )


def _drawn(lines: Sequence[Sized]) -> bytes:
    steps, height = [], 800.0
    for size, text in lines:
        height -= size * 1.3
        octets = text.encode("cp1252").hex()
        steps.append(f"BT /F1 {size} Tf 60 {height:.1f} Td <{octets}> Tj ET")
    return "\n".join(steps).encode()


def _text(value: str) -> str:
    return f"<{('﻿' + value).encode('utf-16-be').hex()}>"
