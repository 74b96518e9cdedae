"""From what was delivered, described and tested to what is known of a lot's dry matter.

Order of trust for each value: lab test, then the delivery's own cells, then the Materials row, then the composition,
then the built-in library (which never supplies a bio share); what none of them states is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracepack.core.bounds import Term, ratio_range
from tracepack.core.catalogue import Catalogue
from tracepack.core.ledger import CompositionRow, Delivery, LabTest, Material
from tracepack.core.library import LibraryMaterial, Route, fold_name
from tracepack.core.methods import method_basis
from tracepack.core.quantity import UNKNOWN_SHARE, Interval
from tracepack.core.region import UNKNOWN, Basis, Props, region_of

_NO_CARBONATE_DEFAULT = {"filler", "pigment", "paper", "masterbatch", "compound"}
_OWN_RECIPE = {"masterbatch", "compound", "paper", "article"}
_PURE = {"synthetic polymer", "natural polymer", "solvent"}
_NO_POLYMER = {"natural polymer", "paper", "filler", "pigment", "solvent", "water", "feedstock"}
_BOOKKEPT = {"mass balance", "book and claim"}
_ZERO, _ONE = Interval.point(0.0), Interval.point(1.0)
_ROUTE_SLACK = 0.01
_ROUNDING = 0.005


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a root's dry mass and what is known of it; ``choice`` parts may be any of several materials."""

    share: float
    options: tuple[Props, ...]


@dataclass(frozen=True, slots=True)
class RootMatter:
    """A delivered lot's matter: volatile share of the as-is mass (water and solvent), and its dry parts."""

    volatile: float
    parts: tuple[Part, ...]
    attributed: Interval | None = None
    recipe: bool = False
    contradicted: bool = False

    @property
    def consistent(self) -> bool:
        """Whether everything stated can be true at once."""
        return not self.contradicted and all(region_of(p).consistent for part in self.parts for p in part.options)


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a material is made of, without any word on where its carbon comes from."""

    carbon: Interval = UNKNOWN_SHARE
    carbon_rank: str = "assumed"
    inorganic: Interval = UNKNOWN_SHARE
    mineral: Interval | None = None
    polymer: Interval = UNKNOWN_SHARE
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stated:
    """The bio shares a row states, on the basis its method says."""

    bio: Interval | None = None
    basis: Basis = "toc"
    mass: Interval | None = None
    attributed: Interval | None = None


def stated_shares(row: Delivery | Material) -> _Stated:
    """Read a row's bio shares on the basis of its method (design: Method decides the basis and re-reads an only share).

    Under a mass-balance method, or a mass-balance or book-and-claim delivery that names no method, the share is attributed.
    """
    carbon, mass = row.biobased_carbon, row.biobased_mass
    basis = method_basis(row.method)
    custody = row.chain_of_custody if isinstance(row, Delivery) else None
    attributed = row.attributed_content if isinstance(row, Delivery) else None
    if basis == "attributed" or (row.method is None and custody in _BOOKKEPT):
        return _Stated(attributed=attributed or carbon or mass)
    carbon_basis: Basis = "tc" if basis == "tc" else "carbon_mass" if basis == "carbon_mass" else "toc"
    if carbon is not None and mass is not None:
        return _Stated(carbon, carbon_basis, mass, attributed)
    if carbon is not None:
        return _Stated(mass=carbon, attributed=attributed) if basis == "mass" else _Stated(carbon, carbon_basis, None, attributed)
    if mass is not None and row.method is not None and basis in ("toc", "tc", "carbon_mass"):
        return _Stated(mass, carbon_basis, None, attributed)
    return _Stated(mass=mass, attributed=attributed)


def lab_share(test: LabTest) -> Interval | None:
    """A test's bio share: pMC / REF unrounded and capped at 100 % (ASTM D6866), else the share it reports."""
    if test.pmc is not None and test.ref:
        return Interval.point(min(1.0, test.pmc / test.ref))
    return test.biobased_carbon


def lab_statement(tests: Sequence[LabTest]) -> tuple[_Stated, Interval | None]:
    """What a lot's lab tests say together: several of one basis span low and high; and the organic carbon they found."""
    carbons = [t.organic_carbon for t in tests if t.organic_carbon is not None]
    carbon = _span(carbons)
    for basis in ("toc", "tc", "carbon_mass", "mass"):
        shares = [s for t in tests if method_basis(t.method) == basis and (s := lab_share(t)) is not None]
        span = _span(shares)
        if span is not None:
            return (_Stated(mass=span) if basis == "mass" else _Stated(span, basis)), carbon  # type: ignore[arg-type]
    return _Stated(), carbon


def _span(values: Sequence[Interval]) -> Interval | None:
    return Interval(min(v.low for v in values), max(v.high for v in values)) if values else None


