"""Checking a report: the dossier that its HTML or PDF carries, recomputed from itself, and the page held against it.

No workbook is in a report, so no cell is read again; what is checked is that the sums of the dossier give its figures and that
the page is the one that this dossier gives, byte for byte.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from tracepack.core.quantity import kg_text
from tracepack.core.recount import FIGURES
from tracepack.errors import MissingFont, NotABundle
from tracepack.evidence.comparing import stated_bounds
from tracepack.report.answers_verify import Difference, FigureCheck, VerifyAnswer
from tracepack.report.dossier import Dossier
from tracepack.report.files import render_report
from tracepack.report.wording import EVERY_LANGUAGE

_SCRIPT = re.compile(rb'<script type="application/json" id="dossier">(.*?)</script>', re.DOTALL)
_LANGUAGE = re.compile(rb'<html lang="([a-z]{2})"(?: data-beside="([a-z]{2})")?>')
_ATTACHED = re.compile(rb"<<[^<>]*/Type/EmbeddedFile\b[^<>]*(?:<<[^<>]*>>[^<>]*)*>>\s*stream\r?\n")
_TAG = re.compile(r"<[^>]*>")
_AROUND = 120
#: What comes of a dossier whose values make no sense together: masses that are no numbers, lots that are nowhere listed.
_SENSELESS = (KeyError, ValueError, TypeError, IndexError, AttributeError, ArithmeticError)
LARGEST_DOSSIER = 1 << 28
#: Figures are stated to 1e-9, and the shares they are made of too.
_SAME = Fraction(5, 10**8)


def is_page(data: bytes) -> bool:
    """Whether a file looks like a report's HTML or PDF."""
    return data.startswith(b"%PDF-") or data[:200].lstrip().lower().startswith(b"<!doctype html")


def check_page(data: bytes) -> VerifyAnswer:
    """Check a report.  NotABundle where it carries no dossier of this tracepack."""
    text = _attached(data) if data.startswith(b"%PDF-") else _inside(data)
    try:
        dossier = Dossier.model_validate_json(text)
        told = json.loads(dossier.model_dump_json(by_alias=True))
    except (ValueError, RecursionError) as problem:
        raise NotABundle("the dossier that it carries is none of this tracepack's", "another version may read it") from problem
    try:
        figures = _figures(told)
        unconfirmed: list[str] = []
        found = [*_run_totals(told), *_origins(told), *(_differs(figure) for figure in figures if figure.second == "differs")]
        found += _page(data, dossier, unconfirmed)
    except _SENSELESS as problem:
        raise NotABundle("the dossier that it carries holds values that none of this tracepack's does") from problem
    return VerifyAnswer(
        agrees=not found,
        level="dossier",
        signature="none",
        owner=dossier.lot.owner,
        lot=dossier.lot.number,
        files=0,
        imports=0,
        figures=figures,
        differences=found,
        unconfirmed=unconfirmed,
    )


def _inside(page: bytes) -> bytes:
    """The dossier in an HTML page."""
    found = _SCRIPT.findall(page)
    if len(found) != 1:
        raise NotABundle("the page carries no dossier, or several", "`tracepack report LOT -o report.html` writes one that does")
    return bytes(found[0])


def _attached(page: bytes) -> bytes:
    """The dossier attached to a PDF, unpacked no further than a dossier can be large."""
    found = list(_ATTACHED.finditer(page))
    if len(found) != 1:
        raise NotABundle("the PDF carries no dossier, or several", "`tracepack report LOT -o report.pdf` writes one that does")
    try:
        return zlib.decompressobj().decompress(page[found[0].end() :], LARGEST_DOSSIER)
    except zlib.error as problem:
        raise NotABundle("the dossier attached to the PDF is damaged") from problem


def _page(page: bytes, dossier: Dossier, unconfirmed: list[str]) -> list[Difference]:
    """Whether the page is what the dossier gives, in the language it is in."""
    is_pdf = page.startswith(b"%PDF-")
    stated = _LANGUAGE.search(page)
    languages = (b",".join(filter(None, stated.groups())).decode("ascii"),) if stated else EVERY_LANGUAGE
    made = b""
    try:
        for language in languages if set(languages) <= set(EVERY_LANGUAGE) else ():
            made = render_report(dossier, "pdf" if is_pdf else "html", language)
            if made == page:
                return []
    except MissingFont as problem:
        unconfirmed.append(problem.message)
        return []
    where = [] if is_pdf or not made else list(_where(page, made))
    here = "another: it was changed, or written by another version or with other fonts"
    return [Difference(what="page", there="the page of the dossier inside", here=here), *where]


