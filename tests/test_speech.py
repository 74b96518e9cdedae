"""Findings speak every language: each sentence that the code makes has its translations, and each is found again when filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from tracepack import data
from tracepack.data.speech import Sentence, say_in, sentences

PACKAGE = Path(data.__file__).parents[1]
#: Where sentences arise that findings, open ends, rows and assumptions show.
SPEAKING = (*sorted(PACKAGE.glob("core/*.py")), *sorted(PACKAGE.glob("intake/*.py")), PACKAGE / "importing.py", PACKAGE / "report/build.py")
#: Who is given sentences to show, and as which of its arguments.
GIVEN = {
    "Finding": (2, 3),
    "finding": (1,),
    "Unread": (1, 2),
    "add": (1, 2),
    "tell": (1, 2),
    "_about": (1, 2),
    "OpenEnd": (1,),
    "RowNote": (2,),
    "_impossible": (0,),
}
#: A sentence has at least one of these words.
FUNCTION_WORDS = re.compile(
    r"\b(a|an|the|is|are|was|were|it|its|of|in|to|than|that|not|no|none|nothing|with|without|from|by|has|have|one)\b", re.I
)
#: Sentences that no answer shows: names of unknown roots and parts of file errors, descriptions of columns.
NOT_SHOWN = {
    "a loop that nothing feeds",
    "more taken from lot {} than it had",
    "more came out of {} than went in",
    "a sign without a name",
    "return to supplier",
    "not known",
    "in part",
    "not met",
    "no data",
    "no threshold",
}
#: Rooms whose other texts are errors, descriptions and words of files; what they give to be shown counts here, too.
QUIET = {"charsets", "delimited", "filekind", "ods", "package", "profiles", "schema", "sheetxml", "template", "workbook", "xls", "annotate"}
ERRORS = {"UsageProblem", "RefusedError", "UnreadableFile", "ValueError", "CorruptPackage"}
NAMES = {name for sheet in data.layout().sheets.values() for name in (sheet.name, *(column.header for column in sheet.columns))}
LANGUAGES = ("de", "zh")


def template(node: ast.AST) -> str | None:
    """A text, or f-string or text to be formatted with its gaps as {}; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w+\}", "{}", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def texts_in(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """Every text below a node that is neither documentation nor an error's, and whether it is given to be shown."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            continue
        if isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant):
            continue  # a part of a sentence that was seen whole
        name = getattr(child.func, "id", getattr(child.func, "attr", "")) if isinstance(child, ast.Call) else ""
        if name in ERRORS:
            continue
        if isinstance(child, ast.Call) and name in GIVEN:
            arguments = [child.args[i] for i in GIVEN[name] if i < len(child.args)]
            arguments += [keyword.value for keyword in child.keywords if keyword.arg in {"hint", "message"}]
            yield from ((text, True) for argument in arguments if (text := template(argument)))
        if text := template(child):
            yield text, False
        yield from texts_in(child)


def shape(english: str) -> str:
    """An English sentence of the table with its gaps as {}."""
    return "".join(text + ("" if name is None else "{}") for text, name, _, _ in Formatter().parse(english))


def test_every_sentence_of_the_code_is_in_the_table():
    known = {shape(s.english) for table in ("message", "phrase") for s in sentences(table)}
    missing = set()
    for path in SPEAKING:
        for text, given in texts_in(ast.parse(path.read_text(encoding="utf-8"))):
            plain = text.isascii() and "\\" not in text and " " in text.strip()
            spoken = given or (path.stem not in QUIET and FUNCTION_WORDS.search(text))
            if plain and spoken and text not in known | NAMES | NOT_SHOWN:
                missing.add(f"{path.name}: {text}")
    assert sorted(missing) == []


def test_no_sentence_of_the_table_is_unused():
    made = {text for path in SPEAKING for text, _ in texts_in(ast.parse(path.read_text(encoding="utf-8")))}
    assert [s.english for table in ("message", "phrase") for s in sentences(table) if shape(s.english) not in made] == []


