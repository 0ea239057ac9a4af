"""A Spanish edition whose message is about as large as a month's alert, with the reader's name in it."""

from alerts.domain.issue import Edition
from benchmarks.naive_sender import NAME
from tests.factories import edition

SIZE = 39_000  # octets of the message, about


def large_edition() -> Edition:
    """An edition whose message is about `SIZE` octets."""
    line = "<p>La comisión escuchó a doce oradores y aprobó el informe sin votación.</p>\n"
    encoded = len(line.encode()) + 2 * 6  # an accented letter is six octets in quoted-printable
    return edition("es", f"Hola, {NAME}: " + line * (SIZE // (2 * encoded) - 4))
