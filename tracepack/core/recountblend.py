"""What a run makes of what went into it, for the second algorithm: mixtures as exact shares of as-is mass."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeVar

from tracepack.core.elimination import ONE, ZERO, Equation
from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.properties import Part
from tracepack.core.recountrows import UNSTATED, Batch

#: Shares are kept to this many bits after the point once they are written with more than `_LONGEST`.
_KEPT, _LONGEST = 200, 600


@dataclass(frozen=True, slots=True, eq=False)
class Matter:
    """What is not taken apart further, wherever it goes: of a ``lot``, or (None) from nowhere known; ``parts`` None is anything.

    ``why``: it stands for a step that could not be followed exactly; ``delivery``: it came with that one; ``unweighed``: a mass is
    missing there, so that nobody knows how much of it is water.
    """

    lot: LotKey | None
    parts: tuple[Part, ...] | None
    why: str = ""
    delivery: Delivery | None = None
    unweighed: bool = False


#: Water and solvent.
VOLATILE = Matter(None, ())
Mix = Mapping[Matter, Fraction]
_Name = TypeVar("_Name", bound=Hashable)


def normal(amounts: Mapping[Matter, Fraction]) -> dict[Matter, Fraction]:
    """Amounts as shares of their sum; very long fractions are cut far behind the last digit that counts."""
    whole = sum(amounts.values(), ZERO)
    if not whole:
        return {}
    return {matter: _short(amount / whole) for matter, amount in amounts.items() if amount}


def _short(share: Fraction) -> Fraction:
    return share if share.denominator.bit_length() <= _LONGEST else Fraction(round(share * (1 << _KEPT)), 1 << _KEPT)


def mixed(items: Iterable[tuple[Mix, Fraction]]) -> dict[Matter, Fraction]:
    """Amounts of several mixtures together."""
    total: dict[Matter, Fraction] = {}
    for mix, amount in items:
        for matter, share in mix.items():
            total[matter] = total.get(matter, ZERO) + share * amount
    return total


def dry(mix: Mix) -> dict[Matter, Fraction]:
    """A mixture without its volatiles, as shares of what is left."""
    return normal({matter: share for matter, share in mix.items() if matter is not VOLATILE})


def blend(batch: Batch, inputs: Sequence[Mix], weighing: Fraction, unaccounted: Fraction) -> list[dict[Matter, Fraction]]:
    """The mixture of each output, given those of the inputs."""
    if batch.why:
        return _unfollowed(batch, batch.why)
    moist = [_moisture(taken.moisture, mix) for taken, mix in zip(batch.taken, inputs, strict=True)]
    if len(inputs) == 1 and batch.taken[0].net_mg is None:
        stated = [made.moisture is not None for made in batch.made]
        if not all(stated) and (batch.water_mg or any(stated)):
            return _unfollowed(batch, UNSTATED)
        return [_wetted(dry(inputs[0]), moist[0] if made.moisture is None else made.moisture) for made in batch.made]
    masses = [Fraction(taken.net_mg or 0) for taken in batch.taken]
    weighed = _weighed(batch, masses, moist, weighing, unaccounted)
    if isinstance(weighed, str):
        return _unfollowed(batch, weighed)
    amounts = mixed((dry(mix), mass * (ONE - volatile)) for mix, mass, volatile in zip(inputs, masses, moist, strict=True))
    if weighed.gain:
        amounts[Matter(None, None)] = weighed.gain
    made_of = normal(amounts)
    if not made_of:
        return _unfollowed(batch, "nothing went in that has a mass")
    return [_wetted(made_of, volatile) for volatile in _volatiles(batch, weighed)]


def balance(batch: Batch, inputs: Sequence[Mix], weighing: Fraction, unaccounted: Fraction) -> Literal["even", "gain", "open"]:
    """Whether it is recorded how much of each input is in the outputs: "gain": and something from nowhere recorded; "open": it is not."""
    masses = [taken.net_mg for taken in batch.taken]
    if None in masses:
        return "open" if len(masses) > 1 else "even"
    if not masses or all(taken.derived for taken in batch.taken):
        return "even"
    moist = [_moisture(taken.moisture, mix) for taken, mix in zip(batch.taken, inputs, strict=True)]
    whole = sum((Fraction(mass or 0) for mass in masses), ZERO)
    wet = sum(((mass or 0) * share for mass, share in zip(masses, moist, strict=True)), ZERO)
    left, kept = whole - batch.water_mg, max(ZERO, wet - batch.water_mg)
    spare = _spare(batch, left, kept)
    if spare is None:
        return "even"
    if -spare > weighing * whole:
        return "gain"
    return "open" if spare > unaccounted * whole and len(masses) > 1 else "even"


def _unfollowed(batch: Batch, why: str) -> list[dict[Matter, Fraction]]:
    """Outputs of which nothing is said but the moisture they state."""
    matter = Matter(None, None, f"run {batch.run.key.number}: {why}", unweighed=why == UNSTATED)
    return [_wetted({matter: ONE}, made.moisture or ZERO) for made in batch.made]


def _moisture(stated: Fraction | None, mix: Mix) -> Fraction:
    return mix.get(VOLATILE, ZERO) if stated is None else stated


def _wetted(made_of: Mix, volatile: Fraction) -> dict[Matter, Fraction]:
    """A dry mixture with a volatile share."""
    return {**{matter: share * (ONE - volatile) for matter, share in made_of.items()}, **({VOLATILE: volatile} if volatile else {})}


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What is left of the inputs as-is, the volatile part of it, and (dry) what came from nowhere recorded."""

    left: Fraction
    wet: Fraction
    gain: Fraction


