"""The JSON Schemas of everything we publish, made from the models themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tracepack.report.answers import CheckAnswer, ContentAnswer, LineageAnswer, LogAnswer, LotsAnswer, Model, TraceAnswer
from tracepack.report.answers_balance import BalanceAnswer
from tracepack.report.answers_declaration import DeclarationAnswer
from tracepack.report.answers_diff import DiffAnswer
from tracepack.report.answers_drill import DrillAnswer
from tracepack.report.answers_import import ImportAnswer
from tracepack.report.answers_recall import RecallAnswer
from tracepack.report.answers_reports import ReportsAnswer
from tracepack.report.answers_schemes import SchemesAnswer
from tracepack.report.answers_verify import VerifyAnswer
from tracepack.report.dossier import Dossier

ANSWERS: Mapping[str, type[Model]] = {
    "balance": BalanceAnswer,
    "check": CheckAnswer,
    "content": ContentAnswer,
    "declaration": DeclarationAnswer,
    "diff": DiffAnswer,
    "dossier": Dossier,
    "import": ImportAnswer,
    "lineage": LineageAnswer,
    "log": LogAnswer,
    "lots": LotsAnswer,
    "recall": RecallAnswer,
    "recall-drill": DrillAnswer,
    "reports": ReportsAnswer,
    "schemes": SchemesAnswer,
    "trace": TraceAnswer,
    "verify": VerifyAnswer,
}


def published_schemas(sheets: Mapping[str, dict[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    """Every schema by its file name below ``schemas/``, sorted; ``sheets`` (by sheet name) comes from the intake's side."""
    schemas = {f"{name}.schema.json": _answer_schema(model) for name, model in ANSWERS.items()}
    for name, schema in (sheets or {}).items():
        schemas[f"sheet-{name.lower().replace(' ', '-')}.schema.json"] = schema
    return dict(sorted(schemas.items()))


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _answer_schema(model: type[Model]) -> dict[str, Any]:
    body = model.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}
