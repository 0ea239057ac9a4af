"""The body of an answer without its Content-Encoding, in pieces of bounded size (mail-rules X4).

A bomb is unpacked no further than whoever counts the pieces lets it.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from alerts.errors import FetchError
from alerts.sources.guard import shown

ENCODINGS = "gzip, deflate, br"  # what we ask for
_PIECE = 65_536


class _Unpacker(Protocol):
    def pieces(self, chunk: bytes) -> Iterator[bytes]: ...

    def finished(self) -> bool: ...


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._unpacker = zlib.decompressobj(wbits=wbits)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            yield self._unpacker.decompress(chunk, _PIECE)
            chunk = self._unpacker.unconsumed_tail

    def finished(self) -> bool:
        return self._unpacker.eof


class _Brotli:
    def __init__(self) -> None:
        import brotli

        self._unpacker, self.error = brotli.Decompressor(), brotli.error

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        try:
            yield self._unpacker.process(chunk, output_buffer_limit=_PIECE)
            while not self._unpacker.can_accept_more_data():
                yield self._unpacker.process(b"", output_buffer_limit=_PIECE)
        except self.error as fault:
            raise zlib.error(str(fault)) from fault

    def finished(self) -> bool:
        return bool(self._unpacker.is_finished())


def unpacked(chunks: Iterator[bytes], encoding: str, url: str) -> Iterable[bytes]:
    """The body in pieces; raises `FetchError` for damage and encodings that we cannot read."""
    encoding = encoding.lower().strip()
    if encoding in ("", "identity"):
        return chunks
    return _decoded(chunks, encoding, url)


def _decoded(chunks: Iterator[bytes], encoding: str, url: str) -> Iterator[bytes]:
    unpacker: _Unpacker | None = None
    try:
        for chunk in filter(None, chunks):
            unpacker = unpacker or _unpacker(encoding, chunk, url)
            yield from unpacker.pieces(chunk)
        if unpacker is not None and not unpacker.finished():
            raise zlib.error("it ends too early")
    except zlib.error as fault:
        raise FetchError(f"{url}: its {encoding} encoding is damaged") from fault


def _unpacker(encoding: str, first: bytes, url: str) -> _Unpacker:
    if encoding in ("gzip", "x-gzip"):
        return _Zlib(31)
    if encoding == "deflate":  # with a zlib header as RFC 9110 says, or raw as many servers do
        return _Zlib(15 if first[0] & 0x0F == 8 else -15)
    if encoding == "br":
        return _Brotli()
    raise FetchError(f"{url}: sent in the encoding “{shown(encoding)}” that was not asked for")
