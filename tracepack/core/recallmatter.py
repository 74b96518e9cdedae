"""Matter on its way forwards: nodes as shares of what they were made of, and what left on the way.

Dry and volatile matter are parts of their own (0 and 1), since a loss of water takes volatiles only; where nothing says that any
water went, all matter is one part as-is.  A feed has two weights: ``share`` is of the mixture, as `content` mixes it; ``carry`` is
what a kilogram carries on so that nothing is lost on the way, also where weighing or a conversion changed the mass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracepack.core.ledger import LotKey, Run, RunKey
from tracepack.core.pools import Inflow

#: ("state", lot, number, part) | ("group", run, number, part) | ("feed", run, number, 0): what a conversion took in.
Key = tuple[str, LotKey | RunKey, int, int]
#: ``BOTH``: of a group, dry and volatile matter together, in parts that nobody knows.
DRY, WET, BOTH = 0, 1, 2


class Feed(NamedTuple):
    """A share of a node: of another node, or (None) of what entered; ``inflow`` where it entered the lot from outside or a run."""

    source: Key | None
    share: float
    carry: float
    inflow: Inflow | None = None


class Fill(NamedTuple):
    """Outputs drawn in unknown parts from some sources, of each no more than its mass; ``filled`` is what was drawn in all."""

    items: tuple[tuple[Key, float], ...]
    filled: float


@dataclass(slots=True)
class Node:
    """What a node is made of; ``unknown`` is the share that nobody recorded, ``open`` says that the shares are not known.

    ``left_open``: of what was left of the state before (a feed without an inflow) there may be less, down to nothing.
    """

    feeds: list[Feed] = field(default_factory=list)
    unknown: float = 0.0
    fill: Fill | None = None
    open: bool = False
    left_open: bool = False


class Gone(NamedTuple):
    """Mass (mg) of a node's matter that a run lost, or that nobody accounts for; None where it is not known."""

    run: Run
    kind: str
    key: Key
    mass: float | None


#: The parts of a lot's state that a run drew, with their shares of its as-is mass; nothing for a lot that is not followed.
Drawn = Callable[[LotKey], Sequence[tuple[Key, float]]]
