"""The rows of the report: one model for each of its tables.  Dates are ISO 8601, blank where nothing was stated."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tracepack.report.answers import Evidence, Model, RefAnswer

#: Numbers of rows of the register, and of sets of them.
EvidenceId = Annotated[str, Field(pattern=r"^E[1-9][0-9]{0,8}$")]
SetId = Annotated[str, Field(pattern=r"^R[1-9][0-9]{0,8}$")]


class DossierFile(Model):
    """A workbook that a figure rests on, and the import that brought it in."""

    file: str
    sha256: str
    import_id: int | None


class EvidenceRow(Model):
    """One cell that figures rest on; ``figures`` names which; ``lot`` or ``run`` says what it describes."""

    id: EvidenceId
    owner: str
    lot: str
    run: str
    field: str
    value: str
    method: str
    evidence: Evidence
    figures: list[str]
    ref: RefAnswer


class DossierRunRow(Model):
    """One row of a run: what went in, came out or was lost; the mass null where it cannot be told."""

    direction: str
    owner: str
    lot: str
    material: str
    quantity: str
    unit: str
    mass_kg: str | None
    layer: str
    layer_share: str = ""
    thickness_um: str = ""
    density_g_cm3: str = ""
    grammage_g_m2: str = ""
    remark: str
    ref: RefAnswer


class DossierRun(Model):
    """A run on the way to the lot."""

    site: str
    run: str
    kind: str
    date: str
    rows: list[DossierRunRow]
    in_kg: str | None
    out_kg: str | None
    loss_kg: str | None


class DossierSource(Model):
    """A feedstock source behind one of the lots."""

    supplier: str
    source: str
    feedstock: str
    category: str
    country: str
    region: str
    certificate: str
    ref: RefAnswer


class DossierCertificate(Model):
    """A certificate that a delivery, a source or its supplier stands on, with its validity."""

    certificate: str
    scheme: str
    holder: str
    valid_from: str
    valid_until: str
    chain_of_custody: str
    certification_body: str
    withdrawn_on: str
    ref: RefAnswer


class DossierLabTest(Model):
    """A lab report on one of the lots, as stated."""

    report: str
    owner: str
    lot: str
    laboratory: str
    method: str
    date: str
    biobased_carbon: str
    organic_carbon: str
    pmc: str
    ref: RefAnswer


class DossierRecord(Model):
    """A record of a lot or run on the way: an energy log, an enzyme activity test, a weighbridge ticket ..."""

    record: str
    kind: str
    lot: str
    run: str
    date: str
    value: str
    unit: str
    document: str
    remark: str
    ref: RefAnswer


class DossierShipment(Model):
    """A shipment of the asked lot and what was claimed with it."""

    shipment: str
    date: str
    customer: str
    kind: str
    quantity: str
    unit: str
    claimed_figure: str
    claimed: str
    claim_wording: str
    ref: RefAnswer


class DossierParty(Model):
    """A party named in the report."""

    party: str
    name: str
    role: str
    country: str


class DossierSetting(Model):
    """A setting in force, a share 0..1, and what it does."""

    name: str
    value: float
    says: str


class RestsOn(Model):
    """What some figures of the dossier rest on: cells of the register by number, and all that other such sets (``also``) name.

    ``figures`` are JSON pointers into the dossier; one that points at an object or a list means every number in it.
    """

    id: SetId
    figures: list[str]
    evidence: list[EvidenceId]
    also: list[SetId]
