"""The chain-of-custody model that a lot may be claimed under: the weakest that applies along its lineage, and what set it.

Models pass from deliveries through the dated states of lots and through runs: mixed by the tables of `schemerules`, then no
more than the site's own certificate is for on the day.  A loop of one day is one blend of all that entered it.  Each scheme is
looked at by itself: what another scheme certified is uncertified under it, unless its rules take it in.  An attribution makes
a lot claimable as mass balance; it is bookkeeping and passes by `attributed_content` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal, TypeAlias

from tracepack.core.attribution import Attributed, attributed_content, attributed_shares
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.mixing import NodeKey, composition, reach
from tracepack.core.mixture import Mixture
from tracepack.core.papers import CONTROLLED_BLENDING, MASS_BALANCE, NONE, Papers, Reason
from tracepack.core.quantity import Interval, rounded_share

LinkKind: TypeAlias = Literal["delivery", "opening stock", "run", "lot", "attribution"]
#: What was taken for granted, by name.
_NO_CERTIFICATE, _NOT_STATED, _SITE, _SITE_MODEL = "no-certificate", "not-stated", "site-certificate", "site-certificate-model"
#: What an answer may lean on: rules by name, and what was taken for granted.
LEANINGS = ("blend", "blend_unknown_share", "certified", "neutral", _NO_CERTIFICATE, _NOT_STATED, _SITE, _SITE_MODEL)
#: The part of an input that is not worth a word: rounding.
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Link:
    """The delivery, run or lot at which a model was set; ``number`` is its number, ``site`` that of a run."""

    kind: LinkKind
    number: str
    owner: str
    site: str
    date: dt.date | None
    reason: Reason
    refs: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A model with the link that set it; ``source`` is the one source of what is identity preserved."""

    model: str
    link: Link
    source: tuple[str, str] | None = None
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class LotCustody:
    """A lot's model under the scheme where it is strongest; ``by_scheme`` under each.

    ``attributed`` is what is attributed to the lot, up to which it may be claimed as mass balance; ``certified_share`` the
    certified part of the dry mass under controlled blending, without what is neutral; ``tested``: a laboratory had it;
    ``certified``: a delivery of it came under a model; ``not_stated`` are the deliveries that were taken as uncertified
    because nothing states their model.
    """

    model: str
    scheme: str
    link: Link
    attributed: Attributed | None
    certified_share: Interval | None
    by_scheme: tuple[tuple[str, str], ...]
    tested: bool
    certified: bool
    leans_on: tuple[str, ...]
    not_stated: tuple[Delivery, ...]


@dataclass
class CustodyView:
    """The standing of every node of a mixture under one scheme, and what each leans on."""

    mixture: Mixture
    papers: Papers
    scheme: str
    standing: dict[NodeKey, Standing] = field(default_factory=dict)
    leans: dict[NodeKey, set[str]] = field(default_factory=dict)


@dataclass
class Custody:
    """The models of everything in a mixture: one view for each scheme that is asked for."""

    mixture: Mixture
    papers: Papers
    _views: dict[str, CustodyView] = field(default_factory=dict, repr=False)

    def under(self, scheme: str) -> CustodyView:
        """The view under a scheme ("": whatever the scheme)."""
        if scheme not in self._views:
            self._views[scheme] = _follow(self.mixture, self.papers, scheme)
        return self._views[scheme]


def _follow(mixture: Mixture, papers: Papers, scheme: str) -> CustodyView:
    """Follow a scheme's models ("": whatever the scheme) through a mixture, sources first."""
    view = CustodyView(mixture, papers, scheme)
    for group in mixture.order.groups:
        members = set(group)
        parts = {name: part for node in group for name, part in _parts(view, node) if name not in members}
        known = all(_shares_known(view, node) for node in group)
        blended = _blend(view, group, parts, known=known)
        for node in group if len(group) > 1 else ():
            blended = _through_site(view, node, blended)
        for node in group:
            view.standing[node] = blended if len(group) > 1 else _through_site(view, node, blended)
    return view


def model_on(custody: Custody, asked: LotKey, day: dt.date, scheme: str) -> tuple[str, tuple[SourceRef, ...]]:
    """A lot's model under a scheme on a day, and the cells of the link that set it; nothing else, so that many may be asked."""
    lineage, rank = custody.mixture.lineage, custody.papers.rules.rank
    lot = lineage.canonical(asked)
    standing = custody.under(scheme).standing["state", lot, custody.mixture.pools[lot].state_on(day)]
    booked = attributed_content(lineage, lot, day) if rank(standing.model) > rank(MASS_BALANCE) and lineage.attributions else None
    return (standing.model, standing.link.refs) if booked is None else (MASS_BALANCE, booked.refs)


