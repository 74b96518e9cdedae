"""The audit tests of deliveries: sources, certificates, contradictions, mass bases and units.

Each looks at deliveries that are alike once (see `tracepack.core.arrivals`) and tells what it finds for every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from tracepack.core.arrivals import Arrivals, in_order, lot_keys, lot_of
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import Certificate, Delivery, LotKey
from tracepack.core.library import Route
from tracepack.core.lineage import BOOKKEPT, Lineage
from tracepack.core.origin import refs_of
from tracepack.core.properties import stated_shares
from tracepack.core.quantity import Interval, percent_text
from tracepack.core.runs import unit_finding

_BIO = {"bio", "bio-circular", "co2-biogenic"}
_NOT_BIO = {"fossil", "co2-fossil", "mineral"}
#: A mass share this far from every basis of a polymer's usual monomer is of something else.
_NEAR_ROUTE = 0.03
#: So many lots are named in a sentence about many.
_SHOWN = 3


def check_deliveries(lineage: Lineage, arrived: Sequence[Arrivals]) -> Iterator[Finding]:
    """Every test over some deliveries."""
    for test in _TESTS:
        yield from test(lineage, arrived)


def _sources(lineage: Lineage, arrived: Sequence[Arrivals]) -> Iterator[Finding]:
    """Deliveries without a feedstock source, or naming one that is not described; one finding a cause."""
    nameless: list[Arrivals] = []
    undescribed: dict[str, list[Arrivals]] = {}
    for alike in arrived:
        named = lineage.source_shares(alike.first)
        if not named:
            nameless.append(alike)
        for source, _ in named:
            if lineage.source_of(alike.first, source) is None:
                undescribed.setdefault(source, []).append(alike)
    hint = "Fill in Feedstock Source (or Lot Sources) and describe it in Feedstock Sources."
    if nameless:
        text = f"{_lots(nameless)} {_verb(nameless, 'names', 'name')} no feedstock source."
        yield Finding("missing-source", Severity.WARNING, text, hint, _cells(nameless, "lot_no"))
    for source, group in sorted(undescribed.items()):
        text = f"{_lots(group)} {_verb(group, 'names', 'name')} feedstock source {source}, which is not described."
        yield Finding("missing-source", Severity.WARNING, text, hint, _cells(group, "feedstock_source"))


def _cells(arrived: Sequence[Arrivals], field: str) -> tuple[SourceRef, ...]:
    return refs_of((member.source for _, member in in_order(arrived)), field)


def _lots(arrived: Sequence[Arrivals]) -> str:
    """The subject of a sentence about some deliveries: one lot by name, several by count and the first three."""
    lots = set(lot_keys(arrived))
    if len(lots) == 1:
        return f"Lot {LotKey(*lots.pop())}"
    # Members stand in order: the first lots of all are among the first of each.
    first = dict.fromkeys(lot_of(*one) for one in in_order([replace(each, members=each.members[:_SHOWN]) for each in arrived]))
    if len(first) < min(_SHOWN, len(lots)):  # some of the first are of one lot
        first = dict.fromkeys(lot_of(*one) for one in in_order(arrived))
    shown = ", ".join(map(str, list(first)[:_SHOWN])) + (" ..." if len(lots) > _SHOWN else "")
    return f"{len(lots)} delivered lots ({shown})"


def _verb(arrived: Sequence[Arrivals], of_one: str, of_several: str) -> str:
    first, *_ = lot_keys(arrived[:1])
    return of_several if any(lot != first for lot in lot_keys(arrived)) else of_one


def _certificates(lineage: Lineage, arrived: Sequence[Arrivals]) -> Iterator[Finding]:
    """Every cited certificate described, and valid on the delivery's day, first and last day inclusive."""
    by_number: dict[str, list[Certificate]] = {}
    for certificate in lineage.ledger.certificates:
        by_number.setdefault(_plain(certificate.certificate_no), []).append(certificate)
    unknown: dict[str, list[Arrivals]] = {}
    for alike in arrived:
        d = alike.first
        if d.certificate_no is None or d.opening:
            continue
        cited = by_number.get(_plain(d.certificate_no), [])
        if not cited:
            unknown.setdefault(d.certificate_no, []).append(alike)
        elif not any(_valid(c, d) for c in cited):
            yield from (_invalid(cited[0], each, each.source.ref("certificate_no")) for each in alike.each())
    for number, group in sorted(unknown.items()):
        text = f"{_lots(group)} {_verb(group, 'cites', 'cite')} certificate {number}, which is not described."
        yield Finding("certificate-unknown", Severity.WARNING, text, "Add it to the sheet Certificates.", _cells(group, "certificate_no"))


@lru_cache(maxsize=4096)
def _plain(number: str) -> str:
    return "".join(c for c in number.casefold() if c.isalnum())


def _valid(certificate: Certificate, delivery: Delivery) -> bool:
    withdrawn = certificate.withdrawn_on is not None and delivery.delivery_date >= certificate.withdrawn_on
    return certificate.valid_from <= delivery.delivery_date <= certificate.valid_until and not withdrawn


