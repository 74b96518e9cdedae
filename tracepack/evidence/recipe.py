"""The order of imports and how each was read: what another machine does again to come to the same facts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from tracepack.core.ledger import LotKey
from tracepack.store import Store

ORIGINALS = "originals"


def member_of(file: str, sha256: str) -> str:
    """Where an original lies in a bundle: by its digest, since names are not ours to trust."""
    ending = PurePosixPath(file).suffix.casefold().lstrip(".")
    return f"{ORIGINALS}/{sha256}" + (f".{ending}" if ending.isascii() and ending.isalnum() else "")


def recipe_of(store: Store, lot: LotKey, schemes: Sequence[str], kept: Collection[str]) -> dict[str, Any]:
    """What to do again; of the files only those of the ``kept`` digests (and the profiles beside them), of the rest only the number."""
    told = store.told_of()
    entries = [_entry(store, record, told, kept) for record in store.log()]
    asked = {"owner": lot.owner, "number": lot.number}
    return {"organisation": store.organisation, "site": store.site, "lot": asked, "schemes": list(schemes), "entries": entries}


def _entry(store: Store, record: Any, told: Mapping[int, str], kept: Collection[str]) -> dict[str, Any]:
    """One line of the log."""
    entry: dict[str, Any] = {"number": record.import_id, "kind": record.kind}
    if record.kind == "withdrawal":
        taken = [name for name, fact in store.withdrawn_facts(record.import_id) if fact.rows[0].source.sha256 in kept]
        return {**entry, "facts": [[name.sheet, list(name.key), name.import_id] for name in taken]}
    if record.kind == "closing":
        closing = record.closing
        fields = ("known_after", "site", "period", "digest")
        days = {"start": closing.start.isoformat(), "end": closing.end.isoformat()}
        return {**entry, "closing": {**{name: getattr(closing, name) for name in fields}, **days}}
    if not any(file.sha256 in kept for file in record.files):
        return {**entry, "files": []}
    chosen = [f for f in record.files if f.sha256 in kept or is_profile(f.file)]
    files = [{"file": f.file, "sha256": f.sha256, "member": member_of(f.file, f.sha256)} for f in chosen]
    options = json.loads(told[record.import_id]) if record.import_id in told else None
    return {**entry, "files": files, "told": options, "replaced": record.superseded > 0}


def is_profile(file: str) -> bool:
    """Whether a kept file is the profile that others were read with."""
    return file.casefold().endswith(".toml")


def originals_of(store: Store, recipe: Mapping[str, Any]) -> dict[str, bytes]:
    """The originals that a recipe names, by member."""
    files = {file["member"]: file["sha256"] for entry in recipe["entries"] for file in entry.get("files", ())}
    return {member: store.file_data(sha256) or b"" for member, sha256 in files.items()}
