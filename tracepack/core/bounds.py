"""The least and greatest value of a ratio of sums over roots, each root free within its own region.

A figure is sum(m_r n_r) / sum(m_r d_r).  For a trial value t the sign of min over all completions of sum m_r (n_r - t d_r)
says on which side of the least ratio t lies, and that minimum splits by root; stepping t to the ratio of the minimising
completion (Dinkelbach, Management Science 13, 1967) reaches the least ratio in a few steps.  Each end is therefore attained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracepack.core.quantity import Interval

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Term:
    """One root's part of a ratio: its ``mass`` (kg per kg asked) and the corners (denominator, numerator) of its region."""

    mass: float
    corners: tuple[tuple[float, float], ...]


def sum_range(terms: Sequence[tuple[float, Interval]]) -> Interval:
    """The range of sum(m_r x_r) for independent x_r; a negative mass (reaction water) swaps its ends."""
    low = sum(m * (x.low if m >= 0 else x.high) for m, x in terms)
    high = sum(m * (x.high if m >= 0 else x.low) for m, x in terms)
    return Interval(min(low, high), max(low, high))


def ratio_range(terms: Sequence[Term]) -> Interval | None:
    """The range of a ratio with denominators >= 0 and 0 <= numerator <= denominator; None where every denominator is 0."""
    live = [t for t in terms if t.mass > 0 and any(d > 0 for d, _ in t.corners)]
    if not live:
        return None
    if len(live) == 1:
        return _range_of_one(live[0].corners)
    starts = np.cumsum([0, *(len(t.corners) for t in live[:-1])])
    masses = np.repeat([t.mass for t in live], [len(t.corners) for t in live])
    points = np.array([corner for t in live for corner in t.corners])
    denominators, numerators = masses * points[:, 0], masses * points[:, 1]
    if len(starts) == len(points):  # everything is known: there is nothing to choose
        whole = float(denominators.sum())
        return _between(float(numerators.sum()) / whole, float((denominators - numerators).sum()) / whole)
    return _between(_least(denominators, numerators, starts), _least(denominators, denominators - numerators, starts))


def _range_of_one(corners: Sequence[tuple[float, float]]) -> Interval:
    """A single root's ratio: that of its least and its greatest corner, whatever its mass."""
    return _between(min(n / d for d, n in corners if d > 0), min((d - n) / d for d, n in corners if d > 0))


def _between(least: float, least_rest: float) -> Interval:
    """The range from the least ratio and the least of what is left of it to 1."""
    most = 1.0 - least_rest
    return Interval(min(least, most), max(least, most))


def _least(denominators: _Floats, numerators: _Floats, starts: NDArray[np.int64]) -> float:
    """The least ratio, by Dinkelbach's steps from a completion that has a denominator."""
    chosen = _choose(-denominators, starts)
    value = float(numerators[chosen].sum() / denominators[chosen].sum())
    for _ in range(100):
        chosen = _choose(numerators - value * denominators, starts)
        top, bottom = float(numerators[chosen].sum()), float(denominators[chosen].sum())
        if bottom <= 0 or top - value * bottom >= -1e-15 * bottom:
            break
        value = top / bottom
    return value


def _choose(scores: _Floats, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each root the index of its corner with the least score, the first of several."""
    counts = np.diff(np.append(starts, len(scores)))
    least = np.flatnonzero(scores == np.repeat(np.minimum.reduceat(scores, starts), counts))
    return least[np.searchsorted(least, starts)]
