"""What was claimed with shipments, against what their lots are, day by day: the figure, the model and the words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tracepack.core.attribution import attributed_content, attributed_shares
from tracepack.core.claimrules import ClaimRules
from tracepack.core.claimtext import Said, fold_claim, forbidden_in, sentences_in
from tracepack.core.content import declared_attributed
from tracepack.core.custody import Custody, LotCustody, lot_custody
from tracepack.core.figures import least_figures
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import Attribution, LotKey, Shipment
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.mixing import NodeKey, composition
from tracepack.core.mixture import Mixture
from tracepack.core.papers import MASS_BALANCE, Papers, is_valid
from tracepack.core.quantity import claim_percent, mass_mg, rounded_share

#: The figure of a sentence that is none of content: the certified share under controlled blending.
CERTIFIED = "certified_share"


@dataclass
class Ceilings:
    """The lower ends that claims may use, computed once for each state of a lot; shares 0..1, None where a figure does not apply."""

    mixture: Mixture
    lots: tuple[LotKey, ...]
    attributed: Mapping[LotKey, Fraction]
    given: Mapping[str, Sequence[Attribution]]
    shipped: Mapping[str, Fraction]
    _states: dict[NodeKey, dict[str, float | None]] = field(default_factory=dict)

    def of(self, lot: LotKey, day: dt.date, figure: str, shipment_no: str = "") -> float | None:
        """The lower end of a canonical lot's figure on a day; attributed content counts what is given to the shipment itself."""
        if figure != "attributed":
            return self._physical(lot, day)[figure]
        declared = declared_attributed(self.mixture, lot)
        booked = self.attributed.get(lot)
        share = Fraction(0) if declared is None else Fraction(Decimal(repr(rounded_share(declared.low))))
        share = (share if booked is None else booked) + self.shipped.get(shipment_no, Fraction(0))
        return rounded_share(float(min(share, Fraction(1))))

    @cached_property
    def by_raw_material(self) -> Mapping[tuple[str, str, str], Mapping[LotKey, Fraction]]:
        """The attributed share of each lot by feedstock, category and country of origin ("" where none is stated)."""
        lineage = self.mixture.lineage
        split: dict[tuple[str, str, str], dict[LotKey, list[Attribution]]] = {}
        for lot, rows in lineage.attributions.items():
            for row in rows:
                raw = (row.feedstock, row.category, row.country_of_origin or "")
                split.setdefault(raw, {}).setdefault(lot, []).append(row)
        return {raw: attributed_shares(replace(lineage, attributions=only), self.lots) for raw, only in split.items()}

    def has_substance(self, lot: LotKey, day: dt.date) -> bool:
        """Whether anything may be claimed of what is physically in a canonical lot."""
        return any(allowed_percent(low) for low in self._physical(lot, day).values())

    def _physical(self, lot: LotKey, day: dt.date) -> dict[str, float | None]:
        mixture = self.mixture
        node: NodeKey = ("state", lot, mixture.pools[lot].state_on(day))
        found = self._states.get(node)
        if found is None:
            found = least_figures({} if mixture.volatile[node] >= 1.0 else composition(node, mixture.nodes, mixture.order))
            self._states[node] = found
        return found


def ceilings(mixture: Mixture, lots: Iterable[LotKey]) -> Ceilings:
    """What may be claimed of some canonical lots that the mixture holds."""
    asked = tuple(lots)
    given: dict[str, list[Attribution]] = {}
    for row in mixture.lineage.ledger.attributions:
        if row.lot_no is None and row.shipment_no is not None:
            given.setdefault(row.shipment_no, []).append(row)
    return Ceilings(mixture, asked, attributed_shares(mixture.lineage, asked), given, _shares_of_shipments(mixture.lineage, given))


def _shares_of_shipments(lineage: Lineage, given: Mapping[str, Sequence[Attribution]]) -> dict[str, Fraction]:
    """What share of each shipment is attributed to the shipment itself, by its number; nothing where its mass is not known."""
    masses: dict[str, list[int | None]] = {}
    for shipment in lineage.ledger.shipments if given else ():
        masses.setdefault(shipment.shipment_no, []).append(lineage.shipment_mg(shipment))
    wholes = {number: sum(m or 0 for m in found) for number, found in masses.items() if None not in found}
    return {
        number: Fraction(sum(mass_mg(row.quantity, row.unit) or 0 for row in rows), wholes[number])
        for number, rows in given.items()
        if wholes.get(number)
    }


def claiming(lineage: Lineage, lots: Iterable[LotKey]) -> list[LotKey]:
    """Those of some canonical lots that a shipment claims something of."""
    return [lot for lot in lots if any(_claims(s) for s in lineage.shipments.get(lot, ()))]


