"""The mass-balance line of the sample chain: film works 2 of NORDFILM makes PP film and attributes bio-circular credits to it.

Two balance periods, January and February, March and April 2026.  The PP is certified under mass balance: what is in it is
fossil as a rule, and the books say how much of it may be called replaced.  Everyone here is invented.
"""

from __future__ import annotations

from world import CERTIFICATE_HEAD, SOURCE_HEAD, Cell, Table, day

SITE, SCHEME = "NF-2", "ISCC PLUS"
SUPPLIER_CERTIFICATE, SITE_CERTIFICATE = "ISCC-PLUS-Cert-XX999-00000404", "ISCC-PLUS-Cert-XX999-00000105"
PARTIES: Table = [
    ("Party ID", "Name", "Role", "Country", "Address"),
    ("NF-2", "Nordfilm, film works 2 (invented)", "site", "DE", "Beispielweg 9, Musterhafen"),
    ("POLYVERT", "Polyvert Polymers (invented)", "supplier", "FI", "Esimerkkitie 8, Keksitty"),
]
#: The columns that name an account.
ACCOUNT = {
    "Scheme": SCHEME,
    "Feedstock": "crude tall oil",
    "Category": "bio-circular",
    "Country of Origin": "FI",
    "Input Material": "PP CIRC",
}
DELIVERY_HEAD = ("Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Delivery Note", "Site", "Method")

#: Lot, tonnes, day, declaration.
BALANCED = [
    ("PVT-2601", 10, "01-12", "SD-PVT-26-011"),
    ("PVT-2602", 6, "02-09", "SD-PVT-26-024"),
    ("PVT-2603", 10, "03-09", "SD-PVT-26-037"),
    ("PVT-2604", 8, "04-13", "SD-PVT-26-052"),
]
FOSSIL = [("PV-PP-4401", 5, "01-14"), ("PV-PP-4402", 5, "02-11")]
#: Run, day, what went in (t), the film lot; 0.7 t of each 10 t is edge trim that is sold as such.
RUNS = [
    ("OP-2601-01", "01-22", {"PVT-2601": 6, "PV-PP-4401": 4}, "OPP-2601"),
    ("OP-2602-01", "02-18", {"PVT-2601": 4, "PVT-2602": 4, "PV-PP-4402": 2}, "OPP-2602"),
    ("OP-2603-01", "03-18", {"PVT-2602": 2, "PVT-2603": 5, "PV-PP-4402": 3}, "OPP-2603"),
    ("OP-2604-01", "04-16", {"PVT-2603": 5, "PVT-2604": 5}, "OPP-2604"),
]
#: Number, day, film lot, tonnes of it that credits are used for.
ATTRIBUTIONS = [
    ("AT-26-01", "01-26", "OPP-2601", 6.51),
    ("AT-26-02", "02-23", "OPP-2602", 9.3),
    ("AT-26-03", "03-23", "OPP-2603", 9.3),
    ("AT-26-04", "04-20", "OPP-2604", 7.44),
]
#: Shipment, day, customer, lot, kg, the share that is claimed (whole percent), its declaration.
SHIPPED = [
    ("S-26-0101", "01-29", "FRISKA", "OPP-2601", 5000, 70, "SD-NF2-26-01"),
    ("S-26-0102", "02-26", "VERDANT", "OPP-2602", 9000, 100, "SD-NF2-26-02"),
    ("S-26-0103", "03-26", "FRISKA", "OPP-2603", 9000, 100, "SD-NF2-26-03"),
    ("S-26-0104", "04-23", "VERDANT", "OPP-2604", 4500, 80, "SD-NF2-26-04"),
]


def balanced(lot: str, tonnes: float, when: str, paper: str) -> tuple[Cell, ...]:
    """A mass-balanced delivery as far as `DELIVERY_HEAD` goes."""
    return lot, "POLYVERT", "PP CIRC", tonnes, "t", day(when), f"LN-{paper[-3:]}", SITE, "mass balance"


def polyvert() -> dict[str, Table]:
    """Mass-balanced PP from Finland, with the supplier's own declarations."""
    account = {key: value for key, value in ACCOUNT.items() if key != "Input Material"}
    return {
        "Deliveries": [
            (*DELIVERY_HEAD, "Attributed Content %", "Chain of Custody", "Certificate No", "Declaration No", "Feedstock Source"),
            *(
                (*balanced(lot, t, when, paper), 100, "mass balance", SUPPLIER_CERTIFICATE, paper, "CTO-FI")
                for lot, t, when, paper in BALANCED
            ),
        ],
        "Materials": [
            ("Material ID", "Supplier", "Name", "Kind", "Organic Carbon %", "Density g/cm3"),
            ("PP CIRC", "POLYVERT", "PP", "synthetic polymer", 85.63, 0.905),
        ],
        "Feedstock Sources": [SOURCE_HEAD, ("CTO-FI", "crude tall oil", "bio-circular", "FI", None, "POLYVERT", SUPPLIER_CERTIFICATE)],
        "Certificates": [
            CERTIFICATE_HEAD,
            (SUPPLIER_CERTIFICATE, SCHEME, "POLYVERT", day("2025-08-01"), day("2026-07-31"), "mass balance", "PP", "CERTIA"),
        ],
        "Declarations": [
            ("Declaration No", "Issuer", "Recipient", "Issue Date", "Chain of Custody", *account, "Quantity", "Unit", "Compliance Claim"),
            *(
                (paper, "POLYVERT", SITE, day(when), "mass balance", *account.values(), t, "t", "ISCC compliant")
                for _, t, when, paper in BALANCED
            ),
        ],
    }


