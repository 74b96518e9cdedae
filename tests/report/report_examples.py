"""A small believable chain, as the answers and the ledger that a report is made from (all parties are invented).

600 kg of PLA from corn and 400 kg of fossil PBAT are compounded to BLEND-1; 500 kg of it are blown to FILM-1.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tracepack.core.ledger import (
    Certificate,
    Delivery,
    FeedstockSource,
    LabTest,
    Ledger,
    Party,
    Run,
    RunKey,
    RunRow,
    Shipment,
    SiteRecord,
    SourceRow,
)
from tracepack.core.quantity import Interval
from tracepack.report.answers import (
    ContentAnswer,
    ContentFigures,
    FigureAnswer,
    FindingAnswer,
    LabAnswer,
    LineageAnswer,
    LineageEdge,
    LineageNode,
    LotAnswer,
    OpenEnd,
    OriginAnswer,
    RefAnswer,
    StatementAnswer,
    TraceAnswer,
    TraceLink,
    TraceLot,
)
from tracepack.report.dossier import Dossier, build_dossier
from tracepack.report.resting import with_resting

OWN = "NORDFOLIE"
SUPPLIES = ("supplies-2026-q1.xlsx", "a" * 64)
PRODUCTION = ("production-2026-q1.xlsx", "b" * 64)
LAB = ("lab.xlsx", "c" * 64)


def ref(file: tuple[str, str], sheet: str, cell: str) -> RefAnswer:
    return RefAnswer(file=file[0], sha256=file[1], sheet=sheet, cell=cell)


def figure(low: float | None, high: float | None = None, evidence: str = "calculated") -> FigureAnswer:
    return FigureAnswer(low=low, high=low if high is None else high, evidence=evidence)


NOTHING = FigureAnswer(low=0.0, high=0.0, evidence="not-applicable")
FILM_CONTENT = ContentFigures(
    bio_carbon_toc=figure(0.544069, evidence="declared"),
    bio_carbon_tc=figure(0.544069, evidence="declared"),
    bio_carbon_mass=figure(0.3, evidence="declared"),
    bio_mass=figure(0.6, 1.0, evidence="assumed"),
    bio_polymer_mass=figure(0.6, evidence="declared"),
    attributed=NOTHING,
)


def finding(
    name: str = "share-out-of-range", severity: str = "error", *, cells: str = "J14", excerpt: str = "Biobased Carbon % = 145"
) -> FindingAnswer:
    return FindingAnswer(
        name=name,
        severity=severity,
        message="A share lies between 0 % and 100 %.",
        hint="the column is formatted as a percentage; was 1.45 % meant?",
        refs=[ref(SUPPLIES, "Deliveries", cell) for cell in cells.split()],
        excerpt=excerpt,
    )


def film_lot(number: str = "FILM-1", material: str = "Blown film 40 µm") -> LotAnswer:
    return LotAnswer(owner=OWN, number=number, material=material)


def film_content(number: str = "FILM-1", material: str = "Blown film 40 µm") -> ContentAnswer:
    return ContentAnswer(
        lot=film_lot(number, material),
        mass_kg="480",
        dry_mass_kg="480",
        content=FILM_CONTENT,
        origins=[
            OriginAnswer(
                source="CORN-US",
                feedstock="corn starch",
                category="bio",
                country="US",
                owner="GREENPOLY",
                lot="PLA-17",
                material="PLA",
                mass_share=0.6,
                bio_carbon_share=1.0,
                refs=[ref(SUPPLIES, "Deliveries", "O2")],
            ),
            OriginAnswer(
                source="NAPHTHA-1",
                feedstock="naphtha",
                category="fossil",
                owner="绿源新材料",
                lot="PBAT-0042",
                material="PBAT 全生物降解",
                mass_share=0.4,
                bio_carbon_share=0.0,
                refs=[ref(SUPPLIES, "Deliveries", "O3")],
            ),
        ],
        attributed_origins=[],
        lab_tests=[
            LabAnswer(
                report_no="C14-881",
                laboratory="ISOLAB",
                method="ASTM D6866",
                date="2026-03-02",
                figure="bio_carbon_toc",
                measured_low=0.55,
                measured_high=0.55,
                compared_low=0.544069,
                compared_high=0.544069,
                compared_with="calculated",
                refs=[ref(LAB, "Lab Tests", "I2")],
            )
        ],
        statements=[
            StatementAnswer(
                owner="GREENPOLY",
                lot="PLA-17",
                material="PLA",
                field="biobased_carbon",
                value="100 %",
                method="ASTM D6866",
                evidence="declared",
                refs=[ref(SUPPLIES, "Deliveries", "H2")],
            ),
            StatementAnswer(
                owner="绿源新材料",
                lot="PBAT-0042",
                material="PBAT 全生物降解",
                field="biobased_carbon",
                value="0 %",
                method="ASTM D6866",
                evidence="declared",
                refs=[ref(SUPPLIES, "Deliveries", "H3")],
            ),
        ],
        assumptions=["Run E-7: 4 % loss is taken in proportion."],
        as_known_after_import=3,
        findings=[finding("method-missing", "warning", excerpt="")],
    )


def trace_lots() -> list[TraceLot]:
    return [
        TraceLot(owner=OWN, number="FILM-1", material="Blown film 40 µm", mass_kg="480", depth=0),
        TraceLot(owner=OWN, number="BLEND-1", material="PLA/PBAT 60/40", mass_kg="980", depth=1),
        TraceLot(owner="GREENPOLY", number="PLA-17", material="PLA", mass_kg="1000", depth=2),
        TraceLot(owner="绿源新材料", number="PBAT-0042", material="PBAT 全生物降解", mass_kg="400", depth=2),
    ]


def link(start: str, start_owner: str | None, end: str, end_owner: str, run: str, mass_kg: str | None) -> TraceLink:
    return TraceLink(from_=start, from_owner=start_owner, to=end, to_owner=end_owner, run=run, mass_kg=mass_kg)


def film_trace(number: str = "FILM-1", *, complete: bool = True) -> TraceAnswer:
    lots = [lot.model_copy(update={"number": number}) if lot.depth == 0 else lot for lot in trace_lots()]
    links = [
        link("BLEND-1", OWN, number, OWN, "E-7", "500"),
        link("PLA-17", "GREENPOLY", "BLEND-1", OWN, "C-101", "306.122449"),
        link("PBAT-0042", "绿源新材料", "BLEND-1", OWN, "C-101", "204.081633"),
        link("CORN-US", None, "PLA-17", "GREENPOLY", "", "306.122449"),
    ]
    return TraceAnswer(
        lot=film_lot(number),
        direction="up",
        lots=lots,
        links=links,
        complete=complete,
        open_ends=[]
        if complete
        else [OpenEnd(owner="绿源新材料", number="PBAT-0042", reason="no feedstock source is stated", mass_kg="204.081633")],
        unaccounted_kg="0",
        statement="Complete: 4 lots visited, no open end, 0 kg unaccounted for."
        if complete
        else "Not complete: 4 lots visited, 1 open end, 0 kg unaccounted for.",
        as_known_after_import=3,
        findings=[],
    )


def film_lineage(number: str = "FILM-1", material: str = "Blown film 40 µm", supplier: str = "绿源新材料") -> LineageAnswer:
    blend = figure(0.544069)
    return LineageAnswer(
        nodes=[
            LineageNode(
                id="lot:film",
                kind="own",
                owner=OWN,
                number=number,
                material=material,
                mass_kg="480",
                share=blend,
                date="2026-02-20",
                depth=0,
            ),
            LineageNode(id="run:E-7", kind="run", number="E-7", name="blown film", date="2026-02-20", depth=1),
            LineageNode(
                id="lot:blend", kind="own", owner=OWN, number="BLEND-1", material="PLA/PBAT 60/40", mass_kg="980", share=blend, depth=2
            ),
            LineageNode(id="run:C-101", kind="run", number="C-101", name="compounding", date="2026-02-05", depth=3),
            LineageNode(
                id="lot:pbat",
                kind="delivered",
                owner=supplier,
                number="PBAT-0042",
                material="PBAT",
                mass_kg="400",
                share=figure(0.0),
                depth=4,
            ),
            LineageNode(
                id="lot:pla",
                kind="delivered",
                owner="GREENPOLY",
                number="PLA-17",
                material="PLA",
                mass_kg="1000",
                share=figure(0.9, 1.0),
                depth=4,
            ),
            LineageNode(id="unknown:C-101", kind="unknown", number="unknown input", mass_kg="12.5", depth=4),
            LineageNode(id="source:corn", kind="source", number="CORN-US", name="corn starch", category="bio", country="US", depth=5),
            LineageNode(id="source:mb", kind="source", number="TALL-FI", name="tall oil", category="bio-circular", country="FI", depth=5),
        ],
        edges=[
            LineageEdge(from_="lot:blend", to="run:E-7", mass_kg="500"),
            LineageEdge(from_="lot:pbat", to="run:C-101", mass_kg="400"),
            LineageEdge(from_="lot:pla", to="run:C-101", mass_kg="600"),
            LineageEdge(from_="run:C-101", to="lot:blend", mass_kg="980"),
            LineageEdge(from_="run:E-7", to="lot:film", mass_kg="480"),
            LineageEdge(from_="source:corn", to="lot:pla", mass_kg="1000"),
            LineageEdge(from_="source:mb", to="lot:pbat", mass_kg="400", attributed=True),
            LineageEdge(from_="unknown:C-101", to="run:C-101", mass_kg="12.5"),
        ],
    )


def _row(file: tuple[str, str], sheet: str, row: int, **columns: str) -> SourceRow:
    return SourceRow(file=file[0], sha256=file[1], sheet=sheet, row=row, columns=columns)


def _run_row(
    row: int, run: str, day: dt.date, direction: str, quantity: str, lot: str | None = None, owner: str = OWN, kind: str = ""
) -> RunRow:
    return RunRow(
        source=_row(PRODUCTION, "Production", row, run_no="A", date="D", direction="E", lot_no="F", quantity="H", unit="I"),
        run_no=run,
        date=day,
        direction=direction,
        kind=kind or None,
        site="KIEL",
        lot_no=lot,
        supplier=owner if lot else None,
        quantity=Decimal(quantity),
        unit="kg",
    )


def _runs() -> tuple[Run, ...]:
    first, second = dt.date(2026, 2, 5), dt.date(2026, 2, 20)
    compounding = (
        _run_row(2, "C-101", first, "in", "600", "PLA-17", "GREENPOLY"),
        _run_row(3, "C-101", first, "in", "400", "PBAT-0042", "绿源新材料"),
        _run_row(4, "C-101", first, "out", "980", "BLEND-1"),
        _run_row(5, "C-101", first, "loss", "20"),
    )
    blowing = (
        _run_row(6, "E-7", second, "in", "500", "BLEND-1"),
        _run_row(7, "E-7", second, "out", "480", "FILM-1"),
        _run_row(8, "E-7", second, "loss", "20"),
    )
    return (
        Run(key=RunKey("KIEL", "C-101"), date=first, kind="compounding", rows=compounding),
        Run(key=RunKey("KIEL", "E-7"), date=second, kind="blown film", rows=blowing),
    )


def _delivery(
    row: int, lot: str, supplier: str, material: str, quantity: str, share: float, source: str, certificate: str | None
) -> Delivery:
    return Delivery(
        source=_row(SUPPLIES, "Deliveries", row, lot_no="A", supplier="B", quantity="D", biobased_carbon="H", feedstock_source="O"),
        lot_no=lot,
        supplier=supplier,
        material=material,
        quantity=Decimal(quantity),
        unit="kg",
        delivery_date=dt.date(2026, 1, 17),
        delivery_note=f"DN-{row}",
        biobased_carbon=Interval.point(share),
        method="ASTM D6866",
        certificate_no=certificate,
        feedstock_source=source,
    )


def film_ledger(number: str = "FILM-1") -> Ledger:
    return Ledger(
        organisation=OWN,
        site="KIEL",
        parties=(
            Party(source=_row(SUPPLIES, "Parties", 2), party_id="GREENPOLY", name="Greenpoly B.V.", role="supplier", country="NL"),
            Party(source=_row(SUPPLIES, "Parties", 3), party_id="绿源新材料", name="绿源新材料有限公司", role="supplier", country="CN"),
        ),
        certificates=(
            Certificate(
                source=_row(SUPPLIES, "Certificates", 2),
                certificate_no="MB-7781",
                scheme="ISCC PLUS",
                holder="GREENPOLY",
                valid_from=dt.date(2025, 6, 1),
                valid_until=dt.date(2026, 5, 31),
                certification_body="CERTHAUS",
            ),
        ),
        sources=(
            FeedstockSource(
                source=_row(SUPPLIES, "Feedstock Sources", 2),
                source_id="CORN-US",
                feedstock="corn starch",
                category="bio",
                country_of_origin="US",
                supplier="GREENPOLY",
            ),
            FeedstockSource(
                source=_row(SUPPLIES, "Feedstock Sources", 3),
                source_id="NAPHTHA-1",
                feedstock="naphtha",
                category="fossil",
                supplier="绿源新材料",
            ),
        ),
        deliveries=(
            _delivery(2, "PLA-17", "GREENPOLY", "PLA", "1000", 1.0, "CORN-US", "MB-7781"),
            _delivery(3, "PBAT-0042", "绿源新材料", "PBAT 全生物降解", "400", 0.0, "NAPHTHA-1", None),
            _delivery(4, "ELSEWHERE-9", "GREENPOLY", "PLA", "50", 1.0, "CORN-US", None),
        ),
        runs=tuple(Run(key=r.key, date=r.date, kind=r.kind, rows=tuple(_renamed(row, number) for row in r.rows)) for r in _runs()),
        lab_tests=(
            LabTest(
                source=_row(LAB, "Lab Tests", 2, report_no="A", lot_no="B", biobased_carbon="I"),
                report_no="C14-881",
                lot_no=number,
                supplier=OWN,
                method="ASTM D6866",
                report_date=dt.date(2026, 3, 2),
                laboratory="ISOLAB",
                biobased_carbon=Interval.point(0.55),
            ),
        ),
        shipments=(
            Shipment(
                source=_row(PRODUCTION, "Shipments", 2),
                shipment_no="S-55",
                date=dt.date(2026, 3, 9),
                customer="HAFENKAFFEE",
                lot_no=number,
                supplier=OWN,
                quantity=Decimal(300),
                unit="kg",
                claimed_figure="bio_carbon_toc",
                claimed=Interval.point(0.54),
            ),
        ),
        records=(
            SiteRecord(
                source=_row(PRODUCTION, "Records", 2),
                record_no="EN-1",
                kind="energy log",
                run_no="E-7",
                date=dt.date(2026, 2, 20),
                value=Decimal("212.5"),
                unit="kWh",
            ),
            SiteRecord(
                source=_row(PRODUCTION, "Records", 3),
                record_no="EN-9",
                kind="energy log",
                run_no="OTHER",
                date=dt.date(2026, 2, 21),
                value=Decimal(3),
                unit="kWh",
            ),
        ),
    )


def _renamed(row: RunRow, number: str) -> RunRow:
    if row.lot_no != "FILM-1":
        return row
    return _run_row(row.source.row, row.run_no, row.date, row.direction, str(row.quantity), number)


def film_dossier(number: str = "FILM-1", material: str = "Blown film 40 µm", *, complete: bool = True) -> Dossier:
    gathered = build_dossier(
        film_content(number, material),
        film_trace(number, complete=complete),
        film_lineage(number, material),
        [finding()],
        film_ledger(number),
        {SUPPLIES[1]: 1, PRODUCTION[1]: 2, LAB[1]: 3},
    )
    return with_resting(gathered)