def gaps(english: str) -> dict[str, str]:
    return {name: kind or "" for _, name, kind, _ in Formatter().parse(english) if name is not None}


@pytest.mark.parametrize("sentence", [*sentences("message"), *sentences("phrase")], ids=lambda s: s.english[:60])
def test_a_translation_says_everything_that_the_english_says(sentence: Sentence):
    """A word may be left out: not every language has a verb of its own for one and for several."""
    asked = gaps(sentence.english)
    for language in LANGUAGES:
        said = sentence.translations[language]
        assert said.strip()
        names = set(gaps(said))
        assert names <= set(asked)
        assert {name for name, kind in asked.items() if kind != "word"} <= names


def test_every_sentence_has_one_row():
    english = [shape(s.english) for s in sentences("message")]
    assert sorted(set(english)) == sorted(english)
    assert len({shape(s.english) for s in sentences("phrase")}) == len(sentences("phrase"))


#: What may stand in a gap of a kind, in English and in German.
SAMPLES = {
    "number": ("1.5", "1,5"),
    "column": ("Lot No", "Chargennummer"),
    "sheet": ("Deliveries", "Lieferungen"),
    "word": ("(blank)", "(leer)"),
    "phrase": ("they differ in their rows", "sie unterscheiden sich in ihren Zeilen"),
}


@pytest.mark.parametrize("sentence", sentences("message"), ids=lambda s: s.english[:60])
def test_a_sentence_that_was_filled_in_is_found_again(sentence: Sentence):
    kinds = gaps(sentence.english)
    plain = {
        name: SAMPLES.get(kind.rstrip(",;").replace("list", "phrase"), (f"A-{i}", f"A-{i}")) for i, (name, kind) in enumerate(kinds.items())
    }
    english = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", sentence.english).format_map({name: pair[0] for name, pair in plain.items()})
    assert say_in(english, "de") == sentence.translations["de"].format_map({name: pair[1] for name, pair in plain.items()})


def test_data_in_a_sentence_stays_as_it_is():
    said = say_in("The supplier run 7 (blank) 1.5 {x} has no row in Parties.", "de")
    assert said == "Der Lieferant run 7 (blank) 1.5 {x} hat keine Zeile im Blatt „Partner“."


def test_a_name_with_the_sentences_own_words_is_one_name():
    said = say_in("Lot to is made (ME) is made from nothing but itself on one day.", "de")
    assert said == "Charge to is made (ME): besteht an einem Tag nur aus sich selbst."


def test_numbers_take_the_languages_decimal_mark_and_sums_of_sentences_are_said_throughout():
    text = "Run R.1: 1000.5 kg in, 900 kg out, 0 kg lost: 100.5 kg (10.0 % of the input) unaccounted for, more than 2.0 %."
    assert say_in(text, "de") == (
        "Lauf R.1: 1000,5 kg hinein, 900 kg heraus, 0 kg Verlust: 100,5 kg (10,0 % des Einsatzes) ungeklärt, mehr als 2,0 %."
    )
    assert say_in(text, "zh") == "生产批次 R.1：投入 1000.5 kg，产出 900 kg，损耗 0 kg：100.5 kg（占投入的 10.0%）去向不明，超过 2.0%。"


def test_a_hostile_cell_is_no_work():
    """Gaps are found by looking, not by trying: a long text of a sentence's own words is as quick as any, and none of it is lost."""
    words = " has a delivery much like this one in (" * 20_000
    said = say_in(f"Lot {words} has a delivery much like this one in A (no difference but the file).", "de")
    assert said.startswith("Die Charge")
    assert said.count("much like") == 20_000
    unfinished = "Lot" + " (" * 50_000
    assert say_in(unfinished, "de") == unfinished


def test_what_is_not_in_the_table_is_said_in_english():
    assert say_in("Something new.", "zh") == "Something new."
    assert say_in("", "de") == ""
