"""The sustainability declaration of a shipment: its fields from the records, what is missing, and what it says beyond the books.

A declaration stays a draft until every mandatory field is filled in and nothing in it goes beyond what the lots bear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tracepack.core.claimoffers import own_certificate
from tracepack.core.claims import Ceilings, Models
from tracepack.core.declarationchecks import (
    DECLARED_KINDS,
    DeclarationDesk,
    beyond_books,
    declaration_desk,
    declaration_index,
    sheet_order,
    too_strong,
)
from tracepack.core.declarationlines import Line
from tracepack.core.declarationrules import FieldRule
from tracepack.core.findings import Finding, Severity, SourceRef, sort_findings
from tracepack.core.ledger import Certificate, Declaration, LotKey, Party, Shipment
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.papers import NONE
from tracepack.core.runs import unit_finding


@dataclass(frozen=True, slots=True)
class Value:
    """What a field says ("" where nothing does) and the cells that say it."""

    text: str
    refs: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field of the declaration: its rule, whether it must be filled in here, and whether it is not."""

    rule: FieldRule
    binding: bool
    missing: bool


@dataclass(frozen=True)
class DraftDeclaration:
    """The declaration of a shipment: its parties by ID, the model that is declared, ``values`` the document's fields by key.

    A draft while there are findings of error.
    """

    organisation: str
    shipment_no: str
    supplier: str
    recipient: str
    model: str
    values: Mapping[str, Value]
    lines: tuple[Line, ...]
    fields: tuple[FieldState, ...]
    findings: tuple[Finding, ...]

    @property
    def is_draft(self) -> bool:
        """Whether it may not be issued yet."""
        return any(f.severity is Severity.ERROR for f in self.findings)


def shipment_rows(lineage: Lineage, number: str) -> tuple[Shipment, ...]:
    """The rows of a shipment that are declared to its customer, in the order of the sheet; () where there are none."""
    return sheet_order(s for s in lineage.ledger.shipments if s.shipment_no == number and s.kind in DECLARED_KINDS)


def declare(
    lineage: Lineage,
    ceilings: Ceilings,
    models: Models,
    rows: Sequence[Shipment],
    rules: Sequence[FieldRule],
    faults: Sequence[Finding] = (),
) -> DraftDeclaration:
    """Write the declaration of a shipment's rows (at least one), of lots that the mixture behind ``ceilings`` holds.

    ``faults`` are errors of the books in the credits behind them, which leave it a draft.
    """
    desk = declaration_desk(lineage, ceilings, models, declaration_index(models.custody.papers), rows)
    values = _values(desk)
    described = tuple(_described(line, desk.cited) for line in desk.lines)
    states = tuple(_state(desk, rule, values, described) for rule in rules)
    missing = [_missing(desk, state.rule) for state in states if state.missing]
    findings = [*missing, *_unweighed(desk), *too_strong(desk), *beyond_books(desk), *faults]
    supplier = desk.cited.issuer if desk.cited else lineage.ledger.organisation
    head = (lineage.ledger.organisation, rows[0].shipment_no, supplier, rows[0].customer)
    return DraftDeclaration(*head, desk.model, values, described, states, sort_findings(findings))


# --- fields


def _values(desk: DeclarationDesk) -> dict[str, Value]:
    """The document's fields by key."""
    ledger, cited, first = desk.lineage.ledger, desk.cited, desk.first
    own = _party(desk, (desk.models.custody.papers.party(cited.issuer),) if cited else (ledger.organisation, desk.site))
    customer, site = _party(desk, (desk.models.custody.papers.party(first.customer),)), _party(desk, (desk.site, ledger.organisation))
    certificate = _certificate(desk)
    days = sorted({s.date for s in desk.rows})
    said = {name: _said(cited, name) for name in _FROM_DECLARATION}
    return said | {
        "declaration_no": next(
            (Value(s.declaration_no, (s.source.ref("declaration_no"),)) for s in desk.rows if s.declaration_no), Value("")
        ),
        "supplier_name": _of(own, "name"),
        "supplier_address": _said(cited, "issuer_address", _of(own, "address")),
        "scheme": _said(cited, "scheme", Value(certificate.scheme, (certificate.source.ref("scheme"),)) if certificate else Value("")),
        "certificate_no": Value(certificate.certificate_no, (certificate.source.ref("certificate_no"),)) if certificate else Value(""),
        "recipient_name": _of(customer, "name"),
        "recipient_address": _said(cited, "recipient_address", _of(customer, "address")),
        "dispatch_place": _of(site, "address"),
        "dispatch_date": Value(" - ".join(dict.fromkeys((days[0].isoformat(), days[-1].isoformat()))), (first.source.ref("date"),)),
        "delivery_note": Value(first.shipment_no, (first.source.ref("shipment_no"),)),
        "credit_transfer": _said(cited, "credit_transfer", _transferred(desk)),
    }


