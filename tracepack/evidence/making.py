"""Making a bundle: the dossier, the originals it rests on, how they were read, and the rules; checked before it is handed over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracepack import data
from tracepack.errors import UsageProblem
from tracepack.evidence.archive import pack
from tracepack.evidence.checking import check_members
from tracepack.evidence.manifest import DOSSIER, MANIFEST, RECIPE, SIGNATURE, canonical, manifest_of
from tracepack.evidence.recipe import originals_of, recipe_of
from tracepack.evidence.redacting import redacted
from tracepack.evidence.signing import PrivateKey, private_key, signature_of
from tracepack.questions import find_lot
from tracepack.report.answers_verify import VerifyAnswer
from tracepack.report.dossier import render_json
from tracepack.reporting import dossier
from tracepack.store import Store

RULES = "rules"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted bundle, and the file of salts that its maker keeps to disclose values by."""

    bundle: bytes
    salts: bytes


def make_redacted(store: Store, number: str, owner: str | None, schemes: Sequence[str], key: Path | None, secret: str) -> Redacted:
    """The bundle of a lot without workbooks, names and shares; see `tracepack.evidence.redacting`.  Raises UnknownLot."""
    signer = None if key is None else private_key(key)
    lot = find_lot(store, number, owner)
    members, salts = redacted(json.loads(render_json(dossier(store, lot.number, lot.owner, schemes))), secret)
    return Redacted(_sealed(members, signer, hidden=True), salts)


def make_bundle(store: Store, number: str, owner: str | None, schemes: Sequence[str], key: Path | None) -> bytes:
    """The bundle of a lot as a zip, signed with the private key of a PEM file or not at all.

    It holds the workbooks that the dossier rests on; all of them where those alone, read again, do not give the same dossier.
    The dossier judges by the ``schemes`` named, else as a report does.  Raises UnknownLot, and UsageProblem for an unknown scheme or
    where nothing read again gives the dossier.
    """
    signer = None if key is None else private_key(key)
    lot = find_lot(store, number, owner)
    told = dossier(store, lot.number, lot.owner, schemes)
    needed = {row.source.sha256 for fact in store.facts_around([lot]) for row in fact.rows}
    every = {file.sha256 for record in store.log() for file in record.files}
    text = render_json(told).encode()
    members = _members(store, recipe_of(store, lot, schemes, needed), text)
    answer = check_members(members)
    if not answer.agrees:
        members = _members(store, recipe_of(store, lot, schemes, every), text)
        answer = check_members(members)
    if not answer.agrees:
        raise _not_again(answer)
    return _sealed(members, signer, hidden=False)


def _sealed(members: Mapping[str, bytes], signer: PrivateKey | None, *, hidden: bool) -> bytes:
    """Members with their manifest, signed or not."""
    manifest = manifest_of(members, redacted=hidden)
    signature = {} if signer is None else {SIGNATURE: signature_of(manifest, signer)}
    return pack({**members, MANIFEST: manifest, **signature})


def _members(store: Store, recipe: Mapping[str, Any], text: bytes) -> dict[str, bytes]:
    rules = {f"{RULES}/{name}": data.read_bytes(name) for name in data.rule_files()}
    return {DOSSIER: text, RECIPE: canonical(recipe), **rules, **originals_of(store, recipe)}


def _not_again(answer: VerifyAnswer) -> UsageProblem:
    """Why the workbooks, read again, do not give the dossier."""
    first = answer.differences[0]
    older = " ".join(answer.unconfirmed)
    return UsageProblem(
        f"the workbooks read again do not give the same dossier: {first.what} is {first.there}, read again {first.here}. {older}".strip(),
        "import the workbooks into a new workspace, which keeps how they were read, and bundle from there",
    )