def _claims(s: Shipment) -> bool:
    return s.claimed is not None or s.claim_wording is not None


def audit_claims(ceilings: Ceilings, models: Models, lots: Iterable[LotKey], rules: ClaimRules) -> tuple[Finding, ...]:
    """What is wrong with the claims of the shipments of some canonical lots, which ``ceilings`` are of."""
    lineage = ceilings.mixture.lineage
    claimed = claiming(lineage, lots)
    desk = _Desk(lineage, ceilings, rules, models)
    findings: list[Finding] = []
    for lot in claimed:
        for shipment in lineage.shipments[lot]:
            findings.extend(_figure(desk, lot, shipment))
            if shipment.claim_wording is not None:
                findings.extend(_wording(desk, lot, shipment, shipment.claim_wording))
    return (*findings, *_unknown(desk.unjudged))


@dataclass
class Models:
    """The models that lots may be claimed under on their days, each state of a lot looked at once."""

    custody: Custody
    _known: dict[NodeKey, LotCustody] = field(default_factory=dict)

    def custody_on(self, lot: LotKey, day: dt.date) -> LotCustody:
        """What a canonical lot may be claimed under on a day."""
        node: NodeKey = ("state", lot, self.custody.mixture.pools[lot].state_on(day))
        if node not in self._known:
            self._known[node] = lot_custody(self.custody, lot, day)
        return self._known[node]

    def on(self, lot: LotKey, day: dt.date, given: Fraction | None = None) -> tuple[str, str]:
        """The model of a canonical lot on a day and its scheme; with what is ``given`` to a shipment of it at least mass balance."""
        rank, found = self.custody.papers.rules.rank, self.custody_on(lot, day)
        model = MASS_BALANCE if given and rank(MASS_BALANCE) < rank(found.model) else found.model
        return model, found.scheme


@dataclass
class _Desk:
    """What claims are judged by, and the texts that nobody has judged."""

    lineage: Lineage
    ceilings: Ceilings
    rules: ClaimRules
    models: Models
    unjudged: dict[str, list[Shipment]] = field(default_factory=dict)


# --- figures


def _figure(desk: _Desk, lot: LotKey, s: Shipment) -> Iterator[Finding]:
    """A Claimed % without a figure, or above its figure's lower end, rounded down."""
    if s.claimed is None:
        return
    percent = claimed_percent(s)
    cells = (s.source.ref("claimed"), s.source.ref("claimed_figure"))
    if s.claimed_figure is None:
        text = f"Shipment {s.shipment_no} claims {_plain(percent)} % of lot {lot}, but not of what."
        yield Finding("claim-exceeds-figure", Severity.ERROR, text, "Fill in Claimed Figure.", cells)
        return
    most = allowed_percent(desk.ceilings.of(lot, s.date, s.claimed_figure, s.shipment_no))
    if percent > most:
        text = f"Shipment {s.shipment_no} claims {_plain(percent)} % of lot {lot} as {s.claimed_figure}; at most {most} % may be claimed."
        yield Finding("claim-exceeds-figure", Severity.ERROR, text, _CLAIM_LESS, cells)


_CLAIM_LESS = "Claim no more than the lower end of the figure, rounded down to a whole percent."


def claimed_percent(s: Shipment) -> Decimal:
    """The percentage that a shipment claims: of "at least 30 %" the 30, of "30 to 35 %" the 35, of "at most 30 %" nothing."""
    assert s.claimed is not None
    open_ended = s.claimed.high >= 1.0 or s.claimed.low <= 0.0
    share = s.claimed.low if open_ended else s.claimed.high
    return Decimal(repr(rounded_share(share))) * 100


def allowed_percent(low: float | None) -> int:
    """The whole percent that a lower end allows; 0 where the figure does not apply."""
    return 0 if low is None else claim_percent(low)


def _plain(percent: Decimal) -> str:
    return f"{percent.normalize():f}"


# --- words


def _wording(desk: _Desk, lot: LotKey, s: Shipment, text: str) -> Iterator[Finding]:
    model, _ = desk.models.on(lot, s.date, desk.ceilings.shipped.get(s.shipment_no))
    said = sentences_in(text, desk.rules)
    for sentence in said:
        yield from _sentence(desk, lot, s, sentence, model)
    if said:
        return
    hits = forbidden_in(text, model, s.date, desk.rules, substance=desk.ceilings.has_substance(lot, s.date))
    for hit in hits:
        seen = f"Shipment {s.shipment_no}: “{hit.words}” may not be said of lot {lot} ({model})."
        yield Finding("claim-wording-not-allowed", Severity.ERROR, seen, hit.rule.why["en"], _cells(s))
    if not hits:
        desk.unjudged.setdefault(fold_claim(text), []).append(s)


