"""What happened at NORDFILM and its suppliers from January to March 2026, sheet by sheet.  Everyone here is invented."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple


class Percent(NamedTuple):
    """A share stored as a spreadsheet stores it (0.96) and shown as a percentage (96%)."""

    share: float


Cell = str | float | dt.date | Percent | None
#: A sheet: its headers, then its rows.
Table = Sequence[Sequence[Cell]]

D6866, DRY = "ASTM D6866", "EN 16785-1"


def day(text: str) -> dt.date:
    """A date of 2026 by month and day ("01-05")."""
    return dt.date.fromisoformat(f"2026-{text}" if len(text) == 5 else text)


# ---------------------------------------------------------------------------------------------- who, and under what certificate
PARTIES: Table = [
    ("Party ID", "Name", "Role", "Country", "Address"),
    ("NORDFILM", "Nordfilm Verpackungen (invented)", "site", "DE", "Beispielweg 1, Musterhafen"),
    ("NF-1", "Nordfilm, film works 1 (invented)", "site", "DE", "Beispielweg 1, Musterhafen"),
    ("BIOETENO", "Bioeteno do Vale (invented)", "supplier", "BR", "Rua Exemplo 10, Vale Inventado"),
    ("HUAMI", "Huami Biomaterials (invented)", "supplier", "CN", "1 Example Road, Invented Town"),
    ("SPESSART", "Spessart Füllstoffe (invented)", "supplier", "DE", "Musterstraße 5, Erfundenheim"),
    ("PETROVIA", "Petrovia Polymers (invented)", "supplier", "NL", "Voorbeeldkade 3, Verzonnen"),
    ("KLEBRA", "Klebra Coatings (invented)", "supplier", "AT", "Beispielgasse 7, Erdachtdorf"),
    ("CELLORA", "Cellora Films (invented)", "supplier", "PT", "Rua Exemplo 22, Vila Inventada"),
    ("FRISKA", "Friska Foods (invented)", "customer", "SE", "Exempelgatan 4, Påhittad"),
    ("VERDANT", "Verdant Snacks (invented)", "customer", "GB", "4 Sample Street, Madeupton"),
    ("C14LAB", "Carbon-14 Laboratory North (invented)", "laboratory", "DK", "Eksempelvej 9, Opdigtet"),
    ("CERTIA", "Certia (invented)", "certification body", "CH", "Beispielplatz 2, Erfunden"),
]

CERTIFICATE_HEAD = (
    "Certificate No",
    "Scheme",
    "Holder",
    "Valid From",
    "Valid Until",
    "Chain of Custody",
    "Materials",
    "Certification Body",
)
OWN_CERTIFICATES: Table = [
    CERTIFICATE_HEAD,
    (
        "ISCC-PLUS-Cert-XX999-00000101",
        "ISCC PLUS",
        "NORDFILM",
        day("2025-07-01"),
        day("2026-06-30"),
        "segregated",
        "PE film; laminates",
        "CERTIA",
    ),
]

MATERIAL_HEAD = (
    "Material ID",
    "Supplier",
    "Name",
    "Kind",
    "Organic Carbon %",
    "Inorganic Carbon %",
    "Biobased Carbon %",
    "Biobased Mass %",
    "Mass Basis",
    "Method",
    "Ash %",
    "Moisture %",
    "Density g/cm3",
    "Grammage g/m2",
)
OWN_MATERIALS: Table = [
    MATERIAL_HEAD,
    ("COEX 60", None, "three-layer PE film 60 um", "film", None, None, None, None, None, None, None, None, 0.941, 56.4),
    ("PE REGRIND", None, "regrind of PE edge trim", "other", None, None, None, None, None, None, None, None, 0.94, None),
    ("PE TRIM", None, "edge trim of PE film", "other", None, None, None, None, None, None, None, None, None, None),
    ("COMPO 3", None, "compostable compound PLA/PBAT/starch", "compound", None, None, None, None, None, None, None, None, 1.29, None),
    ("COMPO FILM 25", None, "compostable blown film 25 um", "film", None, None, None, None, None, None, None, None, 1.29, 32.3),
    (
        "COMPO FILM E",
        None,
        "compostable film with oxygen-scavenging enzyme coating",
        "film",
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
    ),
    ("PRINTED CELLULOSE", None, "printed cellulose film", "film", None, None, None, None, None, None, None, None, None, 36.0),
    ("LAMINATE 95", None, "cellulose film laminated to PE film", "film", None, None, None, None, None, None, None, None, None, 95.0),
    ("ethyl acetate", None, "solvent", "solvent", 54.53, None, None, None, None, None, None, None, 0.9, None),
]

# ---------------------------------------------------------------------------------------------- six suppliers, six workbooks
SOURCE_HEAD = ("Source ID", "Feedstock", "Category", "Country of Origin", "Region", "Supplier", "Certificate No")
BIOETENO_CERT = "ISCC-PLUS-Cert-XX999-00000202"


def bioeteno() -> dict[str, Table]:
    """Bio-PE from Brazilian sugarcane; every share is a cell formatted as a percentage."""
    head = (
        "Lot No",
        "Supplier",
        "Material",
        "Quantity",
        "Unit",
        "Delivery Date",
        "Delivery Note",
        "Own Lot No",
        "Biobased Carbon %",
        "Biobased Mass %",
        "Mass Basis",
        "Method",
        "Chain of Custody",
        "Certificate No",
        "Declaration No",
        "Feedstock Source",
    )
    lots = [
        ("BE-LD-2548", "BIO-LD 25", 2000, "01-05", 0.96),
        ("BE-LL-2601", "BIO-LL 18", 600, "01-07", 0.88),
        ("BE-LD-2551", "BIO-LD 25", 2000, "01-19", 0.95),
        ("BE-LD-2604", "BIO-LD 25", 2000, "02-04", 0.96),
        ("BE-LL-2606", "BIO-LL 18", 600, "02-16", 0.87),
        ("BE-LD-2609", "BIO-LD 25", 2000, "02-20", 0.955),
        ("BE-LL-2611", "BIO-LL 18", 600, "03-02", 0.88),
        ("BE-LD-2612", "BIO-LD 25", 2000, "03-04", 0.96),
        ("BE-LD-2615", "BIO-LD 25", 2000, "03-18", 0.95),
    ]
    own = {"BE-LD-2548": "RM-26-001", "BE-LD-2604": "RM-26-022", "BE-LD-2612": "RM-26-043"}
    rows = [
        (
            lot,
            "BIOETENO",
            grade,
            kg,
            "kg",
            day(when),
            f"BV-{4400 + n}",
            own.get(lot),
            Percent(share),
            Percent(share),
            "residue",
            D6866,
            "segregated",
            BIOETENO_CERT,
            f"SD-BV-26-{n:03}",
            "CANE-BR",
        )
        for n, (lot, grade, kg, when, share) in enumerate(lots, start=1)
    ]
    return {
        "Deliveries": [head, *rows],
        "Materials": [
            ("Material ID", "Supplier", "Name", "Kind", "Organic Carbon %", "Density g/cm3"),
            ("BIO-LD 25", "BIOETENO", "bio-LDPE", "synthetic polymer", Percent(0.8563), 0.921),
            ("BIO-LL 18", "BIOETENO", "bio-LLDPE", "synthetic polymer", Percent(0.8563), 0.918),
        ],
        "Feedstock Sources": [SOURCE_HEAD, ("CANE-BR", "sugarcane ethanol", "bio", "BR", "São Paulo", "BIOETENO", BIOETENO_CERT)],
        "Certificates": [
            CERTIFICATE_HEAD,
            (BIOETENO_CERT, "ISCC PLUS", "BIOETENO", day("2025-09-15"), day("2026-09-14"), "segregated", "bio-PE", "CERTIA"),
        ],
    }


def huami() -> dict[str, Table]:
    """PLA and corn starch from China: Chinese sheets, headers, materials, units and dates."""
    lots = [
        ("HM-PLA-A0118", "聚乳酸 PLA 190", 0.6, "吨", "2026年1月8日", 100, 0.04, "YM-CN"),
        ("HM-ST-A0121", "玉米淀粉", 450, "公斤", "2026年1月8日", 100, 12, "YM-CN"),
        ("HM-PLA-A0126", "聚乳酸 PLA 190", 0.6, "吨", "2026年1月22日", 100, 0.04, "YM-CN"),
        ("HM-ST-A0207", "玉米淀粉", 450, "公斤", "2026年2月3日", 100, 12, "YM-CN"),
        ("HM-PLA-A0209", "聚乳酸 PLA 190", 0.6, "吨", "2026年2月12日", 100, 0.05, "YM-CN"),
        ("HM-PLA-A0301", "聚乳酸 PLA 190", 0.6, "吨", "2026年3月2日", 100, 0.04, "YM-CN"),
        ("HM-ST-A0303", "玉米淀粉", 450, "公斤", "2026年3月2日", 100, 11.5, "YM-CN"),
        ("HM-PLA-A0310", "聚乳酸 PLA 190", 0.6, "吨", "2026年3月16日", 100, 0.04, "YM-CN"),
        ("HM-ST-A0312", "玉米淀粉", 450, "公斤", "2026年3月16日", 100, 12, "YM-CN"),
    ]
    rows = [
        (lot, "HUAMI", material, quantity, unit, when, f"SH26-{n:03}", bio, D6866, moisture, source)
        for n, (lot, material, quantity, unit, when, bio, moisture, source) in enumerate(lots, start=1)
    ]
    return {
        "到货": [
            ("批号", "供应商", "物料", "数量", "单位", "到货日期", "送货单号", "生物基碳含量 %", "检测方法", "水分 %", "原料来源编号"),
            *rows,
        ],
        "物料": [
            ("物料编号", "供应商", "名称", "种类", "有机碳含量 %", "密度 g/cm3"),
            ("聚乳酸 PLA 190", "HUAMI", "聚乳酸", "synthetic polymer", 50, 1.24),
            ("玉米淀粉", "HUAMI", "淀粉", "natural polymer", 44.45, 1.5),
        ],
        "原料来源": [("来源编号", "原料", "原料类别", "原产国", "产区", "供应商"), ("YM-CN", "玉米", "bio", "CN", "吉林", "HUAMI")],
    }


def spessart() -> dict[str, Table]:
    """Chalk masterbatch from Germany: German headers, dotted dates and decimal commas, typed as text."""
    lots = [
        ("SP-K70-4711", "500,0", "07.01.2026", "RM-26-003"),
        ("SP-K70-4725", "500,0", "03.02.2026", "RM-26-021"),
        ("SP-K70-4740", "512,5", "03.03.2026", "RM-26-041"),
        ("SP-W60-0815", "125,0", "13.01.2026", "RM-26-009"),
        ("SP-K70-4752", "500,0", "24.03.2026", "RM-26-055"),
        ("SP-W60-0822", "125,0", "17.02.2026", "RM-26-030"),
    ]
    rows = [
        (lot, "SPESSART", "Kreide-MB 70" if "K70" in lot else "Weiß-MB 60", menge, "kg", datum, f"LS-88{n:02}", own)
        for n, (lot, menge, datum, own) in enumerate(lots, start=1)
    ]
    herkunft = [
        (lot, "SPESSART", quelle, anteil)
        for lot, *_ in lots
        for quelle, anteil in ((("KALK-DE", "70") if "K70" in lot else ("ILMENIT-NO", "60")), ("ERDOEL-EU", "30" if "K70" in lot else "40"))
    ]
    return {
        "Lieferungen": [
            ("Chargennummer", "Lieferant", "Material", "Menge", "Einheit", "Lieferdatum", "Lieferschein", "Eigene Chargennummer"),
            *rows,
        ],
        "Materialien": [
            (
                "Materialnummer",
                "Lieferant",
                "Bezeichnung",
                "Art",
                "Organischer Kohlenstoff %",
                "Anorganischer Kohlenstoff %",
                "Biobasierter Kohlenstoffanteil %",
                "Methode",
                "Asche %",
                "Dichte g/cm3",
            ),
            ("Kreide-MB 70", "SPESSART", "Kreide-Masterbatch 70 %", "masterbatch", None, None, None, None, None, 1.65),
            ("Weiß-MB 60", "SPESSART", "Weiß-Masterbatch 60 %", "masterbatch", None, None, None, None, None, 1.75),
            ("CaCO3 fein", "SPESSART", "CaCO3", "filler", 0, 12, None, None, None, 2.7),
            ("TiO2 R", "SPESSART", "TiO2", "pigment", 0, 0, None, None, None, 4.2),
            ("PE-LD Träger", "SPESSART", "LDPE", "synthetic polymer", "85,63", 0, 0, D6866, 0, "0,92"),
        ],
        "Rezepturen": [
            ("Material oder Charge", "Lieferant", "Komponente", "Anteil %"),
            ("Kreide-MB 70", "SPESSART", "CaCO3 fein", 70),
            ("Kreide-MB 70", "SPESSART", "PE-LD Träger", 30),
            ("Weiß-MB 60", "SPESSART", "TiO2 R", 60),
            ("Weiß-MB 60", "SPESSART", "PE-LD Träger", 40),
        ],
        "Rohstoffquellen": [
            ("Quellen-ID", "Rohstoff", "Rohstoffkategorie", "Ursprungsland", "Lieferant"),
            ("KALK-DE", "Kalkstein", "mineral", "DE", "SPESSART"),
            ("ILMENIT-NO", "Ilmenit", "mineral", "NO", "SPESSART"),
            ("ERDOEL-EU", "Naphtha", "fossil", "NL", "SPESSART"),
        ],
        "Chargenherkunft": [("Chargennummer", "Lieferant", "Quellen-ID", "Anteil %"), *herkunft],
    }


def petrovia() -> dict[str, Table]:
    """Fossil LDPE, LLDPE and PBAT."""
    lots = [
        ("PV-LD-1101", "LD 150", 2.0, "01-06"),
        ("PV-LL-2201", "LL 210", 1.25, "01-06"),
        ("PV-PB-3301", "PBAT C", 1.0, "01-08"),
        ("PV-LD-1102", "LD 150", 2.0, "02-02"),
        ("PV-PB-3302", "PBAT C", 1.0, "02-05"),
        ("PV-LL-2202", "LL 210", 1.25, "02-09"),
        ("PV-LD-1103", "LD 150", 2.0, "03-02"),
        ("PV-PB-3303", "PBAT C", 1.0, "03-05"),
        ("PV-LL-2203", "LL 210", 1.25, "03-09"),
    ]
    return {
        "Deliveries": [
            (
                "Batch No",
                "Supplier",
                "Grade",
                "Net Weight",
                "UoM",
                "Date of Dispatch",
                "Delivery Note",
                "Biobased Carbon %",
                "Method",
                "Feedstock Source",
            ),
            *(
                (lot, "PETROVIA", grade, t, "t", day(when), f"PV-90{n:02}", 0, D6866, "NAPHTHA")
                for n, (lot, grade, t, when) in enumerate(lots, start=1)
            ),
        ],
        "Materials": [
            ("Material ID", "Supplier", "Name", "Kind", "Organic Carbon %", "Density g/cm3"),
            ("LD 150", "PETROVIA", "LDPE", "synthetic polymer", 85.63, 0.923),
            ("LL 210", "PETROVIA", "LLDPE", "synthetic polymer", 85.63, 0.918),
            ("PBAT C", "PETROVIA", "PBAT", "synthetic polymer", 62.85, 1.26),
        ],
        "Feedstock Sources": [SOURCE_HEAD, ("NAPHTHA", "naphtha", "fossil", "NL", None, "PETROVIA", None)],
    }


def klebra() -> dict[str, Table]:
    """Adhesive with castor polyol, printing ink, enzyme coating and solvent; shares are of the dry part, the rest is volatile."""
    made = {"KB-AD": "LAMI S", "KB-IN": "FLEXO W", "KB-EN": "ENZY GOX", "KB-EA": "ethyl acetate"}
    lots = [
        ("KB-AD-601", 260, "01-09"),
        ("KB-IN-601", 120, "01-09"),
        ("KB-EN-601", 80, "01-12"),
        ("KB-EA-601", 180, "01-12"),
        ("KB-AD-602", 260, "02-03"),
        ("KB-IN-602", 120, "02-10"),
        ("KB-EN-602", 80, "02-10"),
        ("KB-AD-603", 260, "02-23"),
        ("KB-IN-603", 120, "03-03"),
        ("KB-EN-603", 80, "03-03"),
        ("KB-AD-604", 260, "03-10"),
    ]
    parts = {
        "KB-AD": (("CASTOR", 38), ("PETRO", 62)),
        "KB-IN": (("WOODNC", 12), ("PETRO", 68), ("TIO2", 20)),
        "KB-EN": (("CORN", 100),),
        "KB-EA": (("PETRO", 100),),
    }
    return {
        "Deliveries": [
            ("Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Delivery Note"),
            *((lot, "KLEBRA", made[lot[:5]], kg, "kg", day(when), f"KB-6{n:03}") for n, (lot, kg, when) in enumerate(lots, start=1)),
        ],
        "Materials": [
            MATERIAL_HEAD,
            ("LAMI S", "KLEBRA", "solvent-borne PU laminating adhesive", "adhesive", 62, 0, 40, 38, "residue", D6866, 0, 60, 1.05, None),
            ("FLEXO W", "KLEBRA", "white flexographic ink", "ink", 50, 0, 15, 12, "residue", D6866, 20, 55, 1.1, None),
            (
                "ENZY GOX",
                "KLEBRA",
                "glucose oxidase in starch binder, dispersion",
                "coating",
                44,
                0,
                100,
                100,
                "residue",
                D6866,
                0,
                75,
                1.02,
                None,
            ),
            ("ethyl acetate", "KLEBRA", "solvent", "solvent", 54.53, 0, 0, None, None, D6866, 0, None, 0.9, None),
        ],
        "Lot Sources": [
            ("Lot No", "Supplier", "Source ID", "Share %"),
            *((lot, "KLEBRA", s, p) for lot, *_ in lots for s, p in parts[lot[:5]]),
        ],
        "Feedstock Sources": [
            SOURCE_HEAD,
            ("CASTOR", "castor oil", "bio", "IN", "Gujarat", "KLEBRA", None),
            ("CORN", "corn starch", "bio", "FR", None, "KLEBRA", None),
            ("WOODNC", "wood pulp", "bio", "FI", None, "KLEBRA", None),
            ("PETRO", "naphtha", "fossil", "AT", None, "KLEBRA", None),
            ("TIO2", "ilmenite", "mineral", "NO", None, "KLEBRA", None),
        ],
    }


def cellora() -> dict[str, Table]:
    """Cellulose film, sold by the square metre."""
    lots = [
        ("CE-23-0102", "01-08"),
        ("CE-23-0117", "01-20"),
        ("CE-23-0204", "02-06"),
        ("CE-23-0219", "02-23"),
        ("CE-23-0303", "03-05"),
        ("CE-23-0311", "03-16"),
    ]
    certificate = "ISCC-PLUS-Cert-XX999-00000303"
    return {
        "Deliveries": [
            (
                "Lot No",
                "Supplier",
                "Material",
                "Quantity",
                "Unit",
                "Delivery Date",
                "Delivery Note",
                "Biobased Carbon %",
                "Method",
                "Chain of Custody",
                "Certificate No",
                "Declaration No",
                "Feedstock Source",
            ),
            *(
                (
                    lot,
                    "CELLORA",
                    "CELFILM 23",
                    24000,
                    "m2",
                    day(when),
                    f"CE-{700 + n}",
                    100,
                    D6866,
                    "segregated",
                    certificate,
                    f"SD-CE-{n:02}",
                    "EUCA-PT",
                )
                for n, (lot, when) in enumerate(lots, start=1)
            ),
        ],
        "Materials": [
            ("Material ID", "Supplier", "Name", "Kind", "Organic Carbon %", "Moisture %", "Grammage g/m2"),
            ("CELFILM 23", "CELLORA", "regenerated cellulose", "natural polymer", 44.45, 7, 34.5),
        ],
        "Feedstock Sources": [SOURCE_HEAD, ("EUCA-PT", "eucalyptus pulp", "bio", "PT", "Centro", "CELLORA", certificate)],
        "Certificates": [
            CERTIFICATE_HEAD,
            (certificate, "ISCC PLUS", "CELLORA", day("2025-05-01"), day("2026-04-30"), "segregated", "cellulose film", "CERTIA"),
        ],
    }


# ---------------------------------------------------------------------------------------------- what was made
PRODUCTION_HEAD = (
    "Run No",
    "Kind",
    "Date",
    "Direction",
    "Lot No",
    "Supplier",
    "Material",
    "Quantity",
    "Unit",
    "Moisture %",
    "Layer",
    "Layer Share %",
    "Thickness um",
    "Density g/cm3",
    "Grammage g/m2",
    "Remark",
)
_KEYS = {"moist": 9, "layer": 10, "part": 11, "um": 12, "d": 13, "gsm": 14}
_MATERIAL_OF = {
    "COEX": "COEX 60",
    "TRIM": "PE TRIM",
    "REGR": "PE REGRIND",
    "CMP": "COMPO 3",
    "BF": "COMPO FILM 25",
    "ECF": "COMPO FILM E",
    "PRN": "PRINTED CELLULOSE",
    "FILM": "LAMINATE 95",
}

#: A run is a line "number kind month-day", then its rows: direction, lot@owner or material or -, kg, and key=value extras.
PRODUCTION = """
CX-2601-01 coextrusion 01-08
 in BE-LD-2548@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2601@BIOETENO 60 layer=outer
 in PV-LD-1101@PETROVIA 560 layer=core um=30 d=0.96
 in PV-LL-2201@PETROVIA 300 layer=core
 in RM-26-003 100 layer=core
 in BE-LD-2548@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2601-01 1805
 out TRIM-2601-01 55
 loss - 12 # start-up scrap
