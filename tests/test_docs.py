"""The README says what the code does: generated blocks, dependencies, the two opening lines and the ten-minute walk."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tracepack import Workspace, cli, data
from tracepack.core.claimtext import sentences_in
from tracepack.rulebook import chain_of_custody_rules, claim_wording_rules

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- /generated -->)", re.DOTALL)


def table(*head: str, rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table with an empty line around it."""
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in (head, tuple("---" for _ in head), *rows)]
    return "\n" + "".join(f"| {line} |\n" for line in lines) + "\n"


def layout_block() -> str:
    def columns(sheet: data.Sheet) -> str:
        return ", ".join(f"{c.header}\\*" if c.required else c.header for c in sheet.columns)

    def key(sheet: data.Sheet) -> str:
        return ", ".join(sheet.column(name).header for name in sheet.key)

    sheets = table("sheet", "key", "columns", rows=((s.name, key(s), columns(s)) for s in data.layout().sheets.values()))
    users: dict[str, list[str]] = {}
    for sheet in data.layout().sheets.values():
        for column in sheet.columns:
            if column.vocabulary:
                users.setdefault(column.vocabulary, []).append(f"{sheet.name}: {column.header}")
    lists = table("list", "values", rows=(("; ".join(users[n]), ", ".join(v)) for n, v in data.layout().vocabularies.items() if n in users))
    return sheets + "Columns that choose from a list:\n" + lists


def blanks_block() -> str:
    meanings: dict[tuple[str, str], list[str]] = {}
    for sheet in data.layout().sheets.values():
        for column in sheet.columns:
            if column.blank:
                meanings.setdefault((column.header, column.blank), []).append(sheet.name)
    return table("column", "sheets", "a blank means", rows=((h, ", ".join(sheets), says) for (h, says), sheets in meanings.items()))


def settings_block() -> str:
    rows = ((f"`{name}`", f"{default * 100:g} %", says) for name, (default, says) in data.layout().settings.items())
    limits = ((f"`{name}`", f"{default} {unit}", says) for name, (default, unit, says) in data.layout().limits.items())
    return table("name", "default", "what it does", rows=[*rows, *limits])


def custody_block() -> str:
    rules = chain_of_custody_rules()
    rows = ((f"**{one}**", *(rules.blend[one, other] for other in rules.models)) for one in rules.models)
    return table("", *rules.models, rows=rows)


def findings_block() -> str:
    entries = data.read_toml("findings.toml").items()
    return table("name", "severity", "stage", "says", rows=((f"`{n}`", e["severity"], e["stage"], e["says"]) for n, e in entries))


def help_block() -> str:
    runner = CliRunner()

    def shown(*path: str) -> str:
        text = runner.invoke(cli.cli, [*path, "--help"], prog_name="tracepack", terminal_width=100).output
        return f"\n```text\n$ {' '.join(['tracepack', *path, '--help'])}\n{text}```\n"

    return shown() + "".join(shown(name) for name in cli.cli.commands) + "\n"


BLOCKS: dict[str, Callable[[], str]] = {
    "layout": layout_block,
    "blanks": blanks_block,
    "settings": settings_block,
    "custody": custody_block,
    "help": help_block,
    "findings": findings_block,
}


def test_generated_blocks_are_what_the_code_says(golden: Callable[[Path, str], None]) -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for _, name, _, _ in _BLOCK.findall(text)] == list(BLOCKS)
    golden(README, _BLOCK.sub(lambda m: m[1] + BLOCKS[m[2]]() + m[4], text))


def test_dependency_table_names_every_dependency_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(name for group in project["optional-dependencies"].values() for name in group)]
    section = README.read_text(encoding="utf-8").split("## What it rests on")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)) == sorted(wanted)


def test_readme_opens_with_two_lines_in_one_sh_fence() -> None:
    (fence,) = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    install_and_show, install_and_test = fence.splitlines()
    assert install_and_show.endswith("tracepack demo")
    assert install_and_test.endswith("pytest")


def test_every_file_the_readme_points_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


def walk() -> str:
    text = README.read_text(encoding="utf-8")
    return text.split("## Ten minutes")[1].split("\n## ")[0]


def walk_tables() -> dict[str, list[list[str]]]:
    """Sheet name -> the rows of its table in the walk, the header first."""
    found = re.findall(r"^\*Sheet ([\w ]+)\*.*?\n\n((?:\|.*\n)+)", walk(), re.MULTILINE)
    return {
        name: [[c.strip() for c in line.strip("|").split("|")] for line in rows.splitlines() if "---" not in line] for name, rows in found
    }


def test_ten_minute_walk_works_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    fences = re.findall(r"^```console\n(.*?)^```$", walk(), re.MULTILINE | re.DOTALL)
    commands = [line.split()[1:] for fence in fences for line in fence.splitlines()]
    assert [c[0] for c in commands] == ["init", "template", "import", "content", "trace", "check", "report", "diagram"]
    for command in commands[:2]:
        assert cli.run(command) == 0
    fill("quarter.xlsx", walk_tables())
    for command in commands[2:]:
        assert cli.run(command) == 0, command
    said = capsys.readouterr().out
    figure = re.search(r"`content` answers ([\d.]+ %)", walk())
    assert figure is not None
    assert figure[1] in said
    assert (tmp_path / "BAG-1.html").is_file()
    assert (tmp_path / "BAG-1.svg").is_file()
    tables = walk_tables()
    deliveries = tables["Deliveries"]
    deliveries[1][deliveries[0].index("Biobased Carbon %")] = ""
    fill("quarter.xlsx", tables)
    assert cli.run(["import", "quarter.xlsx", "--replace"]) == 0
    figure = Workspace.open("tracepack.db").content("BAG-1").content.bio_carbon_toc
    assert (figure.low, figure.high) == (0.0, 0.6), "a bio-LDPE that nobody has vouched for is anything"


def fill(file: str, tables: dict[str, list[list[str]]]) -> None:
    """Write the walk's rows below the example row of each sheet, as a hand would."""
    assert set(tables) == {"Parties", "Feedstock Sources", "Deliveries", "Production"}
    book = openpyxl.load_workbook(file)
    for name, (head, *rows) in tables.items():
        sheet = book[name]
        columns = {str(cell.value).removesuffix("*").strip(): cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=3):
            for header, text in zip(head, row, strict=True):
                value = float(text) if re.fullmatch(r"[\d.]+", text) else text or None
                sheet.cell(number, columns[header]).value = value
    book.save(file)


def test_the_sentence_that_the_readme_offers_is_one_of_ours() -> None:
    section = README.read_text(encoding="utf-8").split("### Claims and declarations")[1].split("\n## ")[0]
    quoted = " ".join(re.findall(r"^  > (.*)$", section, re.MULTILINE))
    (said,) = sentences_in(quoted, claim_wording_rules())
    assert (said.sentence.key, said.percent) == ("mass-balance", 60)
