"""The demo: the sample chain in a workspace of its own, with the documents a certifier would be handed."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain, count
from pathlib import Path

from tracepack.core.quantity import percent_text
from tracepack.documents import write_atomically
from tracepack.errors import MissingFont, WorkspaceError
from tracepack.report.answers import ContentAnswer, FigureAnswer
from tracepack.workspace import Workspace

#: What is written into the demo's folder: (file, "report" or "diagram", format).
_DOCUMENTS = (
    ("report.html", "report", "html"),
    ("report.md", "report", "md"),
    ("report.json", "report", "json"),
    ("lineage.svg", "diagram", "svg"),
    ("lineage.pdf", "diagram", "pdf"),
    ("lineage.png", "diagram", "png"),
    ("lineage.dot", "diagram", "dot"),
)


def samples() -> Traversable:
    """The folder of samples: inside the installed package, or beside it in a checkout."""
    installed, checkout = files("tracepack") / "samples", Path(__file__).parent.parent / "samples"
    for folder in (installed, checkout):
        if (folder / "demo.toml").is_file():
            return folder
    raise WorkspaceError("the sample chain is not installed", "install tracepack again")


def run_demo(directory: Path | None = None, lang: str = "en") -> str:
    """Build the demo in a folder and return the summary to print.

    None: in the first of tracepack-demo, tracepack-demo-2 ... that is not there yet.  WorkspaceError where the folder
    holds a workspace already.
    """
    directory = directory or _new_folder()
    plan = tomllib.loads((samples() / "demo.toml").read_text(encoding="utf-8"))
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "tracepack.db"
    workspace = Workspace.create(path, plan["organisation"], plan["site"])
    workbooks = _copy_workbooks(directory / "workbooks")
    imported = workspace.import_files(workbooks)
    lot = plan["lot"]
    undrawn = _write_documents(workspace, lot, directory, lang)
    facts = sum(sum(file.recorded.values()) for file in imported.files)
    summary = _summary(directory, lot, f"{facts} facts from {len(workbooks)} workbooks", workspace.content(lot))
    return f"{summary}\n\n{undrawn}" if undrawn else summary


def _write_documents(workspace: Workspace, lot: str, directory: Path, lang: str) -> str:
    """Write the demo's documents; returns which of them no font could draw, and what to do, "" for none."""
    missing: dict[str, MissingFont] = {}
    for name, kind, file_format in _DOCUMENTS:
        make = workspace.report if kind == "report" else workspace.diagram
        try:
            document = make(lot, format=file_format, lang=lang)
        except MissingFont as problem:
            missing[name] = problem
        else:
            write_atomically(directory / name, document)
    return "\n".join(f"Not written: {name}: {problem.message}; {problem.hint}." for name, problem in missing.items())


def _new_folder() -> Path:
    """A folder of this name that is not there yet, so that the demo can be run again and nothing is overwritten."""
    names = (f"tracepack-demo-{number}" for number in count(2))
    return next(folder for folder in map(Path, chain(["tracepack-demo"], names)) if not folder.exists())


def _copy_workbooks(folder: Path) -> list[Path]:
    """The chain's workbooks beside the workspace, so that a user can open what was imported."""
    folder.mkdir(exist_ok=True)
    copies = []
    for source in sorted((samples() / "chain").iterdir(), key=lambda entry: entry.name):
        if source.name.endswith(".xlsx"):
            write_atomically(folder / source.name, source.read_bytes())
            copies.append(folder / source.name)
    return copies


def _summary(directory: Path, lot: str, read: str, content: ContentAnswer) -> str:
    at = f"tracepack -w {directory / 'tracepack.db'}"
    return f"""\
The sample chain is in {directory}: {read}.

{lot} ({content.lot.material}), {content.mass_kg} kg: bio-based carbon {_span(content.content.bio_carbon_toc)} of its organic carbon,
from {len({origin.source for origin in content.origins if origin.source})} feedstock sources.

Open
  {directory / "report.html"}   the traceability report (also .md, .json)
  {directory / "lineage.svg"}   the lineage picture (also .pdf, .png, .dot)
  {directory / "workbooks"}     the workbooks it was all read from

Try
  {at} lots
  {at} content {lot}
  {at} trace {lot}
  {at} check"""


def _span(figure: FigureAnswer) -> str:
    if figure.low is None or figure.high is None:
        return "does not apply"
    low, high = percent_text(figure.low), percent_text(figure.high)
    return low if low == high else f"{low} to {high}"