RG-2601-01 regrind 01-12
 in TRIM-2601-01 55
 out REGR-2601-01 54.2
 loss - 0.5 # dust
CX-2601-02 coextrusion 01-15
 in BE-LD-2548@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2601@BIOETENO 60 layer=outer
 in PV-LD-1101@PETROVIA 530 layer=core um=30 d=0.96
 in PV-LL-2201@PETROVIA 281 layer=core
 in RM-26-003 80 layer=core
 in RM-26-009 20 layer=core
 in REGR-2601-02 49 layer=core # edge trim of the same day, fed back in line
 in BE-LD-2548@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2601-02 1810
 out TRIM-2601-02 50
 loss - 13 # start-up scrap
RG-2601-02 regrind 01-15
 in TRIM-2601-02 50
 out REGR-2601-02 49.5
 loss - 0.5 # dust
CX-2601-03 coextrusion 01-22
 in BE-LD-2551@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2601@BIOETENO 60 layer=outer
 in PV-LD-1101@PETROVIA 540 layer=core um=30 d=0.96
 in PV-LL-2201@PETROVIA 290 layer=core
 in RM-26-003 100 layer=core
 in REGR-2601-01 30 layer=core
 in BE-LD-2551@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2601-03 1795
 out TRIM-2601-03 62
 loss - 15 # start-up scrap
