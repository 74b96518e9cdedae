"""The product asked as the laws ask it: figures and origins of one lot of a ledger."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from laws.oracle import Replay
from tracepack.core.content import LotContent, content_of
from tracepack.core.ledger import Ledger, LotKey
from tracepack.core.library import library_from_table
from tracepack.core.lineage import build_lineage
from tracepack.data import read_toml

#: low and high of each figure; None where there is no such carbon at all.
Figures = dict[str, tuple[float | None, float | None]]
PHYSICAL = ("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass")


def answer(ledger: Ledger, lot: LotKey, on: dt.date | None = None) -> LotContent:
    """`content LOT [--on DATE]`, without a workspace."""
    lineage, _ = build_lineage(ledger, library_from_table(read_toml("materials.toml")))
    return content_of(lineage, lot, on)


def figures(ledger: Ledger, lot: LotKey, on: dt.date | None = None) -> Figures:
    """The five physical figures."""
    found = answer(ledger, lot, on).figures
    return {name: (found[name].low, found[name].high) for name in PHYSICAL}


def origin_shares(ledger: Ledger, lot: LotKey, on: dt.date | None = None) -> dict[LotKey | None, float]:
    """Dry-mass share by delivered lot; None is what nobody recorded."""
    total: dict[LotKey | None, float] = defaultdict(float)
    for origin in answer(ledger, lot, on).origins:
        total[origin.lot] += origin.mass_share
    return dict(total)


def moments(replayed: Replay) -> list[tuple[LotKey, dt.date | None]]:
    """Every question with one answer: each lot, and a lot fed again after it was drawn from on each of its days from then on."""
    asked: list[tuple[LotKey, dt.date | None]] = []
    for lot in sorted(replayed.inflow):
        if lot in replayed.running:
            asked += [(lot, day) for day in sorted(replayed.states[lot]) if day >= replayed.first_draw[lot]]
        else:
            asked.append((lot, None))
    return asked
