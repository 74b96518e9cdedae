"""Files given back with their corrections: which file is written where, and what is marked in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.limits import Limits
from tracepack.documents import write_atomically
from tracepack.errors import UsageProblem
from tracepack.intake.annotate import Annotated, annotate
from tracepack.intake.workbook import Dialect, read_workbook
from tracepack.report.answers import FindingAnswer
from tracepack.report.answers_import import ImportFileAnswer

_MACROS = ".xlsm"


def annotated_paths(files: Sequence[Path], out: Path) -> list[Path]:
    """Where each file's annotated copy goes: one file to ``out``, several into the folder ``out``.

    UsageProblem where a file of that name is there already (it may hold somebody's work), or where its ending does not fit.
    """
    paths = [out] if len(files) == 1 else [out / f"{file.stem}-corrections{_ending(file)}" for file in files]
    if len(files) > 1 and out.suffix.casefold() in {".xlsx", _MACROS}:
        raise UsageProblem(f"--annotate {out.name}: several files need a folder", "name a folder, or import the files one by one")
    if len(set(paths)) < len(paths):
        raise UsageProblem("two of the files have the same name", "import them one by one")
    for file, path in zip(files, paths, strict=True):
        if path.suffix.casefold() != _ending(file):
            raise UsageProblem(
                f"--annotate {path.name}: the annotated {file.name} is a workbook in {_ending(file)}", f"name it {path.stem}{_ending(file)}"
            )
        if path.exists():
            raise UsageProblem(f"{path} is there already and may hold somebody's work", "choose another name, or delete it first")
    return paths


def _ending(file: Path) -> str:
    """A workbook with macros stays one; everything else is given back as .xlsx."""
    return _MACROS if file.suffix.casefold() == _MACROS else ".xlsx"


def annotated(file: Path, answer: ImportFileAnswer, limits: Limits, lang: str) -> Annotated:
    """A file with what its import found marked in it.  Raises UnreadableFile, UsageProblem where the file has changed since."""
    workbook = read_workbook(file, limits, Dialect(answer.encoding, answer.delimiter))
    if workbook.sha256 != answer.sha256:
        raise UsageProblem(f"{file.name} was changed while it was imported", "import it again")
    return annotate(workbook, [_finding(found) for found in answer.findings], lang, limits)


def write_annotated(path: Path, made: Annotated) -> str:
    """Write an annotated workbook, and say so.  UsageProblem where it cannot be written."""
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as problem:
        raise UsageProblem(f"{path.parent} could not be made: {problem.strerror}") from problem
    write_atomically(path, made.data)
    said = f"Wrote {path}: {made.errors} to correct, {made.warnings} to check."
    return said if made.original else f"{said}  It is a copy of the values: the original cannot be marked in place."


def _finding(answer: FindingAnswer) -> Finding:
    refs = tuple(SourceRef(ref.file, ref.sha256, ref.sheet, ref.cell) for ref in answer.refs)
    return Finding(answer.name, Severity(answer.severity), answer.message, answer.hint, refs)
