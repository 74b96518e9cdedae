"""Fuzzing of the reader: any bytes end as a reading or as an UnreadableFile, soon, and the process lives.

Run by hand, for as long as wanted:  python tests/intake/fuzz_reader.py --seconds 600
With atheris on the path (pip install atheris) the mutations are guided by coverage of the reader, else they are random.
Both take a seed apart as its format is made (zip parts, XML tokens, attributes, indices, records, sectors, text) before
they damage it.  What is found is written to --findings; the exit code is 1 where anything was.
"""

from __future__ import annotations

import argparse
import datetime as dt
import faulthandler
import hashlib
import io
import random
import re
import struct
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]
GUIDED = "--guided" in sys.argv
if GUIDED:  # the reader's modules must be instrumented as they are first imported
    import atheris

    with atheris.instrument_imports(include=["tracepack"]):
        import tracepack.intake.reading  # noqa: F401

from sheets import Formatted  # noqa: E402
from writers import DELIMITERS, ENCODINGS, WORKBOOKS, Rows, text  # noqa: E402

from tracepack.errors import UnreadableFile  # noqa: E402
from tracepack.intake.reading import read_file  # noqa: E402
from tracepack.intake.template import write_template  # noqa: E402

#: An input that takes longer, twice, is a finding; one that hangs ends the process with a traceback.
TOO_LONG = 10.0
LARGEST_SEED = 100_000
CORPUS = HERE.parent.parent.parent / "shared" / "corpus"

ROWS: Rows = [
    ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Biobased Carbon %", "Method", "备注"],
    ["007", "ACME", "PLA", 12.5, "kg", dt.date(2026, 3, 4), Formatted(0.45, "0.00%"), "ASTM D6866", "聚乳酸"],
    ["1E5", "ACME", "PBAT", Decimal("1000.25"), "t", "31.12.2026", ">=80", "EN 16640", None],
    [Formatted(42, "00000"), "Ölwerk", "stärke", "1.234,5", "公斤", "2026年3月5日", "30-35 %", None, "=1+1"],
]


def seeds() -> list[tuple[str, bytes]]:
    """Files to start from, as (ending, bytes): our own of every format, and the small ones of the shared corpus where it is."""
    made = [(f".{kind}", write("Deliveries", ROWS)) for kind, write in WORKBOOKS.items()]
    for encoding in ENCODINGS:
        narrow = [[str(cell).encode(encoding, "replace").decode(encoding) if cell is not None else None for cell in row] for row in ROWS]
        made += [(".csv", text(narrow, delimiter, encoding)) for delimiter in DELIMITERS.values()]
    made.append((".xlsx", write_template("supplier", "zh")))
    corpus = sorted(
        path
        for path in CORPUS.rglob("*")
        if path.is_file() and path.suffix.casefold() in {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".csv"}
    )
    return made + [(path.suffix.casefold(), path.read_bytes()) for path in corpus if path.stat().st_size <= LARGEST_SEED]


# ---- mutations

_TOKEN = re.compile(rb'<[^<>]{1,300}>|"[^"<>]{0,60}"|\b\d+\b')
_ODD = [
    b"",
    b"0",
    b"-1",
    b"1",
    b"2147483648",
    b"4294967295",
    b"99999999999999999999",
    b"1e308",
    b"1e999",
    b"NaN",
    b"inf",
    b"A1",
    b"XFD1048576",
]
_ODD += [
    b"ZZZZ1",
    b"A0",
    b"$A$1",
    b"true",
    b"\xff\xfe",
    b"\x00",
    b"#N/A",
    b"..",
    b"/",
    b"s",
    b"inlineStr",
    b"d",
    b"e",
    b"9" * 400,
    "１２".encode(),
    "\ud7ff".encode(),
]


