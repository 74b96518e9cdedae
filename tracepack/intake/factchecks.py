"""What the rows of one fact, and what a fact names, must fit: checks that need more than one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tracepack import data
from tracepack.core.bookrules import setting_term
from tracepack.core.facts import setting_name, setting_value
from tracepack.core.findings import Finding, SourceRef
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, Row, SchemeSetting
from tracepack.core.library import fold_name
from tracepack.core.limits import LIMIT_NAMES, limit_value
from tracepack.core.quantity import Interval
from tracepack.intake.gather import Gathered, excerpt_of, finding
from tracepack.intake.keys import header_of, value_text
from tracepack.intake.owners import text

_SLACK = 1e-9
#: Where a row names a material whose content is not known from anywhere else.
_MATERIAL_COLUMN = {"Deliveries": "material", "Opening Stock": "material", "Compositions": "component"}
#: What a setting of one scheme's books may say.
_SCHEME_VALUES = {
    "balance_method": "write credit, rolling average, percentage or controlled blending",
    "rolling_window": "write 3 periods, or 12 months",
    "stock_tolerance": "write 0.5 %",
    "attribution_basis": "write mass, carbon or energy, or several of them with commas between",
    "credit_transfers": "write group or any",
}
_CLAIMS_NOTHING = frozenset({"", "none"})


def check_facts(facts: Sequence[Fact], tolerance: float) -> tuple[Finding, ...]:
    """Findings about each fact by itself; ``tolerance`` is by how much shares may miss 100 %."""
    found: list[Finding] = []
    gathered = Gathered()
    for fact in facts:
        if fact.sheet == "Production":
            found += _run(fact, gathered, tolerance)
        elif fact.sheet == "Compositions":
            found += _sum(fact.rows, "composition-sum", f"The shares of {fact.key[1]}", tolerance)
        elif fact.sheet == "Deliveries":
            _declaration(fact.rows[0], gathered)
        elif fact.sheet == "Settings":
            found += _setting(fact.rows[0])
    found += _lot_sources(facts, tolerance)
    return (*found, *gathered.findings())


def _run(fact: Fact, gathered: Gathered, tolerance: float) -> Iterator[Finding]:
    directions = {row.values.get("direction") for row in fact.rows}
    first = fact.rows[0]
    for direction, name, word in (("out", "run-without-outputs", "output"), ("in", "run-without-inputs", "input")):
        if direction not in directions:
            yield _about(name, f"The run {fact.key[1]} has no {word} row.", f"add its {word}, or correct Direction", [first], "run_no")
    for row in fact.rows:
        if "lot_no" not in row.values and row.values.get("direction") in {"in", "out"}:
            ref = row.source.ref("lot_no")
            message = "A row that goes in or out names a lot."
            gathered.add("row-without-lot", message, "fill in Lot No", ref, excerpt_of(ref, "Lot No", "(blank)"))
    yield from _contradictions(fact, tolerance)
    yield from _carbon_shares(fact, tolerance)


def _contradictions(fact: Fact, tolerance: float) -> Iterator[Finding]:
    """One date and one kind a run; one thickness and one grammage a layer, and no more than all of it."""
    yield from _differing(fact.rows, ("date", "kind"), f"The rows of run {fact.key[1]}")
    layers: dict[str, list[Row]] = defaultdict(list)
    for row in fact.rows:
        if layer := text(row.values, "layer"):
            layers[layer].append(row)
    for layer, rows in layers.items():
        yield from _differing(rows, ("thickness", "grammage"), f"The rows of layer {layer} of run {fact.key[1]}")
        shares = [share for row in rows if isinstance(share := row.values.get("layer_share"), Interval)]
        if sum(share.low for share in shares) > 1 + tolerance + _SLACK:
            total = sum(share.low for share in shares)
            message = f"The shares of layer {layer} of run {fact.key[1]} add up to {total * 100:.6g} %."
            yield _about("run-contradictory", message, "correct Layer Share %", rows, "layer_share")


def _differing(rows: Sequence[Row], keys: Iterable[str], whose: str) -> Iterator[Finding]:
    for key in keys:
        stated = [row for row in rows if key in row.values]
        folded = dict.fromkeys(value_text(row.values[key]).casefold() for row in stated)
        if len(folded) > 1:
            header = header_of("Production", key)
            shown = ", ".join(dict.fromkeys(value_text(row.values[key]) for row in stated))
            message = f"{whose} state different values of {header}: {shown}."
            yield _about("run-contradictory", message, "correct one of them, or give the second its own number", stated, key)


def _carbon_shares(fact: Fact, tolerance: float) -> Iterator[Finding]:
    """Carbon shares of each output group's inputs; an input without one may carry what is left."""
    inputs = [row for row in fact.rows if row.values.get("direction") == "in"]
    stated = [row for row in inputs if "carbon_share" in row.values]
    for group in sorted({text(row.values, "output_group") for row in stated}):
        rows = [row for row in stated if text(row.values, "output_group") in {group, ""}]
        shares = [share for row in rows if isinstance(share := row.values["carbon_share"], Interval)]
        low, high = sum(share.low for share in shares), sum(share.high for share in shares)
        rest = any("carbon_share" not in row.values and text(row.values, "output_group") in {group, ""} for row in inputs)
        if low > 1 + tolerance + _SLACK or (high < 1 - tolerance - _SLACK and not rest):
            whose = f"run {fact.key[1]} for output group {group}" if group else f"run {fact.key[1]}"
            message = f"The carbon shares of {whose} add up to {low * 100:.6g} %."
            yield _about("carbon-share-sum", message, "they must add up to 100 %, or leave one input without a share", rows, "carbon_share")


