"""The declaration of a shipment: find its rows, load what they rest on, and write it down."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from tracepack.bookkeeping import audited
from tracepack.core.claims import Models, ceilings
from tracepack.core.creditfaults import credits_behind, faults_of
from tracepack.core.custody import Custody
from tracepack.core.declarations import declare, lots_to_mix, shipment_rows
from tracepack.core.ledger import Shipment
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.errors import UnknownShipment, UsageProblem
from tracepack.report.answers_declaration import DeclarationAnswer
from tracepack.report.declaration_files import render_declaration
from tracepack.report.declarations import declaration_answer
from tracepack.report.localised import localised
from tracepack.rulebook import chain_of_custody_rules, declaration_field_rules, material_library
from tracepack.store import Store

FORMATS = ("txt", "pdf", "xlsx", "json")


def declaration(store: Store, number: str) -> DeclarationAnswer:
    """`declaration SHIPMENT`.  Raises UnknownShipment, with shipments of a like number."""
    lineage, _ = build_lineage(store.load_ledger(), material_library())
    rows = shipment_rows(lineage, number)
    if not rows:
        raise _unknown(number, lineage.ledger.shipments)
    lots = sorted(lots_to_mix(lineage, rows))
    mixture = mix_lots(lineage, lots)
    models = Models(Custody(mixture, Papers(lineage, chain_of_custody_rules())))
    given = credits_behind(lineage, sorted({lineage.canonical(row.lot) for row in rows}), [number])
    faults = faults_of(audited(store, lineage).findings, given) if given else ()
    draft = declare(lineage, ceilings(mixture, lots), models, rows, declaration_field_rules(), faults)
    return declaration_answer(draft, store.latest_import())


def _unknown(number: str, shipments: Sequence[Shipment]) -> UnknownShipment:
    """Why there is nothing to declare, with what may have been meant."""
    kinds = sorted({s.kind for s in shipments if s.shipment_no == number})
    if kinds:
        return UnknownShipment(f"shipment {number} is no sale ({', '.join(kinds)})", "what is sold is declared")
    numbers = list(dict.fromkeys(s.shipment_no for s in shipments))
    folded = {n.casefold(): n for n in numbers}
    near = [folded[n] for n in get_close_matches(number.casefold(), folded, n=5)]
    hint = f"did you mean {', '.join(near)}?" if near else f"known are {', '.join(numbers[:5])}" if numbers else "import Shipments first"
    return UnknownShipment(f"there is no shipment {number}", hint)


def render(answer: DeclarationAnswer, file_format: str, lang: str = "en") -> bytes:
    """A declaration as txt, pdf, xlsx or json.  Raises MissingFont, UsageProblem (another format)."""
    if file_format not in FORMATS:
        raise UsageProblem(f"{file_format} is no format of a declaration", f"use one of {', '.join(FORMATS)}")
    return render_declaration(localised(answer, lang), file_format, lang)
