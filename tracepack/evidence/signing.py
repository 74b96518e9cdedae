"""Ed25519 signatures over a manifest; keys are PEM files."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, load_pem_public_key

from tracepack.errors import NotABundle, UsageProblem
from tracepack.evidence.manifest import canonical

#: What signs.
PrivateKey: TypeAlias = Ed25519PrivateKey
ALGORITHM = "Ed25519"
_HOW = "`openssl genpkey -algorithm ed25519 -out key.pem` makes one, `openssl pkey -in key.pem -pubout -out key.pub.pem` its public half"


def private_key(path: Path) -> Ed25519PrivateKey:
    """A private key from a PEM file.  UsageProblem where it is none."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise UsageProblem(f"{path} holds no unencrypted private key in PEM", _HOW) from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageProblem(f"{path} holds a key, but no Ed25519 key", _HOW)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """A public key from a PEM file.  UsageProblem where it is none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as problem:
        raise UsageProblem(f"{path} holds no public key in PEM", _HOW) from problem
    if not isinstance(key, Ed25519PublicKey):
        raise UsageProblem(f"{path} holds a key, but no Ed25519 key", _HOW)
    return key


def _pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def signature_of(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """The member that carries the signature of a manifest, with the public key to recognise the signer by."""
    signature = base64.b64encode(key.sign(manifest)).decode("ascii")
    return canonical({"algorithm": ALGORITHM, "public_key": _pem(key.public_key()), "signature": signature})


def is_signed(manifest: bytes, stated: Any, key: Ed25519PublicKey | None) -> bool:
    """Whether a signature holds: by ``key``, or (None) by the public key that it brings along itself."""
    try:
        signature = base64.b64decode(stated["signature"], validate=True)
        checked = load_pem_public_key(stated["public_key"].encode("ascii")) if key is None else key
        if stated["algorithm"] != ALGORITHM or not isinstance(checked, Ed25519PublicKey):
            return False
        checked.verify(signature, manifest)
    except InvalidSignature:
        return False
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, UnsupportedAlgorithm) as problem:
        raise NotABundle("its signature cannot be read") from problem
    return True


def brings_along(stated: Any, key: Ed25519PublicKey) -> bool:
    """Whether the public key that a signature brings along is ``key``; another one names a signer who did not sign."""
    return bool(stated["public_key"] == _pem(key))
