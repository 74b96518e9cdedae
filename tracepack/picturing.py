"""Pictures of a lot: its lineage up or down, where its bio-based mass comes from, and its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from tracepack.core.content import content_in
from tracepack.core.custody import Custody, lot_custody, models_of_lots
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import BOOKKEPT, Lineage, build_lineage
from tracepack.core.mixing import Root
from tracepack.core.mixture import Mixture, mix_lots
from tracepack.core.originparts import NOWHERE, origin_parts
from tracepack.core.papers import Papers
from tracepack.core.trace import reach_up, trace_down
from tracepack.errors import UsageProblem
from tracepack.questions import find_lot, view_of
from tracepack.report.answers import LineageAnswer
from tracepack.report.boxes import Parts
from tracepack.report.build import content_answer, lineage_answer, node_id
from tracepack.report.custody_text import model_name
from tracepack.report.diagram import By, Drawing, FoldName, Format, fitted, fold_names, render_diagram
from tracepack.report.downward import downward_answer
from tracepack.report.headline import headline
from tracepack.report.wording import Wording, wording
from tracepack.rulebook import chain_of_custody_rules, material_library
from tracepack.store import Store

Kind = Literal["lineage", "flow", "layers"]
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


def lineage_picture(store: Store, number: str, owner: str | None, file_format: str, lang: str, wanted: Wanted) -> Picture:
    """The lineage of a lot as svg, pdf, png or dot.

    Raises UnknownLot, MissingFont, UsageProblem (another format, a fold that is not there, a depth below 0).
    """
    fmt = picture_format(file_format)
    if wanted.depth is not None and wanted.depth < 0:
        raise UsageProblem(f"a depth of {wanted.depth} is none", "--depth 0 shows the lot itself, 1 also the runs beside it")
    w = wording(lang)
    lineage, drawing = _down(store, number, owner, wanted, w) if wanted.down else _up(store, number, owner, wanted, w)
    drawing = fitted(lineage, drawing, lang=lang)
    shown, known = fold_names(lineage, lang=lang, drawing=drawing)
    for name in wanted.unfold:
        if name not in known:
            raise UsageProblem(
                f"there is no fold {name} in this picture", "the picture names each fold after --unfold, and so does its list"
            )
    document = render_diagram(lineage, fmt, title=number, lang=lang, drawing=drawing)
    return Picture(document, tuple(shown))


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
    told = headline(content, lineage, w)
    parts = _parts(view.mixture, view.custody, view.lot, depths, wanted.by, w)
    return lineage, _drawing(wanted, told.says, told.weak, parts)


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
