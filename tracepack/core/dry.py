"""Dry matter and volatiles of one group of a run.

Volatiles are water and solvent.  A water or solvent loss takes recorded volatiles first, the rest of it is reaction water:
no carbon, bio-based mass between none of it and all of it.  What is missing or extra beyond the tolerances is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracepack.core.runs import Group, Input


@dataclass(frozen=True, slots=True)
class DryGroup:
    """Dry masses in mg: of each input, reaction water that left, unknown input (``gain``), unexplained loss (``missing``).

    ``open_mix``: an input's mass is not known, so the outputs may be any mixture.  ``volatile`` are the outputs' volatile
    shares; ``tolerated`` the loss in proportion that was assumed (within tolerance).
    """

    inputs: tuple[tuple[Input, float], ...]
    reaction_water: float
    gain: float
    missing: float
    open_mix: bool
    volatile: tuple[float, ...]
    tolerated: float


def dry_group(group: Group, volatile_of: Callable[[Input], float], weighing: float, unaccounted: float) -> DryGroup:
    """Balance a physical group on dry mass.

    Inputs all derived from the structure share out the outputs by construction: they fix proportions, not a balance.
    """
    items = (*group.inputs, *group.shared)
    moist = [i.moisture if i.moisture is not None else volatile_of(i) for i in items]
    if any(i.net_mg is None for i in items):
        even = sum(moist) / len(moist)
        return DryGroup(tuple((i, 1.0) for i in items), 0.0, 0.0, 0.0, len(items) > 1, _stated(group, even), 0.0)
    masses = [float(i.net_mg or 0) for i in items]
    whole, wet = sum(masses), sum(m * v for m, v in zip(masses, moist, strict=True))
    water = float(group.volatile_loss_mg)
    reaction = max(0.0, water - wet)
    left_wet, left = max(0.0, wet - water), whole - water
    share = left_wet / left if left > 0 else 0.0
    dry = whole - wet - reaction
    derived = all(i.calculated for i in items)
    spare = None if derived else _spare(group, dry, share, left)
    missing = spare if spare is not None and (spare > unaccounted * whole or (group.shared and spare > 0)) else 0.0
    gain = -spare if spare is not None and spare < -weighing * whole else 0.0
    return DryGroup(
        inputs=tuple((i, m * (1.0 - v)) for i, m, v in zip(items, masses, moist, strict=True)),
        reaction_water=reaction,
        gain=gain,
        missing=max(0.0, min(missing, dry)),
        open_mix=False,
        volatile=_volatile(group, left_wet, share * (left / (left + gain) if left + gain > 0 else 0.0)),
        tolerated=spare if spare is not None and spare > 0 and not missing else 0.0,
    )


def _stated(group: Group, otherwise: float) -> tuple[float, ...]:
    return tuple(o.moisture if o.moisture is not None else otherwise for o in group.outputs)


def _spare(group: Group, dry: float, share: float, left: float) -> float | None:
    """In less out less lost: on dry mass where every output states its moisture, else as-is; None where outputs are unknown."""
    out = group.out_mg
    if out is None:
        return None
    if all(o.moisture is not None for o in group.outputs):
        dry_out = sum((o.mass_mg or 0) * (1.0 - (o.moisture or 0.0)) for o in group.outputs)
        return dry - group.plain_loss_mg * (1.0 - share) - dry_out
    return left - out - group.plain_loss_mg


def _volatile(group: Group, wet: float, even: float) -> tuple[float, ...]:
    """Each output's volatile share: as stated, else what the stated ones and the plain losses leave."""
    if all(o.moisture is None for o in group.outputs) or group.out_mg is None:
        return _stated(group, min(1.0, max(0.0, even)))
    taken = group.plain_loss_mg * even + sum((o.mass_mg or 0) * o.moisture for o in group.outputs if o.moisture is not None)
    open_mass = sum(o.mass_mg or 0 for o in group.outputs if o.moisture is None)
    rest = (wet - taken) / open_mass if open_mass else 0.0
    return _stated(group, min(1.0, max(0.0, rest)))
