"""Checking a bundle: digests, signature, rules, the originals read again from zero, and every figure by a second algorithm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from tracepack import data
from tracepack.core.ledger import LotKey
from tracepack.errors import NotABundle, TracepackError, UsageProblem
from tracepack.evidence.archive import LARGEST_WHOLE, unpack
from tracepack.evidence.comparing import differences, figure_checks, recounted
from tracepack.evidence.manifest import DOSSIER, MANIFEST, RECIPE, SIGNATURE, listed, parsed, sha256
from tracepack.evidence.pages import check_page, is_page
from tracepack.evidence.redacting import check_redacted
from tracepack.evidence.replaying import replayed
from tracepack.evidence.signing import is_signed, public_key
from tracepack.report.answers_verify import Difference, FigureCheck, VerifyAnswer
from tracepack.report.dossier import render_json
from tracepack.reporting import dossier

RULES = "rules/"
#: So many differences are listed; one changed cell can move many values.
MOST = 100
Signature = Literal["none", "holds", "unknown-key", "wrong"]


def check_file(path: Path, key: Path | None = None, salts: Path | None = None) -> VerifyAnswer:
    """Check a bundle (see `check_bundle`; ``salts`` opens commitments of a redacted one) or a report (see `check_page`)."""
    try:
        if path.stat().st_size > LARGEST_WHOLE:
            raise NotABundle(f"{path.name} is larger than any bundle")
        zipped = path.read_bytes()
    except OSError as problem:
        raise NotABundle(f"{path} cannot be read: {problem.strerror}") from problem
    if is_page(zipped):
        if key is not None or salts is not None:
            raise UsageProblem("a report is not signed and hides nothing", "--key and --salts are for bundles")
        return check_page(zipped)
    if not zipped.startswith(b"PK"):
        raise NotABundle(
            f"{path.name} is no bundle", "`tracepack bundle LOT -o evidence.zip` makes one; reports in HTML and PDF can be verified, too"
        )
    return check_bundle(zipped, key, None if salts is None else salts.read_text(encoding="utf-8", errors="replace"))


def check_bundle(zipped: bytes, key: Path | None = None, opened: str | None = None) -> VerifyAnswer:
    """Check a bundle, its signature by the public key of a PEM file where one is given, and what was ``opened`` of a redacted one.

    NotABundle where it is none.
    """
    members = unpack(zipped)
    stated, redacted = listed(members)
    changed = [
        Difference(what=name, there=f"SHA-256 {digest}", here=f"SHA-256 {sha256(members[name])}")
        for name, digest in sorted(stated.items())
        if sha256(members[name]) != digest
    ]
    signature, unsigned = _signature(members, key)
    answer = check_redacted(members, opened) if redacted else check_members(members)
    found = [*changed, *unsigned, *answer.differences]
    return answer.model_copy(update={"agrees": not found, "signature": signature, "differences": found[:MOST]})


def _signature(members: Mapping[str, bytes], key: Path | None) -> tuple[Signature, list[Difference]]:
    """How a bundle is signed, and whether that is not as it should be."""
    given = None if key is None else public_key(key)
    if SIGNATURE not in members:
        return "none", [Difference(what="signature", there="none", here="one by the given key is asked for")] if given else []
    if not is_signed(members[MANIFEST], parsed(members, SIGNATURE), given):
        by = "the key that it brings along" if given is None else "the given key"
        return "wrong", [Difference(what="signature", there="a signature", here=f"it does not hold by {by}")]
    return ("unknown-key" if given is None else "holds"), []


def check_members(members: Mapping[str, bytes]) -> VerifyAnswer:
    """Check what a bundle says: follow its recipe and compare; digests and signature are the caller's."""
    told, recipe = parsed(members, DOSSIER), parsed(members, RECIPE)
    lot = _asked(recipe)
    found = [*_rules(members), *_originals(members, recipe)]
    figures: list[FigureCheck] = []
    unconfirmed = _not_kept(recipe)
    with replayed(recipe, members) as (store, troubles):
        found += [Difference(what=f"import {t.import_id}", there="recorded", here=t.said) for t in troubles]
        try:
            again = json.loads(render_json(dossier(store, lot.number, lot.owner, _schemes(recipe))))
        except TracepackError as problem:
            found.append(Difference(what="dossier", there=f"of lot {lot}", here=problem.message))
        else:
            second = recounted(store, lot)
            figures = figure_checks(told, again, second)
            unconfirmed += second.inexact
            found += differences(told, again)
            found += [_by_second(figure) for figure in figures if figure.second == "differs"]
    return VerifyAnswer(
        agrees=not found,
        level="originals",
        signature="none",
        owner=lot.owner,
        lot=lot.number,
        files=sum(name.startswith("originals/") for name in members),
        imports=sum(bool(entry.get("files")) for entry in recipe["entries"]),
        figures=figures,
        differences=found[:MOST],
        unconfirmed=unconfirmed,
    )


def _asked(recipe: Any) -> LotKey:
    try:
        return LotKey(str(recipe["lot"]["owner"]), str(recipe["lot"]["number"]))
    except (KeyError, TypeError) as problem:
        raise NotABundle("its recipe names no lot") from problem


def _schemes(recipe: Any) -> list[str]:
    named = recipe.get("schemes", [])
    return [str(name) for name in named] if isinstance(named, list) else []


def _rules(members: Mapping[str, bytes]) -> Iterator[Difference]:
    """The rules that were used, where they are not those of this program."""
    there = {name.removeprefix(RULES): content for name, content in members.items() if name.startswith(RULES)}
    here = {name: data.read_bytes(name) for name in data.rule_files()}
    for name in sorted({*there, *here}):
        if there.get(name) != here.get(name):
            digests = [f"SHA-256 {sha256(side[name])}" if name in side else "no such rules" for side in (there, here)]
            yield Difference(what=f"rules {name}", there=digests[0], here=digests[1])


def _originals(members: Mapping[str, bytes], recipe: Any) -> Iterator[Difference]:
    """Originals that are not what was imported."""
    try:
        files = [file for entry in recipe["entries"] for file in entry.get("files", ())]
        for file in files:
            if file["member"] not in members:
                raise NotABundle(f"{file['file']} is missing from it", "ask for the bundle again")
            digest = sha256(members[file["member"]])
            if digest != file["sha256"]:
                yield Difference(what=f"workbook {file['file']}", there=f"SHA-256 {file['sha256']}", here=f"SHA-256 {digest}")
    except (KeyError, TypeError, AttributeError) as problem:
        raise NotABundle("its recipe cannot be followed") from problem


def _not_kept(recipe: Any) -> list[str]:
    """Imports of which nobody knows how they were read."""
    older = [entry["number"] for entry in recipe["entries"] if entry.get("files") and entry.get("told") is None]
    return [f"import {number}: how its files were read was not kept; they were read as they show themselves" for number in older]


def _by_second(figure: FigureCheck) -> Difference:
    there, here = (f"{b[0]:.9f} to {b[1]:.9f}" if b else "does not apply" for b in (figure.there, figure.by_second))
    return Difference(what=f"{figure.figure}, by the second algorithm", there=there, here=here)
