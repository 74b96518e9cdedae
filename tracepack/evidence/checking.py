"""Checking a bundle: digests, signature, rules, the originals read again from zero, and every figure by a second algorithm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tracepack.core.ledger import LotKey
from tracepack.errors import NotABundle, TracepackError, UsageProblem
from tracepack.evidence.archive import LARGEST_WHOLE, unpack
from tracepack.evidence.comparing import figure_checks, recounted
from tracepack.evidence.differing import differences
from tracepack.evidence.manifest import COMMITMENTS, DOSSIER, MANIFEST, RECIPE, SIGNATURE, SUMMARY, listed, parsed, sha256, unsealed
from tracepack.evidence.pages import check_page, is_page
from tracepack.evidence.redacting import check_redacted
from tracepack.evidence.replaying import replayed
from tracepack.evidence.ruled import RULES, rule_differences
from tracepack.evidence.signing import brings_along, is_signed, public_key
from tracepack.evidence.tables import table_checks
from tracepack.report.answers_verify import Difference, FigureCheck, TableCheck, VerifyAnswer
from tracepack.report.dossier import render_json
from tracepack.reporting import dossier

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
    if opened is not None and not redacted:
        raise UsageProblem("the bundle hides nothing that could be opened", "--salts is for bundles made with --redact")
    signature, unsigned = _signature(members, key)
    try:
        answer = check_redacted(members, opened) if redacted else check_members(members)
    except RecursionError as problem:
        raise NotABundle("its values stand inside one another too deeply") from problem
    beyond = [*answer.differences, *(_strangers(members, {SUMMARY, COMMITMENTS}) if redacted else ())]
    told = {d.what for d in beyond} | (set() if redacted else set(_spoilt(members, parsed(members, RECIPE))))
    found = [d for d in unsealed(members, stated, redacted=redacted) if d.what not in told]
    found += [*unsigned, *beyond]
    return answer.model_copy(update={"signature": signature, **_listed_first(found)})


def _listed_first(found: list[Difference]) -> dict[str, Any]:
    """What was found, as far as it is listed."""
    return {"agrees": not found, "differences": found[:MOST], "not_listed": max(0, len(found) - MOST)}


def _strangers(members: Mapping[str, bytes], known: set[str]) -> list[Difference]:
    """Members that are no part of a bundle of this kind, though its manifest may list them."""
    rest = sorted(set(members) - known - {MANIFEST, SIGNATURE})
    return [Difference(what=name, there="a member", here="no part of such a bundle") for name in rest]


def _signature(members: Mapping[str, bytes], key: Path | None) -> tuple[Signature, list[Difference]]:
    """How a bundle is signed, and whether that is not as it should be."""
    given = None if key is None else public_key(key)
    if SIGNATURE not in members:
        return "none", [Difference(what="signature", there="none", here="one by the given key is asked for")] if given else []
    stated = parsed(members, SIGNATURE)
    if not is_signed(members[MANIFEST], stated, given):
        by = "the key that it brings along" if given is None else "the given key"
        return "wrong", [Difference(what="signature", there="a signature", here=f"it does not hold by {by}")]
    if given is None:
        return "unknown-key", []
    same = brings_along(stated, given)
    return "holds", [] if same else [Difference(what="public key in the signature", there="another key", here="the given key signed")]


def check_members(members: Mapping[str, bytes]) -> VerifyAnswer:
    """Check what a bundle says: follow its recipe and compare; digests and signature are the caller's."""
    told, recipe = parsed(members, DOSSIER), parsed(members, RECIPE)
    lot = _asked(recipe)
    named = {file["member"] for file in _files(recipe)}
    found = [*_strangers(members, {DOSSIER, RECIPE, *named, *(name for name in members if name.startswith(RULES))})]
    found += [*rule_differences(members), *_spoilt(members, recipe).values()]
    figures: list[FigureCheck] = []
    tables: list[TableCheck] = []
    unconfirmed = _not_kept(recipe)
    with replayed(recipe, members) as (store, troubles):
        found += [Difference(what=f"import {t.import_id}", there="recorded", here=t.said) for t in troubles]
        try:
            text = render_json(dossier(store, lot.number, lot.owner, _schemes(recipe)))
        except TracepackError as problem:
            found.append(Difference(what="dossier", there=f"of lot {lot}", here=problem.message))
        else:
            again = json.loads(text)
            second = recounted(store, lot)
            figures, tables = figure_checks(told, again, second), table_checks(told, second)
            unconfirmed += second.whys
            found += list(differences(told, again)) or _written(members[DOSSIER], text)
            found += [_by_second(figure) for figure in figures if figure.second == "differs"]
            found += [difference for table in tables for difference in table.differences]
    return VerifyAnswer(
        level="originals",
        signature="none",
        owner=lot.owner,
        lot=lot.number,
        files=sum(name in members for name in named),
        imports=sum(bool(entry.get("files")) for entry in recipe["entries"]),
        figures=figures,
        tables=tables,
        unconfirmed=unconfirmed,
        agrees=not found,
        differences=found,
    )


def _written(told: bytes, again: str) -> list[Difference]:
    """The same values in other bytes: nothing that a reader of the file could be misled by may hide there."""
    if told == again.encode():
        return []
    return [Difference(what=DOSSIER, there="the same values, written otherwise", here="written as tracepack writes them")]


def _asked(recipe: Any) -> LotKey:
    try:
        return LotKey(str(recipe["lot"]["owner"]), str(recipe["lot"]["number"]))
    except (KeyError, TypeError) as problem:
        raise NotABundle("its recipe names no lot") from problem


def _schemes(recipe: Any) -> list[str]:
    named = recipe.get("schemes", [])
    return [str(name) for name in named] if isinstance(named, list) else []


def _files(recipe: Any) -> list[Mapping[str, Any]]:
    """The files of a recipe."""
    try:
        return [{name: str(file[name]) for name in ("file", "member", "sha256")} for e in recipe["entries"] for file in e.get("files", ())]
    except (KeyError, TypeError, AttributeError) as problem:
        raise NotABundle("its recipe cannot be followed") from problem


def _spoilt(members: Mapping[str, bytes], recipe: Any) -> dict[str, Difference]:
    """Originals that are missing, or are not what was imported, by member."""
    found: dict[str, Difference] = {}
    for file in _files(recipe):
        name, stated = file["member"], file["sha256"]
        digest = sha256(members[name]) if name in members else None
        if digest != stated:
            here = "nothing: it is missing" if digest is None else f"SHA-256 {digest}"
            found[name] = Difference(what=f"workbook {file['file']}", there=f"SHA-256 {stated}", here=here)
    return found


def _not_kept(recipe: Any) -> list[str]:
    """Imports of which nobody knows how they were read."""
    older = [entry["number"] for entry in recipe["entries"] if entry.get("files") and entry.get("told") is None]
    return [f"import {number}: how its files were read was not kept; they were read as they show themselves" for number in older]


def _by_second(figure: FigureCheck) -> Difference:
    there, here = (f"{b[0]:.9f} to {b[1]:.9f}" if b else "does not apply" for b in (figure.there, figure.by_second))
    return Difference(what=f"{figure.figure}, by the second algorithm", there=there, here=here)