def _weighed(
    batch: Batch, masses: Sequence[Fraction], moist: Sequence[Fraction], weighing: Fraction, unaccounted: Fraction
) -> _Weighed | str:
    """Hold a batch's inputs against its outputs; text where an unexplained loss leaves the mixture open."""
    whole, wet = sum(masses, ZERO), sum((m * v for m, v in zip(masses, moist, strict=True)), ZERO)
    if batch.water_mg > wet:
        return "more water was lost than moisture was recorded"
    left, wet = whole - batch.water_mg, wet - batch.water_mg
    spare = _spare(batch, left, wet)
    if spare is not None and spare > unaccounted * whole and len(masses) > 1:
        return "more went in than came out, and no loss says what"
    gain = -spare if spare is not None and -spare > weighing * whole else ZERO
    return _Weighed(left, wet, gain)


def _spare(batch: Batch, left: Fraction, wet: Fraction) -> Fraction | None:
    """In less out less lost: dry where every output says its moisture, else as-is; None where an output has no mass."""
    if any(made.mg is None for made in batch.made) or all(taken.derived for taken in batch.taken):
        return None
    if all(made.moisture is not None for made in batch.made):
        out = sum(((made.mg or 0) * (ONE - (made.moisture or ZERO)) for made in batch.made), ZERO)
        kept = ONE - wet / left if left > 0 else ONE
        return left - wet - batch.plain_mg * kept - out
    return left - sum(made.mg or 0 for made in batch.made) - batch.plain_mg


def _volatiles(batch: Batch, weighed: _Weighed) -> list[Fraction]:
    """Each output's volatile share: as it says, else what the others and the losses leave."""
    whole = weighed.left + weighed.gain
    even = min(ONE, max(ZERO, weighed.wet / whole)) if whole > 0 and weighed.left > 0 else ZERO
    stated = [(made.mg or 0, made.moisture) for made in batch.made]
    if all(v is None for _, v in stated) or any(made.mg is None for made in batch.made):
        return [even if v is None else v for _, v in stated]
    taken = batch.plain_mg * even + sum((m * v for m, v in stated if v is not None), ZERO)
    silent = sum(m for m, v in stated if v is None)
    rest = min(ONE, max(ZERO, (weighed.wet - taken) / silent)) if silent else ZERO
    return [rest if v is None else v for _, v in stated]


def in_a_loop(batch: Batch, names: Sequence[_Name], weighing: Fraction, unaccounted: Fraction) -> Equation[_Name, Matter] | None:
    """The common mixture of a batch's outputs as an equation in those of its inputs (``names``); None where it is none."""
    masses = [taken.net_mg for taken in batch.taken]
    moist = any(x.moisture is not None for x in batch.taken) or any(x.moisture is not None for x in batch.made)
    if batch.why or moist or None in masses or any(taken.derived for taken in batch.taken) or any(made.mg is None for made in batch.made):
        return None
    whole = Fraction(sum(mass or 0 for mass in masses))
    left = whole - batch.water_mg
    spare = left - batch.plain_mg - sum(made.mg or 0 for made in batch.made)
    gain = -spare if -spare > weighing * whole else ZERO
    if left + gain <= 0 or (spare > unaccounted * whole and len(masses) > 1):
        return None
    equation: Equation[_Name, Matter] = Equation()
    for name, mass in zip(names, masses, strict=True):
        equation.add_factor(name, Fraction(mass or 0) / (left + gain))
    if batch.water_mg:
        equation.add_amount(VOLATILE, -batch.water_mg / (left + gain))
    if gain:
        equation.add_amount(Matter(None, None), gain / (left + gain))
    return equation