def delivered_matter(delivery: Delivery, tests: Sequence[LabTest], catalogue: Catalogue) -> RootMatter:
    """What is known of one delivery's matter."""
    owner, on = delivery.supplier, delivery.delivery_date
    row = catalogue.material(owner, delivery.material, on)
    stated = stated_shares(delivery)
    if catalogue.is_volatile(owner, delivery.material, on):
        return RootMatter(1.0, (), stated.attributed)
    recipe = catalogue.composition(owner, delivery.lot_no, delivery.material)
    moisture = delivery.moisture or (row.moisture if row else None)
    volatile, parts = _expanded(recipe, owner, on, catalogue, frozenset({fold_name(delivery.material)}), moisture is None)
    if moisture is not None:
        volatile = (moisture.low + moisture.high) / 2
    fallback = _fallback(delivery, row)
    attributed = stated.attributed or fallback.attributed
    lab, lab_carbon = lab_statement(tests)
    own_word = any(x is not None for s in (lab, stated, fallback) for x in (s.bio, s.mass))
    own_carbon = lab_carbon or delivery.organic_carbon or (row.organic_carbon if row else None)
    if parts and not own_word and own_carbon is None:
        return RootMatter(volatile, parts, attributed, recipe=True)
    matter = _matter(row, catalogue.library.find(delivery.material, row.name if row else None), parts)
    matter = _with_own_carbon(matter, delivery, lab_carbon, _kind_of(row, catalogue, delivery))
    props = _with_shares(matter, lab, stated, fallback, delivery.mass_basis or (row.mass_basis if row else None))
    by_recipe = _bio_of_parts(parts) if parts else None
    if by_recipe is not None and not own_word:
        props = replace(props, bio=by_recipe, bio_rank="calculated" if by_recipe.is_point else "assumed")
    contradicted = by_recipe is not None and _apart(props, by_recipe)
    if contradicted and by_recipe is not None and props.bio is not None:
        props = replace(props, bio=props.bio.hull(by_recipe), bio_rank="assumed")
    return RootMatter(volatile, (Part(1.0, (props,)),), attributed, contradicted=contradicted)


def _apart(props: Props, by_recipe: Interval) -> bool:
    """Whether a stated bio share of organic carbon lies outside what the composition allows (half a point of rounding)."""
    if props.bio is None or props.bio_basis != "toc":
        return False
    return props.bio.high < by_recipe.low - _ROUNDING or props.bio.low > by_recipe.high + _ROUNDING


def _fallback(delivery: Delivery, row: Material | None) -> _Stated:
    """What the Materials row says of a delivery's bio shares.

    Where the delivery is booked (a mass-balance method, or attributed content), a Materials row counts as physical only if it
    names the method: a bare 100 % of such a grade is usually the attributed share.
    """
    if row is None or method_basis(delivery.method) == "attributed":
        return _Stated()
    booked = delivery.chain_of_custody in _BOOKKEPT or delivery.attributed_content is not None
    return _Stated() if booked and row.method is None else stated_shares(row)


def tested_matter(tests: Sequence[LabTest]) -> RootMatter | None:
    """What is known of an own lot without a run that was only tested; None where no test says anything."""
    lab, carbon = lab_statement(tests)
    if lab.bio is None and lab.mass is None and carbon is None:
        return None
    matter = _Matter() if carbon is None else _Matter(carbon=carbon, carbon_rank="lab-tested")
    return RootMatter(0.0, (Part(1.0, (_with_shares(matter, lab, _Stated(), _Stated(), None),)),))


def material_props(owner: str, name: str | None, on: dt.date | None, catalogue: Catalogue) -> Props:
    """What is known of a material by its row and the library, its bio shares included; no composition."""
    row = catalogue.material(owner, name, on)
    matter = _matter(row, catalogue.library.find(name, row.name if row else None), ())
    return _with_shares(matter, _Stated(), _Stated(), stated_shares(row) if row else _Stated(), row.mass_basis if row else None)


def _kind_of(row: Material | None, catalogue: Catalogue, delivery: Delivery) -> str | None:
    return row.kind if row and row.kind else catalogue.kind(delivery.supplier, delivery.material, delivery.delivery_date)


def _matter(row: Material | None, found: LibraryMaterial | None, parts: Sequence[Part]) -> _Matter:
    """A material's make-up: its row, then its composition, then the library, then the contract's blanks."""
    kind = row.kind if row and row.kind else (found.kind if found else None)
    if kind in _OWN_RECIPE:
        found = None
    mix = _mix(parts)
    carbon, rank = _first(
        (row.organic_carbon if row else None, "declared"),
        (mix.carbon if mix else None, "calculated"),
        (found.organic_carbon if found else None, "calculated"),
    )
    inorganic = (row.inorganic_carbon if row else None) or (mix.inorganic if mix else None) or (found.inorganic_carbon if found else None)
    if inorganic is None:
        inorganic = _ZERO if rank != "assumed" and kind not in _NO_CARBONATE_DEFAULT else Interval(0.0, 1.0 - carbon.low)
    return _Matter(
        carbon=carbon,
        carbon_rank=rank,
        inorganic=inorganic,
        mineral=_mineral(row, found, mix, kind, carbon, inorganic),
        polymer=_polymer(row, found, mix, kind),
        routes=found.routes if found else (),
    )


