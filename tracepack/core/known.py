"""What a workspace already knows, as far as the reading of new rows needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracepack.core.ledger import Fact, LotKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The live (not superseded, not withdrawn) facts that decide how new rows are understood.

    Whoever fills it may leave out what the new rows do not name.  Rows of the reading
    itself are added by the reader, so that a run in one sheet may use a delivery
    in the next.  An empty `Known()` is a new workspace.
    """

    #: Numbers of lots that the organisation itself owns: run outputs and opening stock.
    own_lots: frozenset[str] = frozenset()
    #: `Own Lot No` of deliveries -> the delivered lots it stands for.
    aliases: Mapping[str, tuple[LotKey, ...]] = field(default_factory=dict)
    #: Lot number -> the delivered lots (of other owners) that carry it.
    delivered: Mapping[str, tuple[LotKey, ...]] = field(default_factory=dict)
    #: Delivered lot -> its delivery facts (sheet Deliveries), for likely duplicates.
    deliveries: Mapping[LotKey, tuple[Fact, ...]] = field(default_factory=dict)
    #: Party IDs with a row in Parties (the organisation itself need not be among them).
    parties: frozenset[str] = frozenset()
    #: (owner, Material ID) with a row in Materials; an own material's owner is the organisation.
    materials: frozenset[tuple[str, str]] = frozenset()
    #: Names and synonyms that the built-in material library answers to, folded by `tracepack.core.library.fold_name`.
    library_materials: frozenset[str] = frozenset()
