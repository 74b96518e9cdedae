"""The workbooks of two of the README's stories: the feedstock changes in mid-period, and a supplier corrects a value late.

They go on from the sample chain's mass-balance line.
"""

from __future__ import annotations

from massbalance import ACCOUNT, DELIVERY_HEAD, SITE, SUPPLIER_CERTIFICATE, balanced
from world import SOURCE_HEAD, Table, day

PAPERS = ("Attributed Content %", "Chain of Custody", "Certificate No", "Declaration No", "Feedstock Source")
DECLARATION_HEAD = ("Declaration No", "Issuer", "Recipient", "Issue Date", "Chain of Custody")
USED_OIL = ACCOUNT | {"Feedstock": "used cooking oil", "Country of Origin": "CN"}


def new_feedstock() -> dict[str, Table]:
    """In the middle of the second period the supplier turns from tall oil to used cooking oil; one film lot is sold on it."""
    named = {key: value for key, value in USED_OIL.items() if key != "Input Material"}
    start = ("OP-2604-02", "film extrusion", SITE, day("04-22"))
    return {
        "Deliveries": [
            (*DELIVERY_HEAD, *PAPERS),
            (*balanced("PVT-2605", 10, "04-20", "SD-PVT-26-061"), 100, "mass balance", SUPPLIER_CERTIFICATE, "SD-PVT-26-061", "UCO-CN"),
        ],
        "Feedstock Sources": [SOURCE_HEAD, ("UCO-CN", "used cooking oil", "bio-circular", "CN", None, "POLYVERT", SUPPLIER_CERTIFICATE)],
        "Declarations": [
            (*DECLARATION_HEAD, *named, "Quantity", "Unit", "Compliance Claim"),
            ("SD-PVT-26-061", "POLYVERT", SITE, day("04-20"), "mass balance", *named.values(), 10, "t", "ISCC compliant"),
        ],
        "Production": [
            ("Run No", "Kind", "Site", "Date", "Direction", "Lot No", "Supplier", "Material", "Quantity", "Unit"),
            (*start, "in", "PVT-2605", "POLYVERT", None, 5, "t"),
            (*start, "out", "OPP-2605", None, "OPP FILM 30", 4.65, "t"),
            (*start, "loss", None, None, "PP TRIM", 0.35, "t"),
        ],
        "Attributions": [
            ("Attribution No", "Site", "Date", "Lot No", *USED_OIL, "Quantity", "Unit"),
            ("AT-26-05", SITE, day("04-24"), "OPP-2605", *USED_OIL.values(), 4.65, "t"),
        ],
    }


def late_correction() -> dict[str, Table]:
    """In September the supplier's auditor lowers the certified share of February's lot: 90 % of it, not all."""
    lot = balanced("PVT-2602", 6, "02-09", "SD-PVT-26-024")
    return {
        "Deliveries": [(*DELIVERY_HEAD, *PAPERS), (*lot, 90, "mass balance", SUPPLIER_CERTIFICATE, "SD-PVT-26-024", "CTO-FI")],
    }


def story_books() -> dict[str, dict[str, Table]]:
    """The workbooks of the stories: file name to sheets."""
    return {"polyvert-correction-2026-09.xlsx": late_correction(), "polyvert-new-feedstock-2026-04.xlsx": new_feedstock()}
