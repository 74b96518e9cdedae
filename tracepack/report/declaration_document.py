"""The declaration of a shipment as a document in one language."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from tracepack import data
from tracepack.data.speech import title_in
from tracepack.report.answers_declaration import DeclarationAnswer, DeclarationLineAnswer
from tracepack.report.custody_text import model_name
from tracepack.report.document import Block, Bullets, Cell, Document, Paragraph, Section, Table
from tracepack.report.wording import Wording, wording

_REFERENCE = ("dispatch_place", "dispatch_date", "period", "delivery_note", "contract")
_STATEMENTS = ("compliance_claim", "credit_transfer", "input_characteristics", "input_compensation", "recycling", "ghg", "remark")
_LINE = (
    *("batch", "product", "raw_material", "category", "country_of_origin", "quantity"),
    *("certified_mass", "certified_share", "chain_of_custody"),
)
_NUMBERS = frozenset({"quantity", "certified_mass", "certified_share"})


def compose_declaration(answer: DeclarationAnswer, lang: str) -> Document:
    """The declaration in one language; a draft says so in its title and first."""
    w = wording(lang)
    title = w("declaration.title") + (f" – {w('declaration.draft')}" if answer.draft else "")
    blocks: dict[str, list[Block]] = {
        "parties": [Paragraph(w("declaration.draft_says"), "bad")] if answer.draft else [],
        "reference": [_pairs([(key, Cell(getattr(answer, key))) for key in _REFERENCE], lang)],
        "lines": [_lines(answer.lines, w)],
        "totals": [_totals(answer, w)] if answer.totals else [],
        "statements": [_pairs([(key, _statement(answer, key, w)) for key in _STATEMENTS], lang), *_unconfirmed(answer, w)],
        "wanting": _wanting(answer, w),
        "findings": [Bullets(tuple(f"{f.name}: {f.message} {f.hint}" for f in answer.findings))] if answer.findings else [],
    }
    blocks["parties"].append(_parties(answer, w))
    sections = tuple(Section(name, w(f"declaration.{name}"), tuple(body)) for name, body in blocks.items() if body)
    return Document(lang, title, w("text.as_known", number=answer.as_known_after_import), sections)


def field_label(key: str, lang: str) -> str:
    """A field as a language calls it."""
    fields = data.read_toml("schemes/declaration.toml")["field"]
    return str(next(field["label"][lang] for field in fields if field["key"] == key))


def _pairs(rows: Sequence[tuple[str, Cell]], lang: str) -> Table:
    """Fields beside what they say; blank ones left out."""
    return Table(("", ""), tuple((Cell(field_label(key, lang)), cell) for key, cell in rows if cell.text))


def _parties(answer: DeclarationAnswer, w: Wording) -> Table:
    def named(name: str, party: str) -> str:
        return w("declaration.party", name=name, id=party) if name else party

    rows = [
        ("declaration_no", answer.declaration_no),
        ("issue_date", answer.issue_date),
        ("supplier_name", named(answer.supplier.name, answer.supplier.party)),
        ("supplier_address", answer.supplier.address),
        ("scheme", answer.certification_system),
        ("certificate_no", answer.certificate_no),
        ("recipient_name", named(answer.recipient.name, answer.recipient.party)),
        ("recipient_address", answer.recipient.address),
    ]
    return _pairs([(key, Cell(text)) for key, text in rows], w.lang)


def _lines(lines: Sequence[DeclarationLineAnswer], w: Wording) -> Table:
    right = frozenset(place for place, key in enumerate(_LINE) if key in _NUMBERS)
    return Table(tuple(field_label(key, w.lang) for key in _LINE), tuple(_line(line, w) for line in lines), right)


def _line(line: DeclarationLineAnswer, w: Wording) -> tuple[Cell, ...]:
    share = line.certified_share
    return (
        Cell(line.lot),
        Cell(line.product),
        Cell(line.raw_material),
        Cell(w.term("category", line.category)),
        Cell(line.country_of_origin),
        Cell(f"{w.number(line.quantity)} {line.unit}"),
        _mass(line.certified_kg, w),
        Cell("" if share is None else w.percent(_rounded_down(share)), number=share),
        Cell(model_name(line.chain_of_custody, w)),
    )


def _rounded_down(share: float) -> float:
    """A share as it may be declared: to a hundredth of a percent, never up; what is less than that as it is."""
    return float(Decimal(repr(share)).quantize(Decimal("0.0001"), ROUND_FLOOR)) or share


def _mass(kg: str | None, w: Wording) -> Cell:
    return Cell("") if kg is None else Cell(w.kg(kg), number=float(kg))


def _totals(answer: DeclarationAnswer, w: Wording) -> Table:
    rows = tuple((Cell(w.term("category", total.category)), _mass(total.certified_kg, w)) for total in answer.totals)
    return Table((field_label("category", w.lang), field_label("certified_mass", w.lang)), rows, frozenset({1}))


def _statement(answer: DeclarationAnswer, key: str, w: Wording) -> Cell:
    text = str(getattr(answer, key))
    if key != "credit_transfer":
        return Cell(text)
    if text.startswith("yes: "):
        return Cell(w("declaration.yes_from", sites=text.removeprefix("yes: ")))
    return Cell({"yes": w("declaration.yes"), "no": w("declaration.no")}.get(text, text))


def _unconfirmed(answer: DeclarationAnswer, w: Wording) -> list[Block]:
    names = [field_label(field.key, w.lang) for field in answer.fields if field.mandatory and field.status == "unconfirmed"]
    return [Paragraph(w("declaration.unconfirmed", fields=", ".join(names)), "quiet")] if names else []


def _wanting(answer: DeclarationAnswer, w: Wording) -> list[Block]:
    wanting = [
        w(
            "declaration.fill_in",
            field=field_label(f.key, w.lang),
            column=title_in("column", f.column, w.lang),
            sheet=title_in("sheet", f.sheet, w.lang),
        )
        for f in answer.fields
        if f.missing
    ]
    return [Bullets(tuple(wanting))] if wanting else []