def _first(*choices: tuple[Interval | None, str]) -> tuple[Interval, str]:
    for value, rank in choices:
        if value is not None:
            return value, rank
    return UNKNOWN_SHARE, "assumed"


def _mineral(
    row: Material | None, found: LibraryMaterial | None, mix: _Matter | None, kind: str | None, carbon: Interval, inorganic: Interval
) -> Interval | None:
    """The mineral share of dry mass, None where not known: ash, the composition, the library; 1 without any organic carbon."""
    if row is not None and row.ash is not None:
        return row.ash
    if mix is not None:
        return mix.mineral
    if found is not None:
        return _without_carbonate(found.mineral, inorganic)
    if carbon == _ZERO:
        return _ONE
    return _without_carbonate(_ZERO if kind in _PURE else None, inorganic)


def _without_carbonate(mineral: Interval | None, inorganic: Interval) -> Interval | None:
    """A material that is free of minerals by its name or kind is not known to be so once inorganic carbon is stated in it."""
    return None if mineral == _ZERO and inorganic.low > 0 else mineral


def _polymer(row: Material | None, found: LibraryMaterial | None, mix: _Matter | None, kind: str | None) -> Interval:
    """The part of the bio-based mass that is synthetic polymer (ISO 16620-3)."""
    if mix is not None:
        return mix.polymer
    if row is not None and row.kind is not None and not (found and found.kind == row.kind):
        return _ONE if kind == "synthetic polymer" else _ZERO if kind in _NO_POLYMER else UNKNOWN_SHARE
    return found.polymer if found else UNKNOWN_SHARE


def _mix(parts: Sequence[Part]) -> _Matter | None:
    """The make-up of a composition as one material."""
    if not parts:
        return None
    hulls = [(part.share, part.options) for part in parts]
    carbon = _weighted([(s, _span([p.carbon for p in o])) for s, o in hulls])
    inorganic = _weighted([(s, _span([p.inorganic for p in o])) for s, o in hulls])
    known = all(p.mineral is not None for _, o in hulls for p in o)
    mineral = _weighted([(s, _span([p.mineral or UNKNOWN_SHARE for p in o])) for s, o in hulls]) if known else None
    organic = [p.polymer for _, o in hulls for p in o if p.carbon.high > 0]
    polymer = _span(organic) or _ZERO
    return _Matter(carbon, "calculated", inorganic, mineral, polymer)


def _weighted(items: Sequence[tuple[float, Interval | None]]) -> Interval:
    low = sum(s * x.low for s, x in items if x is not None)
    high = sum(s * x.high for s, x in items if x is not None)
    return Interval(min(1.0, low), min(1.0, max(low, high)))


def _with_own_carbon(matter: _Matter, delivery: Delivery, lab_carbon: Interval | None, kind: str | None) -> _Matter:
    """The delivery's own carbon cells, or its lab's, in place of the material's."""
    carbon, rank = _first((lab_carbon, "lab-tested"), (delivery.organic_carbon, "declared"))
    if rank == "assumed":
        carbon, rank = matter.carbon, matter.carbon_rank
    inorganic = delivery.inorganic_carbon or matter.inorganic
    if delivery.inorganic_carbon is None and matter.carbon_rank == "assumed" and rank != "assumed" and kind not in _NO_CARBONATE_DEFAULT:
        inorganic = _ZERO
    if inorganic.high > 1.0 - carbon.low and not inorganic.is_point:
        inorganic = Interval(min(inorganic.low, 1.0 - carbon.low), 1.0 - carbon.low)
    mineral = _without_carbonate(matter.mineral, inorganic)
    if mineral is None and carbon == _ZERO:
        mineral = _ONE
    return replace(matter, carbon=carbon, carbon_rank=rank, inorganic=inorganic, mineral=mineral)


