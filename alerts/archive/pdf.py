"""An issue as a PDF file, made by WeasyPrint where it is installed: the extra `pdf`.

Made of the page of the archive without its bar. Loads nothing: pictures come from the caller, and
whatever else the page names is left out.
"""

import functools
import logging
from collections.abc import Callable
from typing import Any

from alerts.domain.errors import AlertsError
from alerts.domain.picture import NAME, Picture

GetPicture = Callable[[str], Picture | None]
# Nine tenths of the size on the screen, as wide as the e-mail: a sheet of A4 is this large before that.
_ZOOM = 0.9
_SHEET = """
@page { size: 882px 1247px; margin: 60px 121px }
body, .bg-canvas, .canvas { background: #fff !important }
img, table:not(:has(table table)), table:has(> tbody > tr > td > .col) { break-inside: avoid }
h1, h2, h3, table:has(h2):not(:has(h3)) { break-after: avoid }
.preheader, .footer .links { display: none !important }
"""


class PdfFailed(AlertsError):
    """WeasyPrint could not make a file."""


@functools.cache
def available() -> bool:
    """True where WeasyPrint and the libraries that it needs (Pango) are installed."""
    try:
        import weasyprint  # noqa: F401 - takes a second
    except (ImportError, OSError):
        return False
    logging.getLogger("weasyprint").setLevel(
        logging.CRITICAL
    )  # of rules for mail programs, by the dozen
    return True


def pdf(document: str, picture: GetPicture) -> bytes:
    """The file; the same bytes for the same document. `picture` gives one of ours by its name.

    Raises `PdfFailed`.
    """
    import weasyprint

    class Ours(weasyprint.URLFetcher):  # type: ignore[misc]
        """Gives pictures of ours, whatever host the document names, and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.rpartition("/")[2]
            found = picture(name) if NAME.fullmatch(name) else None
            if found is None:
                raise ValueError("not a picture of ours")
            kind = {"Content-Type": found.type}
            return weasyprint.urls.URLFetcherResponse(url, found.octets, kind)

    try:
        page = weasyprint.HTML(string=document, url_fetcher=Ours(allowed_protocols=()))
        made = page.write_pdf(
            stylesheets=[weasyprint.CSS(string=_SHEET)],
            pdf_tags=True,
            presentational_hints=True,
            zoom=_ZOOM,
        )
    except Exception as fault:  # of a document that is ours, and a library of many parts
        raise PdfFailed(f"no PDF file could be made ({type(fault).__name__})") from fault
    return bytes(made)