RG-2601-03 regrind 01-26
 in TRIM-2601-03 62
 out REGR-2601-03 61.3
 loss - 0.5 # dust
CP-2601-01 compounding 01-13
 in HM-PLA-A0118@HUAMI 420
 in PV-PB-3301@PETROVIA 400
 in HM-ST-A0121@HUAMI 250
 out CMP-2601-01 1030
 loss water 27 # vented at the twin-screw
 loss - 9 # purge
CP-2601-02 compounding 01-27
 in HM-PLA-A0118@HUAMI 80
 in HM-PLA-A0126@HUAMI 340
 in PV-PB-3301@PETROVIA 400
 in HM-ST-A0121@HUAMI 190
 out CMP-2601-02 975
 loss water 21 # vented at the twin-screw
 loss - 9 # purge
BF-2601-01 blown-film 01-16
 in CMP-2601-01 1000
 out BF-2601-01 972
 loss - 22 # edge trim, sold for composting trials
BF-2601-02 blown-film 01-30
 in CMP-2601-02 960
 out BF-2601-02 933
 loss - 21 # edge trim
EC-2601-01 enzyme-coating 01-20
 in BF-2601-01 500
 in KB-EN-601@KLEBRA 60
 out ECF-2601-01 506
 loss water 43 # dried below 45 C to keep the enzyme alive
 loss - 8
