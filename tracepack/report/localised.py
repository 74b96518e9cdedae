"""Answers in the reader's language: what findings and open ends say, translated where the answer is shown."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from tracepack.data.speech import say_in
from tracepack.report.answers_import import RowEnd

#: The fields of answers that hold sentences of the program, by the name of their model.
SENTENCES = {
    "FindingAnswer": ("message", "hint"),
    "OpenEnd": ("reason",),
    "RecallDoubt": ("reason",),
    "TraceAnswer": ("statement",),
    "ContentAnswer": ("assumptions",),
    "VerifyAnswer": ("unconfirmed",),
}

_Model = TypeVar("_Model", bound=BaseModel)


def localised(answer: _Model, lang: str) -> _Model:
    """The answer with its sentences in a language; values and names stay as they are."""
    return answer if lang == "en" else _model(answer, lang)


def _model(model: _Model, lang: str) -> _Model:
    changes: dict[str, Any] = {}
    spoken = SENTENCES.get(type(model).__name__, ())
    for name in type(model).model_fields:
        value = getattr(model, name)
        new = _said(value, lang) if name in spoken else _value(value, lang)
        if new is not value:
            changes[name] = new
    return model.model_copy(update=changes) if changes else model


def _said(value: Any, lang: str) -> Any:
    """A sentence, or a list of them."""
    return [say_in(text, lang) for text in value] if isinstance(value, list) else say_in(value, lang)


def _value(value: Any, lang: str) -> Any:
    if isinstance(value, BaseModel):
        return _model(value, lang)
    if isinstance(value, tuple) and value and isinstance(value[0], RowEnd):
        return tuple(end._replace(reason=say_in(end.reason, lang)) for end in value)
    if isinstance(value, list | tuple) and value and isinstance(value[0], BaseModel):
        return type(value)(_model(item, lang) for item in value)
    return value
