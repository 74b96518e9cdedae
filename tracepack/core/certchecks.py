"""The audit tests of certificates and chain of custody: what papers, deliveries, sites and claims say against one another."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence

from tracepack.core.custody import Custody, LotCustody, model_on
from tracepack.core.findings import Finding, Severity, sort_findings
from tracepack.core.ledger import Certificate, Declaration, Delivery, LotKey, Shipment
from tracepack.core.library import fold_name
from tracepack.core.papers import MASS_BALANCE, NONE, Papers, is_valid

#: Kinds of shipments by which something is sold on.
_SOLD = ("sale", "transfer")
#: Words of a certificate's materials that tell nothing of what a material is.
_EMPTY_WORDS = frozenset(
    {"bio", "based", "biobased", "circular", "attributed", "certified", "renewable", "mass", "balance", "and", "of", "und"}
)


def check_papers(papers: Papers, deliveries: Iterable[Delivery]) -> tuple[Finding, ...]:
    """Every certificate against its own number, and every delivery against the certificates that it rests on; sorted."""
    arrived = [d for d in deliveries if not d.opening]
    tests = (_schemes(papers), _holders(papers, arrived), _materials(papers, arrived), _models(papers, arrived))
    own = (*_receipts(papers, arrived), *_sources(papers, arrived))
    return sort_findings([*(finding for test in tests for finding in test), *own])


def check_declared(custody: Custody, lots: Iterable[LotKey]) -> tuple[Finding, ...]:
    """Every shipment of some lots that we declared: no stronger than its lot, and while we were certified; sorted."""
    findings: list[Finding] = []
    for lot in lots:
        for shipment, declared in declared_shipments(custody.papers, lot):
            findings += _declared(custody, lot, shipment, declared)
    return sort_findings(findings)


def declared_shipments(papers: Papers, lot: LotKey) -> list[tuple[Shipment, Declaration]]:
    """What was sold of a canonical lot under a declaration of ours."""
    found = []
    for shipment in papers.lineage.shipments.get(lot, ()):
        site = shipment.site or papers.lineage.ledger.site
        declared = papers.declaration([papers.lineage.ledger.organisation, site], shipment.declaration_no)
        if declared is not None and shipment.kind in _SOLD:
            found.append((shipment, declared))
    return found


def check_sold(papers: Papers, lots: Iterable[LotKey]) -> tuple[Finding, ...]:
    """Shipments of some lots that cite a declaration nobody described, claim attributed content or use credits, uncertified; sorted."""
    found: dict[tuple[str, str], tuple[Certificate, list[Shipment]]] = {}
    for lot in lots:
        for shipment in papers.lineage.shipments.get(lot, ()):
            site = shipment.site or papers.lineage.ledger.site
            if shipment.kind not in _SOLD or papers.declaration([papers.lineage.ledger.organisation, site], shipment.declaration_no):
                continue
            for scheme in _sold_under(papers, shipment):
                ended = papers.ended(site, scheme, shipment.date)
                if ended is not None:
                    found.setdefault((site, scheme), (ended, []))[1].append(shipment)
    return sort_findings(_uncertified(site, ended, rows) for (site, _), (ended, rows) in sorted(found.items(), key=lambda pair: pair[0]))


def _sold_under(papers: Papers, shipment: Shipment) -> set[str]:
    """The schemes that a shipment was sold under: those of the credits used for it, else "" (any) where it speaks of certified content."""
    schemes = {papers.rules.scheme_key(row.scheme) for row in papers.attributions_to(shipment.shipment_no)}
    certified = shipment.declaration_no is not None or shipment.claimed_figure == "attributed"
    return schemes or ({""} if certified else set())


def _uncertified(site: str, ended: Certificate, shipments: Sequence[Shipment]) -> Finding:
    numbers = list(dict.fromkeys(s.shipment_no for s in shipments))
    sold = ", ".join(numbers[:3]) + (" ..." if len(numbers) > 3 else "")
    text = f"Shipments sold as certified while no certificate of site {site} was valid: {sold}."
    hint = "Add the site's certificate of that day; without one, nothing may be sold as certified."
    cells = (*(s.source.ref("date") for s in shipments), ended.source.ref("valid_until"))
    return Finding("own-certificate-not-valid", Severity.ERROR, text, hint, tuple(dict.fromkeys(cells)))


def check_stated(custody: LotCustody) -> Iterator[Finding]:
    """A note on deliveries that were taken as uncertified because nothing states their model, where others of the lot are certified."""
    if custody.not_stated and (custody.certified or custody.model != NONE):
        lots = _named(custody.not_stated)
        text = f"No chain of custody is stated for {lots}; what is not stated counts as uncertified."
        cells = tuple(d.source.ref("chain_of_custody") for d in custody.not_stated)
        yield Finding("custody-not-stated", Severity.NOTE, text, "Fill in Chain of Custody, with none where it is uncertified.", cells)


def check_later(papers: Papers, deliveries: Iterable[Delivery], until: dt.date) -> tuple[Finding, ...]:
    """Certificates that were valid when something was delivered and have since been withdrawn, or ended before a later day."""
    ended: dict[str, list[tuple[Certificate, Delivery]]] = {}
    for d in deliveries:
        valid = [c for c in papers.cited(d.certificate_no) if not d.opening and is_valid(c, d.delivery_date)]
        if valid and not any(is_valid(c, until) and c.withdrawn_on is None for c in valid):
            ended.setdefault(valid[0].certificate_no, []).append((valid[0], d))
    findings = []
    for number, group in sorted(ended.items()):
        certificate = group[0][0]
        lots = _named([d for _, d in group])
        field = "withdrawn_on" if certificate.withdrawn_on else "valid_until"
        cells = (certificate.source.ref(field), *(d.source.ref("certificate_no") for _, d in group))
        hint = "What was delivered while it was valid stays as it was; ask for the certificate that holds today."
        if certificate.withdrawn_on:
            text = f"Certificate {number} of {lots} was valid on the day and was withdrawn on {certificate.withdrawn_on}."
            findings.append(Finding("certificate-withdrawn-later", Severity.WARNING, text, hint, cells))
        else:
            text = f"Certificate {number} of {lots} was valid on the day and ended on {certificate.valid_until}."
            findings.append(Finding("certificate-ended-later", Severity.NOTE, text, hint, cells))
    return sort_findings(findings)


def _named(deliveries: Sequence[Delivery]) -> str:
    """Some deliveries' lots: the first three by name."""
    lots = list(dict.fromkeys(str(d.lot) for d in deliveries))
    return ", ".join(lots[:3]) + (" ..." if len(lots) > 3 else "")