PR-2601-01 printing 01-13
 in CE-23-0102@CELLORA 16000m2
 in KB-IN-601@KLEBRA 48
 in KB-EA-601@KLEBRA 20
 out PRN-2601-01 558
 loss ethyl_acetate 45 # to the thermal oxidiser
 loss - 12 # make-ready
LM-2601-01 lamination 01-20
 in COEX-2601-01 846 gsm=56.4
 in KB-AD-601@KLEBRA 112.5 gsm=7.5
 in PRN-2601-01 540 gsm=36
 out FILM-2601-01 1408
 loss ethyl_acetate 67
 loss - 18 # make-ready
PR-2601-02 printing 01-23
 in CE-23-0117@CELLORA 16000m2
 in KB-IN-601@KLEBRA 48
 in KB-EA-601@KLEBRA 20
 out PRN-2601-02 559
 loss ethyl_acetate 45
 loss - 11
LM-2601-02 lamination 01-28
 in COEX-2601-03 846 gsm=56.4
 in KB-AD-601@KLEBRA 112.5 gsm=7.5
 in PRN-2601-02 540 gsm=36
 out FILM-2601-02 1410
 loss ethyl_acetate 66.5
 loss - 17
CX-2602-01 coextrusion 02-06
 in BE-LD-2604@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2601@BIOETENO 60 layer=outer
 in PV-LD-1102@PETROVIA 540 layer=core um=30 d=0.96
 in PV-LL-2201@PETROVIA 290 layer=core
 in RM-26-021 100 layer=core
 in REGR-2601-03 30 layer=core
 in BE-LD-2604@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2602-01 1800
 out TRIM-2602-01 58
 loss - 14 # start-up scrap