def _invalid(c: Certificate, d: Delivery, cell: SourceRef) -> Finding:
    span = f"{c.valid_from} to {c.valid_until}"
    if c.withdrawn_on:
        span = f"{c.valid_from} to {c.valid_until}, withdrawn on {c.withdrawn_on}"
    return Finding(
        "certificate-expired",
        Severity.ERROR,
        f"Lot {d.lot} was delivered on {d.delivery_date} under certificate {c.certificate_no}, valid {span}.",
        "Ask the supplier for the certificate that was valid on that day.",
        (cell, c.source.ref("valid_until")),
    )


def _declarations(_: Lineage, arrived: Sequence[Arrivals]) -> Iterator[Finding]:
    """Deliveries of one lot that state different content."""
    parts: dict[tuple[str, str], Arrivals] = {}
    differing = {lot for alike in arrived for lot in lot_keys([alike]) if not _agree(parts.setdefault(lot, alike), alike)}
    if not differing:
        return
    by_lot: dict[tuple[str, str], list[SourceRef]] = {}
    for supplier, member in in_order(arrived):
        if (supplier, member.lot_no) in differing:
            by_lot.setdefault((supplier, member.lot_no), []).append(member.source.ref("biobased_carbon"))
    for lot, cells in by_lot.items():
        text = f"Deliveries of lot {LotKey(*lot)} state different content; they mix by mass."
        yield Finding("declarations-differ", Severity.WARNING, text, "Ask the supplier which is right.", tuple(cells))


def _agree(one: Arrivals, other: Arrivals) -> bool:
    return one is other or _words(one.first) == _words(other.first)


def _words(d: Delivery) -> tuple[object, ...]:
    return d.biobased_carbon, d.biobased_mass, d.organic_carbon, d.inorganic_carbon, d.method


def _source_words(lineage: Lineage, arrived: Sequence[Arrivals]) -> Iterator[Finding]:
    """A bio share declared from fossil sources only, or none from bio-based sources only."""
    for alike in arrived:
        d = alike.first
        sources = [lineage.source_of(d, s) for s, _ in lineage.source_shares(d)]
        if not sources or None in sources or d.chain_of_custody in BOOKKEPT:
            continue
        categories = {s.category for s in sources if s is not None}
        stated = stated_shares(d)
        shares = [s for s in (stated.bio, stated.mass) if s is not None]
        if not shares:
            continue
        from_fossil = categories <= _NOT_BIO and any(s.low > 0.005 for s in shares)
        from_bio = categories <= _BIO and all(s.high == 0 for s in shares)
        if from_fossil or from_bio:
            said = f"its source is {', '.join(sorted(categories))}, its declared bio-based share {percent_text(shares[0].low)}"
            field = "biobased_carbon" if d.biobased_carbon is not None else "biobased_mass"
            hint = "One of the two is wrong; the declared share was used."
            for each in alike.each():
                cells = (each.source.ref(field), each.source.ref("feedstock_source"))
                yield Finding("source-disagrees", Severity.WARNING, f"Lot {each.lot}: {said}.", hint, cells)


def _mass_bases(lineage: Lineage, arrived: Sequence[Arrivals]) -> Iterator[Finding]:
    """A stated bio-based mass share of a polymer whose usual monomer's share on the stated basis is another."""
    for alike in arrived:
        d = alike.first
        if d.biobased_mass is None and d.biobased_carbon is None:
            continue
        row = lineage.catalogue.material(d.supplier, d.material, d.delivery_date)
        found = lineage.catalogue.library.find(d.material, row.name if row else None)
        if found is None or not found.routes:
            continue
        stated = stated_shares(d)
        if stated.mass is None or not stated.mass.is_point:
            continue
        routes = [r for r in found.routes if stated.bio is None or abs(r.biobased_carbon - stated.bio.low) <= 0.03]
        if routes and not any(_fits(r, stated.mass, d.mass_basis) for r in routes):
            expected = routes[0].mass_share(d.mass_basis)
            basis = d.mass_basis or "any basis"
            usual = f"{found.name} with bio-based {routes[0].name} has {percent_text(expected.low)} ({basis})"
            for each in alike.each():
                cells = (each.source.ref("biobased_mass"),)
                text = f"Lot {each.lot}: {percent_text(stated.mass.low)} bio-based mass, but {usual}."
                yield Finding("mass-basis-mismatch", Severity.WARNING, text, "Check Mass Basis with the supplier.", cells)


def _fits(route: Route, stated: Interval, basis: str | None) -> bool:
    """Whether a stated share lies near the route's and fits no other basis better than the stated one.

    The bases of a polymer lie one to five points apart and statements are rounded (30 % for 31.25 %), so the nearest
    basis tells more than a fixed distance.
    """
    distances = {name: abs(value - stated.low) for name, value in route.mass}
    nearest = min(distances, key=lambda name: distances[name])
    return distances[nearest] <= _NEAR_ROUTE and basis in (None, nearest)


def _units(lineage: Lineage, arrived: Sequence[Arrivals]) -> Iterator[Finding]:
    """Deliveries whose quantity cannot be turned into mass: of an unknown unit, or more than any lot."""
    for alike in arrived:
        if lineage.delivery_mg(alike.largest) is not None:
            continue
        for d in alike.each():
            if lineage.delivery_mg(d) is None:
                yield unit_finding(d.source.ref("unit"), f"{d.quantity:f}", d.unit, f"lot {d.lot}")


_TESTS: tuple[Callable[[Lineage, Sequence[Arrivals]], Iterable[Finding]], ...] = (
    _sources,
    _certificates,
    _declarations,
    _source_words,
    _mass_bases,
    _units,
)