def _sum(rows: Sequence[Row], name: str, whose: str, tolerance: float) -> Iterator[Finding]:
    """Shares must be able to reach 100 % within the tolerance."""
    shares = [share for row in rows if isinstance(share := row.values.get("share"), Interval)]
    low, high = sum(share.low for share in shares), sum(share.high for share in shares)
    if len(shares) < len(rows) or (low <= 1 + tolerance + _SLACK and high >= 1 - tolerance - _SLACK):
        return
    total = f"{low * 100:.6g}" if low == high else f"{low * 100:.6g} to {high * 100:.6g}"
    yield _about(name, f"{whose} add up to {total} %, not to 100 %.", "correct the shares, or add what is missing", rows, "share")


def _lot_sources(facts: Sequence[Fact], tolerance: float) -> Iterator[Finding]:
    lots: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for fact in facts:
        if fact.sheet == "Lot Sources":
            lots[fact.key[0], fact.key[1]].append(fact.rows[0])
    for (_, number), rows in lots.items():
        yield from _sum(rows, "source-shares-sum", f"The source shares of lot {number}", tolerance)


def _declaration(row: Row, gathered: Gathered) -> None:
    model = text(row.values, "chain_of_custody")
    if model not in _CLAIMS_NOTHING and "declaration_no" not in row.values:
        ref = row.source.ref("chain_of_custody")
        message = "The delivery claims a chain of custody but names no declaration."
        hint = "fill in Declaration No, as the supplier's sustainability declaration states it"
        gathered.add("declaration-unknown", message, hint, ref, excerpt_of(ref, header_of(row.sheet, "chain_of_custody"), model))


def _setting(row: Row) -> Iterator[Finding]:
    name, value = text(row.values, "name"), text(row.values, "value")
    known = [*data.layout().settings, *data.layout().limits]
    if name and setting_name(name) in LIMIT_NAMES:
        if value and limit_value(value) is None:
            message = f"{value!r} is no value of {name}: a whole number from 1."
            yield _about("setting-unknown", message, "write 9", [row], "value")
    elif name and (setting := SchemeSetting.read(name, value, row.source)) is not None:
        if value and setting_term(setting.rule, value) is None:
            message = f"{value!r} does not fit the setting {name}."
            yield _about("setting-unknown", message, _SCHEME_VALUES[setting.rule], [row], "value")
    elif name and setting_name(name) not in known:
        yield _about("setting-unknown", f"There is no setting {name!r}.", f"one of: {', '.join(known)}", [row], "name")
    elif value and setting_value(value) is None:
        message = f"{value!r} is no value of {name}: a share between 0 and 1, or a percentage."
        yield _about("setting-unknown", message, "write 0.5 %", [row], "value")


def check_names(facts: Sequence[Fact], known: Known, organisation: str) -> tuple[Finding, ...]:
    """`supplier-unknown` and `material-unknown`, once per name: recorded all the same, their content a bound."""
    parties = known.parties | {fact.key[0] for fact in facts if fact.sheet == "Parties"} | {organisation}
    gathered = Gathered()
    unknown: dict[tuple[str, str], list[SourceRef]] = defaultdict(list)
    for row in (row for fact in facts for row in fact.rows):
        supplier = row.values.get("supplier")
        if isinstance(supplier, str) and supplier and supplier not in parties and "supplier" in row.source.columns:
            unknown[supplier, row.sheet].append(row.source.ref("supplier"))
    for (supplier, sheet), refs in unknown.items():
        message = f"The supplier {supplier} has no row in Parties."
        gathered.add_all("supplier-unknown", message, "add it to Parties", refs, excerpt_of(refs[0], "Supplier", supplier), column=sheet)
    _unknown_materials(facts, known, organisation, gathered)
    return gathered.findings()


def _unknown_materials(facts: Sequence[Fact], known: Known, organisation: str, gathered: Gathered) -> None:
    described = {(owner, fold_name(name)) for owner, name in known.materials}
    described |= {(fact.key[0], fold_name(fact.key[1])) for fact in facts if fact.sheet in {"Materials", "Compositions"}}
    found: dict[tuple[object, str], bool] = {}
    for row in (row for fact in facts for row in fact.rows if row.sheet in _MATERIAL_COLUMN):
        key = _MATERIAL_COLUMN[row.sheet]
        name, owner = row.values.get(key), row.values.get("supplier") or organisation
        if not isinstance(name, str) or not name or found.get((owner, name)):
            continue
        if (owner, name) not in found:
            folded = fold_name(name)
            found[owner, name] = folded in known.library_materials or bool(described & {(owner, folded), (organisation, folded)})
        if found[owner, name]:
            continue
        ref = row.source.ref(key)
        message = f"The material {name} has no row in Materials and is not in the built-in library; what it does not state is unknown."
        shown = excerpt_of(ref, header_of(row.sheet, key), name)
        gathered.add("material-unknown", message, "add it to Materials", ref, shown, column=row.sheet)


def _about(name: str, message: str, hint: str, rows: Sequence[Row], key: str) -> Finding:
    """A finding about a field of some rows."""
    refs = tuple(row.source.ref(key) for row in rows)
    shown = value_text(rows[0].values.get(key)) or "(blank)"
    return finding(name, message, hint=hint, refs=refs, excerpt=excerpt_of(refs[0], header_of(rows[0].sheet, key), shown))