RG-2602-01 regrind 02-10
 in TRIM-2602-01 58
 out REGR-BIN 57.2
 loss - 0.5 # dust
CX-2602-02 coextrusion 02-13
 in BE-LD-2604@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2601@BIOETENO 60 layer=outer
 in PV-LD-1102@PETROVIA 540 layer=core um=30 d=0.96
 in PV-LL-2202@PETROVIA 290 layer=core
 in RM-26-021 100 layer=core
 in REGR-BIN 30 layer=core
 in BE-LD-2604@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2602-02 1802
 out TRIM-2602-02 60
 loss - 10 # start-up scrap
RG-2602-02 regrind 02-16
 in TRIM-2602-02 60
 out REGR-BIN 59.2
 loss - 0.5 # dust
CX-2602-03 coextrusion 02-24
 in BE-LD-2609@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2606@BIOETENO 60 layer=outer
 in PV-LD-1102@PETROVIA 535 layer=core um=30 d=0.96
 in PV-LL-2202@PETROVIA 285 layer=core
 in RM-26-021 80 layer=core
 in RM-26-030 20 layer=core
 in REGR-BIN 40 layer=core
 in BE-LD-2609@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2602-03 1798
 out TRIM-2602-03 61
 loss - 13 # start-up scrap
CP-2602-01 compounding 02-09
 in HM-PLA-A0126@HUAMI 255
 in PV-PB-3302@PETROVIA 250
 in HM-ST-A0207@HUAMI 150
 out CMP-2602-01 632
 loss water 16
 loss - 5 # purge
