"""The schemas that are published equal what the code answers."""

from __future__ import annotations

import json

import jsonschema
import pytest
import report_examples as example
from pydantic import ValidationError

from conftest import ROOT
from tracepack.data import layout
from tracepack.intake.schema import sheet_schema
from tracepack.report import schemas
from tracepack.report.answers import FindingAnswer

SHEETS = {name: sheet_schema(name) for name in layout().sheets}
PUBLISHED = schemas.published_schemas(SHEETS)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_file_is_what_the_code_generates(name: str, golden):
    golden(ROOT / "schemas" / name, schemas.schema_text(PUBLISHED[name]))


def test_no_schema_file_is_left_over():
    assert {path.name for path in (ROOT / "schemas").iterdir()} == set(PUBLISHED)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("content", example.film_content()),
        ("trace", example.film_trace(complete=False)),
        ("lineage", example.film_lineage()),
        ("dossier", example.film_dossier()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_satisfies_its_schema(name: str, answer):
    schema = PUBLISHED[f"{name}.schema.json"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(answer.model_dump_json(by_alias=True)), schema)


@pytest.mark.parametrize("refs", [None, 7, "B2", {"cell": "B2"}])
def test_cells_that_are_no_list_are_refused_as_data(refs: object):
    """A page or bundle that was tampered with may hold anything there."""
    with pytest.raises(ValidationError):
        FindingAnswer.model_validate({"name": "n", "severity": "note", "message": "", "hint": "", "refs": refs})