def _with_shares(matter: _Matter, lab: _Stated, stated: _Stated, fallback: _Stated, mass_basis: str | None) -> Props:
    """Add the bio shares: the lab's, else the delivery's, else the material's; a lab test drops a mass share it refutes."""
    bio_from = next((s for s in (lab, stated, fallback) if s.bio is not None), None)
    mass_from = next((s for s in (lab, stated, fallback) if s.mass is not None), None)
    props = Props(
        carbon=matter.carbon,
        inorganic=matter.inorganic,
        mineral=matter.mineral,
        polymer=matter.polymer,
        carbon_rank=matter.carbon_rank,
        bio=bio_from.bio if bio_from else None,
        bio_basis=bio_from.basis if bio_from else "toc",
        mass=mass_from.mass if mass_from else None,
        bio_rank=_rank(bio_from, lab),
        mass_rank=_rank(mass_from, lab),
        derived_mass=_derived_mass(bio_from, matter.routes, mass_basis),
    )
    if bio_from is lab and mass_from is not lab and props.mass is not None and not region_of(props).consistent:
        return replace(props, mass=None, mass_rank="assumed")
    return props


def _rank(source: _Stated | None, lab: _Stated) -> str:
    return "assumed" if source is None else "lab-tested" if source is lab else "declared"


def _derived_mass(source: _Stated | None, routes: Sequence[Route], mass_basis: str | None) -> Interval | None:
    """The mass share that belongs to a stated bio share of a polymer's usual monomer (domain fact sheet 1.3.1), on the stated
    basis or over the span of all three."""
    if source is None or source.bio is None or source.basis != "toc" or not source.bio.is_point:
        return None
    near = [r for r in routes if abs(r.biobased_carbon - source.bio.low) <= _ROUTE_SLACK]
    return near[0].mass_share(mass_basis) if near else None


def _expanded(
    rows: Sequence[CompositionRow], owner: str, on: dt.date | None, catalogue: Catalogue, seen: frozenset[str], split_volatiles: bool
) -> tuple[float, tuple[Part, ...]]:
    """A composition's volatile share and its dry parts (shares of dry mass, adding to 1); components expand in turn."""
    if not rows:
        return 0.0, ()
    total = sum(r.share.low for r in rows) if all(r.share.is_point for r in rows) else 1.0
    volatile = 0.0
    parts: list[Part] = []
    options: list[Props] = []
    for row in rows:
        share = row.share.low / total
        if split_volatiles and catalogue.is_volatile(owner, row.component, on):
            volatile += share
            continue
        inner = _component(row.component, owner, on, catalogue, seen)
        parts.extend(Part(share * part.share, part.options) for part in inner)
        if not row.share.is_point:
            options.extend(p for part in inner for p in part.options)
    rest = 1.0 - volatile - sum(part.share for part in parts)
    if rest > 1e-9 and options:
        parts.append(Part(rest, tuple(dict.fromkeys(options))))
    dry = sum(part.share for part in parts)
    return volatile, tuple(Part(part.share / dry, part.options) for part in parts if part.share > 0) if dry > 0 else ()


def _component(name: str, owner: str, on: dt.date | None, catalogue: Catalogue, seen: frozenset[str]) -> tuple[Part, ...]:
    """A component's parts: its own composition, unless it contains itself, else the material as such."""
    key = fold_name(name)
    props = material_props(owner, name, on, catalogue)
    rows = catalogue.composition(owner, name) if key not in seen else []
    if not rows or props.bio is not None or props.mass is not None:
        return (Part(1.0, (props,)),)
    return _expanded(rows, owner, on, catalogue, seen | {key}, False)[1] or (Part(1.0, (UNKNOWN,)),)


def _bio_of_parts(parts: Sequence[Part]) -> Interval | None:
    """The bio share of a composition's carbon, where its carbon fraction is stated as a whole."""
    terms = [Term(part.share, tuple(c for p in part.options for c in region_of(p).organic)) for part in parts]
    return ratio_range(terms)


def product_props(
    owner: str, name: str | None, on: dt.date | None, catalogue: Catalogue, bio: Interval, rank: str, balance: Interval
) -> Props:
    """A chemical conversion's product: carbon by its material, else by the carbon ``balance``; ``bio`` as its inputs give it."""
    row = catalogue.material(owner, name, on)
    matter = _matter(row, catalogue.library.find(name, row.name if row else None), ())
    if matter.carbon_rank == "assumed":
        kind = catalogue.kind(owner, name, on)
        inorganic = Interval(0.0, 1.0 - balance.low) if kind in _NO_CARBONATE_DEFAULT else _ZERO
        matter = replace(matter, carbon=balance, carbon_rank="calculated", inorganic=inorganic)
    # A bill of atoms does not say which monomer is bio-based, so the polymer's usual route gives no mass share here.
    props = _with_shares(replace(matter, routes=()), _Stated(), _Stated(bio), _Stated(), None)
    return replace(props, bio_rank=rank)


def known_carbon(owner: str, name: str | None, on: dt.date | None, catalogue: Catalogue) -> Interval | None:
    """A material's organic carbon per kg of dry mass, None where neither its row nor the library states it."""
    row = catalogue.material(owner, name, on)
    matter = _matter(row, catalogue.library.find(name, row.name if row else None), ())
    return None if matter.carbon_rank == "assumed" else matter.carbon
