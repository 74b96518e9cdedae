"""Pictures of a lot: its lineage up or down, where its bio-based mass comes from, and its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from tracepack.collecting import without_collecting
from tracepack.core.content import Scope, content_in, loose_places
from tracepack.core.custody import Custody, lot_custody, models_of_lots
from tracepack.core.flowparts import FlowPart, flow_parts
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import BOOKKEPT, Lineage, build_lineage
from tracepack.core.mixing import Root
from tracepack.core.mixture import Mixture, mix_lots
from tracepack.core.originparts import NOWHERE, origin_parts
from tracepack.core.papers import Papers
from tracepack.core.trace import reach_up, trace_down
from tracepack.errors import UsageProblem
from tracepack.questions import View, find_lot, view_of
from tracepack.report.answers import LineageAnswer
from tracepack.report.boxes import Parts
from tracepack.report.build import content_answer, lineage_answer, lot_shares, node_id
from tracepack.report.custody_text import model_name
from tracepack.report.diagram import By, Drawing, FoldName, Format, fitted, fold_names, render_diagram, text_of, with_fonts
from tracepack.report.dossier import run_answer
from tracepack.report.downward import downward_answer
from tracepack.report.flowpicture import FlowSheet, Part, flow_svg
from tracepack.report.folds import Foldable
from tracepack.report.fonts import Fonts, fonts_in_reach, require_glyphs
from tracepack.report.headline import Unrecorded, headline
from tracepack.report.layerpicture import layers_svg
from tracepack.report.pdf import picture_to_pdf, picture_to_png
from tracepack.report.wording import Wording, wording
from tracepack.rulebook import chain_of_custody_rules, material_library
from tracepack.store import Store

#: More lots than this are loaded with the whole workspace: cheaper than a walk from each.
_MANY_LOTS = 2_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a file, and the folds that it shows with what each holds."""

    document: bytes
    folds: tuple[FoldName, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a lineage picture is asked for: `tracepack diagram`'s options by name."""

    down: bool = False
    unfold: tuple[str, ...] = ()
    whole: bool = False
    depth: int | None = None
    by: By = "content"


@without_collecting()
def lineage_picture(store: Store, number: str, owner: str | None, file_format: str, lang: str, wanted: Wanted) -> Picture:
    """The lineage of a lot as svg, pdf, png or dot.

    Raises UnknownLot, MissingFont, UsageProblem (another format, a fold that is not there, a depth below 0).
    """
    fmt = picture_format(file_format)
    if wanted.depth is not None and wanted.depth < 0:
        raise UsageProblem(f"a depth of {wanted.depth} is none", "--depth 0 shows the lot itself, 1 also the runs beside it")
    w = wording(lang)
    lineage, drawing = _down(store, number, owner, wanted, w) if wanted.down else _up(store, number, owner, wanted, w)
    drawing = fitted(lineage, replace(drawing, foldable=Foldable(lineage)), lang=lang)
    shown, known = fold_names(lineage, lang=lang, drawing=drawing)
    for name in wanted.unfold:
        if name not in known:
            raise UsageProblem(
                f"there is no fold {name} in this picture", "the picture names each fold after --unfold, and so does its list"
            )
    document = render_diagram(lineage, fmt, title=number, lang=lang, drawing=drawing)
    return Picture(document, tuple(shown))


@without_collecting()
def flow_picture(store: Store, number: str, owner: str | None, file_format: str, lang: str) -> Picture:
    """Where the bio-based mass of a lot comes from, as svg, pdf or png.

    Raises UnknownLot, MissingFont, UsageProblem (another format, a lot of which nothing stays when it dries).
    """
    fmt, w, fonts = _plain_format(file_format), wording(lang), fonts_in_reach()
    view = view_of(store, number, owner)
    made_of = content_in(view.mixture, view.lot)
    if view.mixture.volatile["state", made_of.lot, view.mixture.pools[made_of.lot].seen[-1]] >= 1.0:
        raise UsageProblem(f"nothing of lot {view.lot} stays when it dries", "ask for a lot that was made with it")
    found, exact = flow_parts(view.mixture, view.lot)
    figure = made_of.figures["bio_mass"]
    says = [w("flow.says", share=w.span(figure.low, figure.high), evidence=w.term("evidence", figure.evidence))]
    says += [] if exact else [w("flow.inexact")]
    product = w("flow.product", lot=f"{view.lot}", material=made_of.material or w("diagram.not_named"))
    dry_kg = None if made_of.dry_mg is None else made_of.dry_mg / 1e6
    parts = tuple(_flow_part(view.lineage, part, w) for part in found)
    sheet = FlowSheet(w("flow.title", lot=number), tuple(says), parts, product, dry_kg, _newest(view.mixture))
    return Picture(_as_file(flow_svg(sheet, w, fonts), fmt, fonts))


def _newest(mixture: Mixture) -> str:
    """The newest day on which anything came into a lot; "" where nothing did."""
    return max([inflow.date.isoformat() for pool in mixture.pools.values() for inflow in pool.inflows], default="")


def _flow_part(lineage: Lineage, part: FlowPart, w: Wording) -> Part:
    if part.lot is None or part.delivery is None:
        return Part("", "" if part.lot is None else f"{part.lot}", "", *_bio_of(part))
    d = part.delivery
    names = dict.fromkeys(name for name in _origins(lineage, Root("delivery", "", delivery=d)) if name != NOWHERE)
    grouped = w("flow.grouped", supplier=d.supplier, material=d.material)
    named = w("flow.lot", lot=d.lot_no, supplier=d.supplier, material=d.material)
    return Part(" + ".join(names), named, grouped, *_bio_of(part))


def _bio_of(part: FlowPart) -> tuple[float, float, float]:
    """A part's share of the dry mass, and the least and the most of it that is bio-based mass."""
    return part.share, part.share * part.bio.low, part.share * part.bio.high


@without_collecting()
def layers_picture(store: Store, number: str, owner: str | None, file_format: str, lang: str) -> Picture:
    """The cross-sections of what a lot was laid together from, as svg, pdf or png.

    Raises UnknownLot, MissingFont, UsageProblem (another format, a lot without layers of known size).
    """
    fmt, w, fonts = _plain_format(file_format), wording(lang), fonts_in_reach()
    view = view_of(store, number, owner)
    scope, _ = reach_up(view.mixture, view.lineage.canonical(view.lot))
    layered = [run for run in scope.runs if any(row.direction == "in" and (row.layer or row.thickness is not None) for row in run.rows)]
    runs = [run_answer(run, view.ledger) for run in sorted(layered, key=lambda run: (run.date, run.key.number, run.key.site), reverse=True)]
    lots = {row.lot: view.lineage.canonical(row.lot) for run in layered for row in run.rows if row.lot is not None}
    shares = lot_shares(view.mixture, {lot for lot in lots.values() if lot in view.mixture.pools})
    spans = {lot: w.span(shares[known].low, shares[known].high) for lot, known in lots.items() if known in shares}
    contents = {lot: w("layers.bio", share=span) for lot, span in spans.items()}
    svg = layers_svg(w("layers.title", lot=number), runs, contents, _newest(view.mixture), w, fonts)
    if not svg:
        raise UsageProblem(
            f"no run behind lot {view.lot} states two layers and their sizes",
            "fill in Layer and Thickness um (or Grammage g/m2, or Quantity) of every layer in Production",
        )
    return Picture(_as_file(svg, fmt, fonts))


def _as_file(svg: str, fmt: Format, fonts: Fonts) -> bytes:
    """A drawing in its format; PDF and PNG raise `MissingFont` for text that no font in reach can draw."""
    if fmt == "svg":
        return with_fonts(svg, fonts).encode()
    require_glyphs(text_of(svg), fonts)
    return picture_to_pdf(svg, fonts) if fmt == "pdf" else picture_to_png(svg, fonts)


def _plain_format(text: str) -> Format:
    """A format of a drawing that is no graph.  Raises UsageProblem."""
    if text == "dot":
        raise UsageProblem("only a lineage can be written as dot", "use svg, pdf or png")
    return picture_format(text)


def picture_format(text: str) -> Format:
    """A format by its name.  Raises UsageProblem."""
    for known in get_args(Format):
        if text == known:
            return known  # type: ignore[no-any-return]
    raise UsageProblem(f"{text} is no picture format", f"use one of {', '.join(get_args(Format))}")


def _drawing(wanted: Wanted, says: tuple[str, ...], weak: frozenset[str], parts: Mapping[str, Parts]) -> Drawing:
    return Drawing(wanted.unfold, wanted.whole, wanted.depth, wanted.by, wanted.down, says, weak, parts)


def _up(store: Store, number: str, owner: str | None, wanted: Wanted, w: Wording) -> tuple[LineageAnswer, Drawing]:
    view = view_of(store, number, owner)
    scope, depths = reach_up(view.mixture, view.lineage.canonical(view.lot))
    lineage = lineage_answer(view.mixture, scope, depths)
    content = content_answer(content_in(view.mixture, view.lot), view.lineage, (), store.latest_import())
    told = headline(content, lineage, _unrecorded(view, scope), w)
    parts = _parts(view.mixture, view.custody, view.lot, depths, wanted.by, w)
    return lineage, _drawing(wanted, told.says, told.weak, parts)


def _unrecorded(view: View, scope: Scope) -> Unrecorded:
    pools = {(lot.owner, lot.number): (pool.owner, pool.number) for pool, lots in view.lineage.pooled.items() for lot in lots}
    runs, lots = loose_places(view.mixture, scope)
    return Unrecorded(pools, frozenset(run.key.number for run in runs), frozenset((lot.owner, lot.number) for lot in lots))


def _down(store: Store, number: str, owner: str | None, wanted: Wanted, w: Wording) -> tuple[LineageAnswer, Drawing]:
    lot = find_lot(store, number, owner)
    found = trace_down(build_lineage(store.load_ledger([lot], "down"), material_library())[0], lot)
    around = None if len(found.lots) > _MANY_LOTS else sorted(found.lots)
    lineage, _ = build_lineage(store.load_ledger(around, "up"), material_library())
    mixture = mix_lots(lineage, sorted(found.lots))
    answer = downward_answer(mixture, found)
    custody = Custody(mixture, Papers(lineage, chain_of_custody_rules()))
    customers = len({shipment.customer for shipment in found.shipments})
    counts = {"lots": len(found.lots) - 1, "runs": len(found.scope.runs), "shipments": len(found.shipments), "customers": customers}
    says = [w("diagram.says_down", **counts)]
    says += [w("diagram.says_open", count=len(found.open_ends))] if found.open_ends else []
    parts = _parts(mixture, custody, lot, found.lots, wanted.by, w)
    return answer, _drawing(wanted, tuple(says), frozenset(), parts)


# --- what colours the lots


def _parts(mixture: Mixture, custody: Custody, lot: LotKey, lots: Mapping[LotKey, int], by: By, w: Wording) -> dict[str, Parts]:
    """Each lot's parts by node id, for a picture by origin or by custody; {} for the others."""
    if by == "origin":
        named = origin_parts(mixture, lots, lambda root: _origins(mixture.lineage, root))
        unknown = w("diagram.no_origin")
        return {
            node_id(("lot", key)): [(name if name != NOWHERE else unknown, share) for name, share in sorted(held.items())]
            for key, held in named.items()
            if mixture.volatile["state", key, len(mixture.pools[key].states) - 1] < 1.0  # of solvents nothing stays
        }
    if by == "custody":
        scheme = lot_custody(custody, lot).scheme
        nodes = [("state", key, number) for key in lots for number in range(len(mixture.pools[key].states))]
        models = models_of_lots(custody.under(scheme), nodes)  # type: ignore[arg-type]
        return {node_id(("lot", key)): [(model_name(model, w), 1.0)] for key, model in models.items()}
    return {}


def _origins(lineage: Lineage, root: Root) -> dict[str, float]:
    """The feedstocks and countries of a root with their shares of it."""
    delivery = root.delivery
    if delivery is None or delivery.chain_of_custody in BOOKKEPT:
        return {NOWHERE: 1.0}
    held: dict[str, float] = {}
    for source_id, share in lineage.source_shares(delivery):
        source = lineage.source_of(delivery, source_id)
        name = source_id if source is None else ", ".join(part for part in (source.feedstock, source.country_of_origin) if part)
        held[name] = held.get(name, 0.0) + share
    return held or {NOWHERE: 1.0}
