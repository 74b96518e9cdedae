"""What a sustainability declaration of ours says beyond what was shipped under it: model, quantity, raw material, number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.claims import Ceilings, Models, own_holders
from tracepack.core.declarationlines import Line, RawMaterial, lines_of, same_raw
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import Declaration, LotKey, Shipment
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.papers import NONE, Papers
from tracepack.core.quantity import kg_text, mass_mg

#: What leaves to be declared: not returns, moves between our own sites or what is thrown away.
DECLARED_KINDS = ("sale", "scrap sale")


@dataclass(frozen=True, slots=True)
class DeclarationIndex:
    """Our own declarations and the shipments that cite them, by folded number; what came back, by shipment and canonical lot."""

    own: Mapping[str, Declaration]
    citing: Mapping[str, Sequence[Shipment]]
    returned_mg: Mapping[tuple[str, LotKey], int]


def declaration_index(papers: Papers) -> DeclarationIndex:
    """Index a ledger by what is declared."""
    lineage = papers.lineage
    issuers = own_holders(lineage)
    described = sorted(lineage.ledger.declarations, key=lambda d: (d.issuer, d.declaration_no), reverse=True)
    citing: dict[str, list[Shipment]] = {}
    returned: dict[tuple[str, LotKey], int] = {}
    for s in lineage.ledger.shipments:
        if s.kind in DECLARED_KINDS and s.declaration_no and not s.is_return:
            citing.setdefault(fold_name(s.declaration_no), []).append(s)
        elif s.is_return and s.reverses_shipment_no:
            key = (s.reverses_shipment_no, lineage.canonical(s.lot))
            returned[key] = returned.get(key, 0) + (lineage.shipment_mg(s) or 0)
    return DeclarationIndex({fold_name(d.declaration_no): d for d in described if papers.party(d.issuer) in issuers}, citing, returned)


def sheet_order(shipments: Iterable[Shipment]) -> tuple[Shipment, ...]:
    """Rows of Shipments as they stand in their sheets."""
    return tuple(sorted(shipments, key=lambda s: (s.source.file, s.source.row)))


@dataclass(frozen=True)
class DeclarationDesk:
    """What a declaration is written from: a shipment's rows, and our own declaration that they cite (None: not described)."""

    lineage: Lineage
    ceilings: Ceilings
    models: Models
    index: DeclarationIndex
    rows: tuple[Shipment, ...]
    cited: Declaration | None
    lines: tuple[Line, ...]

    @property
    def first(self) -> Shipment:
        """The shipment's first row."""
        return self.rows[0]

    @property
    def cell(self) -> tuple[SourceRef, ...]:
        """Where the shipment stands."""
        return (self.first.source.ref("shipment_no"),)

    @property
    def site(self) -> str:
        """The site that it left."""
        return self.first.site or self.lineage.ledger.site

    @property
    def model(self) -> str:
        """The model that is declared: what the declaration says, else the weakest of the lines."""
        rank = self.models.custody.papers.rules.rank
        return self.cited.chain_of_custody if self.cited else max((line.model for line in self.lines), key=rank, default=NONE)

    @property
    def scheme(self) -> str:
        """The scheme that is declared; "" where none is known."""
        return self.cited.scheme if self.cited else next((line.scheme for line in self.lines if line.scheme), "")

    @property
    def alike(self) -> tuple[Shipment, ...]:
        """The rows of every other shipment under the same number."""
        numbers = dict.fromkeys(fold_name(s.declaration_no) for s in self.rows if s.declaration_no)
        found = (s for number in numbers for s in self.index.citing.get(number, ()))
        return sheet_order(s for s in found if s.shipment_no != self.first.shipment_no)


def declaration_desk(
    lineage: Lineage, ceilings: Ceilings, models: Models, index: DeclarationIndex, rows: Sequence[Shipment]
) -> DeclarationDesk:
    """Lay out a shipment's rows (at least one), of lots that the mixture behind ``ceilings`` holds."""
    cited = next((index.own[number] for s in rows if s.declaration_no and (number := fold_name(s.declaration_no)) in index.own), None)
    return DeclarationDesk(lineage, ceilings, models, index, tuple(rows), cited, tuple(lines_of(lineage, ceilings, models, rows)))


def declared_lots(lineage: Lineage, index: DeclarationIndex) -> set[LotKey]:
    """The canonical lots of everything shipped under one of our described declarations."""
    return {lineage.canonical(s.lot) for number in index.own for s in index.citing.get(number, ())}


def audit_declarations(lineage: Lineage, ceilings: Ceilings, models: Models, index: DeclarationIndex) -> Iterator[Finding]:
    """What goes beyond the books in our described declarations; the mixture holds every lot shipped under them."""
    for number in sorted(index.own):
        shipments: dict[str, list[Shipment]] = {}
        for s in sheet_order(index.citing.get(number, ())):
            shipments.setdefault(s.shipment_no, []).append(s)
        desks = [declaration_desk(lineage, ceilings, models, index, rows) for rows in shipments.values()]
        for desk in desks[:1]:
            yield from beyond_books(desk)
        for desk in desks[1:]:
            yield from _differs(desk)


