"""What one row states must be possible: checks that need no other row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tracepack import data
from tracepack.core.ledger import Value
from tracepack.core.methods import method_basis
from tracepack.core.numerals import Unread
from tracepack.core.quantity import Interval
from tracepack.intake.bookchecks import check_book_row

#: Stated shares are rounded; what contradicts by less than a point is not held against them.
SLACK = 0.01
_ROUNDING = 1e-9

_REQUIRED = Unread("required-missing", "A required cell is blank.", "fill it in")
_ZERO = Unread(
    "quantity-negative",
    "An input or output of zero is no input or output.",
    "delete the row, or leave the quantity blank if it is not known",
)
_NO_METHOD = Unread(
    "method-missing",
    "The bio-based share states no method; it is read as ASTM D6866, of the organic carbon.",
    "name the method: ASTM D6866, EN 16640, EN 16785-1, mass balance ...",
)
_NO_BASIS = Unread(
    "mass-basis-missing",
    "The bio-based mass share states no basis; it is taken as stated (EN 16785-1).",
    "state the Mass Basis: residue, feed per product or feed of feed",
)
_MASS_AS_CARBON = Unread(
    "share-reread",
    "The share stands in Biobased Mass %, and its method measures bio-based carbon: it is read as bio-based carbon content.",
    "move it to Biobased Carbon %, or name the method of a mass share (EN 16785-1)",
)
_CARBON_AS_MASS = Unread(
    "share-reread",
    "The share stands in Biobased Carbon %, and its method states a share of mass: it is read as bio-based mass.",
    "move it to Biobased Mass %, or name the method of a carbon share (ASTM D6866)",
)
_METHOD_UNKNOWN = Unread(
    "method-mismatch",
    "The method is none that says what the share is a share of.",
    "name one: ASTM D6866, EN 16640, ISO 16620-2, EN 16785-1, ISO 16620-4, mass balance",
)
_METHOD_FITS_NEITHER = Unread(
    "method-mismatch",
    "Both bio-based shares are filled, and the method gives neither of them.",
    "put bookkept content into Attributed Content %, and name the method of the physical shares",
)
_METHOD_NO_LAB = Unread(
    "method-mismatch", "pMC measures carbon; the method states a share of mass or of bookkeeping.", "name the method the laboratory used"
)
_LAB_EMPTY = Unread(
    "lab-result-missing", "A lab test states Biobased Carbon %, or pMC together with REF.", "copy the result from the laboratory's report"
)
_LAB_ROUNDING = Unread(
    "lab-rounding",
    "The stated share and pMC / REF differ by more than 1 point; pMC / REF counts.",
    "compare both with the laboratory's report",
)
#: Bases of methods that measure carbon.
_OF_CARBON = frozenset({"toc", "tc", "carbon_mass"})
_IMPOSSIBLE = Unread("content-contradictory", "", "correct the share that is wrong, or leave it blank")


def check_row(layout: data.Sheet, values: Mapping[str, Value]) -> Iterator[tuple[Unread, str]]:
    """Problems of one row, each with the field it shows best."""
    yield from _either(layout, values)
    yield from _quantity(layout.name, values)
    if layout.name == "Lab Tests":
        yield from _lab(values)
    elif any(column.type == "method" for column in layout.columns):
        yield from _method(values)
    yield from _content(values)
    yield from check_book_row(layout.name, values)


def _either(layout: data.Sheet, values: Mapping[str, Value]) -> Iterator[tuple[Unread, str]]:
    for column in layout.columns:
        if column.required_with and column.key not in values and column.required_with not in values:
            yield _REQUIRED, column.key
            return


def _quantity(sheet: str, values: Mapping[str, Value]) -> Iterator[tuple[Unread, str]]:
    quantity = values.get("quantity")
    if quantity is not None and "unit" not in values and sheet == "Production":
        yield _REQUIRED, "unit"
    if sheet == "Production" and quantity == Decimal(0) and values.get("direction") in {"in", "out"}:
        yield _ZERO, "quantity"


def _basis(values: Mapping[str, Value]) -> str | None:
    method = values.get("method")
    return method_basis(method if isinstance(method, str) else None)


def _method(values: Mapping[str, Value]) -> Iterator[tuple[Unread, str]]:
    """A stated bio share needs a method that says what it is a share of."""
    carbon, mass = "biobased_carbon" in values, "biobased_mass" in values
    if not (carbon or mass):
        return
    basis = _basis(values)
    if "method" in values and basis is None:
        yield _METHOD_UNKNOWN, "method"
    if basis == "attributed" and carbon and mass:
        yield _METHOD_FITS_NEITHER, "method"
    if carbon and "method" not in values:
        yield _NO_METHOD, "biobased_carbon"
    stated = basis if "method" in values else None
    if stated in _OF_CARBON and mass and not carbon:
        yield _MASS_AS_CARBON, "biobased_mass"
    elif stated == "mass" and carbon and not mass:
        yield _CARBON_AS_MASS, "biobased_carbon"
    elif mass and "mass_basis" not in values and stated not in {"mass", "attributed"}:
        yield _NO_BASIS, "biobased_mass"


def _lab(values: Mapping[str, Value]) -> Iterator[tuple[Unread, str]]:
    """A lab test needs a result, and its numbers must agree."""
    pmc, ref, stated = values.get("pmc"), values.get("ref"), values.get("biobased_carbon")
    measured = isinstance(pmc, float) and isinstance(ref, float) and ref > 0
    if stated is None and not measured:
        yield _LAB_EMPTY, "biobased_carbon"
        return
    basis = _basis(values)
    if "method" in values and basis is None:
        yield _METHOD_UNKNOWN, "method"
    if stated is None and basis in {"mass", "attributed"}:
        yield _METHOD_NO_LAB, "method"
    if isinstance(pmc, float) and isinstance(ref, float) and ref > 0 and isinstance(stated, Interval) and basis in {"toc", None}:
        share = min(1.0, pmc / ref)
        if max(stated.low - share, share - stated.high) > SLACK + _ROUNDING:
            yield _LAB_ROUNDING, "biobased_carbon"


def _content(values: Mapping[str, Value]) -> Iterator[tuple[Unread, str]]:
    """Shares of one row that cannot all be true, whatever is left open."""
    organic, inorganic, ash = (_interval(values, key) for key in ("organic_carbon", "inorganic_carbon", "ash"))
    if organic and inorganic and organic.low + inorganic.low > 1 + SLACK:
        yield _impossible("Organic and inorganic carbon together are more than the whole."), "inorganic_carbon"
    if organic and ash and organic.low + ash.low > 1 + SLACK:
        yield _impossible("Organic carbon and ash together are more than the whole."), "ash"
    yield from _bio_shares(values, organic, inorganic)


def _bio_shares(values: Mapping[str, Value], organic: Interval | None, inorganic: Interval | None) -> Iterator[tuple[Unread, str]]:
    """Bio-based mass lies between the bio-based carbon and everything that is not fossil carbon or mineral."""
    mass, carbon = _interval(values, "biobased_mass"), _bio_carbon_of_mass(values, organic)
    if mass is None or carbon is None:
        return
    bio, fossil = carbon
    # Feed bases count water and other groups that leave the chain: only the residue is inside the product.
    inside = values.get("mass_basis") in {None, "residue"}
    mineral = inorganic.low if inorganic else 0.0
    if bio > mass.high + SLACK:
        yield _impossible("The bio-based carbon alone is more than the stated bio-based mass."), "biobased_mass"
    elif inside and mass.low > 1 - fossil - mineral + SLACK:
        yield _impossible("The stated bio-based mass leaves no room for the fossil carbon."), "biobased_mass"


def _bio_carbon_of_mass(values: Mapping[str, Value], organic: Interval | None) -> tuple[float, float] | None:
    """The least bio-based and the least fossil organic carbon, as shares of mass; None where the row does not say."""
    share, basis = _interval(values, "biobased_carbon"), _basis(values)
    if share is None:
        return None
    if basis == "carbon_mass":
        return share.low, max(0.0, organic.low - share.high) if organic else 0.0
    if organic is None or basis not in {"toc", "mass"}:
        return None
    return organic.low * share.low, organic.low * (1 - share.high)


def _interval(values: Mapping[str, Value], key: str) -> Interval | None:
    value = values.get(key)
    return value if isinstance(value, Interval) else None


def _impossible(message: str) -> Unread:
    return Unread(_IMPOSSIBLE.name, message, _IMPOSSIBLE.hint)
