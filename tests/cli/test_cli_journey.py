"""The command line as a user meets it: what it prints, where, and the exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chain_workbooks import DELIVERIES, PRODUCTION, write_workbook

from tracepack.cli import cli, run

Sheets = dict[str, list[list[Any]]]


class Terminal:
    """A workspace and the command line on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        code = run(["-w", str(self.folder / "w.db"), *arguments])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *arguments: str) -> Any:
        self(*arguments, "--json")
        return json.loads(self.out)

    def workbook(self, name: str, sheets: Sheets) -> str:
        return str(write_workbook(self.folder / name, sheets))


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, capsys)
    assert made("init", "--organisation", "CONVERTER", "--site", "PLANT") == 0
    return made


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """Two suppliers' lots, blended; both suppliers also use the number 4711."""
    assert terminal("import", terminal.workbook("march.xlsx", {"Deliveries": DELIVERIES, "Production": PRODUCTION})) == 0
    return terminal


def test_import_counts_facts_by_sheet_and_every_row(terminal: Terminal) -> None:
    path = terminal.workbook("march.xlsx", {"Deliveries": DELIVERIES, "Production": PRODUCTION})
    answer = terminal.json("import", path)
    (file,) = answer["files"]
    assert (answer["import_id"], file["status"], file["recorded"]) == (1, "recorded", {"Deliveries": 4, "Production": 1})
    assert [(row["sheet"], row["row"], row["status"]) for row in file["rows"]] == [
        *[("Deliveries", n, "recorded") for n in range(2, 6)],
        *[("Production", n, "recorded") for n in range(2, 5)],
    ]


def test_the_same_file_again_changes_nothing(filled: Terminal) -> None:
    before = filled.json("content", "BLEND-1")
    answer = filled.json("import", str(filled.folder / "march.xlsx"))
    (file,) = answer["files"]
    assert (answer["import_id"], file["status"], file["recorded"], file["unchanged"]) == (None, "unchanged", {}, 5)
    assert {row["status"] for row in file["rows"]} == {"unchanged"}
    assert filled.json("content", "BLEND-1") == before, "not even the number of the last import has moved"


def test_a_file_given_twice_counts_once(terminal: Terminal) -> None:
    first = terminal.workbook("march.xlsx", {"Deliveries": DELIVERIES})
    second = terminal.folder / "copy.xlsx"
    second.write_bytes(Path(first).read_bytes())
    files = terminal.json("import", first, str(second))["files"]
    assert [(file["file"], file["recorded"].get("Deliveries", 0)) for file in files] == [("march.xlsx", 4), ("copy.xlsx", 0)]
    assert len(terminal.json("lots")["lots"]) == 4


def test_a_changed_row_is_refused_until_replace_and_the_old_value_stays_in_the_log(terminal: Terminal) -> None:
    noted = [[*DELIVERIES[0], "Delivery Note"], [*DELIVERIES[1], "N-1"]]
    terminal("import", terminal.workbook("a.xlsx", {"Deliveries": noted}))
    corrected = terminal.workbook("b.xlsx", {"Deliveries": [noted[0], [*noted[1][:3], 120, *noted[1][4:]]]})
    assert terminal("import", corrected) == 1
    assert "changed-without-replace" in terminal.err
    assert terminal.json("lots")["lots"][0]["mass_kg"] == "100"
    answer = terminal.json("import", corrected, "--replace")
    assert (answer["files"][0]["superseded"], answer["files"][0]["rows"][0]["status"]) == (1, "superseded")
    assert terminal.json("lots")["lots"][0]["mass_kg"] == "120"
    (change,) = terminal.json("log")["entries"][1]["changes"]
    assert (change["action"], change["old"], change["new"]) == ("superseded", {"quantity": "100"}, {"quantity": "120"})
    assert [ref["file"] for ref in change["refs"]] == ["a.xlsx", "b.xlsx"]


def test_one_refused_file_refuses_all_but_with_each_only_itself(terminal: Terminal) -> None:
    good = terminal.workbook("good.xlsx", {"Deliveries": DELIVERIES})
    bad = terminal.workbook("bad.xlsx", {"Production": [PRODUCTION[0], PRODUCTION[1]]})
    answer = terminal.json("import", good, bad)
    assert [(f["status"], {row["status"] for row in f["rows"]}) for f in answer["files"]] == [("refused", {"refused"})] * 2
    assert "run-without-outputs" in [finding["name"] for finding in answer["files"][1]["findings"]]
    assert terminal.json("lots")["lots"] == []
    answer = terminal.json("import", good, bad, "--each")
    assert [f["status"] for f in answer["files"]] == ["recorded", "refused"]
    assert terminal("import", good, bad, "--each") == 1