def bytes_changed(body: bytes, rng: random.Random) -> bytes:
    """A few bytes flipped, set, cut out, doubled or replaced by odd values."""
    changed = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if not changed:
            break
        place, length = rng.randrange(len(changed)), rng.choice((1, 1, 2, 4, 8, 64))
        match rng.randrange(6):
            case 0:
                changed[place] ^= 1 << rng.randrange(8)
            case 1:
                changed[place] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
            case 2:
                del changed[place : place + length]
            case 3:
                changed[place:place] = changed[place : place + length]
            case 4:
                changed[place : place + length] = rng.choice(_ODD)
            case _:
                width, code = rng.choice(((2, "<H"), (4, "<I"), (8, "<Q")))
                changed[place : place + width] = struct.pack(
                    code, rng.choice((0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), rng.randrange(1000)))
                )
    return bytes(changed)


def tokens_changed(body: bytes, rng: random.Random) -> bytes:
    """XML or text: tags, attribute values and numbers exchanged, doubled, taken out or made odd."""
    found = list(_TOKEN.finditer(body))
    if not found:
        return bytes_changed(body, rng)
    for _ in range(rng.choice((1, 1, 2, 5))):
        one, other = rng.choice(found), rng.choice(found)
        new = rng.choice(
            (b"", other[0], one[0] * 2, b'"' + rng.choice(_ODD) + b'"' if one[0][:1] == b'"' else rng.choice(_ODD), b"<x>" + one[0])
        )
        body = body[: one.start()] + new + body[one.end() :]
        found = list(_TOKEN.finditer(body)) or found
    return body


