"""Rows of the mass-balance books of one site, as a quality manager fills them in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from journeys.desk import Desk, Row, delivery, made, run, taken

CERTIFICATE = "ISCC-PLUS-Cert-XX000-1"
ACCOUNT: Row = {"Scheme": "ISCC PLUS", "Feedstock": "tall oil", "Category": "bio", "Country of Origin": "FI", "Input Material": "bio-PP"}
JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, month, 10) for month in (1, 2, 3, 4))


def period(name: str, start: str, end: str, site: str = "S1") -> Row:
    return {"Site": site, "Period ID": name, "Start": dt.date.fromisoformat(start), "End": dt.date.fromisoformat(end)}


Q1 = period("Q1", "2026-01-01", "2026-03-31")
Q2 = period("Q2", "2026-04-01", "2026-06-30")


def certified(lot: str, tonnes: float, on: dt.date = JANUARY, **columns: Any) -> Row:
    """A mass-balance delivery with its papers."""
    papers = {"Attributed Content %": 100, "Chain of Custody": "mass balance", "Certificate No": CERTIFICATE}
    more = papers | {"Declaration No": f"SD-{lot}", "Feedstock Source": "TALL"} | columns.pop("more", {})
    return delivery(lot, "bio-PP", tonnes, Unit="t", more=more | {"Delivery Date": on}, **columns)


def attribution(number: str, lot: str, tonnes: float, on: dt.date = FEBRUARY, **columns: Any) -> Row:
    head = {"Attribution No": number, "Site": "S1", "Date": on, "Lot No": lot}
    return head | ACCOUNT | {"Quantity": tonnes, "Unit": "t"} | columns


def factor(value: float = 0.92, output: str = "film", valid_from: str = "2026-01-01", site: str = "S1") -> Row:
    valid = dt.date.fromisoformat(valid_from)
    return {"Site": site, "Input Material": "bio-PP", "Output Material": output, "Factor": value, "Valid From": valid}


def described(desk: Desk, valid_until: str = "2026-12-31", net_of_scrap: str | None = None) -> Desk:
    """The supplier's certificate and feedstock source, and the site's conversion factor."""
    valid = {"Valid From": dt.date(2025, 10, 15), "Valid Until": dt.date.fromisoformat(valid_until)}
    desk.fill("Certificates", {"Certificate No": CERTIFICATE, "Scheme": "ISCC PLUS", "Holder": "SUP", **valid})
    source = {"Source ID": "TALL", "Feedstock": "tall oil", "Category": "bio", "Country of Origin": "FI", "Supplier": "SUP"}
    return desk.fill("Feedstock Sources", source).fill("Conversion Factors", factor() | {"Net of Scrap and Regrind": net_of_scrap})


def made_film(desk: Desk, lot: str, tonnes: float, on: dt.date = FEBRUARY) -> Desk:
    """A film lot of so many tonnes, made of uncertified PP."""
    desk.fill("Deliveries", delivery(f"PP-{lot}", "PP", tonnes, Unit="t", more={"Delivery Date": dt.date(2026, 1, 2)}))
    rows = run(f"R-{lot}", taken(f"PP-{lot}", tonnes, Unit="t"), made(lot, tonnes, "film", Unit="t"), on=on)
    return desk.fill("Production", *rows)


def names(answer: dict[str, Any]) -> set[str]:
    """The names of an answer's findings."""
    return {finding["name"] for finding in answer["findings"]}
