"""Claims and declarations of shipments: the audit of what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tracepack.core.claims import Ceilings, Models, audit_claims, ceilings, claiming
from tracepack.core.custody import Custody
from tracepack.core.declarationchecks import audit_declarations, declaration_index, declared_lots
from tracepack.core.findings import Finding
from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.rulebook import chain_of_custody_rules, claim_wording_rules


def claim_findings(lineage: Lineage, lots: Iterable[LotKey]) -> tuple[Finding, ...]:
    """What is wrong with the claims of the shipments of some canonical lots; mixes only those of which something is claimed."""
    claimed = claiming(lineage, lots)
    if not claimed:
        return ()
    allowed, models = _bearing(lineage, claimed)
    return audit_claims(allowed, models, claimed, claim_wording_rules())


def shipment_findings(lineage: Lineage) -> tuple[Finding, ...]:
    """What is wrong with the claims of every shipment and with our declarations of them; the lineage is of the whole workspace."""
    claimed, index = claiming(lineage, lineage.lots()), declaration_index(Papers(lineage, chain_of_custody_rules()))
    wanted = sorted({*claimed, *declared_lots(lineage, index)})
    if not wanted:
        return ()
    allowed, models = _bearing(lineage, wanted)
    claims = audit_claims(allowed, models, claimed, claim_wording_rules())
    return (*claims, *audit_declarations(lineage, allowed, models, index))


def declaration_findings(lineage: Lineage, shipments: Iterable[Shipment]) -> tuple[Finding, ...]:
    """What goes beyond the books in our declarations that some shipments cite; the lineage is of the whole workspace."""
    index = declaration_index(Papers(lineage, chain_of_custody_rules()))
    cited = {fold_name(s.declaration_no) for s in shipments if s.declaration_no}
    mine = replace(index, own={number: declared for number, declared in index.own.items() if number in cited})
    if not mine.own:
        return ()
    allowed, models = _bearing(lineage, sorted(declared_lots(lineage, mine)))
    return tuple(audit_declarations(lineage, allowed, models, mine))


def _bearing(lineage: Lineage, lots: list[LotKey]) -> tuple[Ceilings, Models]:
    """What some canonical lots bear: their figures' lower ends and their models."""
    mixture = mix_lots(lineage, lots)
    return ceilings(mixture, lots), Models(Custody(mixture, Papers(lineage, chain_of_custody_rules())))
