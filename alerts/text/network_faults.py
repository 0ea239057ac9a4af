"""What went wrong on the network or the disk, in plain words, and in none of OpenSSL or of a library.

Pure. The words of a server are not treated here: they are quoted where they are read.
"""

import os
import socket
import ssl


def in_words(fault: Exception) -> str:
    """A few words for a fault of a connection, to stand behind “HOST:PORT: ”; "" where none are known."""
    match fault:
        case socket.gaierror():
            return "no such host"
        case ConnectionRefusedError():
            return "connection refused"
        case TimeoutError():
            return "no answer in time"
        case ssl.SSLCertVerificationError():
            return certificate_words(fault.verify_message)
        case ssl.SSLError():
            return "no TLS could be agreed on"
        case ConnectionError():
            return "the connection was lost"
        case OSError(errno=int() as number):
            return os.strerror(number).lower()
        case _:
            return ""


def system_words(fault: OSError) -> str:
    """What the operating system says of a fault; general words where a library raised it."""
    if fault.errno is None or isinstance(fault, ssl.SSLError | socket.gaierror):
        return in_words(fault) or "the operating system refuses it"
    return os.strerror(fault.errno)


def root_cause(fault: BaseException) -> str:
    """The same for a library's fault by what it stems from; "" where nothing is known of it."""
    seen: set[int] = set()
    cause: BaseException | None = fault
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, Exception) and (words := in_words(cause)):
            return words
        cause = cause.__cause__ or cause.__context__
    return ""


_CERTIFICATE = (
    ("expired", "it has expired"),
    ("not yet valid", "it is not valid yet"),
    ("self-signed", "it is signed by nobody else"),
    ("self signed", "it is signed by nobody else"),
    ("mismatch", "it is for another host"),
    ("not valid for", "it is for another host"),
    ("issuer", "nobody knows who signed it"),
    ("revoked", "it has been revoked"),
)


def certificate_words(theirs: str) -> str:
    """What OpenSSL finds wrong with a certificate."""
    folded = theirs.casefold()
    return next((ours for word, ours in _CERTIFICATE if word in folded), "it proves nothing")
