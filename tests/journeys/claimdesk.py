"""A desk where lots are sold with claims: segregated bio-PE film, a film with attributed PP, and the papers of both."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from journeys.bookdesk import ACCOUNT, CERTIFICATE, Q1, attribution, certified, described, made_film
from journeys.desk import Desk, Row, delivery, made, run, taken

OWN = "ISCC-PLUS-Cert-XX000-9"
SOLD = dt.date(2026, 3, 10)
MASS_BALANCE = (
    "By certified mass balance, {percent} % of the feedstock for this product was replaced by {category} feedstock "
    "(ISCC PLUS, certificate {certificate}); this does not describe what is physically in the product."
)
CARBON = "Contains at least {percent} % bio-based carbon, of total organic carbon, on the basis of ASTM D6866."


def own_certificate(model: str = "mass balance", until: str = "2026-12-31", **columns: Any) -> Row:
    valid = {"Valid From": dt.date(2026, 1, 1), "Valid Until": dt.date.fromisoformat(until)}
    return {"Certificate No": OWN, "Scheme": "ISCC PLUS", "Holder": "ORG", **valid, "Chain of Custody": model} | columns


def parties() -> list[Row]:
    return [
        {"Party ID": "ORG", "Name": "Own Films", "Role": "site", "Address": "Own Street 1"},
        {"Party ID": "S1", "Name": "Own Films, works 1", "Role": "site", "Address": "Works Road 1"},
        {"Party ID": "CUST", "Name": "Customer", "Role": "customer", "Address": "Customer Road 2"},
    ]


def sold(lot: str, number: str = "S-1", quantity: float = 1000, **columns: Any) -> Row:
    """A sale of a tonne; ``Claimed`` is the column Claimed %."""
    row = {"Shipment No": number, "Date": SOLD, "Customer": "CUST", "Lot No": lot, "Quantity": quantity, "Unit": "kg"}
    return row | {{"Claimed": "Claimed %"}.get(key, key.replace("_", " ")): value for key, value in columns.items()}


def attributed_line(folder: Path, tonnes: float = 30) -> Desk:
    """50 t of film of fossil PP, with so many attributed."""
    desk = described(Desk(folder)).fill("Certificates", own_certificate()).fill("Parties", *parties())
    desk.fill("Deliveries", certified("L1", 100)).fill("Balance Periods", Q1)
    return made_film(desk, "FILM", 50).fill("Attributions", attribution("A-1", "FILM", tonnes))


def segregated_line(folder: Path, percent: float = 96) -> Desk:
    """Film of certified, segregated bio-PE of so much bio-based carbon."""
    desk = Desk(folder).fill(
        "Certificates", own_certificate("segregated"), own_certificate("segregated") | {"Certificate No": CERTIFICATE, "Holder": "SUP"}
    )
    source = {"Source ID": "CANE", "Feedstock": "sugarcane", "Category": "bio", "Country of Origin": "BR", "Supplier": "SUP"}
    desk.fill("Feedstock Sources", source).fill("Parties", *parties())
    more = {"Biobased Carbon %": percent, "Method": "ASTM D6866", "Chain of Custody": "segregated", "Certificate No": CERTIFICATE}
    desk.fill("Deliveries", delivery("PE", "bio-PE", 3000, more=more | {"Feedstock Source": "CANE", "Declaration No": "SD-9"}))
    return desk.fill("Production", *run("R1", taken("PE", 3000), made("FILM", 3000, "film")))


def blended_line(folder: Path) -> Desk:
    """Film of 60 % segregated bio-PE and 40 % uncertified PE, under controlled blending."""
    desk = segregated_line(folder).fill("Deliveries", delivery("FOSSIL", "PE", 2000, more={"Chain of Custody": "none"}))
    desk.sheets["Certificates"][0] = own_certificate("controlled blending")
    desk.sheets["Production"] = run("R1", taken("PE", 3000), taken("FOSSIL", 2000), made("FILM", 5000, "film"))
    return desk


def our_declaration(**columns: Any) -> Row:
    """Our declaration of what was sold under SD-OUT-1."""
    head = {"Declaration No": "SD-OUT-1", "Issuer": "ORG", "Recipient": "CUST", "Issue Date": dt.date(2026, 3, 12)}
    account = {key: value for key, value in ACCOUNT.items() if key != "Input Material"}
    rest = {"Chain of Custody": "mass balance", "Quantity": 600, "Unit": "kg", "Compliance Claim": "ISCC compliant"}
    return head | account | rest | {key.replace("_", " "): value for key, value in columns.items()}
