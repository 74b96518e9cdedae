"""Masses of inputs that only a film's structure gives, for the second algorithm: layers by grammage, or thickness and density.

A layer whose rows share it in a way that is not written down (blank shares, several densities) is left out: its masses are not known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from tracepack.core.elimination import ONE, ZERO
from tracepack.core.ledger import RunRow
from tracepack.core.recountbounds import exact

_ROUNDED = Fraction(5, 1000)
#: Rows of a layer by their places, their shares of it, and its grams a square metre.
_Layer = tuple[list[int], list[Fraction], Fraction]


def structure_masses(
    rows: Sequence[RunRow], masses: Sequence[int | None], leaving_mg: int | None, density_of: Callable[[RunRow], float | None]
) -> dict[int, int]:
    """Milligrams of the rows that state none, by place; ``leaving_mg`` is all that came out or was lost.  {} where they cannot be told."""
    members: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if row.layer is not None or row.thickness is not None or row.grammage is not None:
            members.setdefault(f"layer {row.layer}" if row.layer is not None else f"row {place}", []).append(place)
    silent = [places for places in members.values() if any(masses[p] is None for p in places)]
    layers = [_layer(places, rows, masses, density_of) for places in silent]
    if not layers or any(layer is None for layer in layers):
        return {}
    known = [layer for layer in layers if layer is not None]
    scale = _scale(rows, masses, [p for p in members.values() if p not in silent], density_of)
    if scale is None:
        scale = _from_what_left(masses, leaving_mg, known)
    if scale is None:
        return {}
    found = [(place, layer[2] * share * scale) for layer in known for place, share in zip(layer[0], layer[1], strict=True)]
    return {place: round(mass) for place, mass in found if masses[place] is None}


def _scale(
    rows: Sequence[RunRow], masses: Sequence[int | None], weighed: Sequence[list[int]], density_of: Callable[[RunRow], float | None]
) -> Fraction | None:
    """Milligrams for each gram a square metre, by the layers that state both."""
    both = [(layer[2], places) for places in weighed if (layer := _layer(places, rows, masses, density_of)) is not None and layer[2]]
    grams = sum((areal for areal, _ in both), ZERO)
    return sum(masses[p] or 0 for _, places in both for p in places) / grams if grams else None


def _from_what_left(masses: Sequence[int | None], leaving_mg: int | None, layers: Sequence[_Layer]) -> Fraction | None:
    """The same by what came out, less what other rows put in."""
    inside = {place for places, *_ in layers for place in places}
    others = [mass for place, mass in enumerate(masses) if place not in inside]
    grams = sum((areal for *_, areal in layers), ZERO)
    if leaving_mg is None or None in others or not grams:
        return None
    rest = leaving_mg - sum(mass or 0 for mass in others)
    return rest / grams if rest > 0 else None


def _layer(
    places: list[int], rows: Sequence[RunRow], masses: Sequence[int | None], density_of: Callable[[RunRow], float | None]
) -> _Layer | None:
    shares = _shares([rows[p] for p in places], [masses[p] for p in places])
    areal = next((exact(g) for p in places if (g := rows[p].grammage) is not None), None)
    thickness = next((exact(t) for p in places if (t := rows[p].thickness) is not None), None)
    if areal is None and thickness is not None:
        stated = {rows[p].density for p in places if rows[p].density is not None}
        densities = stated if len(stated) == 1 else {density_of(rows[p]) for p in places}
        only = densities.pop() if len(densities) == 1 else None
        areal = None if only is None else thickness * exact(only)
    return None if shares is None or areal is None else (places, shares, areal)


def _shares(rows: Sequence[RunRow], masses: Sequence[int | None]) -> list[Fraction] | None:
    """How rows share their layer: alone, by their masses, or by what Layer Share says of every one of them."""
    if len(rows) == 1:
        return [ONE]
    whole = sum(mass or 0 for mass in masses)
    if None not in masses and whole:
        return [Fraction(mass or 0, whole) for mass in masses]
    stated = [exact(row.layer_share.low) for row in rows if row.layer_share is not None and row.layer_share.is_point]
    total = sum(stated, ZERO)
    if len(stated) < len(rows) or abs(total - 1) > _ROUNDED:
        return None
    return [share / total for share in stated]
