"""The typed answers of every reading command: what ``--json`` prints and `Workspace` methods return.

Shares are 0..1, masses decimal strings in kg.  Field order is print order.  None is JSON null and means "not known"
or "not applicable", as each field says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from tracepack.core.findings import Finding, SourceRef

Evidence = Literal["lab-tested", "calculated", "declared", "assumed", "not-applicable"]


class Model(BaseModel):
    """A frozen answer; unknown fields are refused so that schemas stay exact."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RefAnswer(Model):
    """One cell of one file."""

    file: str
    sha256: str
    sheet: str
    cell: str


def _published_cells(refs: Sequence[SourceRef]) -> list[RefAnswer]:
    return [ref_answer(ref) for ref in refs]


def _cells(refs: Iterable[Any]) -> Sequence[SourceRef]:
    """Cells as they are known inside, from wherever they come."""
    if isinstance(refs, tuple) and all(type(ref) is SourceRef for ref in refs):
        return refs
    if not isinstance(refs, list | tuple):
        raise ValueError("a list of cells was expected")
    published = (RefAnswer.model_validate(ref, from_attributes=True) for ref in refs)
    return tuple(SourceRef(ref.file, ref.sha256, ref.sheet, ref.cell) for ref in published)


#: Cells as they are known inside, each written out as a `RefAnswer`: a hundred thousand of them cost nothing until then.
Cells = Annotated[Sequence[SourceRef], PlainValidator(_cells), PlainSerializer(_published_cells, return_type=list[RefAnswer])]


class FindingAnswer(Model):
    """One finding, as `tracepack.core.findings.Finding`."""

    name: str
    severity: Literal["error", "warning", "note"]
    message: str
    hint: str
    refs: Cells
    excerpt: str = ""


def ref_answer(ref: SourceRef) -> RefAnswer:
    """A cell as it is published."""
    return RefAnswer(file=ref.file, sha256=ref.sha256, sheet=ref.sheet, cell=ref.cell)


def finding_answer(finding: Finding) -> FindingAnswer:
    """A finding as it is published."""
    return FindingAnswer(
        name=finding.name,
        severity=finding.severity.value,
        message=finding.message,
        hint=finding.hint,
        refs=finding.refs,
        excerpt=finding.excerpt,
    )


class LotAnswer(Model):
    """A lot: owner, number, material ("" where none is stated)."""

    owner: str
    number: str
    material: str


class FigureAnswer(Model):
    """One figure as a share 0..1 with its least and greatest value; both null where it does not apply (no carbon at all)."""

    low: float | None
    high: float | None
    evidence: Evidence


class ContentFigures(Model):
    """The figures Q1 to Q5 on dry mass, and Q7 apart from them: attributed content is bookkeeping, not substance."""

    bio_carbon_toc: FigureAnswer
    bio_carbon_tc: FigureAnswer
    bio_carbon_mass: FigureAnswer
    bio_mass: FigureAnswer
    bio_polymer_mass: FigureAnswer
    attributed: FigureAnswer


class OriginAnswer(Model):
    """A feedstock source (or, source null: none stated) behind a delivered lot (lot null: an unknown input).

    ``mass_share`` is of the asked lot's dry mass; ``bio_carbon_share`` of its bio-based carbon, null where it is not
    determined, with its bounds beside it.
    """

    source: str | None
    feedstock: str | None = None
    category: str | None = None
    country: str | None = None
    owner: str | None = None
    lot: str | None
    material: str | None = None
    mass_share: float
    bio_carbon_share: float | None
    bio_carbon_share_low: float | None = None
    bio_carbon_share_high: float | None = None
    refs: list[RefAnswer] = Field(default_factory=list)


class StateAnswer(Model):
    """A running pool's state at the end of a day."""

    date: str
    mass_kg: str
    content: ContentFigures


class StatementAnswer(Model):
    """One stated value a figure rests on: who said it, how, and the cell."""

    owner: str
    lot: str
    material: str
    field: str
    value: str
    method: str
    evidence: Evidence
    refs: list[RefAnswer]


class LabAnswer(Model):
    """A lab test beside the calculated or declared figure it is compared with."""

    report_no: str
    laboratory: str
    method: str
    date: str
    figure: str
    measured_low: float
    measured_high: float
    compared_low: float | None
    compared_high: float | None
    compared_with: Literal["calculated", "declared"]
    refs: list[RefAnswer]


class CustodyLink(Model):
    """Where a model was set: a delivery, opening stock, a run (``number`` at ``site``), a lot that was fed, or an attribution; and why."""

    kind: Literal["delivery", "opening stock", "run", "lot", "attribution"]
    number: str
    owner: str
    site: str
    date: str | None
    reason: str


class SchemeModel(Model):
    """The model under one scheme; scheme "" where no paper names one."""

    scheme: str
    model: str


class LeaningAnswer(Model):
    """What an answer leans on that nothing proves: a rule that no public text confirms, or what was taken for granted."""

    name: str
    status: Literal["unconfirmed", "assumed"]
    source: str


