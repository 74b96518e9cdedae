"""Claims and what they rest on: the audit of what shipments claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tracepack.core.claims import ModelOf, audit_claims, claiming
from tracepack.core.findings import Finding
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import Lineage, upstream
from tracepack.core.mixture import mix_lots
from tracepack.data import layout
from tracepack.rulebook import claim_wording_rules


def claim_findings(lineage: Lineage, lots: Iterable[LotKey]) -> tuple[Finding, ...]:
    """What is wrong with the claims of the shipments of some canonical lots; mixes only the lots of which something is claimed."""
    claimed = claiming(lineage, lots)
    return audit_claims(mix_lots(lineage, claimed), claimed, claim_wording_rules(), model_of(lineage)) if claimed else ()


def model_of(lineage: Lineage) -> ModelOf:
    """The weakest model of what a lot is made of and of what is attributed to it."""
    models = layout().vocabularies["chain_of_custody"]

    def weakest(lot: LotKey, _: dt.date) -> str:
        reached = upstream(lineage, [lot])
        found = {d.chain_of_custody for name in reached for d in lineage.delivered(name) if d.chain_of_custody} - {"none"}
        named = (row.lot(lineage.ledger.organisation) for row in lineage.ledger.attributions)
        if any(row is not None and lineage.canonical(row) in reached for row in named):
            found.add("mass balance")
        return max(found, key=models.index, default="none")

    return weakest
