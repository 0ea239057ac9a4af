"""Pictures within a message: parts beside the HTML that it names by their Content-ID (RFC 2392, RFC 2387).

They are the same for every reader, so they are part of the template of an edition, encoded once.
"""

from collections.abc import Sequence

from alerts.domain.picture import Picture, readdressed
from alerts.mail.body import base64_lines


def by_cid(html: str, carried: Sequence[Picture], domain: str) -> str:
    """The document with the addresses of those pictures become those of parts."""
    ids = {picture.name: f"cid:{_content_id(picture, domain)}" for picture in carried}
    return readdressed(html, ids)


def related(page: bytes, carried: Sequence[Picture], salt: str, domain: str) -> bytes:
    """The HTML part with its pictures as multipart/related; as it is where there are none."""
    if not carried:
        return page
    boundary = b"=_p%s" % salt.encode()
    head = (
        b'Content-Type: multipart/related; type="text/html";\r\n boundary="%s"\r\n\r\n' % boundary
    )
    pieces = [b"--%s\r\n%s\r\n" % (boundary, one) for one in (page, *_parts(carried, domain))]
    return head + b"".join((*pieces, b"--", boundary, b"--\r\n"))


def _parts(carried: Sequence[Picture], domain: str) -> list[bytes]:
    return [
        b"Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <%s>\r\n"
        b'Content-Disposition: inline;\r\n filename="%s"\r\n\r\n%s'
        % (
            picture.type.encode(),
            _content_id(picture, domain).encode(),
            picture.name[-20:].encode(),
            base64_lines(picture.octets),
        )
        for picture in carried
    ]


def _content_id(picture: Picture, domain: str) -> str:
    """The Content-ID: 40 digits of the name, so that the picture can be known by it."""
    return f"{picture.name[:40]}@{domain or 'localhost'}"
