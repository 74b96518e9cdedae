"""`recall --drill`: a mock recall in both directions, as data."""

from __future__ import annotations

from tracepack.report.answers import FindingAnswer, LotAnswer, Model
from tracepack.report.answers_recall import RecallAnswer


class DrillSource(Model):
    """A delivered lot behind the lot that was shipped, with its share of the dry mass; lot "" where nobody recorded any.

    ``dry_kg`` is that share of the shipment's dry mass, null where its mass is not known.  ``source`` names the feedstock sources,
    "" where none is stated and described.
    """

    supplier: str
    lot: str
    material: str
    date: str
    share: float
    dry_kg: str | None
    source: str


class DrillBackward(Model):
    """The way back from a shipment.

    ``shipped_kg`` of the lot left with the shipment, ``dry_kg`` without volatiles; null where not known.  ``located_share`` of the dry
    mass has a delivered lot, ``sourced_share`` a feedstock source, too.  ``exact``: whether each part is known as it stands (behind
    a chemical conversion parts are by carbon, and where a run does not say what went where in proportion).  ``complete``: all has
    a source and a mass, and nothing on the way is missing.
    """

    shipment: str
    date: str
    customer: str
    lot: LotAnswer
    shipped_kg: str | None
    dry_kg: str | None
    sources: list[DrillSource]
    exact: bool
    located_share: float
    sourced_share: float
    complete: bool


class DrillAnswer(Model):
    """The minutes of a mock recall.

    ``delivered_lots`` and ``shipped_lots`` count the lots that chance had to choose from; seconds are those that each way took,
    ``allowed_seconds`` what audits allow for both.
    """

    organisation: str
    seed: int
    delivered_lots: int
    shipped_lots: int
    forward: RecallAnswer
    forward_seconds: float
    backward: DrillBackward
    backward_seconds: float
    allowed_seconds: int
    complete: bool
    as_known_after_import: int
    findings: list[FindingAnswer]
