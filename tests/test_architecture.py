"""The direction of imports, the owner of each outside library, and the size of rooms, held over the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tracepack

PACKAGE = Path(tracepack.__file__).parent
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "samples" not in p.relative_to(PACKAGE).parts)
#: A room may import the rooms of its list, and itself.
ROOMS = {
    "bookcommand": {"showing", "workspace", "errors"},
    "showing": {"workspace", "documents", "report", "errors"},
    "commandoptions": set(),
    "manyreports": {"documents", "questions", "reporting", "store", "report", "core", "errors"},
    "reportcommand": {"progress", "showing", "workspace", "errors"},
    "diagramcommand": {"errors", "commandoptions", "showing", "report"},
    "recallcommand": {"commandoptions", "showing", "report", "errors"},
    "lotcommands": {"commandoptions", "reportcommand", "showing", "errors"},
    "evidencecommands": {"commandoptions", "showing", "workspace", "report", "errors"},
    "evidence": {
        "importing",
        "layoutanswers",
        "profilebook",
        "questions",
        "reporting",
        "store",
        "report",
        "core",
        "data",
        "errors",
        "rulebook",
    },
    "cli": {
        "bookcommand",
        "commandoptions",
        "diagramcommand",
        "evidencecommands",
        "lotcommands",
        "recallcommand",
        "showing",
        "annotating",
        "declaring",
        "workspace",
        "demo",
        "layoutoptions",
        "progress",
        "documents",
        "report",
        "errors",
        "core",
        "data",
    },
    "workspace": {
        "annotating",
        "bookkeeping",
        "declaring",
        "differing",
        "evidence",
        "importing",
        "profilebook",
        "layoutanswers",
        "listing",
        "manyreports",
        "picturing",
        "questions",
        "recalling",
        "drilling",
        "reporting",
        "intake",
        "store",
        "report",
        "core",
        "data",
        "errors",
        "rulebook",
    },
    "demo": {"workspace", "documents", "report", "core", "data", "errors"},
    "documents": {"errors"},
    "profilebook": {"documents", "layoutanswers", "intake", "errors"},
    "layoutanswers": set(),
    "layoutoptions": {"layoutanswers"},
    "progress": {"report"},
    "annotating": {"documents", "intake", "report", "core", "errors"},
    "collecting": set(),
    "importing": {
        "collecting",
        "layoutanswers",
        "profilebook",
        "questions",
        "intake",
        "store",
        "report",
        "core",
        "data",
        "errors",
        "rulebook",
    },
    "listing": {"questions", "store", "report", "core", "data", "errors", "rulebook"},
    "claiming": {"core", "data", "rulebook"},
    "declaring": {"bookkeeping", "store", "report", "core", "errors", "rulebook"},
    "bookkeeping": {"collecting", "store", "report", "core", "errors", "rulebook"},
    "differing": {"questions", "store", "report", "core", "errors", "rulebook"},
    "questions": {"bookkeeping", "claiming", "store", "report", "core", "data", "errors", "rulebook"},
    "judging": {"questions", "core", "report", "errors", "rulebook"},
    "lotbooks": {"bookkeeping", "claiming", "questions", "store", "core", "rulebook"},
    "reporting": {"lotbooks", "judging", "questions", "store", "report", "core", "data", "errors", "rulebook"},
    "picturing": {"collecting", "reporting", "questions", "store", "report", "core", "errors", "rulebook"},
    "drilling": {"recalling", "questions", "store", "report", "core", "errors"},
    "recallbooks": {"core", "rulebook", "store"},
    "recalling": {"recallbooks", "collecting", "questions", "store", "report", "core", "errors", "rulebook"},
    "rulebook": {"core", "data"},
    "intake": {"core", "data", "errors"},
    "store": {"core", "data", "errors"},
    "report": {"core", "data", "errors"},
    "core": {"errors"},
    "data": set(),
    "errors": set(),
}
#: Inside core: a module may import those further down this list, never up.
CORE = [
    {"recallends"},
    {"recallstock", "recallclaims"},
    {"declarations"},
    {"claimoffers"},
    {"declarationchecks"},
    {"declarationlines"},
    {"checks", "bookaudit", "claims", "certchecks", "creditfaults"},
    {"bookperiods", "bookuses", "usetimes", "bookdeclarations", "bookmethods", "bookscope", "singleuse", "stockcounts", "closingchecks"},
    {"stockplaces"},
    {"bookview"},
    {"closing"},
    {"quantitybook", "percentages"},
    {"balances"},
    {"trace", "deliverychecks"},
    {"schemes", "advice", "readiness"},
    {"workings", "totals"},
    {"lotfigures"},
    {"originparts", "flowparts"},
    {"content", "custody", "recountcustody"},
    {"recountorigins", "recountbooks"},
    {"recount"},
    {"recall"},
    {"recallnodes", "recallvalues"},
    {"recallruns", "recallsubject"},
    {"mixture", "attribution", "papers", "recallmatter"},
    {"damp"},
    {"conversion", "deciding", "delivered", "dry", "pools"},
    {"arrivals"},
    {"accounts", "recallcredits"},
    {"credits", "reversals"},
    {"entries", "returns"},
    {"figures"},
    {"mixing"},
    {"recountblend"},
    {"recountrows", "recountsteps"},
    {"lineage"},
    {"runs", "structure"},
    {"recountlayers"},
    {"recountbounds"},
    {"properties"},
    {"catalogue", "region", "bounds", "elimination"},
    {"limits", "bookrules", "schemerules", "judgementrules", "claimrules", "claimtext", "declarationrules"},
    {"library", "facts", "changes", "known", "methods", "shares", "numerals", "dates"},
    {"sites"},
    {"ledger"},
    {"bookrecords"},
    {"origin"},
    {"findings", "quantity"},
    {"folding"},
]
#: An outside library and the only modules (prefixes) that may import it.
OWNERS = {
    "cryptography": ("evidence.signing",),
    "click": ("cli", "diagramcommand", "evidencecommands", "commandoptions", "lotcommands", "layoutoptions", "recallcommand", "showing"),
    "sqlalchemy": ("store",),
    "openpyxl": (
        "intake.workbook",
        "intake.formats",
        "intake.template",
        "intake.annotate",
        "intake.marks",
        "intake.markchild",
        "intake.writing",
        "report.xlsx",
    ),
    "xlsxwriter": ("report.xlsx",),
    "tomli_w": ("intake.profiles",),
    "xlrd": ("intake.xlschild",),
    "networkx": ("core.lineage",),
    "numpy": ("core",),
    "graphviz": ("report.diagram",),
    "pygraphviz": ("report.diagram",),
    "typst": ("report.pdf",),
    "segno": ("report.qrcode",),
    "jinja2": ("report.html",),
    "pydantic": ("report.localised", "intake.rows", "intake.schema", "report.answers", "report.dossier", "report.schemas"),
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(p for p in parts if p != "__init__")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    name = name_of(path)
    room = name.split(".")[0] or "tracepack"
    for imported in imports_of(path):
        if not imported.startswith("tracepack.") or imported.startswith("tracepack.__") or room in ("tracepack", "__main__"):
            continue
        other = imported.split(".")[1]
        assert other == room or other not in ROOMS or other in ROOMS[room], f"{name} imports {imported}"
        assert other == room or other in ROOMS, f"{other} is a room without a place in the order"


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).startswith("core.")], ids=name_of)
def test_core_imports_point_down(path: Path) -> None:
    rank = {module: i for i, level in enumerate(CORE) for module in level}
    own = name_of(path).split(".")[1]
    assert own in rank, f"core.{own} has no place in the order"
    for imported in imports_of(path):
        if imported.startswith("tracepack.core."):
            other = imported.split(".")[2]
            assert rank[other] >= rank[own], f"core.{own} imports core.{other}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_library_has_its_owner(path: Path) -> None:
    for imported in imports_of(path):
        owners = OWNERS.get(imported.split(".")[0])
        assert owners is None or any(name_of(path).startswith(o) for o in owners), f"{name_of(path)} imports {imported}"


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).startswith("core")], ids=name_of)
def test_core_touches_no_file_clock_or_random(path: Path) -> None:
    forbidden = {"os", "pathlib", "io", "random", "time", "socket", "subprocess", "sqlite3", "tempfile"}
    assert not {i.split(".")[0] for i in imports_of(path)} & forbidden
    tree = ast.parse(path.read_text(encoding="utf-8"))
    clocks = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in ("now", "utcnow", "today")]
    assert not clocks


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_rooms_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, f"{name_of(path)} has {text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50, f"{name_of(path)}.{node.name} has {length} lines"


def test_no_room_is_a_drawer() -> None:
    assert not {"utils", "helpers", "common", "base", "manager"} & {p.stem for p in MODULES}
