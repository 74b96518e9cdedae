"""The audit tests of sustainability declarations: one content a number, shared by deliveries up to its quantity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracepack.core.bookrecords import Declaration
from tracepack.core.bookview import BookView
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import Delivery
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import kg_text, mass_mg


def check_declarations(view: BookView) -> Iterator[Finding]:
    """One number of one issuer: one content, which the deliveries that cite it share, and not used beyond its quantity."""
    ledger = view.lineage.ledger
    described: dict[tuple[str, str], list[Declaration]] = {}
    for declaration in sorted(ledger.declarations, key=lambda d: (d.issuer, d.declaration_no)):
        described.setdefault((declaration.issuer, fold_name(declaration.declaration_no)), []).append(declaration)
    citing: dict[tuple[str, str], list[Delivery]] = {}
    cited = [d for d in ledger.deliveries if d.declaration_no is not None and not d.opening]
    for d in sorted(cited, key=lambda d: (d.delivery_date, d.supplier, d.lot_no, d.source.ref())):
        if d.declaration_no is not None:
            citing.setdefault((d.supplier, fold_name(d.declaration_no)), []).append(d)
    for (issuer, _), deliveries in sorted(citing.items()):
        yield from _two_schemes(view, issuer, deliveries)
    for key, found in described.items():
        first, *others = found
        if any(_content(other) != _content(first) for other in others):
            text = f"Declaration {first.declaration_no} of {first.issuer} is described with two contents."
            hint = "A number is used once: ask the issuer which is right."
            yield Finding("declaration-twice", Severity.ERROR, text, hint, tuple(d.source.ref("declaration_no") for d in found))
        yield from _use_of(view, first, citing.get(key, []))


def _two_schemes(view: BookView, issuer: str, deliveries: Sequence[Delivery]) -> Iterator[Finding]:
    """One declaration cited by deliveries whose credits went to books of different schemes."""
    mine = {d.source.ref("quantity"): d for d in deliveries}
    found: dict[str, list[Delivery]] = {}
    for d in deliveries:
        for entry in view.books.received.get(view.lineage.canonical(d.lot), ()):
            if entry.refs[0] in mine and mine[entry.refs[0]] is d and entry.account.site in view.sites:
                found.setdefault(view.books.names[entry.account][0], []).append(d)
    if len({fold_name(scheme) for scheme in found}) > 1:
        text = f"Declaration {deliveries[0].declaration_no} of {issuer} is claimed under {', '.join(sorted(found))}."
        hint = "A quantity is claimed under one scheme only: ask the issuer which is right."
        cells = tuple(dict.fromkeys(d.source.ref("declaration_no") for rows in found.values() for d in rows))
        yield Finding("claimed-under-two-schemes", Severity.ERROR, text, hint, cells)


def _content(d: Declaration) -> tuple[object, ...]:
    words = (d.scheme, d.feedstock, d.country_of_origin)
    return (*map(fold_name, words), d.category, d.chain_of_custody, mass_mg(d.quantity, d.unit), d.issue_date, d.recipient)


def _use_of(view: BookView, declaration: Declaration, deliveries: Sequence[Delivery]) -> Iterator[Finding]:
    whole = mass_mg(declaration.quantity, declaration.unit)
    used = [(d, view.lineage.delivery_mg(d) or 0) for d in deliveries]
    total = sum(mass for _, mass in used)
    if whole is not None and total > whole:
        number = declaration.declaration_no
        text = f"Deliveries of {kg_text(total)} kg cite declaration {number}, which covers {kg_text(whole)} kg."
        refs = (*(d.source.ref("declaration_no") for d, _ in used), declaration.source.ref("quantity"))
        yield Finding("declaration-overused", Severity.ERROR, text, "Ask the supplier for the declaration of what goes beyond it.", refs)
    for d in deliveries:
        other = _differing(view.lineage, d, declaration)
        if other:
            text = f"Lot {d.lot} and its declaration {declaration.declaration_no} differ in {other}."
            hint = "Ask the supplier which is right."
            yield Finding(
                "declaration-contradicted",
                Severity.ERROR,
                text,
                hint,
                (d.source.ref("declaration_no"), declaration.source.ref("declaration_no")),
            )


def _differing(lineage: Lineage, d: Delivery, declaration: Declaration) -> str:
    """The header of the first characteristic in which a delivery differs from its declaration; "" where none does."""
    if d.chain_of_custody is not None and d.chain_of_custody != declaration.chain_of_custody:
        return "Chain of Custody"
    cited = fold_name(d.certificate_no or "")
    schemes = {fold_name(c.scheme) for c in lineage.ledger.certificates if fold_name(c.certificate_no) == cited}
    if schemes and fold_name(declaration.scheme) not in schemes:
        return "Scheme"
    sources = [s for name, _ in lineage.source_shares(d) if (s := lineage.source_of(d, name)) is not None]
    if sources and all(s.category != declaration.category for s in sources):
        return "Category"
    if sources and all(fold_name(s.feedstock) != fold_name(declaration.feedstock) for s in sources):
        return "Feedstock"
    countries = {fold_name(s.country_of_origin) for s in sources if s.country_of_origin}
    return "Country of Origin" if countries and fold_name(declaration.country_of_origin) not in countries else ""