CP-2602-02 compounding 02-18
 in HM-PLA-A0209@HUAMI 420
 in PV-PB-3302@PETROVIA 400
 in HM-ST-A0207@HUAMI 250
 out CMP-2602-02 1031
 loss water 27
 loss - 8 # purge
BF-2602-01 blown-film 02-11
 in CMP-2602-01 620
 out BF-2602-01 602
 loss - 14
BF-2602-02 blown-film 02-20
 in CMP-2602-02 1000
 out BF-2602-02 974
 loss - 20
EC-2602-01 enzyme-coating 02-25
 in BF-2602-02 500
 in KB-EN-602@KLEBRA 60
 out ECF-2602-01 505
 loss water 43.5
 loss - 8
PR-2602-03 printing 02-10
 in CE-23-0204@CELLORA 16000m2
 in KB-IN-602@KLEBRA 48
 in KB-EA-601@KLEBRA 20
 out PRN-2602-03 558
 loss ethyl_acetate 45
 loss - 12
LM-2602-03 lamination 02-12
 in COEX-2602-01 846 gsm=56.4
 in KB-AD-602@KLEBRA 112.5 gsm=7.5
 in PRN-2602-03 540 gsm=36
 out FILM-2602-03 1409
 loss ethyl_acetate 67
 loss - 16
PR-2602-04 printing 02-17
 in CE-23-0117@CELLORA 8000m2
 in CE-23-0204@CELLORA 8000m2
 in KB-IN-602@KLEBRA 48
 in KB-EA-601@KLEBRA 20
 out PRN-2602-04 558
 loss ethyl_acetate 45
 loss - 12
LM-2602-04 lamination 02-19
 in COEX-2602-02 846 gsm=56.4
 in KB-AD-602@KLEBRA 112.5 gsm=7.5
 in PRN-2602-04 540 gsm=36
 out FILM-2602-04 1410
 loss ethyl_acetate 67
 loss - 15
SL-2602-01 slitting 02-23
 in FILM-2602-03 1409
 out FILM-2602-03-A 700
 out FILM-2602-03-B 684
 loss - 22 # edge strips
PR-2602-05 printing 02-25
 in CE-23-0219@CELLORA 16000m2
 in KB-IN-602@KLEBRA 24
 in KB-IN-601@KLEBRA 24
 in KB-EA-601@KLEBRA 20
 out PRN-2602-05 559
 loss ethyl_acetate 45
 loss - 12
LM-2602-05 lamination 02-27
 in COEX-2602-03 846 gsm=56.4
 in KB-AD-603@KLEBRA 112.5 gsm=7.5
 in PRN-2602-05 540 gsm=36
 out FILM-2602-05 1411
 loss ethyl_acetate 67
 loss - 16
CX-2603-01 coextrusion 03-05
 in BE-LD-2612@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2611@BIOETENO 60 layer=outer
 in PV-LD-1103@PETROVIA 560 layer=core um=30 d=0.96
 in PV-LL-2202@PETROVIA 300 layer=core
 in RM-26-041 100 layer=core
 in BE-LD-2612@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2603-01 1803
 out TRIM-2603-01 64
 loss - 7 # line cleaned before, no regrind
RG-2603-01 regrind 03-09
 in TRIM-2603-01 64
 out REGR-2603-01 63.2
 loss - 0.5 # dust
CX-2603-02 coextrusion 03-12
 in BE-LD-2612@BIOETENO - layer=outer part=87 um=15 d=0.921
 in BE-LL-2611@BIOETENO - layer=outer part=13
 in PV-LD-1103@PETROVIA - layer=core part=56 um=30 d=0.96
 in PV-LL-2203@PETROVIA - layer=core part=30.5
 in RM-26-041 - layer=core part=10.5
 in REGR-2603-01 - layer=core part=3
 in BE-LD-2612@BIOETENO - layer=inner um=15 d=0.921 # by thickness and density; the scales were out for calibration
 out COEX-2603-02 1806
 out TRIM-2603-02 56
 loss - 14 # start-up scrap
CX-2603-03 coextrusion 03-24
 in BE-LD-2615@BIOETENO 400 layer=outer um=15 d=0.921
 in BE-LL-2611@BIOETENO 60 layer=outer
 in PV-LD-1103@PETROVIA 540 layer=core um=30 d=0.96
 in PV-LL-2203@PETROVIA 290 layer=core
 in RM-26-055 100 layer=core
 in REGR-2603-01 30 layer=core
 in BE-LD-2615@BIOETENO 460 layer=inner um=15 d=0.921
 out COEX-2603-03 1799
 out TRIM-2603-03 60
 loss - 12 # start-up scrap
CP-2603-01 compounding 03-10
 in HM-PLA-A0209@HUAMI 180
 in HM-PLA-A0301@HUAMI 240
 in PV-PB-3303@PETROVIA 400
 in HM-ST-A0303@HUAMI 250
 out CMP-2603-01 1031
 loss water 26
 loss - 9 # purge
CP-2603-02 compounding 03-19
 in HM-PLA-A0310@HUAMI 420
 in PV-PB-3303@PETROVIA 400
 in HM-ST-A0312@HUAMI 250
 out CMP-2603-02 1030
 loss water 27
 loss - 9 # purge
BF-2603-01 blown-film 03-13
 in CMP-2603-01 1000
 out BF-2603-01 975
 loss - 20
BF-2603-02 blown-film 03-24
 in CMP-2603-02 1000
 out BF-2603-02 973
 loss - 21