def fossil() -> dict[str, Table]:
    """Fossil PP for the same line."""
    return {
        "Deliveries": [
            (*DELIVERY_HEAD, "Biobased Carbon %", "Chain of Custody", "Feedstock Source"),
            *(
                (lot, "PETROVIA", "PP 300", t, "t", day(when), f"PV-91{n:02}", SITE, "ASTM D6866", 0, "none", "PROPYLENE")
                for n, (lot, t, when) in enumerate(FOSSIL, start=1)
            ),
        ],
        "Materials": [
            ("Material ID", "Supplier", "Name", "Kind", "Organic Carbon %", "Density g/cm3"),
            ("PP 300", "PETROVIA", "PP", "synthetic polymer", 85.63, 0.905),
        ],
        "Feedstock Sources": [SOURCE_HEAD, ("PROPYLENE", "naphtha", "fossil", "NL", None, "PETROVIA", None)],
    }


def _production() -> Table:
    head = ("Run No", "Kind", "Site", "Date", "Direction", "Lot No", "Supplier", "Material", "Quantity", "Unit")
    rows: list[tuple[Cell, ...]] = []
    for number, when, taken, film in RUNS:
        start = (number, "film extrusion", SITE, day(when))
        for lot, t in taken.items():
            rows.append((*start, "in", lot, "POLYVERT" if lot.startswith("PVT") else "PETROVIA", None, t, "t"))
        rows.append((*start, "out", film, None, "OPP FILM 30", 9.3, "t"))
        rows.append((*start, "loss", None, None, "PP TRIM", 0.7, "t"))
    return [head, *rows]


def _shipments() -> Table:
    head = ("Shipment No", "Date", "Customer", "Lot No", "Quantity", "Unit", "Kind", "Site")
    rows = [
        (number, day(when), customer, lot, kg, "kg", "sale", SITE, paper, "attributed", claim, _wording(claim))
        for number, when, customer, lot, kg, claim, paper in SHIPPED
    ]
    return [(*head, "Declaration No", "Claimed Figure", "Claimed %", "Claim Wording"), *rows]


def _wording(claim: int) -> str:
    return (
        f"By certified mass balance, {claim} % of the feedstock for this product was replaced by bio-circular feedstock "
        f"({SCHEME}, certificate {SITE_CERTIFICATE}); this does not describe what is physically in the product."
    )


def works_2() -> dict[str, Table]:
    """What film works 2 writes itself: production, sales, counts, and its mass-balance books."""
    account = tuple(ACCOUNT)
    named = {key: value for key, value in ACCOUNT.items() if key != "Input Material"}
    return {
        "Parties": PARTIES,
        "Certificates": [
            CERTIFICATE_HEAD,
            (SITE_CERTIFICATE, SCHEME, SITE, day("2025-11-01"), day("2026-10-31"), "mass balance", "PP film", "CERTIA"),
        ],
        "Materials": [
            ("Material ID", "Name", "Kind", "Density g/cm3"),
            ("OPP FILM 30", "PP film 30 um", "film", 0.905),
            ("PP TRIM", "edge trim of PP film", "other", 0.905),
        ],
        "Production": _production(),
        "Shipments": _shipments(),
        "Stock Counts": [
            ("Date", "Site", "Lot No", "Supplier", "Quantity", "Unit"),
            (day("04-30"), SITE, "PVT-2604", "POLYVERT", 3.0, "t"),
            (day("04-30"), SITE, "OPP-2601", None, 4.3, "t"),
            (day("04-30"), SITE, "OPP-2604", None, 4.79, "t"),
        ],
        "Balance Periods": [
            ("Site", "Period ID", "Start", "End"),
            (SITE, "2026-A", day("01-01"), day("02-28")),
            (SITE, "2026-B", day("03-01"), day("04-30")),
        ],
        "Opening Balances": [("Site", "Period ID", *account, "Quantity", "Unit"), (SITE, "2026-A", *ACCOUNT.values(), 2, "t")],
        "Conversion Factors": [
            ("Site", "Input Material", "Output Material", "Factor", "Valid From", "Basis", "Net of Scrap and Regrind"),
            (SITE, "PP CIRC", "OPP FILM 30", 0.93, day("01-01"), "mass", "yes"),
        ],
        "Attributions": [
            ("Attribution No", "Site", "Date", "Lot No", *account, "Quantity", "Unit"),
            *((number, SITE, day(when), lot, *ACCOUNT.values(), t, "t") for number, when, lot, t in ATTRIBUTIONS),
        ],
        "Declarations": [
            ("Declaration No", "Issuer", "Recipient", "Issue Date", "Chain of Custody", *named, "Quantity", "Unit", "Compliance Claim"),
            *(
                (paper, "NORDFILM", customer, day(when), "mass balance", *named.values(), kg * claim / 100, "kg", "ISCC compliant")
                for _, when, customer, _, kg, claim, paper in SHIPPED
            ),
        ],
    }


def mass_balance_books() -> dict[str, dict[str, Table]]:
    """The workbooks of the line: file name to sheets."""
    return {
        "nordfilm-works-2-2026.xlsx": works_2(),
        "petrovia-works-2-2026.xlsx": fossil(),
        "polyvert-2026.xlsx": polyvert(),
    }
