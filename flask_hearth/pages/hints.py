"""What a field takes, told beside it before somebody errs."""

from typing import Any, Final

from flask_hearth.model.visible import PATTERN
from flask_hearth.pages.field import Field, Kind
from flask_hearth.pages.limits import counted, highest, lowest, more_than_one
from flask_hearth.pages.schema import Schema

_EXAMPLES: Final = {
    "date-time": "2026-01-31T12:00:00Z",
    "duration": "PT1H30M",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}
"""Of formats for which browsers have no control: theirs for a moment knows no time zones."""

_ON_A_LINE: Final = {"date": "For example 2026-01-31.", "time": "For example 19:30."}
"""By the type of the control, which a line of a list has not."""


def hint(part: Schema, schema: Schema, kind: Kind, item: Field | None, *, nullable: bool) -> str:
    """Sentences for people. `part` is how the model has the field, `schema` what it takes, `item` what a list is of."""
    unseen = "It is not shown. Left empty in a change, it stays as it is." if part.get("writeOnly") else None
    said = part.get("description")
    if kind == "reference" and said == schema["ref"].described():
        # It is no id that people choose; where they type one, the page says so.
        said = None
    return _joined(said, *_sentences(part, schema, kind, item, nullable=nullable), unseen)


def _sentences(part: Schema, schema: Schema, kind: Kind, item: Field | None, *, nullable: bool) -> list[str | None]:
    if kind in {"choice", "reference"}:
        return []
    if kind == "group":
        return ["Leave all of it empty for none."] if nullable else []
    if kind == "json":
        names = ", ".join(each.path[-1] for each in item.parts) if item else ""
        return [f"Written as JSON: a list of objects with {names}." if names else "Written as JSON."]
    if kind == "lines" and item:
        each_id = item.ref.described() if item.ref and not item.hint else ""
        choices = f"One of {', '.join(map(str, item.choices))}." if item.choices else ""
        each = _joined(choices, each_id, item.hint, _ON_A_LINE.get(item.input_type))
        return ["One a line.", _lengths(schema), f"Each: {each[:1].lower()}{each[1:]}" if each else ""]
    return [_range(schema), _lengths(schema), _steps(schema), *_shape(part, schema)]


def _range(schema: Schema) -> str:
    sentences = [_between(counted(lowest(schema)), counted(highest(schema)), "")]
    if schema.get("type") != "integer":
        for key, words in (("exclusiveMinimum", "More than"), ("exclusiveMaximum", "Less than")):
            if key in schema:
                sentences.append(f"{words} {counted(schema[key])}.")
    return _joined(*sentences)


def _lengths(schema: Schema) -> str:
    for low, high, unit in (("minLength", "maxLength", " characters"), ("minItems", "maxItems", " lines")):
        if low in schema or high in schema:
            return _between(counted(more_than_one(schema.get(low))), counted(schema.get(high)), unit)
    return ""


def _steps(schema: Schema) -> str:
    return _joined(
        f"In steps of {counted(schema['multipleOf'])}." if "multipleOf" in schema else "",
        f"At most {schema['maxDigits']} digits." if "maxDigits" in schema else "",
    )


def _shape(part: Schema, schema: Schema) -> list[str]:
    examples: list[Any] = part.get("examples") or [_EXAMPLES.get(schema.get("format", ""))]
    pattern = schema.get("pattern", PATTERN)
    return [
        f"For example {examples[0]}." if isinstance(examples[0], str | int | float) else "",
        # Of what can be seen nobody has to be told, in such a pattern least of all.
        "" if pattern == PATTERN else f"Pattern: {pattern}",
    ]


def _between(low: str | None, high: str | None, unit: str) -> str:
    if low is not None and high is not None:
        return f"Exactly {low}{unit}." if low == high else f"From {low} to {high}{unit}."
    if low is not None:
        return f"At least {low}{unit}."
    return f"At most {high}{unit}." if high is not None else ""


def _joined(*sentences: str | None) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