def test_an_unreadable_file_stores_nothing_even_beside_a_good_one(terminal: Terminal) -> None:
    good = terminal.workbook("good.xlsx", {"Deliveries": DELIVERIES})
    (terminal.folder / "bad.xlsx").write_text("no workbook")
    assert terminal("import", good, str(terminal.folder / "bad.xlsx"), "--each") == 2
    assert terminal.err.startswith("error: bad.xlsx")
    assert terminal.json("lots")["lots"] == []


def test_a_dry_run_says_what_would_happen_and_stores_nothing(terminal: Terminal) -> None:
    path = terminal.workbook("march.xlsx", {"Deliveries": DELIVERIES})
    answer = terminal.json("import", path, "--dry-run")
    assert (answer["dry_run"], answer["import_id"], answer["files"][0]["recorded"]) == (True, None, {"Deliveries": 4})
    assert terminal.json("log")["entries"] == []


def test_what_an_import_reveals_about_the_world_is_stored_and_shown(filled: Terminal) -> None:
    more = [PRODUCTION[0], ["R2", "2026-03-09", "in", "A-1", "ACME", 90, "kg"], ["R2", "2026-03-09", "out", "FILM-2", None, 90, "kg"]]
    answer = filled.json("import", filled.workbook("april.xlsx", {"Production": more}))
    names = {finding["name"] for file in answer["files"] for finding in file["findings"]}
    assert "over-consumed" in names, "60 kg and 90 kg of 100 kg"
    assert filled("check", "FILM-2") == 1
    assert filled("check", "B-1") == 0, "another lot has no part in it"


def test_withdrawing_a_fact_and_an_import(filled: Terminal) -> None:
    entry = filled.json("log", "1")["entries"][0]
    (run_fact,) = [change for change in entry["changes"] if change["sheet"] == "Production"]
    assert filled("withdraw", f"F{run_fact['fact_id']}", "--why", "booked twice") == 0
    assert "BLEND-1" not in [lot["number"] for lot in filled.json("lots")["lots"]]
    assert filled("withdraw", "1", "--why", "all of it") == 0
    assert filled.json("lots")["lots"] == []
    assert [entry["why"] for entry in filled.json("log")["entries"]] == ["", "booked twice", "all of it"]


def test_a_lot_number_of_two_owners_needs_the_owner(filled: Terminal) -> None:
    assert filled("content", "4711") == 2
    assert "ACME, ZETA" in filled.err
    assert filled("content", "4711", "--owner", "ZETA") == 0


def test_content_of_a_blend(filled: Terminal) -> None:
    answer = filled.json("content", "BLEND-1")
    assert (answer["lot"]["owner"], answer["mass_kg"]) == ("CONVERTER", "90")
    assert sorted((origin["lot"], round(origin["mass_share"], 4)) for origin in answer["origins"]) == [("A-1", 0.6667), ("B-1", 0.3333)]


def test_trace_is_one_where_an_end_is_open(filled: Terminal) -> None:
    assert filled("trace", "BLEND-1") == 1, "no delivery names its feedstock source"
    assert filled("trace", "A-1", "--down") == 0
    assert [lot["number"] for lot in filled.json("trace", "A-1", "--down")["lots"]] == ["A-1", "BLEND-1"]


def test_lots_are_found_by_number_owner_and_material(filled: Terminal) -> None:
    def numbers(text: str) -> list[str]:
        return [lot["number"] for lot in filled.json("lots", text)["lots"]]

    assert numbers("blend") == ["BLEND-1"]
    assert numbers("zeta") == ["4711", "B-1"]
    assert numbers("pbat") == ["4711", "B-1"]
    assert numbers("nothing") == []


def test_a_template_is_a_file_and_only_xlsx(terminal: Terminal) -> None:
    path = terminal.folder / "fill.xlsx"
    assert terminal("template", str(path), "--for", "supplier", "--lang", "zh") == 0
    assert path.read_bytes()[:2] == b"PK"
    assert terminal.out == "", "talk goes to stderr"
    assert terminal("template", str(terminal.folder / "fill.csv")) == 2


