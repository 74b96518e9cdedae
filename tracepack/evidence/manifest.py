"""The manifest of a bundle: the digest of every other member, in canonical JSON, which is what is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tracepack.errors import NotABundle
from tracepack.report.answers_verify import Difference

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
DOSSIER, RECIPE = "dossier.json", "recipe.json"
SUMMARY, COMMITMENTS = "summary.json", "commitments.json"
FORMAT, VERSION = "tracepack-evidence", 1
_LONGEST = 200


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
        value = json.loads(members[name].decode("utf-8"), object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a character is no text
    except (ValueError, RecursionError) as problem:
        raise NotABundle(f"{name} is no JSON, or not one that says one thing") from problem
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names nothing twice: a reader could take the one for what counts, a program the other."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def listed(members: Mapping[str, bytes]) -> tuple[dict[str, str], bool]:
    """The digests that the manifest states, by path, and whether the bundle is redacted.  NotABundle where it is of another format."""
    manifest = parsed(members, MANIFEST)
    try:
        if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
            raise NotABundle(f"it is of the format {manifest['format']!r}, version {manifest['version']!r}"[:_LONGEST], "update tracepack")
        stated = {str(file["path"]): str(file["sha256"]) for file in manifest["files"]}
        redacted = manifest["redacted"]
    except (KeyError, TypeError) as problem:
        raise NotABundle(f"{MANIFEST} does not list the members") from problem
    if not isinstance(redacted, bool):
        raise NotABundle(f"{MANIFEST} does not say whether the bundle is redacted")
    return stated, redacted


def unsealed(members: Mapping[str, bytes], stated: Mapping[str, str], *, redacted: bool) -> list[Difference]:
    """Where the members are not what the manifest lists: changed, missing, added, or listed in another way than a bundle is."""
    there = {name: sha256(data) for name, data in members.items() if name not in (MANIFEST, SIGNATURE)}
    found = [
        Difference(what=name, there=_digest(stated.get(name)), here=_digest(there.get(name)))
        for name in sorted({*stated, *there})
        if stated.get(name) != there.get(name)
    ]
    if not found and members[MANIFEST] != manifest_of({name: members[name] for name in there}, redacted=redacted):
        found.append(Difference(what=MANIFEST, there="more or other than a manifest says", here="the manifest of these members"))
    return found


def _digest(known: str | None) -> str:
    return "nothing" if known is None else f"SHA-256 {known[:_LONGEST]}"
