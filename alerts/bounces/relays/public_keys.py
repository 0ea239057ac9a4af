"""Signatures by public keys and certificates; one of the places that import `cryptography`."""

import base64
import binascii
from datetime import datetime

from alerts.domain.errors import SettingsError

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
except ImportError as fault:  # the extra is not installed
    raise SettingsError(
        "relay_reports: signatures of SES and SendGrid need the package cryptography:"
        " `pip install 'monthly-alerts[dkim]'`"
    ) from fault

_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}  # SignatureVersion of SNS


def is_signed_by_key(key: str, signature: str, signed: bytes) -> bool:
    """Whether ECDSA with SHA-256 (base64) holds, by a public key in base64 or PEM; raises
    `SettingsError` for a key that cannot be read."""
    bare = "".join(line for line in key.splitlines() if not line.startswith("-----"))
    try:
        public = serialization.load_der_public_key(base64.b64decode(bare, validate=True))
    except (binascii.Error, ValueError) as fault:
        raise SettingsError("relay_reports: sendgrid: this is no public key in base64") from fault
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise SettingsError("relay_reports: sendgrid: this is no key for ECDSA")
    try:
        public.verify(base64.b64decode(signature, validate=True), signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def is_signed_by_certificate(
    certificate: bytes, signature: str, signed: bytes, version: str, now: datetime
) -> bool:
    """Whether an RSA signature (base64) of SNS holds, by a certificate (PEM) that is valid now."""
    try:
        shown = x509.load_pem_x509_certificate(certificate)
        octets = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    key, digest = shown.public_key(), _HASHES.get(version)
    valid = shown.not_valid_before_utc <= now <= shown.not_valid_after_utc
    if digest is None or not valid or not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(octets, signed, padding.PKCS1v15(), digest())
    except InvalidSignature:
        return False
    return True
