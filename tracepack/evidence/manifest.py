"""The manifest of a bundle: the digest of every other member, in canonical JSON, which is what is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tracepack.errors import NotABundle

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
DOSSIER, RECIPE = "dossier.json", "recipe.json"
SUMMARY, COMMITMENTS = "summary.json", "commitments.json"
FORMAT, VERSION = "tracepack-evidence", 1


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces and a line end, in UTF-8: one text for one value."""
    return (json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def sha256(data: bytes) -> str:
    """The SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def manifest_of(members: Mapping[str, bytes], *, redacted: bool) -> bytes:
    """The manifest of some members."""
    files = [{"path": name, "sha256": sha256(members[name]), "size": len(members[name])} for name in sorted(members)]
    return canonical({"format": FORMAT, "version": VERSION, "redacted": redacted, "files": files})


def parsed(members: Mapping[str, bytes], name: str) -> Any:
    """A JSON member; NotABundle where it is missing or no JSON."""
    if name not in members:
        raise NotABundle(f"it holds no {name}", "`tracepack bundle LOT -o evidence.zip` makes a bundle")
    try:
        return json.loads(members[name].decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise NotABundle(f"{name} is no JSON") from problem


def listed(members: Mapping[str, bytes]) -> tuple[dict[str, str], bool]:
    """The digests that the manifest states, by path, and whether the bundle is redacted.

    Raises NotABundle where it is of another format, or members are missing or not listed.
    """
    manifest = parsed(members, MANIFEST)
    try:
        if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
            raise NotABundle(f"it is of the format {manifest['format']!r}, version {manifest['version']!r}", "update tracepack")
        stated = {str(file["path"]): str(file["sha256"]) for file in manifest["files"]}
        redacted = bool(manifest["redacted"])
    except (KeyError, TypeError) as problem:
        raise NotABundle(f"{MANIFEST} does not list the members") from problem
    there = set(members) - {MANIFEST, SIGNATURE}
    if missing := sorted(set(stated) - there):
        raise NotABundle(f"{missing[0]} is listed but missing", "ask for the bundle again")
    if extra := sorted(there - set(stated)):
        raise NotABundle(f"{extra[0]} is in it but not listed", "ask for the bundle again")
    return stated, redacted
