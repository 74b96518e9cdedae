"""Importing 100,000 deliveries against what openpyxl needs merely to look at them.  Ratios of processor time within one run."""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

ROWS = 100_000
HEADERS = (
    *("Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Delivery Note"),
    *("Biobased Carbon %", "Organic Carbon %", "Method", "Certificate No", "Feedstock Source"),
)
#: Import, in parts of the time that openpyxl's read-only mode takes to iterate the workbook.
WANTED = {"deliveries.xlsx": 0.7, "deliveries.csv": 0.5}
#: What fails: on the same machine the ratio moves by a tenth from day to day (csv 0.42 to 0.50), and wanted is where it stands.
LIMITS = {"deliveries.xlsx": 0.85, "deliveries.csv": 0.65}
#: A machine that does other work beside it may spoil a round, not all of them.
ROUNDS = 3
MEMORY_LIMIT_MB = 700

#: Each measures itself in a process of its own: seconds of processor time, rows, and the most memory it ever had.
ITERATE = """
import json, resource, sys, time, openpyxl
start = time.process_time()
rows = sum(1 for sheet in openpyxl.load_workbook(sys.argv[1], read_only=True) for _ in sheet.iter_rows(values_only=True))
print(json.dumps([time.process_time() - start, rows - 1, 0]))
"""
IMPORT = """
import json, pathlib, resource, sys, time
from tracepack import Workspace
from tracepack.store import Store
Store.create(sys.argv[2], "CONVERTER", "S1")
start = time.process_time()
answer = Workspace.open(sys.argv[2]).import_files([sys.argv[1]])
seconds = time.process_time() - start
status = pathlib.Path("/proc/self/status")  # getrusage also counts what the parent had when this process was forked
found = [int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")] if status.exists() else []
peak = (found or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**10 if sys.platform == "darwin" else 1)])[0] // 2**10
print(json.dumps([seconds, answer.files[0].recorded["Deliveries"], peak]))
"""


def deliveries() -> list[list[object]]:
    """Every row another lot, from 40 suppliers, with a note of its own."""
    first = dt.date(2026, 1, 1)
    return [
        [
            *(f"L{n:06}", f"SUP{n % 40}", "PLA" if n % 2 else "PBAT", 1000 + n % 77, "kg", first + dt.timedelta(days=n % 90), f"N{n}"),
            *(100 if n % 2 else 37, 50, "ASTM D6866", "C-1", "CORN"),
        ]
        for n in range(ROWS)
    ]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speed")
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Deliveries")
    with (folder / "deliveries.csv").open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        for row in (list(HEADERS), *deliveries()):
            sheet.append(row)
            writer.writerow(row)
    workbook.save(folder / "deliveries.xlsx")
    return folder


def measured(program: str, *arguments: Path) -> tuple[float, int, int]:
    done = subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, check=True)
    seconds, rows, peak = json.loads(done.stdout)
    return seconds, rows, peak


def ratios(files: Path, turn: int) -> dict[str, float]:
    """One round: each import set against the iterations before and after them."""
    before, seen, _ = measured(ITERATE, files / "deliveries.xlsx")
    assert seen == ROWS
    taken: dict[str, float] = {}
    for name in WANTED:
        taken[name], recorded, peak = measured(IMPORT, files / name, files / f"{name}-{turn}.db")
        assert recorded == ROWS
        assert peak < MEMORY_LIMIT_MB
        print(f"import of {name}: {taken[name]:.1f} s, {peak} MB")  # noqa: T201
    after, _, _ = measured(ITERATE, files / "deliveries.xlsx")
    iterating = (before + after) / 2
    print(f"iterated by openpyxl: {before:.1f} s before, {after:.1f} s after")  # noqa: T201
    return {name: seconds / iterating for name, seconds in taken.items()}


@pytest.mark.benchmark
def test_importing_a_large_file_costs_less_than_iterating_it_with_openpyxl(files: Path, record_property: pytest.RecordProperty) -> None:
    best = dict.fromkeys(WANTED, float("inf"))
    for turn in range(ROUNDS):
        best = {name: min(best[name], ratio) for name, ratio in ratios(files, turn).items()}
        if all(best[name] <= LIMITS[name] for name in LIMITS):
            break
    for name, ratio in best.items():
        record_property(name, ratio)
        print(f"import of {name}: {ratio:.2f} of openpyxl's iteration, wanted {WANTED[name]}")  # noqa: T201
    assert {name: ratio for name, ratio in best.items() if ratio > LIMITS[name]} == {}