def _where(page: bytes, made: bytes) -> Iterator[Difference]:
    """What the first place says where a page is not the one that its dossier gives, if a reader can see it."""
    at = next((i for i, (one, other) in enumerate(zip(page, made, strict=False)) if one != other), min(len(page), len(made)))
    there, here = (_seen(text, at) for text in (page, made))
    if there != here:
        yield Difference(what="page, where it first differs", there=there, here=here)


def _seen(page: bytes, at: int) -> str:
    """The words around a place of an HTML page."""
    text = page[max(0, at - _AROUND) : at + _AROUND].decode("utf-8", errors="ignore")
    start, end = text.find(">") + 1, text.rfind("<")
    return " ".join(_TAG.sub(" ", text[start : end if end > start else None]).split())


def _figures(told: Mapping[str, Any]) -> list[FigureCheck]:
    """Every figure beside the sums that the dossier lays out."""
    sums: dict[str, dict[str, Fraction]] = {}
    for calculation in told.get("calculation") or ():
        value = _quotient(calculation["rows"])
        ends = ("low", "high") if calculation["end"] == "both" else (calculation["end"],)
        if value is not None:
            sums.setdefault(calculation["figure"], {}).update(dict.fromkeys(ends, value))
    figures: list[FigureCheck] = []
    for name in FIGURES:
        there, found = stated_bounds(told, name), sums.get(name, {})
        if there is None:
            continue
        if len(found) < 2:
            figures.append(FigureCheck(figure=name, there=there, here=None, by_second=None, second="unconfirmed"))
            continue
        here = (float(found["low"]), float(found["high"]))
        same = all(abs(found[end] - Fraction(str(stated))) <= _SAME for end, stated in zip(("low", "high"), there, strict=True))
        figures.append(FigureCheck(figure=name, there=there, here=here, by_second=here, second="same" if same else "differs"))
    booked = stated_bounds(told, "attributed")
    if booked is not None:
        figures.append(FigureCheck(figure="attributed", there=booked, here=None, by_second=None, second="unconfirmed"))
    return figures


def _quotient(rows: Any) -> Fraction | None:
    """Sum of share times numerator over sum of share times denominator."""
    exact = [tuple(Fraction(str(row[name])) for name in ("mass_share", "numerator", "denominator")) for row in rows]
    bottom = sum((share * d for share, _, d in exact), Fraction(0))
    return sum((share * n for share, n, _ in exact), Fraction(0)) / bottom if bottom else None


def _differs(figure: FigureCheck) -> Difference:
    there, here = (f"{b[0]:.9f} to {b[1]:.9f}" if b else "nothing" for b in (figure.there, figure.by_second))
    return Difference(what=f"{figure.figure}, from its calculation", there=there, here=here)


def _run_totals(told: Mapping[str, Any]) -> Iterator[Difference]:
    """Runs whose rows do not add up to their totals."""
    for run in told["runs"]:
        for direction in ("in", "out", "loss"):
            masses = [row["mass_kg"] for row in run["rows"] if row["direction"] == direction]
            stated = run[f"{direction}_kg"]
            total = None if None in masses else _total(masses)
            if total != stated:
                yield Difference(what=f"run {run['run']}, {direction}", there=str(stated), here=str(total))


def _total(masses: list[str]) -> str:
    try:
        return kg_text(int(sum((Decimal(mass) for mass in masses), Decimal(0)) * 1_000_000))
    except (InvalidOperation, ValueError, OverflowError):
        return "no number"


def _origins(told: Mapping[str, Any]) -> Iterator[Difference]:
    """Origins that are more than the whole lot."""
    total = sum(Fraction(str(origin["mass_share"])) for origin in told["content"]["origins"])
    if total > 1 + _SAME * max(1, len(told["content"]["origins"])):
        yield Difference(what="mass shares of all origins", there="at most 1", here=f"{float(total):.9f}")