def lot_custody(custody: Custody, asked: LotKey, on: dt.date | None = None) -> LotCustody:
    """The model of a lot of a mixture that holds its upstream, under the scheme where it is strongest.

    Of a running pool the weakest of its dated states, or that of a day.
    """
    mixture, papers = custody.mixture, custody.papers
    lot = mixture.lineage.canonical(asked)
    pool = mixture.pools[lot]
    keys: list[NodeKey] = [("state", lot, i) for i in (pool.seen if on is None else [pool.state_on(on)])]
    nodes = reach(keys, mixture.edges)
    deliveries = deliveries_of(mixture, nodes)
    sites = {node[1].site for node in nodes if node[0] != "state"} | {mixture.lineage.ledger.site}
    views = [custody.under(scheme) for scheme in schemes_of(papers, deliveries, sites)]
    found = [(view, _weakest(papers, [view.standing[key] for key in keys])) for view in views]
    view, best = min(found, key=lambda pair: papers.rules.rank(pair[1].model))
    attributed = attributed_content(mixture.lineage, lot, on)
    link, model, under = best.link, best.model, view.scheme
    if attributed is not None and attributed.high > 0 and papers.rules.rank(MASS_BALANCE) < papers.rules.rank(model):
        model, (link, under) = MASS_BALANCE, _attribution(papers, attributed)
    stated = [(d, papers.stated(d)) for d in deliveries]
    leans = {name for node in nodes for name in view.leans.get(node, ())}
    leans |= {_NO_CERTIFICATE for d, s in stated if s.model != NONE and not papers.cited(d.certificate_no)}
    silent = tuple(d for d, s in stated if s.reason == "not-stated" and not _is_neutral(view, d))
    return LotCustody(
        model=model,
        scheme=under,
        link=link,
        attributed=attributed,
        certified_share=_certified_share(view, keys) if model == CONTROLLED_BLENDING else None,
        by_scheme=tuple((other.scheme, standing.model) for other, standing in found),
        tested=bool(mixture.lineage.lab_tests.get(lot)),
        certified=any(s.model != NONE for _, s in stated),
        leans_on=tuple(sorted(leans | ({_NOT_STATED} if silent else set()))),
        not_stated=silent,
    )


def _attribution(papers: Papers, attributed: Attributed) -> tuple[Link, str]:
    """The first of the attributions that a lot has its share from, and the scheme of all of them ("" where they differ)."""
    rows = [row for lot in attributed.lots for row in papers.lineage.attributions.get(lot, ())]
    first = min(rows, key=lambda row: (row.date, row.attribution_no))
    schemes = {papers.rules.scheme_key(row.scheme) for row in rows}
    link = Link("attribution", first.attribution_no, "", first.site, first.date, "attributed", attributed.refs)
    return link, schemes.pop() if len(schemes) == 1 else ""


def _certified_share(view: CustodyView, keys: Sequence[NodeKey]) -> Interval:
    """The certified part of the dry mass of some states, the least and the most; neutral parts left out.

    What came under controlled blending itself may be certified in any part, like what went in in unknown parts.
    """
    ends: list[float] = []
    for key in keys:
        low = high = whole = 0.0
        for root, share in composition(key, view.mixture.nodes, view.mixture.order).items():
            standing = _delivered(view, root.delivery) if root.delivery is not None else None
            if standing is None or not standing.neutral:
                whole += share
            if root.kind == "choice" or (standing is not None and standing.model == CONTROLLED_BLENDING):
                high += share
            elif standing is not None and standing.model != NONE:
                low, high = low + share, high + share
        ends += [low / whole, high / whole] if whole > 0 else [0.0, 1.0]
    return Interval(rounded_share(max(0.0, min(ends))), rounded_share(min(1.0, max(ends))))


def models_of_lots(view: CustodyView, nodes: Iterable[NodeKey]) -> dict[LotKey, str]:
    """The model of every lot that has a state among some nodes: the weakest of those states, or what is attributed to it."""
    found: dict[LotKey, list[Standing]] = {}
    for node in nodes:
        if node[0] == "state":
            found.setdefault(node[1], []).append(view.standing[node])
    rank = view.papers.rules.rank
    models = {lot: _weakest(view.papers, standings).model for lot, standings in found.items()}
    booked = attributed_shares(view.mixture.lineage, [lot for lot, model in models.items() if rank(model) > rank(MASS_BALANCE)])
    return models | dict.fromkeys(booked, MASS_BALANCE)


