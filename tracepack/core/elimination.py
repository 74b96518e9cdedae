"""Linear inequalities and equations solved exactly, in fractions.

Inequalities are taken apart by Fourier and Motzkin's elimination, polygons are cut from the unit square one half-plane at a
time, equations are solved by substitution.  Nothing here rounds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic, TypeVar

ZERO, ONE = Fraction(0), Fraction(1)
Point = tuple[Fraction, Fraction]
#: ``coefficients . x <= limit``.
Inequality = tuple[tuple[Fraction, ...], Fraction]

_Unknown = TypeVar("_Unknown", bound=Hashable)
_Kind = TypeVar("_Kind", bound=Hashable)


def without(rows: Iterable[Inequality], place: int) -> list[Inequality]:
    """What some inequalities say of the other unknowns, whatever the one at ``place`` is; its coefficients become 0."""
    above: list[Inequality] = []
    below: list[Inequality] = []
    rest: list[Inequality] = []
    for row in rows:
        factor = row[0][place]
        (above if factor > 0 else below if factor < 0 else rest).append(row)
    pairs = [_sum(_scaled(high, 1 / high[0][place]), _scaled(low, -1 / low[0][place])) for high in above for low in below]
    return _tightest([*rest, *pairs])


def _scaled(row: Inequality, factor: Fraction) -> Inequality:
    return tuple(c * factor for c in row[0]), row[1] * factor


def _sum(one: Inequality, other: Inequality) -> Inequality:
    return tuple(a + b for a, b in zip(one[0], other[0], strict=True)), one[1] + other[1]


def _tightest(rows: Iterable[Inequality]) -> list[Inequality]:
    """One row of each direction, the strictest."""
    kept: dict[tuple[Fraction, ...], Fraction] = {}
    for row in rows:
        size = max((abs(c) for c in row[0]), default=ZERO)
        direction, limit = _scaled(row, 1 / size) if size else row
        if size or limit < 0:  # 0 <= something positive says nothing
            kept[direction] = min(limit, kept.get(direction, limit))
    return list(kept.items())


def greatest(rows: Iterable[Inequality], place: int) -> Fraction:
    """The greatest value of one unknown, which must have an upper bound; the rows must not contradict each other."""
    left = list(rows)
    for other in range(len(left[0][0])):
        left = left if other == place else without(left, other)
    return min(limit / direction[place] for direction, limit in left if direction[place] > 0)


def polygon(rows: Iterable[Inequality], across: int, up: int) -> tuple[Point, ...]:
    """The corners of the part of the unit square that inequalities in two unknowns allow; () where there is none."""
    corners: list[Point] = [(ZERO, ZERO), (ONE, ZERO), (ONE, ONE), (ZERO, ONE)]
    for direction, limit in rows:
        if not direction[across] and not direction[up]:
            corners = corners if limit >= 0 else []
        corners = _cut(corners, direction[across], direction[up], limit)
    return tuple(sorted(set(corners)))


def _cut(corners: Sequence[Point], a: Fraction, b: Fraction, limit: Fraction) -> list[Point]:
    """A polygon's part where ``a x + b y <= limit``."""
    kept: list[Point] = []
    over = [a * x + b * y - limit for x, y in corners]
    for i, (x, y) in enumerate(corners):
        if over[i] <= 0:
            kept.append((x, y))
        j = (i + 1) % len(corners)
        if (over[i] < 0 < over[j]) or (over[j] < 0 < over[i]):
            part = over[i] / (over[i] - over[j])
            kept.append((x + part * (corners[j][0] - x), y + part * (corners[j][1] - y)))
    return kept


@dataclass
class Equation(Generic[_Unknown, _Kind]):
    """An unknown vector as ``sum(factor * other unknown) + sum(amount of each kind)``."""

    factors: dict[_Unknown, Fraction] = field(default_factory=dict)
    amounts: dict[_Kind, Fraction] = field(default_factory=dict)

    def add_factor(self, other: _Unknown, factor: Fraction) -> None:
        """Let another unknown count for so much more."""
        self.factors[other] = self.factors.get(other, ZERO) + factor

    def add_amount(self, kind: _Kind, amount: Fraction) -> None:
        """Let there be so much more of a kind."""
        self.amounts[kind] = self.amounts.get(kind, ZERO) + amount

    def add_amounts(self, amounts: Mapping[_Kind, Fraction], factor: Fraction) -> None:
        """Let there be so much more of a mixture."""
        for kind, amount in amounts.items():
            self.add_amount(kind, amount * factor)


def solved(equations: Mapping[_Unknown, Equation[_Unknown, _Kind]]) -> dict[_Unknown, dict[_Kind, Fraction]] | None:
    """The unknowns of equations that use each other; None where they do not settle each other."""
    left = {name: Equation(dict(e.factors), dict(e.amounts)) for name, e in equations.items()}
    done: list[tuple[_Unknown, Equation[_Unknown, _Kind]]] = []
    for name in equations:
        own = left.pop(name)
        passing = ONE - own.factors.pop(name, ZERO)
        if not passing:
            return None
        own = Equation({k: v / passing for k, v in own.factors.items()}, {k: v / passing for k, v in own.amounts.items()})
        for other in left.values():
            factor = other.factors.pop(name, ZERO)
            if factor:
                for key, value in own.factors.items():
                    other.add_factor(key, factor * value)
                other.add_amounts(own.amounts, factor)
        done.append((name, own))
    found: dict[_Unknown, dict[_Kind, Fraction]] = {}
    for name, own in reversed(done):
        for later, factor in own.factors.items():
            own.add_amounts(found[later], factor)
        found[name] = own.amounts
    return found