# --- certificates


def _schemes(papers: Papers) -> Iterator[Finding]:
    """A certificate whose number begins as those of another scheme do."""
    for c in papers.lineage.ledger.certificates:
        told = papers.rules.scheme_of_number(c.certificate_no)
        if told is None or papers.rules.scheme(c.scheme) is told or fold_name(c.scheme) in fold_name(told.name):
            continue
        text = f"Certificate {c.certificate_no} is entered under {c.scheme}; numbers of {told.name} begin like it."
        cells = (c.source.ref("scheme"), c.source.ref("certificate_no"))
        hint = "Look at the certificate itself and correct Scheme or Certificate No."
        yield Finding("certificate-scheme-mismatch", Severity.ERROR, text, hint, cells)


def _grouped(papers: Papers, deliveries: Iterable[Delivery]) -> dict[tuple[object, ...], list[Delivery]]:
    """Deliveries that cite one certificate and are of one supplier and material (on one day, where what it is depends on the day)."""
    groups: dict[tuple[object, ...], list[Delivery]] = {}
    dated = papers.lineage.catalogue.is_dated
    for d in deliveries:
        if d.certificate_no is not None and papers.cited(d.certificate_no):
            groups.setdefault((d.certificate_no, d.supplier, d.material, d.delivery_date if dated else None), []).append(d)
    return groups


def _holders(papers: Papers, deliveries: Iterable[Delivery]) -> Iterator[Finding]:
    found: dict[tuple[str, str], list[Delivery]] = {}
    for group in _grouped(papers, deliveries).values():
        cited = papers.cited(group[0].certificate_no)
        if all(papers.party(c.holder) != group[0].supplier for c in cited):
            found.setdefault((cited[0].certificate_no, group[0].supplier), []).extend(group)
    for (number, supplier), group in sorted(found.items()):
        holder = papers.cited(number)[0]
        text = f"{supplier} delivered {_named(group)} under certificate {number}, which {holder.holder} holds."
        hint = "Ask the supplier for its own certificate, or correct Holder."
        cells = (*(d.source.ref("certificate_no") for d in group), holder.source.ref("holder"))
        yield Finding("certificate-other-holder", Severity.ERROR, text, hint, cells)


def _materials(papers: Papers, deliveries: Iterable[Delivery]) -> Iterator[Finding]:
    found: dict[tuple[str, str], list[Delivery]] = {}
    for group in _grouped(papers, deliveries).values():
        cited = papers.cited(group[0].certificate_no)
        if all(c.materials and not covers(papers, c.materials, group[0]) for c in cited):
            found.setdefault((cited[0].certificate_no, group[0].material), []).extend(group)
    for (number, material), group in sorted(found.items()):
        certificate = papers.cited(number)[0]
        text = f"Certificate {number} is for {certificate.materials}; {_named(group)} is {material}."
        hint = "Ask the supplier for the certificate that covers the material, or complete Materials."
        cells = (*(d.source.ref("material") for d in group), certificate.source.ref("materials"))
        yield Finding("certificate-other-material", Severity.WARNING, text, hint, cells)


