"""Masses of a run's inputs from its structure: layers by thickness and density, or by grammage (domain fact sheet 2.2, 2.3).

Areal mass in g/m2 is thickness in um times density in g/cm3, or the stated grammage.  A layer's rows share it by their
quantities or their Layer Share %.  Where quantities exist they rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracepack.core.ledger import RunRow

#: Layer shares that add up to 100 % within this are taken as rounded.
_SHARE_ROUNDING = 0.005


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: the indexes of its rows, their shares of it (None: cannot be told), its areal mass in g/m2 as-is or None."""

    name: str
    rows: tuple[int, ...]
    shares: tuple[float, ...] | None
    areal: float | None


def layers_of(rows: Sequence[RunRow], masses: Sequence[int | None], density_of: Callable[[RunRow], float | None]) -> list[Layer]:
    """Group a run's in rows into layers, in order of first mention; a structure row without a Layer is one of its own."""
    members: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        if row.layer is not None:
            members.setdefault(f"layer {row.layer}", []).append(index)
        elif row.thickness is not None or row.grammage is not None:
            members.setdefault(f"row {index}", []).append(index)
    return [_layer(name, tuple(indexes), rows, masses, density_of) for name, indexes in members.items()]


def _layer(
    name: str, indexes: tuple[int, ...], rows: Sequence[RunRow], masses: Sequence[int | None], density_of: Callable[[RunRow], float | None]
) -> Layer:
    shares = _shares([rows[i] for i in indexes], [masses[i] for i in indexes])
    grammage = next((rows[i].grammage for i in indexes if rows[i].grammage is not None), None)
    thickness = next((rows[i].thickness for i in indexes if rows[i].thickness is not None), None)
    if grammage is None and thickness is not None:
        density = _density([rows[i] for i in indexes], shares, density_of)
        grammage = None if density is None else thickness * density
    return Layer(name, indexes, shares, grammage)


def _shares(rows: Sequence[RunRow], masses: Sequence[int | None]) -> tuple[float, ...] | None:
    """How the rows of a layer share its mass; one blank Layer Share takes the rest; None where it cannot be told, as where
    the stated shares do not add up to 100 %."""
    if len(rows) == 1:
        return (1.0,)
    known = [m for m in masses if m is not None]
    if len(known) == len(masses) and sum(known) > 0:
        return tuple(m / sum(known) for m in known)
    stated = [r.layer_share.low if r.layer_share is not None and r.layer_share.is_point else None for r in rows]
    total = sum(s for s in stated if s is not None)
    blanks = stated.count(None)
    if blanks > 1 or total > 1.0 + _SHARE_ROUNDING or (blanks == 0 and total < 1.0 - _SHARE_ROUNDING):
        return None
    filled = [s if s is not None else max(0.0, 1.0 - total) for s in stated]
    whole = sum(filled)
    return tuple(s / whole for s in filled)


def _density(rows: Sequence[RunRow], shares: tuple[float, ...] | None, density_of: Callable[[RunRow], float | None]) -> float | None:
    """A layer's density: the one Density its rows state, else their own (or their materials') densities, whose volumes add up."""
    stated = {r.density for r in rows if r.density is not None}
    if len(stated) == 1:
        return stated.pop()
    densities = [density_of(r) for r in rows]
    if any(d is None for d in densities):
        return None
    if len(set(densities)) == 1:
        return densities[0]
    if shares is None:
        return None
    return 1.0 / sum(share / d for share, d in zip(shares, densities, strict=True) if d)


def derived_masses(masses: Sequence[int | None], layers: Sequence[Layer], total_mg: int | None) -> dict[int, int]:
    """Masses in mg of the in rows that state none.

    Layers with both a quantity and an areal mass fix the kg per g/m2; without such a layer the outputs and losses
    (``total_mg``) less the stated inputs are shared out.  Rows that the structure does not reach are absent.
    """
    open_layers = [x for x in layers if any(masses[i] is None for i in x.rows)]
    if not open_layers or any(x.areal is None for x in open_layers):
        return {}
    scale = _scale(masses, [x for x in layers if x not in open_layers])
    if scale is None:
        reached = {i for x in open_layers for i in x.rows}
        if total_mg is None or any(m is None for i, m in enumerate(masses) if i not in reached):
            return {}
        rest = total_mg - sum(m for i, m in enumerate(masses) if m is not None and i not in reached)
        areal = sum(x.areal or 0.0 for x in open_layers)
        if rest <= 0 or areal <= 0:
            return {}
        scale = rest / areal
    result: dict[int, int] = {}
    for layer in open_layers:
        for index, share in zip(layer.rows, layer.shares or (), strict=False):
            if masses[index] is None:
                result[index] = round((layer.areal or 0.0) * share * scale)
    return result


def _scale(masses: Sequence[int | None], closed: Sequence[Layer]) -> float | None:
    """mg per g/m2 by the layers that state both."""
    both = [(x.areal, sum(masses[i] or 0 for i in x.rows)) for x in closed if x.areal]
    areal = sum(a for a, _ in both if a)
    return sum(m for _, m in both) / areal if areal > 0 else None


def disagreement(masses: Sequence[int | None], layers: Sequence[Layer]) -> float:
    """How far (share of a layer's mass) the structure lies from the quantities, at most; 0 where nothing can be compared."""
    both = [(x.areal, sum(masses[i] or 0 for i in x.rows)) for x in layers if x.areal and all(masses[i] is not None for i in x.rows)]
    areal, mass = sum(a for a, _ in both if a), sum(m for _, m in both)
    if len(both) < 2 or areal <= 0 or mass <= 0:
        return 0.0
    return max(abs((a or 0.0) / areal * mass / m - 1.0) if m > 0 else 1.0 for a, m in both)