EC-2603-01 enzyme-coating 03-18
 in BF-2603-01 500
 in KB-EN-603@KLEBRA 60
 out ECF-2603-01 506
 loss water 43
 loss - 8
PR-2603-06 printing 03-09
 in CE-23-0303@CELLORA 16000m2
 in KB-IN-603@KLEBRA 48
 in KB-EA-601@KLEBRA 20
 out PRN-2603-06 558
 loss ethyl_acetate 45
 loss - 12
LM-2603-06 lamination 03-11
 in COEX-2603-01 846 gsm=56.4
 in KB-AD-603@KLEBRA 112.5 gsm=7.5
 in PRN-2603-06 540 gsm=36
 out FILM-2603-06 1410
 loss ethyl_acetate 67
 loss - 16
PR-2603-07 printing 03-17
 in CE-23-0311@CELLORA 16000m2
 in KB-IN-603@KLEBRA 48
 in KB-EA-601@KLEBRA 20
 out PRN-2603-07 559
 loss ethyl_acetate 45
 loss - 12
LM-2603-07 lamination 03-19
 in COEX-2603-02 - gsm=56.4
 in KB-AD-604@KLEBRA - gsm=7.5 moist=60
 in PRN-2603-07 540 gsm=36
 out FILM-2603-07 1412
 loss ethyl_acetate 67
 loss - 16
SL-2603-01 slitting 03-20
 in FILM-2603-06 1410
 out FILM-2603-06-A 705
 out FILM-2603-06-B 683
 loss - 20 # edge strips
SL-2603-02 slitting 03-26
 in BF-2603-02 973
 out BF-2603-02-A 480
 out BF-2603-02-B 478
 loss - 13 # edge strips