_FROM_DECLARATION = (
    *("issue_date", "period", "contract", "compliance_claim"),
    *("input_characteristics", "input_compensation", "recycling", "ghg", "remark"),
)


def _said(cited: Declaration | None, name: str, otherwise: Value | None = None) -> Value:
    """A field of the cited declaration, else what stands in for it."""
    found = getattr(cited, name) if cited else None
    if cited is None or found is None:
        return otherwise or Value("")
    return Value(found.isoformat() if isinstance(found, dt.date) else str(found), (cited.source.ref(name),))


def _party(desk: DeclarationDesk, names: Iterable[str]) -> Party | None:
    """The first of some parties that is described."""
    described = {p.party_id: p for p in desk.lineage.ledger.parties}
    return next((described[name] for name in names if name in described), None)


def _of(party: Party | None, name: str) -> Value:
    found = getattr(party, name) if party else None
    return Value(found, (party.source.ref(name),)) if party and found else Value("")


def _certificate(desk: DeclarationDesk) -> Certificate | None:
    """Our own certificate of the scheme, valid on the day of dispatch; the strongest of several."""
    return own_certificate(desk.models.custody.papers, desk.scheme, desk.first.date, desk.site)


def _transferred(desk: DeclarationDesk) -> Value:
    """Whether credits of the declared raw materials came from another site, and from which; as the books say."""
    raws = {(fold_name(line.raw.feedstock), line.raw.category) for line in desk.lines}
    found = [
        t
        for t in desk.lineage.ledger.transfers
        if t.to_site == desk.site and t.date <= desk.first.date and (fold_name(t.feedstock), t.category) in raws
    ]
    if not found:
        return Value("no")
    return Value(f"yes: {', '.join(sorted({t.from_site for t in found}))}", tuple(t.source.ref("from_site") for t in found))


def _described(line: Line, cited: Declaration | None) -> Line:
    """A line under the model that is declared, with what the declaration says where nothing else does."""
    if cited is None:
        return line
    raw = line.raw
    filled = raw._replace(
        feedstock=raw.feedstock or cited.feedstock, category=raw.category or cited.category, country=raw.country or cited.country_of_origin
    )
    return replace(line, raw=filled, model=cited.chain_of_custody)


def _state(desk: DeclarationDesk, rule: FieldRule, values: Mapping[str, Value], lines: Sequence[Line]) -> FieldState:
    issued = values["issue_date"].text
    day = dt.date.fromisoformat(issued) if issued else desk.first.date
    binding = rule.binds(day, values["scheme"].text, {desk.model}, {line.raw.category for line in lines})
    filled = all(_says(line, rule.key) for line in lines) if rule.of == "line" else bool(values[rule.key].text)
    return FieldState(rule, binding, binding and not filled)


def _says(line: Line, key: str) -> bool:
    """Whether a field of a line is filled in."""
    said: dict[str, object] = {
        "batch": line.lot.number,
        "product": line.product,
        "raw_material": line.raw.feedstock,
        "category": line.raw.category,
        "country_of_origin": line.raw.country,
        "quantity": line.shipment.unit,
        "certified_mass": line.certified_mg,
        "certified_share": line.share,
        "chain_of_custody": line.model != NONE,
    }
    return bool(said[key])


# --- what is wrong


def _missing(desk: DeclarationDesk, rule: FieldRule) -> Finding:
    """A mandatory field that nothing fills, with the sheet and column to fill in."""
    sheet, column = rule.place(desk.model)
    text = f"The declaration of shipment {desk.first.shipment_no} lacks a mandatory field: {rule.label['en']}."
    return Finding("declaration-field-missing", Severity.ERROR, text, f"Fill in {column} in the sheet {sheet}.", desk.cell)


def lots_to_mix(lineage: Lineage, rows: Sequence[Shipment]) -> set[LotKey]:
    """The canonical lots of a shipment's rows, and of every shipment under the same declaration."""
    numbers = {fold_name(s.declaration_no) for s in rows if s.declaration_no}
    alike = [s for s in lineage.ledger.shipments if s.declaration_no and fold_name(s.declaration_no) in numbers]
    return {lineage.canonical(s.lot) for s in (*rows, *alike)}


def _unweighed(desk: DeclarationDesk) -> Iterator[Finding]:
    """Rows whose quantity cannot be turned into mass: nothing of them can be declared as certified."""
    for s in desk.rows:
        if desk.lineage.shipment_mg(s) is None:
            yield unit_finding(s.source.ref("unit"), f"{s.quantity:f}", s.unit, f"shipment {s.shipment_no}")
