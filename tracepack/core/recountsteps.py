"""What became of what, step by step, for the second algorithm: which states of lots and which runs each state or run drew on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

from tracepack.core.ledger import Delivery, LotKey, RunKey

#: The state of a lot, by number from 0, or the outputs of a run of one composition, by place.
StepKey: TypeAlias = tuple[Literal["lot"], LotKey, int] | tuple[Literal["run"], RunKey, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a lot or one batch of a run: on what day, out of which other steps and deliveries.

    ``unknown``: something is in it that nobody recorded; ``known``: it is recorded how much of each went in;
    ``why``: it cannot be followed ("" where it can); ``arrived`` are all deliveries, ``delivered`` those that brought any mass.
    Steps of one ``loop`` (0: of none) are lots and runs that feed each other on one day; they stand side by side.
    """

    key: StepKey
    day: dt.date
    made_of: tuple[StepKey, ...]
    delivered: tuple[Delivery, ...] = ()
    arrived: tuple[Delivery, ...] = ()
    unknown: bool = False
    known: bool = True
    why: str = ""
    loop: int = 0


def behind(steps: Sequence[Step], starts: Iterable[StepKey]) -> list[Step]:
    """The steps that some rest on, themselves included, in their order; ``steps`` are in the order they were lived."""
    wanted = set(starts)
    found: list[Step] = []
    for group in reversed(together(steps)):
        if any(step.key in wanted for step in group):
            wanted.update(key for step in group for key in step.made_of)
            found += reversed(group)
    return found[::-1]


def together(steps: Iterable[Step]) -> list[list[Step]]:
    """Steps in their order, those of a loop as one."""
    return [list(group) for _, group in groupby(steps, key=lambda step: (step.loop, None if step.loop else step.key))]
