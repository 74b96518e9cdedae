"""From a drafted declaration to its published answer."""

from __future__ import annotations

from collections.abc import Iterable

from tracepack.core.declarationlines import Line
from tracepack.core.declarations import DraftDeclaration, FieldState
from tracepack.core.quantity import kg_text, rounded_share
from tracepack.report.answers import finding_answer, ref_answer
from tracepack.report.answers_declaration import (
    CategoryTotalAnswer,
    DeclarationAnswer,
    DeclarationFieldAnswer,
    DeclarationLineAnswer,
    DeclaredPartyAnswer,
)

#: Fields of the document that are published under their own key.
_PLAIN = (
    *("declaration_no", "issue_date", "certificate_no", "dispatch_place", "dispatch_date", "period", "delivery_note", "contract"),
    *("compliance_claim", "credit_transfer", "input_characteristics", "input_compensation", "recycling", "ghg", "remark"),
)


def declaration_answer(draft: DraftDeclaration, as_known_after: int) -> DeclarationAnswer:
    """`declaration SHIPMENT`."""
    said = {key: value.text for key, value in draft.values.items()}
    return DeclarationAnswer(
        shipment=draft.shipment_no,
        draft=draft.is_draft,
        supplier=DeclaredPartyAnswer(party=draft.supplier, name=said["supplier_name"], address=said["supplier_address"]),
        certification_system=said["scheme"],
        recipient=DeclaredPartyAnswer(party=draft.recipient, name=said["recipient_name"], address=said["recipient_address"]),
        lines=[_line(line, draft.organisation) for line in draft.lines],
        totals=_totals(draft.lines),
        chain_of_custody=draft.model,
        fields=[_field(state, draft) for state in draft.fields],
        as_known_after_import=as_known_after,
        findings=[finding_answer(f) for f in draft.findings],
        **{key: said[key] for key in _PLAIN},
    )


def _line(line: Line, organisation: str) -> DeclarationLineAnswer:
    s = line.shipment
    return DeclarationLineAnswer(
        owner=s.supplier or organisation,
        lot=s.lot_no,
        product=line.product,
        raw_material=line.raw.feedstock,
        category=line.raw.category,
        country_of_origin=line.raw.country,
        quantity=f"{s.quantity:f}",
        unit=s.unit,
        mass_kg=None if line.mass_mg is None else kg_text(line.mass_mg),
        certified_kg=None if line.certified_mg is None else kg_text(line.certified_mg),
        certified_share=None if line.share is None else rounded_share(float(line.share)),
        chain_of_custody=line.model,
        refs=[ref_answer(s.source.ref("quantity"))],
    )


def _totals(lines: Iterable[Line]) -> list[CategoryTotalAnswer]:
    """Certified amounts, apart for each category."""
    sums: dict[str, int] = {}
    for line in lines:
        if line.certified_mg is not None:
            sums[line.raw.category] = sums.get(line.raw.category, 0) + line.certified_mg
    return [CategoryTotalAnswer(category=name, certified_kg=kg_text(mass)) for name, mass in sorted(sums.items())]


def _field(state: FieldState, draft: DraftDeclaration) -> DeclarationFieldAnswer:
    rule = state.rule
    sheet, column = rule.place(draft.model)
    value = draft.values.get(rule.key)
    return DeclarationFieldAnswer(
        key=rule.key,
        mandatory=state.binding,
        missing=state.missing,
        sheet=sheet,
        column=column,
        valid_from=None if rule.valid_from is None else rule.valid_from.isoformat(),
        source=rule.source,
        status="confirmed" if rule.confirmed else "unconfirmed",
        refs=[ref_answer(ref) for ref in value.refs] if value else [],
    )
