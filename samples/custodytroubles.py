"""Troubles of certificates and chain of custody: segregated bio-PE and what it is made into, in one workbook each."""

from __future__ import annotations

from trouble import Row, Trouble
from world import Cell, Table, day

NUMBER = "ISCC-PLUS-Cert-XX999-00000202"


def certificate(number: str = NUMBER, **changes: Cell) -> Row:
    """The supplier's certificate."""
    row: Row = {"Certificate No": number, "Scheme": "ISCC PLUS", "Holder": "BIOETENO"}
    row |= {"Valid From": day("01-01"), "Valid Until": day("12-31"), "Chain of Custody": "segregated"}
    return row | {key.replace("_", " "): value for key, value in changes.items()}


def bio_pe(lot: str = "BE-LD-2710", **changes: Cell) -> Row:
    """A delivery of segregated bio-PE under it."""
    row: Row = {"Lot No": lot, "Supplier": "BIOETENO", "Material": "BIO-LD 25", "Quantity": 2000, "Unit": "kg"}
    row |= {"Delivery Date": day("04-07"), "Delivery Note": f"DN-{lot}", "Biobased Carbon %": 96, "Method": "ASTM D6866"}
    row |= {"Feedstock Source": "CANE-BR", "Chain of Custody": "segregated", "Certificate No": NUMBER, "Declaration No": f"SD-{lot}"}
    return row | {key.replace("_", " "): value for key, value in changes.items()}


def made_of(*lots: str) -> list[Row]:
    """A run of 9 April that makes a film lot of some lots, 1 t of each."""
    head: Row = {"Run No": "CX-2604-20", "Date": day("04-09")}
    taken = [head | {"Direction": "in", "Lot No": lot, "Supplier": "BIOETENO", "Quantity": 1000, "Unit": "kg"} for lot in lots]
    out: Row = {"Direction": "out", "Lot No": "PE-FILM-2604", "Material": "PE FILM", "Quantity": 1000 * len(lots), "Unit": "kg"}
    return [*taken, head | out]


def papers(*deliveries: Row, certificates: list[Row] | None = None, **more: list[Row]) -> dict[str, list[Row] | Table]:
    """Deliveries with the certificates and the feedstock source that they cite, and further sheets."""
    source: Row = {"Source ID": "CANE-BR", "Feedstock": "sugarcane ethanol", "Category": "bio", "Country of Origin": "BR"}
    sheets: dict[str, list[Row] | Table] = {"Deliveries": list(deliveries), "Feedstock Sources": [source | {"Supplier": "BIOETENO"}]}
    sheets["Certificates"] = [certificate()] if certificates is None else certificates
    return sheets | more


def custody_troubles() -> dict[str, Trouble]:
    """Every finding of certificates and chain of custody with its workbook."""
    silent = {"Chain of Custody": None, "Certificate No": None, "Declaration No": None}
    return {
        "custody-not-stated": Trouble(
            papers(bio_pe(), bio_pe("BE-LD-2711") | silent, Production=made_of("BE-LD-2710", "BE-LD-2711")),
            shown_by="content PE-FILM-2604",
        ),
    }