def test_a_template_for_suppliers_says_that_it_names_the_others_too(filled: Terminal) -> None:
    assert filled("template", str(filled.folder / "all.xlsx"), "--for", "supplier") == 0
    assert "--supplier ID" in filled.err
    supplier = filled.json("lots")["lots"][0]["owner"]
    assert filled("template", str(filled.folder / "theirs.xlsx"), "--for", "supplier", "--supplier", supplier) == 0
    assert "--supplier ID" not in filled.err
    assert (filled.folder / "theirs.xlsx").read_bytes() != (filled.folder / "all.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, ["--help"]),
        (0, ["--version"]),
        (0, ["lots"]),
        (0, ["check"]),
        (0, ["completion", "bash"]),
        (2, []),
        (2, ["brew"]),
        (2, ["lots", "--colour"]),
        (2, ["content"]),
        (2, ["content", "NO-SUCH-LOT"]),
        (2, ["content", "NO-SUCH-LOT", "--on", "yesterday"]),
        (2, ["trace", "NO-SUCH-LOT"]),
        (2, ["check", "NO-SUCH-LOT"]),
        (2, ["diagram", "NO-SUCH-LOT", "-o", "x.svg"]),
        (2, ["diagram", "NO-SUCH-LOT", "-o", "x.bmp"]),
        (2, ["report", "NO-SUCH-LOT"]),
        (2, ["init"]),
        (2, ["import"]),
        (2, ["import", "no-such-file.xlsx"]),
        (2, ["withdraw", "9", "--why", "x"]),
        (2, ["withdraw", "F9", "--why", "x"]),
        (2, ["withdraw", "import", "--why", "x"]),
        (2, ["withdraw", "1"]),
        (2, ["withdraw", "1", "--why", " "]),
        (2, ["log", "9"]),
        (2, ["completion", "tcsh"]),
    ],
)
def test_exit_codes(terminal: Terminal, code: int, arguments: list[str]) -> None:
    assert terminal(*arguments) == code
    if code == 2:
        assert terminal.out == ""
        assert "rror: " in terminal.err or terminal.err.startswith("Usage")
        assert "Traceback" not in terminal.err


def test_a_bug_is_three_and_shows_its_traceback_only_when_asked(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(cli.commands["lots"], "callback", broken)
    assert terminal("lots") == 3
    assert "Traceback" not in terminal.err
    monkeypatch.setenv("TRACEPACK_DEBUG", "1")
    assert terminal("lots") == 3
    assert "ZeroDivisionError" in terminal.err


def test_an_import_that_is_interrupted_is_130_and_undone(filled: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracepack import questions  # noqa: PLC0415

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(questions, "world_findings", interrupted)  # the facts are written by then, but not committed
    assert filled("import", filled.workbook("april.xlsx", {"Deliveries": [DELIVERIES[0], ["A-9", *DELIVERIES[1][1:]]]})) == 130
    assert filled.err.strip() == "interrupted"
    assert "A-9" not in [lot["number"] for lot in filled.json("lots")["lots"]]


def test_every_command_has_help_with_an_example(terminal: Terminal) -> None:
    for name in cli.commands:
        assert terminal(name, "--help") == 0
        assert f"Example:  {'eval' if name == 'completion' else 'tracepack'}" in terminal.out


# ---- the real program


def program(*arguments: str, **more: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-m", "tracepack", *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, **more
    )


def test_help_imports_nothing_slow() -> None:
    script = (
        "import sys; from tracepack.cli import run; run(['--help']); run(['content', '--help']); import tracepack; tracepack.__version__\n"
        "slow = {'networkx', 'numpy', 'openpyxl', 'sqlalchemy', 'pydantic', 'jinja2', 'pygraphviz', 'typst', 'sqlite3'}\n"
        "sys.exit(', '.join(sorted(slow & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_has_seen_enough_is_no_error(filled: Terminal) -> None:
    process = program("-w", str(filled.folder / "w.db"), "content", "BLEND-1")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert (process.stderr.read(), process.wait(timeout=60)) == ("", 0)
    process.stderr.close()


def test_documents_are_utf8_whatever_the_terminal(filled: Terminal) -> None:
    filled("import", filled.workbook("zh.xlsx", {"Deliveries": [DELIVERIES[0], ["批-1", *DELIVERIES[1][1:]]]}))
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(Path(__file__).parents[2])}
    arguments = [sys.executable, "-m", "tracepack", "-w", str(filled.folder / "w.db"), "lots", "--json"]
    done = subprocess.run(arguments, capture_output=True, env=environment, check=True)
    assert "批-1" in done.stdout.decode("utf-8")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_completes_commands(shell: str, terminal: Terminal) -> None:
    assert terminal("completion", shell) == 0
    assert "_TRACEPACK_COMPLETE" in terminal.out
    environment = {**os.environ, "_TRACEPACK_COMPLETE": "bash_complete", "COMP_WORDS": "tracepack con", "COMP_CWORD": "1"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-m", "tracepack"], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.strip() == "plain,content"