def beyond_books(desk: DeclarationDesk) -> Iterator[Finding]:
    """Every way in which a declaration goes beyond what was shipped under it, but for its model."""
    yield from _beyond_credits(desk)
    yield from _differs(desk)
    yield from _reused(desk)


def too_strong(desk: DeclarationDesk) -> Iterator[Finding]:
    """A declared model above that of a lot."""
    rank = desk.models.custody.papers.rules.rank
    if desk.cited is None:
        return
    stated, number = desk.cited.chain_of_custody, desk.first.shipment_no
    for line in {line.lot: line for line in desk.lines}.values():
        if rank(stated) < rank(line.model):
            text = f"Shipment {number} is declared under this model: {stated}; lot {line.lot} may be claimed under this one: {line.model}."
            hint = "Declare it under the lot's own model, or correct what its lineage states."
            refs = (desk.cited.source.ref("chain_of_custody"), line.shipment.source.ref("lot_no"))
            yield Finding("claim-above-custody", Severity.ERROR, text, hint, refs)


def _beyond_credits(desk: DeclarationDesk) -> Iterator[Finding]:
    """A declared quantity above what is certified of the shipments under it and did not come back."""
    cited = desk.cited
    declared = mass_mg(cited.quantity, cited.unit) if cited else None
    if cited is None or declared is None:
        return
    others = [s for s in desk.alike if desk.lineage.canonical(s.lot) in desk.ceilings.mixture.pools]
    lines = [*desk.lines, *lines_of(desk.lineage, desk.ceilings, desk.models, others)]
    agreeing = [line for line in lines if all(same_raw(line.raw, _raw_of(cited)).values())]
    covered = sum(_kept(desk.index, line) for line in agreeing or lines)
    if declared > covered:
        said, most = kg_text(declared), kg_text(covered)
        text = f"Declaration {cited.declaration_no} is for {said} kg; {most} kg of what was shipped under it are certified."
        hint = "Declare no more, or attribute credits to the lot or shipment."
        yield Finding("declaration-beyond-credits", Severity.ERROR, text, hint, (cited.source.ref("quantity"), *desk.cell))


def _kept(index: DeclarationIndex, line: Line) -> int:
    """The certified milligrams of a line of which nothing came back."""
    back = index.returned_mg.get((line.shipment.shipment_no, line.lot), 0)
    certified, mass = line.certified_mg or 0, line.mass_mg or 0
    return certified * max(0, mass - back) // mass if mass else 0


def _raw_of(declaration: Declaration) -> RawMaterial:
    return RawMaterial(declaration.feedstock, declaration.category, declaration.country_of_origin)


#: A field of a raw material or the recipient -> its column, and the field of the declaration.
_COLUMNS = {
    "recipient": ("Recipient", "recipient"),
    "feedstock": ("Feedstock", "feedstock"),
    "category": ("Category", "category"),
    "country": ("Country of Origin", "country_of_origin"),
}


def _differs(desk: DeclarationDesk) -> Iterator[Finding]:
    """A declaration whose recipient or raw material is not that of what was shipped, or rows that do not belong together."""
    cited, first = desk.cited, desk.first
    if len({fold_name(s.declaration_no) for s in desk.rows if s.declaration_no}) > 1 or len({s.customer for s in desk.rows}) > 1:
        text = f"The rows of shipment {first.shipment_no} name several customers or declarations."
        refs = tuple(s.source.ref("declaration_no") for s in desk.rows)
        yield Finding("declaration-differs", Severity.ERROR, text, "Give each customer and declaration a shipment of its own.", refs)
    if cited is None:
        return
    papers = desk.models.custody.papers
    agreeing = [same_raw(line.raw, _raw_of(cited)) for line in desk.lines]
    wrong = [name for name in RawMaterial._fields if agreeing and not any(found[name] for found in agreeing)]
    if any(papers.party(s.customer) != papers.party(cited.recipient) for s in desk.rows):
        wrong.insert(0, "recipient")
    for column, field in (_COLUMNS[name] for name in wrong):
        text = f"Declaration {cited.declaration_no} and shipment {first.shipment_no} differ in {column}."
        hint = "Correct the declaration; what was shipped rests on its lots and attributions."
        yield Finding("declaration-differs", Severity.ERROR, text, hint, (cited.source.ref(field), *desk.cell))


def _reused(desk: DeclarationDesk) -> Iterator[Finding]:
    """A number that another shipment has, without a period that covers both."""
    others = desk.alike
    if others and not (desk.cited and desk.cited.period):
        text = f"Shipment {others[0].shipment_no} has the same declaration number as shipment {desk.first.shipment_no}."
        hint = "Use a number once, or state the Period that the declaration covers."
        refs = (desk.first.source.ref("declaration_no"), *(s.source.ref("declaration_no") for s in others))
        yield Finding("declaration-number-reused", Severity.ERROR, text, hint, refs)
