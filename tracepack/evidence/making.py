"""Making a bundle: the dossier, the originals it rests on, how they were read, and the rules; checked before it is handed over."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from tracepack import data
from tracepack.core.ledger import LotKey
from tracepack.errors import UsageProblem
from tracepack.evidence.archive import pack
from tracepack.evidence.checking import check_members
from tracepack.evidence.manifest import DOSSIER, MANIFEST, RECIPE, SIGNATURE, canonical, manifest_of
from tracepack.evidence.recipe import originals_of, recipe_of
from tracepack.evidence.signing import private_key, signature_of
from tracepack.questions import find_lot
from tracepack.report.answers_verify import VerifyAnswer
from tracepack.report.dossier import render_json
from tracepack.reporting import dossier
from tracepack.store import Store

RULES = "rules"


def make_bundle(store: Store, number: str, owner: str | None, key: Path | None) -> bytes:
    """The bundle of a lot as a zip, signed with the private key of a PEM file or not at all.

    It holds the workbooks that the dossier rests on; all of them where those alone, read again, do not give the same dossier.
    Raises UnknownLot, and UsageProblem where nothing read again gives it.
    """
    signer = None if key is None else private_key(key)
    lot = find_lot(store, number, owner)
    told = dossier(store, lot.number, lot.owner)
    needed = {row.source.sha256 for fact in store.facts_around([lot]) for row in fact.rows}
    every = {file.sha256 for record in store.log() for file in record.files}
    text = render_json(told).encode()
    members = _members(store, lot, text, needed)
    answer = check_members(members)
    if not answer.agrees:
        members = _members(store, lot, text, every)
        answer = check_members(members)
    if not answer.agrees:
        raise _not_again(answer)
    members[MANIFEST] = manifest_of(members, redacted=False)
    if signer is not None:
        members[SIGNATURE] = signature_of(members[MANIFEST], signer)
    return pack(members)


def _members(store: Store, lot: LotKey, text: bytes, kept: Collection[str]) -> dict[str, bytes]:
    recipe = recipe_of(store, lot, kept)
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
