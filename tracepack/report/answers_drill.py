"""`recall --drill`: a mock recall in both directions, as data."""

from __future__ import annotations

from tracepack.report.answers import FindingAnswer, LotAnswer, Model
from tracepack.report.answers_recall import RecallAnswer


class DrillSource(Model):
    """A delivered lot behind the lot that was shipped, with its share of the dry mass; lot "" where nobody recorded any.

    ``source`` names the feedstock sources, "" where none is stated and described.
    """

    supplier: str
    lot: str
    material: str
    date: str
    share: float
    source: str


class DrillBackward(Model):
    """The way back from a shipment.

    ``located_share`` of the shipped lot's dry mass has a delivered lot, ``sourced_share`` a feedstock source, too.
    """

    shipment: str
    date: str
    customer: str
    lot: LotAnswer
    sources: list[DrillSource]
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
