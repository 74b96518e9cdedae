"""Every stated value that an answer about a lot rests on, with its cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from tracepack.core.accounts import attributed_lots
from tracepack.core.content import Scope
from tracepack.core.ledger import CompositionRow, Delivery, LabTest, LotKey, Material, Record, Run, RunRow
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.methods import method_basis
from tracepack.core.quantity import mass_mg
from tracepack.report.answers import StatementAnswer, ref_answer
from tracepack.report.cells import value_text

_ONE = Decimal(1)
_STATED = ("biobased_carbon", "biobased_mass", "organic_carbon", "inorganic_carbon", "moisture", "ash", "attributed_content")
_TESTED = ("pmc", "ref", "biobased_carbon", "organic_carbon")
#: What turns an area, a length or a count into mass.
_SIZES = ("grammage", "width", "piece_weight")
_OF_SOURCE = ("feedstock", "category", "country_of_origin", "certificate_no")
#: What a chemical conversion takes from its product's description.
_PRODUCT = ("kind", "organic_carbon", "inorganic_carbon", "ash")


def statements(scope: Scope, lineage: Lineage) -> list[StatementAnswer]:
    """The shares that an answer rests on: deliveries, Materials rows, compositions and their components, lab tests, attributions."""
    result: list[StatementAnswer] = []
    for delivery in scope.deliveries:
        result.extend(_stated(delivery, delivery.lot, delivery.material, _STATED))
        row = lineage.catalogue.material(delivery.supplier, delivery.material, delivery.delivery_date)
        if row is not None:
            fields = [field for field in _STATED if getattr(delivery, field, None) is None]
            result.extend(_stated(row, delivery.lot, delivery.material, fields))
        result.extend(_recipe(delivery, lineage))
    for lot in sorted(scope.lots):
        for test in lineage.lab_tests.get(lot, ()):
            result.extend(_stated(test, lot, lineage.material(lot), _TESTED))
    result.extend(_attributed(scope, lineage))
    return _once(result)


def descriptions(scope: Scope, lineage: Lineage) -> list[StatementAnswer]:
    """What decides how those shares and the quantities are read: kinds, methods, sizes, models; and what feedstock a delivery is of."""
    result: list[StatementAnswer] = []
    for delivery in scope.deliveries:
        described = lineage.catalogue.material(delivery.supplier, delivery.material, delivery.delivery_date)
        words = [*_decisive(delivery), "mass_basis", "chain_of_custody", "certificate_no", "feedstock_source"]
        if "supplier" in delivery.source.columns:
            words.append("supplier")
        result.extend(_stated(delivery, delivery.lot, delivery.material, words))
        if described is not None:
            fields = ["kind", "mass_basis", *_decisive(described), *_sizes(delivery.unit)]
            result.extend(_stated(described, delivery.lot, delivery.material, fields))
        result.extend(_sourced(delivery, lineage))
    for lot in sorted(scope.lots):
        for test in lineage.lab_tests.get(lot, ()):
            result.extend(_stated(test, lot, lineage.material(lot), ["method"]))
    for run in scope.runs:
        for row in run.rows:
            result.extend(_of_run_row(run, row, lineage))
    return _once(result)


def _once(found: Iterable[StatementAnswer]) -> list[StatementAnswer]:
    return list({(s.owner, s.lot, s.field, s.value, *((r.file, r.sheet, r.cell) for r in s.refs)): s for s in found}.values())


def _stated(row: Record, lot: LotKey, material: str, fields: Iterable[str], named: str = "") -> Iterator[StatementAnswer]:
    """The fields of a row that are filled in; ``named`` stands before each value."""
    for field in fields:
        value = getattr(row, field, None)
        if value is not None:
            yield StatementAnswer(
                owner=lot.owner,
                lot=lot.number,
                material=material,
                field=field,
                value=f"{named}: {value_text(value)}" if named else value_text(value),
                method="" if field == "method" else getattr(row, "method", None) or "",
                evidence="lab-tested" if isinstance(row, LabTest) else "declared",
                refs=[ref_answer(row.source.ref(field))],
            )


def _decisive(row: Delivery | Material) -> list[str]:
    """The method, where it decides what a share is a share of."""
    only_mass = row.biobased_mass is not None and row.biobased_carbon is None
    return ["method"] if row.method is not None and (only_mass or method_basis(row.method) != "toc") else []


def _sizes(unit: str | None) -> tuple[str, ...]:
    """The sizes of a material that a unit needs; () for a unit of mass."""
    return () if unit is None or mass_mg(_ONE, unit) is not None else _SIZES


def _recipe(delivery: Delivery, lineage: Lineage) -> Iterator[StatementAnswer]:
    """A delivered lot's composition, expanded, with what is stated of its components."""
    seen = {fold_name(delivery.material)}
    open_rows: list[CompositionRow] = list(lineage.catalogue.composition(delivery.supplier, delivery.lot_no, delivery.material))
    while open_rows:
        row = open_rows.pop(0)
        yield from _stated(row, delivery.lot, delivery.material, ["share"], row.component)
        described = lineage.catalogue.material(delivery.supplier, row.component, delivery.delivery_date)
        if described is not None:
            yield from _stated(described, delivery.lot, delivery.material, ["kind", *_STATED], row.component)
        if fold_name(row.component) not in seen:
            seen.add(fold_name(row.component))
            open_rows += lineage.catalogue.composition(delivery.supplier, row.component)


def _sourced(delivery: Delivery, lineage: Lineage) -> Iterator[StatementAnswer]:
    """The feedstock sources of a delivery: their shares of it, and what each is."""
    if not delivery.feedstock_source:
        for share in lineage.lot_sources.get(lineage.canonical(delivery.lot), ()):
            if share.lot == delivery.lot:
                yield from _stated(share, delivery.lot, delivery.material, ["source_id", "share"], share.source_id)
    for source_id, _ in lineage.source_shares(delivery):
        source = lineage.source_of(delivery, source_id)
        if source is not None:
            yield from _stated(source, delivery.lot, delivery.material, _OF_SOURCE, source_id)


def _of_run_row(run: Run, row: RunRow, lineage: Lineage) -> Iterator[StatementAnswer]:
    """What the description of a row's material adds to its quantity, its layer or its carbon."""
    described = lineage.row_material(row)
    if described is None:
        return
    fields = list(_sizes(row.unit))
    if row.thickness is not None and row.density is None:
        fields.append("density")
    if row.lot is None:
        fields.append("kind")
    if row.direction == "out" and lineage.flow(run).chemical:
        fields += _PRODUCT
    lot = row.lot or LotKey("", "")
    yield from _stated(described, lot, described.material_id, fields, "" if row.lot else described.material_id)


def _attributed(scope: Scope, lineage: Lineage) -> Iterator[StatementAnswer]:
    """What the books attribute to the lots themselves: number and quantity."""
    for row in sorted(lineage.ledger.attributions, key=lambda a: a.attribution_no):
        for lot in attributed_lots(lineage, row):
            if lot in scope.lots:
                yield StatementAnswer(
                    owner=lot.owner,
                    lot=lot.number,
                    material=lineage.material(lot),
                    field="attribution",
                    value=f"{row.attribution_no}: {value_text(row.quantity)} {row.unit}",
                    method=row.scheme,
                    evidence="declared",
                    refs=[ref_answer(row.source.ref("quantity"))],
                )
