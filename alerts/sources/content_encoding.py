"""Removes the Content-Encoding of an HTTP response, in pieces of bounded size (rule X4).

The caller counts the octets and stops at its limit, so a compression bomb is never unpacked completely.
"""

import zlib
from collections.abc import Iterable, Iterator

from alerts.domain.errors import FetchError
from alerts.sources.public_only import shown

ENCODINGS = "gzip, deflate"  # the value of Accept-Encoding
_PIECE = 65_536


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._unpacker = zlib.decompressobj(wbits=wbits)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            yield self._unpacker.decompress(chunk, _PIECE)
            chunk = self._unpacker.unconsumed_tail

    def finished(self) -> bool:
        return self._unpacker.eof


def unpacked(chunks: Iterator[bytes], encoding: str, url: str) -> Iterable[bytes]:
    """Yield the unpacked body in pieces; raises `FetchError` if it is damaged or the encoding is
    unknown."""
    encoding = encoding.lower().strip()
    if encoding in ("", "identity"):
        return chunks
    return _decoded(chunks, encoding, url)


def _decoded(chunks: Iterator[bytes], encoding: str, url: str) -> Iterator[bytes]:
    unpacker: _Zlib | None = None
    try:
        for chunk in filter(None, chunks):
            unpacker = unpacker or _unpacker(encoding, chunk, url)
            yield from unpacker.pieces(chunk)
        if unpacker is not None and not unpacker.finished():
            raise zlib.error("it ends too early")
    except zlib.error as fault:
        raise FetchError(f"{url}: its {encoding} encoding is damaged") from fault


def _unpacker(encoding: str, first: bytes, url: str) -> _Zlib:
    if encoding in ("gzip", "x-gzip"):
        return _Zlib(31)
    if encoding == "deflate":  # with a zlib header as RFC 9110 says, or raw as many servers do
        return _Zlib(15 if first[0] & 0x0F == 8 else -15)
    raise FetchError(f"{url}: sent in the encoding “{shown(encoding)}” that was not asked for")
