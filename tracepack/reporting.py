"""Documents about a lot: its dossier, the report made of it, and the lineage picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tracepack.core.certchecks import check_stated
from tracepack.core.claimoffers import claim_offers
from tracepack.core.claims import Models, audit_claims, ceilings
from tracepack.core.content import content_in
from tracepack.core.custody import lot_custody
from tracepack.core.totals import totals_of
from tracepack.core.trace import trace_up
from tracepack.core.workings import workings_of
from tracepack.judging import readiness, schemes_asked, verdicts, wants_inventory
from tracepack.lotbooks import lot_books
from tracepack.questions import trace_custody, view_of
from tracepack.report.build import content_answer, lineage_answer, trace_answer
from tracepack.report.calculation import calculation_answers
from tracepack.report.claims import claims_answer
from tracepack.report.composition import composition_answers
from tracepack.report.dossier import Dossier, build_dossier
from tracepack.report.files import render_report
from tracepack.report.inventory import inventory_rows
from tracepack.report.readiness import audit_answers
from tracepack.report.resting import with_resting
from tracepack.report.statements import descriptions
from tracepack.rulebook import claim_wording_rules
from tracepack.store import Store


def dossier(store: Store, number: str, owner: str | None, schemes: Sequence[str] = ()) -> Dossier:
    """Everything the report of a lot says, as data, with the verdicts of the ``schemes`` named, else of all of content.

    Raises UnknownLot, UsageProblem (an unknown scheme).
    """
    schemes_asked(schemes)  # a name that no scheme has is told before anything is read
    view = view_of(store, number, owner)
    known_after = store.latest_import()
    found = trace_up(view.mixture, view.lot)
    findings = view.findings(found.scope)
    custody = lot_custody(view.custody, view.lot)
    findings = (*findings, *check_stated(custody))
    shown = trace_custody(view, custody, found)
    made_of = content_in(view.mixture, view.lot)
    own = [view.lineage.canonical(view.lot)]
    claimed = audit_claims(ceilings(view.mixture, own), Models(view.custody), own, claim_wording_rules())
    booked = lot_books(store, view, made_of)
    content = content_answer(made_of, view.lineage, (*findings, *claimed, *booked.faults), known_after, shown.answer)
    trace = trace_answer(found, view.lineage, view.lot, findings, known_after, shown)
    picture = lineage_answer(view.mixture, found.scope, found.lots)
    imports = {file.sha256: record.import_id for record in reversed(store.log()) for file in record.files}
    gathered = build_dossier(content, trace, picture, content.findings, view.ledger, imports, descriptions(made_of.scope, view.lineage))
    day = dt.date.fromisoformat(gathered.date) if gathered.date else dt.date.min
    offers = claim_offers(view.custody.papers, custody, view.lot, made_of.figures, claim_wording_rules(), day, booked.faults)
    audited = readiness(view, found, made_of, (*findings, *claimed, *booked.findings), booked.present)
    tests = {result.test.number: result.result for result in audited}
    judged = verdicts(schemes, view.mixture, made_of, custody, tests)
    worked = calculation_answers(workings_of(view.mixture, made_of))
    summed = composition_answers(totals_of(view.mixture, made_of))
    more = {
        "composition": summed,
        "claims": claims_answer(offers),
        "verdicts": judged,
        "audit": audit_answers(audited),
        "calculation": worked,
    }
    listed = inventory_rows(gathered) if wants_inventory(schemes) else []
    return with_resting(gathered.model_copy(update={**more, "inventory": listed}))


def report(store: Store, number: str, owner: str | None, file_format: str, lang: str, schemes: Sequence[str] = ()) -> bytes:
    """The traceability report of a lot as json, md, html or pdf.  Raises UnknownLot, UsageProblem (another format), MissingFont."""
    return render_report(dossier(store, number, owner, schemes), file_format, lang)