"""


def production(month: str) -> Table:
    """The Production sheet of a month ("01")."""
    rows: list[list[Cell]] = []
    layers: dict[tuple[str, Cell], list[Cell]] = {}
    number = kind = when = ""
    for line in PRODUCTION.strip().splitlines():
        said, _, remark = line.partition(" # ")
        words = said.split()
        if not line.startswith(" "):
            number, kind, when = words
        elif when.startswith(month):
            row = _production_row(number, kind, when, words, remark)
            if row[_KEYS["layer"]] is not None:  # a layer's thickness and density stand on each of its rows
                structure = slice(_KEYS["um"], _KEYS["d"] + 1)
                row[structure] = layers.setdefault((number, row[_KEYS["layer"]]), row[structure])
            rows.append(row)
    return [PRODUCTION_HEAD, *rows]


def _production_row(number: str, kind: str, when: str, words: list[str], remark: str) -> list[Cell]:
    """One row: direction, lot@owner (a loss: material or -), quantity, extras."""
    direction, what, quantity, *extras = words
    name, _, owner = what.partition("@")
    row: list[Cell] = [number, kind.replace("-", " "), day(when), direction, *[None] * 11, remark or None]
    is_loss = direction == "loss"
    row[4] = None if is_loss else name
    row[5] = owner or None
    row[6] = (None if name == "-" else name.replace("_", " ")) if is_loss else _MATERIAL_OF.get(name.split("-")[0])
    if quantity != "-":
        amount = re.match(r"[\d.]+", quantity)
        assert amount is not None
        row[7], row[8] = float(amount.group()), quantity[amount.end() :] or "kg"
    for extra in extras:
        key, value = extra.split("=")
        row[_KEYS[key]] = value if key == "layer" else float(value)
    return row


# ---------------------------------------------------------------------------------------------- what was tested, shipped, counted, logged
LAB_HEAD = ("Report No", "Lot No", "Supplier", "Method", "Laboratory", "Report Date", "pMC", "pMC Uncertainty", "REF")
_LAB = """
C14-26-0107 BE-LD-2548@BIOETENO 01-16 95.6 0.3
C14-26-0119 HM-PLA-A0118@HUAMI 01-21 100.4 0.3
C14-26-0131 COEX-2601-01 01-30 49.4 0.2
C14-26-0212 BE-LD-2604@BIOETENO 02-14 96.3 0.3
C14-26-0226 CMP-2602-02 02-27 54.2 0.2
C14-26-0304 FILM-2602-03 03-06 61.9 0.2
C14-26-0316 BE-LD-2612@BIOETENO 03-13 95.7 0.3
C14-26-0318 CE-23-0311@CELLORA 03-20 101.2 0.3
C14-26-0325 COEX-2603-02 03-27 48.8 0.2
C14-26-0330 FILM-2603-07 03-30 61.4 0.2
"""


def lab_tests() -> Table:
    """Radiocarbon reports on delivered and made lots."""
    rows = []
    for line in _LAB.strip().splitlines():
        report, lot, when, pmc, sigma = line.split()
        name, _, owner = lot.partition("@")
        rows.append((report, name, owner or None, "ASTM D6866-24", "C14LAB", day(when), float(pmc), float(sigma), 100))
    return [LAB_HEAD, *rows]


SHIPMENT_HEAD = (
    "Shipment No",
    "Date",
    "Customer",
    "Lot No",
    "Quantity",
    "Unit",
    "Kind",
    "Reverses Shipment No",
    "Claimed Figure",
    "Claimed %",
    "Claim Wording",
)
_SHIPMENTS = """
S-26-0001 01-23 FRISKA FILM-2601-01 700 55
S-26-0002 01-26 VERDANT COEX-2601-02 1200 45
S-26-0003 01-28 FRISKA ECF-2601-01 500 50
S-26-0004 01-30 VERDANT FILM-2601-01 690 55
S-26-0005 02-03 FRISKA FILM-2601-02 1400 55
S-26-0006 02-05 VERDANT BF-2601-01 470 50
S-26-0007 02-13 VERDANT BF-2601-02 900 50
S-26-0008 02-18 VERDANT COEX-2602-01 900 45
S-26-0009 02-24 FRISKA FILM-2602-03-A 700 55
S-26-0010 02-25 VERDANT FILM-2602-03-B 684 55
S-26-0011 02-27 FRISKA FILM-2602-04 1380 55
S-26-0012 03-02 FRISKA ECF-2602-01 500 50
S-26-0013 03-05 VERDANT FILM-2602-05 1400 55
S-26-0014 03-10 VERDANT BF-2602-01 600 50
S-26-0015 03-16 VERDANT COEX-2603-01 900 45
S-26-0016 03-20 FRISKA ECF-2603-01 500 50
S-26-0017 03-23 FRISKA FILM-2603-06-A 705 55
S-26-0018 03-24 FRISKA FILM-2603-07 760 55
S-26-0019 03-26 VERDANT FILM-2603-07 640 55
S-26-0020 03-27 VERDANT BF-2603-02-A 480 50
S-26-0021 03-30 FRISKA FILM-2603-06-B 680 55
"""


def shipments() -> Table:
    """Sales to two customers, and one roll that came back."""
    rows: list[list[Cell]] = []
    for line in _SHIPMENTS.strip().splitlines():
        number, when, customer, lot, kg, claim = line.split()
        wording = f"Contains at least {claim} % bio-based carbon, of total organic carbon, on the basis of ASTM D6866."
        rows.append([number, day(when), customer, lot, float(kg), "kg", "sale", None, "bio_carbon_toc", float(claim), wording])
    rows.append(["S-26-0022", day("03-30"), "FRISKA", "FILM-2603-07", 40.0, "kg", "return", "S-26-0018", None, None, None])
    return [SHIPMENT_HEAD, *rows]


STOCK_COUNTS: Table = [
    ("Date", "Site", "Lot No", "Supplier", "Quantity", "Unit"),
    (day("03-31"), "NF-1", "FILM-2603-07", None, 52.0, "kg"),
    (day("03-31"), "NF-1", "COEX-2603-03", None, 1799.0, "kg"),
    (day("03-31"), "NF-1", "BF-2603-02-B", None, 478.0, "kg"),
    (day("03-31"), "NF-1", "REGR-BIN", None, 46.4, "kg"),
    (day("03-31"), "NF-1", "KB-EA-601", "KLEBRA", 40.0, "kg"),
]


def records() -> Table:
    """Energy logs of the big runs, activity tests of the enzyme coating, weighbridge tickets and inspections."""
    head = ("Record No", "Kind", "Lot No", "Run No", "Date", "Value", "Unit", "Document", "Remark")
    rows: list[list[Cell]] = []
    per_kind = {"coextrusion": 905, "blown-film": 448, "compounding": 402, "lamination": 231}
    for line in PRODUCTION.strip().splitlines():
        words = line.split()
        if not line.startswith(" ") and words[1] in per_kind:
            kwh = per_kind[words[1]] + len(rows) * 7 % 23
            rows.append([f"EN-{words[0]}", "energy log", None, words[0], day(words[2]), float(kwh), "kWh", "meter sheet hall 2", None])
    for lot, run, when, activity in (
        ("ECF-2601-01", "EC-2601-01", "01-21", 1.42),
        ("ECF-2602-01", "EC-2602-01", "02-26", 1.38),
        ("ECF-2603-01", "EC-2603-01", "03-19", 1.45),
    ):
        note = "glucose oxidase activity on film, 25 C, pH 5.5; accepted from 1.2"
        rows.append([f"EA-{lot}", "enzyme activity test", lot, run, day(when), activity, "U/cm2", f"protocol EA-{when}", note])
    for number, lot, when, kg in (
        ("WB-26-014", "RM-26-001", "01-05", 2000.0),
        ("WB-26-131", "RM-26-022", "02-04", 2000.0),
        ("WB-26-240", "RM-26-043", "03-04", 2000.0),
    ):
        rows.append([number, "weighbridge ticket", lot, None, day(when), kg, "kg", f"ticket {number}", None])
    rows.append(
        ["IN-26-007", "inspection", "FILM-2603-07", "LM-2603-07", day("03-20"), 3.4, "N/15 mm", "bond strength report", "accepted from 2.5"]
    )
    return [head, *rows]


def chain_books() -> dict[str, dict[str, Table]]:
    """Every workbook of the chain: file name to sheets."""
    return {
        "nordfilm-master-data.xlsx": {"Parties": PARTIES, "Certificates": OWN_CERTIFICATES, "Materials": OWN_MATERIALS},
        "bioeteno-2026-q1.xlsx": bioeteno(),
        "cellora-2026-q1.xlsx": cellora(),
        "huami-2026-q1.xlsx": huami(),
        "klebra-2026-q1.xlsx": klebra(),
        "petrovia-2026-q1.xlsx": petrovia(),
        "spessart-2026-q1.xlsx": spessart(),
        "nordfilm-production-2026-01.xlsx": {"Production": production("01")},
        "nordfilm-production-2026-02.xlsx": {"Production": production("02")},
        "nordfilm-production-2026-03.xlsx": {"Production": production("03")},
        "nordfilm-laboratory-2026-q1.xlsx": {"Lab Tests": lab_tests()},
        "nordfilm-shipments-2026-q1.xlsx": {"Shipments": shipments(), "Stock Counts": STOCK_COUNTS},
        "nordfilm-records-2026-q1.xlsx": {"Records": records()},
    }
