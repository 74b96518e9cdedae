"""A bundle without trade secrets: totals as they are, names and shares of the recipe behind salted commitments.

A commitment is the SHA-256 of a salt and a value.  Salts are derived from one secret (HMAC-SHA256 of the value's path), which
the maker keeps in a file of its own: with it the same lot gives the same bytes, without it nobody can try out shares until
one fits.  To disclose a value the maker hands over its salt and the value, and the receiver checks it against the commitment.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from tracepack.errors import NotABundle, UsageProblem
from tracepack.evidence.comparing import stated_bounds
from tracepack.evidence.manifest import COMMITMENTS, SUMMARY, canonical, parsed
from tracepack.report.answers_verify import Difference, FigureCheck, VerifyAnswer

#: What of each entry of a list in the dossier is hidden: list -> (where it stands, fields).
_HIDDEN = {
    "origins": (("content", "origins"), ("source", "owner", "lot", "material", "mass_share", "bio_carbon_share")),
    "lots": (("trace", "lots"), ("owner", "number", "material", "mass_kg")),
    "files": (("files",), ("file", "sha256")),
    "certificates": (("certificates",), ("certificate", "holder")),
}
_FIGURES = ("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass", "attributed")
#: Shares are stated to 1e-9 each.
_ROUNDED = 1e-6
_NOT_STATED = "not stated"


def new_secret() -> str:
    """A secret to derive salts from, in hex."""
    return secrets.token_hex(32)


def secret_in(text: str) -> str:
    """The secret of a file of salts.  UsageProblem where it holds none."""
    try:
        found = str(json.loads(text)["secret"])
        bytes.fromhex(found)
    except (ValueError, KeyError, TypeError) as problem:
        raise UsageProblem("the file of salts holds no secret", "name another output, or delete the file to draw a new secret") from problem
    return found


def redacted(dossier: Mapping[str, Any], secret: str) -> tuple[dict[str, bytes], bytes]:
    """The members of a redacted bundle, and the file of salts that its maker keeps."""
    values = _values(dossier)
    salts = {path: hmac.new(bytes.fromhex(secret), path.encode(), hashlib.sha256).hexdigest() for path in values}
    commitments = {path: commitment(salts[path], value) for path, value in values.items()}
    openings = {path: {"salt": salts[path], "value": value} for path, value in values.items()}
    members = {SUMMARY: canonical(_summary(dossier)), COMMITMENTS: canonical(commitments)}
    return members, canonical({"secret": secret, "openings": openings})


def commitment(salt: str, value: Any) -> str:
    """SHA-256 of the salt's bytes and the value in canonical JSON, in hex."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()


def _values(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that is hidden, by path; ``dossier`` is the whole, so that it can be shown later to have been this one."""
    found: dict[str, Any] = {"dossier": dossier}
    for name, (place, fields) in _HIDDEN.items():
        entries: Any = dossier
        for key in place:
            entries = entries[key]
        found |= {f"{name}[{number}].{field}": entry[field] for number, entry in enumerate(entries, start=1) for field in fields}
    return found


def _summary(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """What stays readable: the lot, its mass and figures, what its origins add up to by category, and how many of everything."""
    totals: dict[str, float] = {}
    for origin in dossier["content"]["origins"]:
        category = origin["category"] or _NOT_STATED
        totals[category] = round(totals.get(category, 0.0) + origin["mass_share"], 9)
    figures = {name: dossier["content"]["content"][name] for name in _FIGURES}
    findings = [{"name": f["name"], "severity": f["severity"]} for f in dossier["findings"]]
    return {
        "lot": dossier["lot"],
        "organisation": dossier["organisation"],
        "date": dossier["date"],
        "content": {"mass_kg": dossier["content"]["mass_kg"], "content": figures},
        "complete": dossier["trace"]["complete"],
        "mass_share_by_category": totals,
        "counts": {name: len(_entries(dossier, place)) for name, (place, _) in _HIDDEN.items()},
        "findings": findings,
    }


def _entries(dossier: Any, place: tuple[str, ...]) -> Any:
    for key in place:
        dossier = dossier[key]
    return dossier


def check_redacted(members: Mapping[str, bytes], opened: str | None) -> VerifyAnswer:
    """Check what a redacted bundle shows: counts, totals and bounds; and the values that were opened (a file of salts, or part of one)."""
    summary, commitments = parsed(members, SUMMARY), parsed(members, COMMITMENTS)
    try:
        found = [*_counts(summary, commitments), *_totals(summary)]
        owner, lot = str(summary["lot"]["owner"]), str(summary["lot"]["number"])
        openings = {} if opened is None else dict(json.loads(opened)["openings"])
        found += [d for path, opening in sorted(openings.items()) if (d := _opened(path, opening, commitments)) is not None]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise NotABundle(f"its summary or its openings cannot be read: {problem}") from problem
    there = {name: stated_bounds(summary, name) for name in _FIGURES}
    shown = [FigureCheck(figure=name, there=b, here=None, by_second=None, second="unconfirmed") for name, b in there.items() if b]
    return VerifyAnswer(
        agrees=not found,
        level="commitments",
        signature="none",
        owner=owner,
        lot=lot,
        files=0,
        imports=0,
        commitments=len(commitments),
        opened=len(openings),
        figures=shown,
        differences=found,
        unconfirmed=[],
    )


def _counts(summary: Mapping[str, Any], commitments: Mapping[str, str]) -> list[Difference]:
    """Commitments that are none, and entries that were left out or added."""
    broken = [path for path, digest in commitments.items() if len(digest) != 64 or set(digest) - set("0123456789abcdef")]
    found = [Difference(what=f"commitment {path}", there="a SHA-256", here="none") for path in sorted(broken)]
    for name, (_, fields) in _HIDDEN.items():
        there = int(summary["counts"][name])
        here = {path for path in commitments if path.startswith(f"{name}[")}
        if there * len(fields) != len(here) or {f"{name}[{n}].{field}" for n in range(1, there + 1) for field in fields} != here:
            found.append(Difference(what=f"commitments of {name}", there=str(there * len(fields)), here=str(len(here))))
    return found


def _totals(summary: Mapping[str, Any]) -> list[Difference]:
    """Shares that do not add up, and figures that are no shares."""
    found = []
    total = sum(float(share) for share in summary["mass_share_by_category"].values())
    if summary["counts"]["origins"] and abs(total - 1.0) > _ROUNDED:
        found.append(Difference(what="mass shares of all origins", there="1", here=f"{total:.9f}"))
    for name in _FIGURES:
        bounds = stated_bounds(summary, name)
        if bounds is not None and not 0.0 <= bounds[0] <= bounds[1] <= 1.0:
            found.append(Difference(what=f"{name}", there="a share", here=f"{bounds[0]} to {bounds[1]}"))
    return found


def _opened(path: str, opening: Mapping[str, Any], commitments: Mapping[str, str]) -> Difference | None:
    here = commitment(str(opening["salt"]), opening["value"])
    there = commitments.get(path, "no commitment")
    return None if here == there else Difference(what=f"commitment {path}", there=there, here=f"the opened value gives {here}")