class CustodyAnswer(Model):
    """The chain-of-custody model that a lot may be claimed under, the link that set it, and the cells that say so.

    ``content_basis`` is what a claim under it would rest on.  ``attributed_low`` and ``attributed_high``: the share up to which
    the lot may be claimed as mass balance, null where nothing is attributed to it.  ``certified_low`` and ``certified_high``: the
    certified share of the dry mass under controlled blending, neutral inputs left out; null under other models.
    """

    model: str
    scheme: str
    content_basis: Literal["measured", "calculated_physical", "attributed"]
    link: CustodyLink
    refs: list[RefAnswer]
    attributed_low: float | None
    attributed_high: float | None
    certified_low: float | None
    certified_high: float | None
    by_scheme: list[SchemeModel]
    leans_on: list[LeaningAnswer]


class ContentAnswer(Model):
    """`content LOT`."""

    lot: LotAnswer
    mass_kg: str | None
    dry_mass_kg: str | None
    content: ContentFigures
    origins: list[OriginAnswer]
    attributed_origins: list[OriginAnswer]
    states: list[StateAnswer] = Field(default_factory=list)
    lab_tests: list[LabAnswer] = Field(default_factory=list)
    statements: list[StatementAnswer] = Field(default_factory=list)
    assumptions: list[str] = Field(default_factory=list)
    chain_of_custody: CustodyAnswer | None = None
    as_known_after_import: int
    findings: list[FindingAnswer]


class TraceLot(Model):
    """A lot on a trace; ``depth`` counts runs from the asked lot (0), ``chain_of_custody`` is its model on a trace up."""

    owner: str
    number: str
    material: str
    mass_kg: str | None
    depth: int
    chain_of_custody: str | None = None


class TraceLink(Model):
    """Mass (as-is) from a lot (or source, run "") into a lot through a run, in proportion to the output asked for."""

    from_: str = Field(alias="from")
    to: str
    run: str
    mass_kg: str | None
    from_owner: str | None = None
    to_owner: str | None = None


class OpenEnd(Model):
    """Where a trace stops without having reached an origin, and why."""

    owner: str
    number: str
    reason: str
    mass_kg: str | None = None


class TraceAnswer(Model):
    """`trace LOT`: lots by depth then owner and number; links sorted; whether the trace reached an origin everywhere."""

    lot: LotAnswer
    direction: Literal["up", "down"]
    lots: list[TraceLot]
    links: list[TraceLink]
    shipments: list[TraceShipment] = Field(default_factory=list)
    complete: bool
    open_ends: list[OpenEnd]
    unaccounted_kg: str
    statement: str
    chain_of_custody: CustodyAnswer | None = None
    as_known_after_import: int
    findings: list[FindingAnswer]


class TraceShipment(Model):
    """A shipment met on a trace down."""

    shipment: str
    date: str
    customer: str
    owner: str
    number: str
    mass_kg: str | None


class LineageNode(Model):
    """A node of the lineage picture.  ``id`` is unique and stable; ``depth`` counts from the asked lot (0) upstream.

    kind: source (feedstock), delivered (a root lot), run, own (a made lot), unknown (an open end or unknown input), shipment
    (downstream only).
    ``share`` is bio_carbon_toc of a lot, None for sources and runs.
    """

    id: str
    kind: Literal["source", "delivered", "run", "own", "unknown", "shipment"]
    owner: str = ""
    number: str
    name: str = ""
    material: str = ""
    category: str = ""
    country: str = ""
    date: str = ""
    mass_kg: str | None = None
    share: FigureAnswer | None = None
    depth: int = 0


class LineageEdge(Model):
    """Mass (kg as-is, whole, not pro rata) along the picture; ``attributed`` edges are drawn dashed: no physical link."""

    from_: str = Field(alias="from")
    to: str
    mass_kg: str | None
    attributed: bool = False


class LineageAnswer(Model):
    """The lineage picture's data: nodes by depth then id, edges by (from, to)."""

    nodes: list[LineageNode]
    edges: list[LineageEdge]


class CheckAnswer(Model):
    """`check [LOT]`."""

    as_known_after_import: int
    findings: list[FindingAnswer]


class LotRow(Model):
    """One lot of `lots`."""

    owner: str
    number: str
    material: str
    mass_kg: str | None
    first_date: str | None
    origin: Literal["delivered", "opening stock", "made", "unknown"]


class LotsAnswer(Model):
    """`lots [TEXT]`, by owner then number."""

    as_known_after_import: int
    lots: list[LotRow]


class LogChange(Model):
    """A fact that an import recorded, superseded or withdrew; old and new values by field where it replaced one."""

    fact_id: int
    sheet: str
    key: list[str]
    action: Literal["recorded", "superseded", "withdrawn"]
    old: dict[str, str] = Field(default_factory=dict)
    new: dict[str, str] = Field(default_factory=dict)
    why: str = ""
    refs: list[RefAnswer] = Field(default_factory=list)


class ClosingAnswer(Model):
    """A closed balance period: its number in the log, the import that facts counted up to, and what pins it."""

    number: int
    as_known_after_import: int
    site: str
    period: str
    start: str
    end: str
    sha256: str


class LogEntry(Model):
    """One import, withdrawal or closing of a balance period, oldest first."""

    import_id: int
    kind: Literal["import", "withdrawal", "closing"]
    files: list[RefAnswer]
    recorded: dict[str, int]
    superseded: int
    withdrawn: int
    why: str = ""
    changes: list[LogChange] = Field(default_factory=list)
    closing: ClosingAnswer | None = None


class LogAnswer(Model):
    """`log`."""

    entries: list[LogEntry]


TraceAnswer.model_rebuild()
