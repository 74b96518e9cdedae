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


def sold() -> Row:
    """A sale of the film lot under a declaration of ours."""
    row: Row = {"Shipment No": "SH-2604-20", "Date": day("04-14"), "Customer": "BRIGHTSNACK", "Lot No": "PE-FILM-2604", "Quantity": 500}
    return row | {"Unit": "kg", "Declaration No": "NF-SD-20"}


def declared(model: str) -> Row:
    """That declaration."""
    row: Row = {"Declaration No": "NF-SD-20", "Issuer": "NORDFILM", "Recipient": "BRIGHTSNACK", "Issue Date": day("04-14")}
    row |= {"Scheme": "ISCC PLUS", "Chain of Custody": model, "Feedstock": "sugarcane ethanol", "Category": "bio"}
    return row | {"Country of Origin": "BR", "Quantity": 500, "Unit": "kg"}


def _checked(sheets: dict[str, list[Row] | Table], check_exit: int = 1) -> Trouble:
    return Trouble(sheets, check_exit=check_exit, shown_by="check")


def custody_troubles() -> dict[str, Trouble]:
    """Every finding of certificates and chain of custody with its workbook."""
    own = certificate("ISCC-PLUS-Cert-XX999-00000101", Holder="NORDFILM", Valid_From=day("04-08"))
    film = made_of("BE-LD-2710")
    ledger = {"Production": film, "Shipments": [sold()], "Declarations": [declared("identity preserved")]}
    silent = {"Chain of Custody": None, "Certificate No": None, "Declaration No": None}
    return {
        "certificate-scheme-mismatch": _checked(papers(bio_pe(), certificates=[certificate(Scheme="ISCC EU")])),
        "certificate-other-holder": _checked(papers(bio_pe(), certificates=[certificate(Holder="POLYNOVA")])),
        "certificate-other-material": _checked(papers(bio_pe(), certificates=[certificate(Materials="tyre oil")]), check_exit=0),
        "custody-above-certificate": _checked(papers(bio_pe(), certificates=[certificate(Chain_of_Custody="mass balance")])),
        "own-certificate-not-valid": _checked(papers(bio_pe(), certificates=[certificate(), own])),
        "claim-above-custody": _checked(papers(bio_pe(), **ledger)),
        "certificate-withdrawn-later": Trouble(
            papers(bio_pe(), certificates=[certificate(Withdrawn_On=day("04-08"))], Production=film),
            shown_by="trace BE-LD-2710 --down",
        ),
        "certificate-ended-later": Trouble(
            papers(bio_pe(), certificates=[certificate(Valid_Until=day("04-08"))], Production=film),
            shown_by="trace BE-LD-2710 --down",
        ),
        "custody-not-stated": Trouble(
            papers(bio_pe(), bio_pe("BE-LD-2711") | silent, Production=made_of("BE-LD-2710", "BE-LD-2711")),
            shown_by="content PE-FILM-2604",
        ),
    }