def covers(papers: Papers, listed: str, delivery: Delivery) -> bool:
    """Whether a certificate's list of materials may mean a delivered one: any word of it in any of the material's names."""
    catalogue = papers.lineage.catalogue
    row = catalogue.material(delivery.supplier, delivery.material, delivery.delivery_date)
    own = catalogue.library.find(delivery.material, row.name if row else None)
    kind = catalogue.kind(delivery.supplier, delivery.material, delivery.delivery_date)
    names = [fold_name(name) for name in (delivery.material, row.name if row else None, own.name if own else None, kind) if name]
    for item in filter(None, map(str.strip, re.split(r"[,;/\n，；、()]", listed))):
        words = [fold_name(word) for word in re.split(r"[\s\-–_]+", item)]
        telling = [word for word in words if len(word) > 1 and word not in _EMPTY_WORDS] or [fold_name(item)]
        if any(word in name or name in fold_name(item) for word in telling for name in names):
            return True
        meant = catalogue.library.find(item, *words)
        if meant is not None and own is not None and meant.name == own.name:
            return True
    return False


def _models(papers: Papers, deliveries: Iterable[Delivery]) -> Iterator[Finding]:
    """Deliveries under a stronger model than the certificate they cite is for."""
    found: dict[tuple[str, str, str], list[Delivery]] = {}
    for d in deliveries:
        stated = papers.stated(d)
        if stated.reason == "certificate-model":
            said = papers.said(d).model
            found.setdefault((papers.cited(d.certificate_no)[0].certificate_no, said, stated.model), []).append(d)
    for (number, said, model), group in sorted(found.items()):
        text = f"{_named(group)} came under this model: {said}; certificate {number} is for {model}, which counts."
        hint = "Ask the supplier which is right."
        cells = tuple(dict.fromkeys(ref for d in group for ref in papers.stated(d).refs))
        yield Finding("custody-above-certificate", Severity.ERROR, text, hint, cells)


def _sources(papers: Papers, deliveries: Iterable[Delivery]) -> Iterator[Finding]:
    """Feedstock sources whose own certificate was not valid when something came of them; the delivery's is judged elsewhere."""
    for d in deliveries:
        for name, _ in papers.lineage.source_shares(d):
            source = papers.lineage.source_of(d, name)
            if source is None or fold_name(source.certificate_no or "") == fold_name(d.certificate_no or ""):
                continue
            cited = papers.cited(source.certificate_no)
            if cited and not any(is_valid(c, d.delivery_date) for c in cited):
                number = cited[0].certificate_no
                text = f"Lot {d.lot} came on {d.delivery_date} from source {name}, whose certificate {number} was not valid then."
                hint = "Ask the supplier for the certificate that was valid on that day."
                cells = (d.source.ref("feedstock_source"), source.source.ref("certificate_no"), cited[0].source.ref("valid_until"))
                yield Finding("certificate-expired", Severity.ERROR, text, hint, cells)


# --- our own


def _receipts(papers: Papers, deliveries: Iterable[Delivery]) -> Iterator[Finding]:
    """Certified material received while our own certificate was not valid."""
    found: dict[str, list[tuple[Delivery, Certificate]]] = {}
    for d in deliveries:
        ended = papers.received(d)
        if ended is not None:
            found.setdefault(d.site or papers.lineage.ledger.site, []).append((d, ended))
    for site, group in sorted(found.items()):
        lots = _named([d for d, _ in group])
        text = f"Site {site} received {lots} as certified while no certificate of its own was valid."
        hint = "Add the site's certificate of that day; without one, what came in counts as uncertified."
        cells = [ref for d, c in group for ref in (d.source.ref("delivery_date"), c.source.ref("valid_until"))]
        yield Finding("own-certificate-not-valid", Severity.ERROR, text, hint, tuple(dict.fromkeys(cells)))


def _declared(custody: Custody, lot: LotKey, shipment: Shipment, declared: Declaration) -> Iterator[Finding]:
    papers, rules = custody.papers, custody.papers.rules
    site = shipment.site or papers.lineage.ledger.site
    cell = shipment.source.ref("declaration_no")
    if declared.chain_of_custody == NONE:
        return
    ended = papers.ended(site, rules.scheme_key(declared.scheme), shipment.date)
    if ended is not None:
        text = f"Shipment {shipment.shipment_no} was declared under {declared.scheme} while no certificate of site {site} was valid."
        hint = "Add the site's certificate of that day; without one, nothing may be sold as certified."
        refs = (shipment.source.ref("date"), cell, ended.source.ref("valid_until"))
        yield Finding("own-certificate-not-valid", Severity.ERROR, text, hint, refs)
    model, why = model_on(custody, lot, shipment.date, rules.scheme_key(declared.scheme))
    limit = papers.site_model(site, rules.scheme_key(declared.scheme), shipment.date)
    most = model if limit.model is None or limit.model == NONE else rules.certified[model, limit.model]
    if papers.attributions_to(shipment.shipment_no):
        most = min(most, MASS_BALANCE, key=rules.rank)
    if rules.rank(declared.chain_of_custody) < rules.rank(most):
        number, said = shipment.shipment_no, declared.chain_of_custody
        text = f"Shipment {number} is declared under this model: {said}; lot {lot} may be claimed under this one: {most}."
        hint = "Declare it under the lot's own model, or correct what its lineage states."
        cells = (cell, declared.source.ref("chain_of_custody"), *(why if most == model else limit.refs))
        yield Finding("claim-above-custody", Severity.ERROR, text, hint, cells)
