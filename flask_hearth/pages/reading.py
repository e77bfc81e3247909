"""A form as it was sent, read as a model's values, with all that is wrong at once.

Whether values are right is for the same code to say that the API asks (`flask_hearth.api.validation`).
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from flask_hearth.api import strict_json
from flask_hearth.api.body import invalid_body
from flask_hearth.api.validation import kept_by_put, validate
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.model.size import largest
from flask_hearth.pages import references, texts
from flask_hearth.pages.field import LEFT_OUT, Field, controls
from flask_hearth.pages.fields import fields

_NAMED: Final = 5
_NAME_CHARACTERS: Final = 40
"""Of fields that nobody knows, in the message about them."""

Fault = tuple[str, str]
"""JSON Pointer and reason."""


def read_form(
    declaration: Declaration,
    form: MultiDict[str, str],
    stored: Mapping[str, Any] | None = None,
    *,
    own: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Every field as the stores keep it; those that the form leaves alone are those of the object that is `stored`,
    or of a new one `own`.

    Raises Problem: 422 with what is wrong in which field, 413.
    """
    typed = texts.submitted_texts(declaration, form)
    reader = _Reader(typed, largest(declaration).tokens)
    given = reader.object(fields(declaration))
    if stored is not None:
        given = {name: value for name, value in given.items() if name not in declaration.write_only or typed[name]}
        own = kept_by_put(declaration, given, stored)
    faults = [*_misfits(declaration, form), *reader.faults, *references.faults(declaration, typed, stored)]
    try:
        values = validate(declaration, given, own)
    except Problem as problem:
        if not faults:
            raise
        # Of what could not be read, the model only says that it is of another type.
        unread = tuple(f"{pointer}/" for pointer, _ in faults if pointer)
        faults += [
            (error["pointer"], error["detail"])
            for error in problem.errors
            if not f"{error['pointer']}/".startswith(unread)
        ]
    if faults:
        raise invalid_body(faults)
    return values


def _misfits(declaration: Declaration, form: MultiDict[str, str]) -> list[Fault]:
    """What makes a form another than this one, such as one that was opened before the model changed."""
    known = controls(fields(declaration))
    sent = Counter(name for name, _ in form.items(multi=True))
    found = [
        (field.pointer, "was not sent. The form may have changed since you opened it: check this field, and send again")
        for field in known
        if field.kind != "checkbox" and not sent[field.name]
    ]
    found += [(field.pointer, "was sent more than once") for field in known if sent[field.name] > 1]
    # Led by `_` are our own, and what browsers add.
    unknown = sorted(name for name in sent.keys() - {field.name for field in known} if not name.startswith("_"))
    if unknown:
        named = ", ".join(repr(name[:_NAME_CHARACTERS]) for name in unknown[:_NAMED])
        more = " and others" if len(unknown) > _NAMED else ""
        found.append(("", f"This form has no field {named}{more}, which was sent. Check the form, and send it again"))
    return found


class _Reader:
    """What can't be read is a fault, and is left as text."""

    def __init__(self, typed: texts.Texts, tokens: int) -> None:
        self.faults: list[Fault] = []
        self._typed = typed
        self._tokens = tokens

    def object(self, some: tuple[Field, ...]) -> dict[str, Any]:
        read = ((field.path[-1], self._group(field) if field.parts else self._control(field)) for field in some)
        return {name: value for name, value in read if value is not LEFT_OUT}

    def _group(self, field: Field) -> dict[str, Any] | None:
        if field.nullable and not any(self._typed[control.name] for control in controls(field.parts)):
            return None
        return self.object(field.parts)

    def _control(self, field: Field) -> Any:
        text = self._typed[field.name]
        try:
            value = self._value(field, text)
            if value is not LEFT_OUT:
                # By the API's own parser, for what no store could hold, such as U+0000 and too long numbers.
                strict_json.parse(json.dumps(value).encode(), max_tokens=self._tokens)
        except strict_json.SyntaxFaultError as error:
            self.faults.append((field.pointer, f"is not JSON: {error}"))
            return text
        except strict_json.ContentFaultError as error:
            self.faults.append((field.pointer + error.pointer, error.reason))
            return text
        return value

    def _value(self, field: Field, text: str) -> Any:
        if not text or (field.item and not text.strip()):
            return field.blank
        return self._filled(field, text)

    def _filled(self, field: Field, text: str) -> Any:
        if field.kind == "checkbox":
            return True
        if field.item:
            # Before anything is made of them, as `strict_json` does.
            if text.count("\n") > self._tokens:
                raise strict_json.ContentFaultError("", f"has more than {self._tokens:,} lines")
            return [self._filled(field.item, line) for _, line in texts.items(text)]
        if field.kind == "choice":
            return next((choice for choice in field.choices if texts.to_text(choice, field) == text), text)
        if field.kind == "json":
            return strict_json.parse(text.encode(), max_tokens=self._tokens)
        if field.kind == "decimal":
            return text.strip()
        return self._number(text) if field.kind == "number" else text

    def _number(self, text: str) -> int | float | str:
        try:
            number = strict_json.parse(text.strip().encode(), max_tokens=self._tokens)
        except strict_json.SyntaxFaultError:
            return text
        return number if isinstance(number, int | float) and not isinstance(number, bool) else text
