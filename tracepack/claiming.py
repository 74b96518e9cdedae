"""Claims and what they rest on: the audit of what shipments claim."""

from __future__ import annotations

from collections.abc import Iterable

from tracepack.core.claims import audit_claims, claiming
from tracepack.core.findings import Finding
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import Lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.rulebook import chain_of_custody_rules, claim_wording_rules


def claim_findings(lineage: Lineage, lots: Iterable[LotKey]) -> tuple[Finding, ...]:
    """What is wrong with the claims of the shipments of some canonical lots; mixes only the lots of which something is claimed."""
    claimed = claiming(lineage, lots)
    papers = Papers(lineage, chain_of_custody_rules())
    return audit_claims(mix_lots(lineage, claimed), papers, claimed, claim_wording_rules()) if claimed else ()