def schemes_of(papers: Papers, deliveries: Iterable[Delivery], sites: Iterable[str]) -> list[str]:
    """The schemes that what some sites make of some deliveries may be claimed under, by name; [""] where no paper names one."""
    stated = (papers.stated(d) for d in deliveries)
    named = {s.scheme for s in stated if s.model != NONE} | papers.own_schemes(sites)
    return sorted(named - {""}) or [""]


def deliveries_of(mixture: Mixture, nodes: Iterable[NodeKey]) -> list[Delivery]:
    """The deliveries that entered some states, each once, by lot and day."""
    found: dict[int, Delivery] = {}
    for node in nodes:
        if node[0] == "state":
            inflows = mixture.pools[node[1]].states[node[2]].inflows
            found.update((id(f.delivery), f.delivery) for f in inflows if f.delivery is not None)
    return sorted(found.values(), key=lambda d: (d.supplier, d.lot_no, d.delivery_date, d.source.row))


def _weakest(papers: Papers, standings: Sequence[Standing]) -> Standing:
    return max(standings, key=lambda s: papers.rules.rank(s.model))


# --- what goes into a node


def _parts(view: CustodyView, node: NodeKey) -> list[tuple[object, Standing]]:
    """What a node is made of, by what tells parts apart: other nodes, deliveries, what nobody recorded."""
    made_of = [other for other in _made_of(view, node) if other in view.standing]
    parts: list[tuple[object, Standing]] = [(other, view.standing[other]) for other in dict.fromkeys(made_of)]
    unknown: list[tuple[SourceRef, ...]] = []
    if node[0] == "state":
        pool = view.mixture.pools[node[1]]
        state = pool.states[node[2]]
        parts += [(id(f.delivery), _delivered(view, f.delivery)) for f in state.inflows if f.delivery is not None and f.mass_mg != 0]
        if state.unknown_mg or node[1] in view.mixture.self_fed:
            unknown.append(tuple(draw.ref for draw in pool.draws) or _cells(view, node))
    elif any(root.kind == "unknown" and share > _LEAST for root, share in view.mixture.nodes[node].roots):
        unknown.append(tuple(row.source.ref("quantity") for row in view.mixture.flows[node[1]].run.rows))
    return parts + [((node, "unknown"), Standing(NONE, _link(view, node, "no-origin", refs))) for refs in unknown]


def _made_of(view: CustodyView, node: NodeKey) -> list[NodeKey]:
    """The nodes that a node is made of; not an input of a run that was lost as a whole."""
    if node[0] == "state":
        return view.mixture.edges[node]
    flow = view.mixture.flows[node[1]]
    group = flow.groups[node[2] if isinstance(node[2], int) else node[2][0]]
    return [view.mixture.state(item.lot, flow.run) for item in (*group.inputs, *group.shared) if item.net_mg != 0]


def _delivered(view: CustodyView, delivery: Delivery) -> Standing:
    """A delivery's standing under the view's scheme."""
    papers = view.papers
    stated = papers.stated(delivery)
    model, reason, refs = stated.model, stated.reason, stated.refs
    foreign = view.scheme and stated.scheme and not papers.rules.takes_in(view.scheme, stated.scheme)
    if model != NONE and foreign:
        model, reason, refs = NONE, "other-scheme", (*refs, delivery.source.ref("certificate_no"))
    ended = papers.received(delivery)
    if model != NONE and ended is not None:
        model, reason, refs = NONE, "site-not-certified", (delivery.source.ref("delivery_date"), ended.source.ref("valid_until"))
    sources = [name for name, _ in papers.lineage.source_shares(delivery)]
    source = (delivery.supplier, sources[0] if sources else f"lot {delivery.lot_no}")
    if model == papers.rules.models[0] and len(sources) > 1:
        model, refs = papers.rules.blend[model, model], (*refs, delivery.source.ref("lot_no"))
    kind: LinkKind = "opening stock" if delivery.opening else "delivery"
    link = Link(kind, delivery.lot_no, delivery.supplier, "", delivery.delivery_date, reason, refs)
    return Standing(model, link, source, neutral=model == NONE and _is_neutral(view, delivery))


def _is_neutral(view: CustodyView, delivery: Delivery) -> bool:
    kind = view.papers.lineage.catalogue.kind(delivery.supplier, delivery.material, delivery.delivery_date)
    return kind is not None and view.papers.rules.is_neutral(kind, view.scheme)