def _sentence(desk: _Desk, lot: LotKey, s: Shipment, said: Said, model: str) -> Iterator[Finding]:
    """A sentence of ours: under a model of the lot, with a figure that the lot has, and papers that are ours."""
    sentence = said.sentence
    if sentence.models is not None and model not in sentence.models:
        text = f"Shipment {s.shipment_no}: the wording is for {sentence.key}; lot {lot} may be claimed under this model: {model}."
        hint = "Use the sentence of the lot's own model."
        yield Finding("claim-wording-not-allowed", Severity.ERROR, text, hint, _cells(s))
        return
    yield from _percent(desk, lot, s, said)
    if said.certificate is not None and not _is_ours(desk.models.custody.papers, said, s.date):
        text = f"The wording of shipment {s.shipment_no} cites a certificate that was not ours and valid on {s.date}."
        hint = "Name our own certificate of that scheme, and add it to Certificates."
        yield Finding("claim-wording-not-allowed", Severity.ERROR, text, hint, _cells(s))
    given = desk.ceilings.given.get(s.shipment_no, ())
    if said.categories and not said.categories <= attributed_categories(desk.models.custody.papers, lot, given):
        text = f"The wording of shipment {s.shipment_no} names a category of feedstock that is not attributed to lot {lot}."
        hint = "Name the categories of its attributions or deliveries."
        yield Finding("claim-wording-not-allowed", Severity.ERROR, text, hint, _cells(s))


def _percent(desk: _Desk, lot: LotKey, s: Shipment, said: Said) -> Iterator[Finding]:
    """A percentage in a sentence of ours above what its figure allows."""
    number, figure = s.shipment_no, said.sentence.figure
    if said.percent is None or figure is None:
        return
    low = certified_low(desk.models.custody_on(lot, s.date)) if figure == CERTIFIED else desk.ceilings.of(lot, s.date, figure, number)
    most = allowed_percent(low)
    if said.percent > most:
        percent = _plain(said.percent)
        text = f"The wording of shipment {number} says {percent} % of lot {lot} as {figure}; at most {most} % may be claimed."
        yield Finding("claim-exceeds-figure", Severity.ERROR, text, _CLAIM_LESS, _cells(s))


def certified_low(custody: LotCustody) -> float:
    """The least certified share of a lot under controlled blending; 0 under another model."""
    return 0.0 if custody.certified_share is None else rounded_share(custody.certified_share.low)


def _is_ours(papers: Papers, said: Said, day: dt.date) -> bool:
    """Whether a sentence cites a certificate of our own, by number and scheme, that was valid on a day."""
    holders = own_holders(papers.lineage)
    return any(
        fold_name(c.certificate_no) == fold_name(said.certificate or "")
        and fold_name(c.scheme) == fold_name(said.scheme or "")
        and papers.party(c.holder) in holders
        and is_valid(c, day)
        for c in papers.lineage.ledger.certificates
    )


def own_holders(lineage: Lineage) -> frozenset[str]:
    """Party IDs that are ourselves: the organisation, its site, and every party of role site."""
    ledger = lineage.ledger
    return frozenset({ledger.organisation, ledger.site, *(p.party_id for p in ledger.parties if p.role == "site")})


def attributed_categories(papers: Papers, lot: LotKey, to_shipment: Iterable[Attribution] = ()) -> frozenset[str]:
    """The categories of what is attributed to a canonical lot, to what it was made from, or to a shipment of it.

    Those of a delivered lot are its feedstock sources', else its declarations'.
    """
    lineage = papers.lineage
    found = attributed_content(lineage, lot)
    booked = {row.category for name in (found.lots if found else ()) for row in lineage.attributions.get(name, ())}
    booked |= {row.category for row in to_shipment}
    for delivery in lineage.delivered(lot):
        sources = [lineage.source_of(delivery, name) for name, _ in lineage.source_shares(delivery)]
        declared = None if any(sources) else papers.declaration([delivery.supplier], delivery.declaration_no)
        booked |= {source.category for source in (*sources, declared) if source is not None}
    return frozenset(booked)


def _cells(s: Shipment) -> tuple[SourceRef, ...]:
    return (s.source.ref("claim_wording"),)


def _unknown(unjudged: Mapping[str, Sequence[Shipment]]) -> Iterator[Finding]:
    """Each wording that nobody has judged, with every cell that has it."""
    for words, shipments in sorted(unjudged.items()):
        shown = words if len(words) <= 60 else f"{words[:57]}..."
        text = f"Nobody has judged the claim wording “{shown}”."
        hint = "Use a sentence that the lot's report offers, or have it approved by the certification body."
        refs = tuple(cell for s in shipments for cell in _cells(s))
        yield Finding("claim-wording-unknown", Severity.WARNING, text, hint, refs)