def package_changed(package: bytes, rng: random.Random) -> bytes:
    """A zip taken apart: a part changed, left out, renamed, doubled or swapped; or the archive's own headers."""
    if rng.random() < 0.15:
        return bytes_changed(package, rng)
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as source:
            members = [(member.filename, source.read(member)) for member in source.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error, EOFError):
        return bytes_changed(package, rng)
    if not members:
        return package
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(members))
        name, body = members[place]
        way = rng.randrange(20)
        if way == 0:
            members.pop(place) if len(members) > 1 else None
        elif way == 1:
            members[place] = (rng.choice((name.upper(), "../" + name, "/" + name, name + "x", rng.choice(members)[0])), body)
        elif way == 2:
            members[place] = (name, rng.choice(members)[1])
        else:
            members[place] = (name, bytes_changed(body, rng) if name.endswith(".bin") or rng.random() < 0.2 else tokens_changed(body, rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, body in members:
            if name not in target.namelist():
                target.writestr(name, body)
    return out.getvalue()


def sectors_changed(body: bytes, rng: random.Random) -> bytes:
    """A compound file: sectors swapped, repeated or cut off, its header's numbers and single records changed."""
    match rng.randrange(5):
        case 0:
            one, other = (512 * rng.randrange(1, max(2, len(body) // 512)) for _ in range(2))
            return body[:one] + body[other : other + 512] + body[one + 512 :]
        case 1:
            return body[: 512 * rng.randrange(1, max(2, len(body) // 512))]
        case 2:
            place = rng.randrange(0x18, 0x200)
            return body[:place] + struct.pack("<I", rng.choice((0, 1, 0xFFFFFFFE, 0xFFFFFFFF, rng.randrange(64)))) + body[place + 4 :]
    return bytes_changed(body, rng)


def changed(body: bytes, rng: random.Random) -> bytes:
    """A mutation that suits what the bytes are."""
    if body.startswith(b"PK"):
        return package_changed(body, rng)
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        return sectors_changed(body, rng)
    return tokens_changed(body, rng) if rng.random() < 0.4 else bytes_changed(body, rng)


# ---- one input


class Fuzzer:
    """Reads inputs in a folder of its own, and keeps those that end badly: one for each place where the program failed."""

    def __init__(self, findings: Path) -> None:
        self._findings = findings
        # What the process died of, should it die, is still there.
        self._folder = findings / "last-input"
        self._folder.mkdir(parents=True, exist_ok=True)
        self.places: dict[str, Path] = {}
        self.inputs = self.readings = 0

    def try_input(self, suffix: str, body: bytes) -> None:
        """Read one input; a slow one twice, since a busy machine is slow as well."""
        path = self._folder / f"Deliveries{suffix}"
        path.write_bytes(body)
        self.inputs += 1
        taken = self._timed(path, suffix, body)
        if taken > TOO_LONG and self._timed(path, suffix, body) > TOO_LONG:
            self._keep(f"took {taken:.0f} s", suffix, body, "")

    def _timed(self, path: Path, suffix: str, body: bytes) -> float:
        faulthandler.dump_traceback_later(6 * TOO_LONG, exit=True)
        started = time.monotonic()
        try:
            read_file(path)
            self.readings += 1
        except UnreadableFile:
            pass
        except Exception as problem:  # what no user may ever see
            self._keep(_place_of(problem), suffix, body, traceback.format_exc())
        faulthandler.cancel_dump_traceback_later()
        return time.monotonic() - started

    def _keep(self, place: str, suffix: str, body: bytes, trace: str) -> None:
        if place not in self.places:
            self._findings.mkdir(parents=True, exist_ok=True)
            kept = self._findings / f"{hashlib.sha256(body).hexdigest()[:12]}{suffix}"
            kept.write_bytes(body)
            self.places[place] = kept
            print(f"FOUND {place}: {kept}\n{trace}", flush=True)  # noqa: T201


def _place_of(problem: BaseException) -> str:
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__} in {Path(last.filename).name}:{last.lineno}"


# ---- the runs


def run_random(fuzzer: Fuzzer, seconds: float, most: int, seed: int) -> None:
    """Mutate seeds at random, a few steps deep, until the time or the number of inputs is spent."""
    rng, files = random.Random(seed), seeds()
    until = time.monotonic() + seconds
    while time.monotonic() < until and fuzzer.inputs < most:
        suffix, body = rng.choice(files)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            body = changed(body, rng)
        fuzzer.try_input(suffix, body)


def run_guided(findings: Path, seconds: float, seed: int) -> None:
    """Let atheris choose what to mutate further, by the coverage of the reader; ends the process."""
    fuzzer = Fuzzer(findings)
    corpus = Path(tempfile.mkdtemp(prefix="seeds"))
    suffixes = (".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".xlsm")
    for number, (suffix, body) in enumerate(seeds()):
        (corpus / f"{number:04}").write_bytes(bytes([suffixes.index(suffix)]) + body)
    ends = time.monotonic() + seconds

    def one(data: bytes) -> None:
        if data:
            fuzzer.try_input(suffixes[data[0] % len(suffixes)], data[1:])
        if time.monotonic() > ends:
            finish(fuzzer, "guided by coverage")

    def mutate(data: bytes, most: int, number: int) -> bytes:
        rng = random.Random(number)
        body = changed(data[1:], rng) if rng.random() < 0.8 else atheris.Mutate(data[1:], most - 1)
        return (data[:1] + body)[:most]

    arguments = [
        sys.argv[0],
        f"-seed={seed}",
        f"-max_len={2 * LARGEST_SEED}",
        "-rss_limit_mb=0",
        "-timeout=60",
        "-verbosity=0",
        str(corpus),
    ]
    atheris.Setup(arguments, one, custom_mutator=mutate)
    atheris.Fuzz()


def finish(fuzzer: Fuzzer, way: str) -> None:
    """Say what ran, and end."""
    print(f"{fuzzer.inputs} inputs ({fuzzer.readings} readable), {way}: {len(fuzzer.places)} findings", flush=True)  # noqa: T201
    for place, kept in fuzzer.places.items():
        print(f"  {place}: {kept}", flush=True)  # noqa: T201
    import os  # noqa: PLC0415

    os._exit(1 if fuzzer.places else 0)  # libFuzzer ends a process that exits by itself with a report of a crash


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--inputs", type=int, default=10**9, help="end after so many (random mutations only)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris")
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()) / "tracepack-fuzz")
    options = parser.parse_args(arguments)
    faulthandler.enable()
    if options.guided:
        run_guided(options.findings, options.seconds, options.seed)
    fuzzer = Fuzzer(options.findings)
    run_random(fuzzer, options.seconds, options.inputs, options.seed)
    finish(fuzzer, "mutated at random")


if __name__ == "__main__":
    main(sys.argv[1:])