def _shares_known(view: CustodyView, node: NodeKey) -> bool:
    """Whether it is recorded how much of each part went in."""
    if node[0] == "state":
        pool = view.mixture.pools[node[1]]
        state = pool.states[node[2]]
        return not (pool.mass_unknown or state.unknown_mg or state.open) and node[1] not in view.mixture.self_fed
    flow = view.mixture.flows[node[1]]
    group = flow.groups[node[2] if isinstance(node[2], int) else node[2][0]]
    apart = not group.shared or len(flow.groups) == 1
    recorded = all(item.mass_mg is not None for item in (*group.inputs, *group.shared))
    return apart and recorded and not any(root.kind in ("choice", "unknown") for root, _ in view.mixture.nodes[node].roots)


# --- what becomes of it


def _blend(view: CustodyView, group: tuple[NodeKey, ...], parts: dict[object, Standing], *, known: bool) -> Standing:
    """What the parts give together; neutral ones take no part, one part alone is what it was."""
    first = min(group, key=repr) if len(group) > 1 else group[0]
    counted = [part for part in parts.values() if not part.neutral]
    if len(counted) < len(parts) and counted:
        view.leans.setdefault(first, set()).add("neutral")
    if not counted:
        return next(iter(parts.values()), Standing(NONE, _link(view, first, "no-origin", _cells(view, first))))
    if len(counted) == 1:
        return counted[0]
    model, source = _mixed(view, counted, known=True)
    recorded = model
    if not known:
        model, source = _mixed(view, counted, known=False)
    view.leans.setdefault(first, set()).add("blend" if known else "blend_unknown_share")
    setting = [part for part in counted if part.model == model]
    if setting and model == recorded:
        return Standing(model, min((part.link for part in setting), key=_place), source)
    reason: Reason = "blended" if model == recorded else "blended-unknown-share"
    return Standing(model, _link(view, first, reason, _cells(view, first)), source)


def _mixed(view: CustodyView, parts: Sequence[Standing], *, known: bool) -> tuple[str, tuple[str, str] | None]:
    """The model of a mixture by the tables, and its source where all of it has the same."""
    rules = view.papers.rules
    table = rules.blend if known else rules.blend_unknown_share
    source = parts[0].source
    if source is not None and all(part.model == rules.models[0] and part.source == source for part in parts):
        return rules.models[0], source
    return reduce(lambda one, other: table[one, other], [part.model for part in parts]), None


def _through_site(view: CustodyView, node: NodeKey, standing: Standing) -> Standing:
    """No more than the certificate of the run's site is for on the day."""
    if node[0] == "state" or standing.model == NONE:
        return standing
    run = view.mixture.flows[node[1]].run
    site = view.papers.site_model(run.key.site, view.scheme, run.date)
    if site.model is None:
        view.leans.setdefault(node, set()).add(_SITE_MODEL if site.described else _SITE)
        return standing
    gives = view.papers.rules.certified[standing.model, site.model]
    if gives == standing.model:
        return standing
    view.leans.setdefault(node, set()).add("certified")
    reason: Reason = "site-certificate" if site.model != NONE else "site-not-certified"
    return Standing(gives, _link(view, node, reason, (run.rows[0].source.ref("run_no"), *site.refs)))


def _link(view: CustodyView, node: NodeKey, reason: Reason, refs: tuple[SourceRef, ...]) -> Link:
    if node[0] == "state":
        return Link("lot", node[1].number, node[1].owner, "", view.mixture.pools[node[1]].states[node[2]].date, reason, refs)
    run = view.mixture.flows[node[1]].run
    return Link("run", run.key.number, "", run.key.site, run.date, reason, refs)


def _place(link: Link) -> tuple[dt.date, str, str, str]:
    """The earliest of several links that would each have set the model."""
    return link.date or dt.date.min, link.kind, link.owner, link.number


def _cells(view: CustodyView, node: NodeKey) -> tuple[SourceRef, ...]:
    """The cells that name what was mixed."""
    if node[0] != "state":
        rows = view.mixture.flows[node[1]].run.rows
        return tuple(row.source.ref("lot_no") for row in rows if row.direction == "in" and row.lot is not None)
    state = view.mixture.pools[node[1]].states[node[2]]
    own = [f.delivery.source.ref("lot_no") for f in state.inflows if f.delivery is not None]
    made = [row.source.ref("lot_no") for f in state.inflows if f.run is not None for row in f.run.rows if _makes(view, row.lot, node[1])]
    return (*own, *made) or tuple(draw.ref for draw in view.mixture.pools[node[1]].draws)


def _makes(view: CustodyView, row_lot: LotKey | None, lot: LotKey) -> bool:
    return row_lot is not None and view.mixture.lineage.canonical(row_lot) == lot
