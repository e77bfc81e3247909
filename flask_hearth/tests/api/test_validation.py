"""Models that the samples don't have: what is in a union, and what may be missing as a whole."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, computed_field

from flask_hearth.api.validation import validate, validate_patch
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration, Model

Small = Annotated[int, Field(ge=0, le=9)]


class Circle(Model):
    kind: Literal["circle"]
    radius: Small = 1


class Square(Model):
    kind: Literal["square"]
    side: Small


class Part(Model):
    shape: Circle | Square
    hole: Circle | None = None
    tagged: Annotated[Circle | Square, Field(discriminator="kind")] | None = None

    @computed_field
    def round(self) -> bool:
        return isinstance(self.shape, Circle)


PARTS = Declaration(name="parts", singular="part", model=Part)
WHOLE = {"shape": {"kind": "circle", "radius": 5}, "hole": None, "tagged": None}


def pointers(refused: pytest.ExceptionInfo[Problem]) -> list[str]:
    assert refused.value.code == 422
    return [error["pointer"] for error in refused.value.errors]


def test_only_what_clients_may_write_is_kept() -> None:
    """What a model computes follows from the rest, and would be an unknown field when it came back."""
    assert validate(PARTS, {"shape": WHOLE["shape"]}) == WHOLE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"shape": {"kind": "square", "side": "x"}}, "/shape/side"),
        ({"shape": {"kind": "square", "side": 1}, "tagged": {"kind": "square"}}, "/tagged/side"),
        ({"shape": {"kind": "square", "side": 1}, "tagged": {"kind": "star"}}, "/tagged"),
    ],
)
def test_a_fault_within_a_union_is_pointed_at_in_the_body(value: dict[str, Any], expected: str) -> None:
    """Pydantic's location also names the branch, which the body does not."""
    with pytest.raises(Problem) as refused:
        validate(PARTS, value)

    assert expected in pointers(refused)
    assert not [pointer for pointer in pointers(refused) if "Circle" in pointer or "Square" in pointer]


@pytest.mark.parametrize(
    ("patch", "changed"),
    [
        ({"hole": {"kind": "circle", "radius": None}}, {"hole": {"kind": "circle", "radius": 1}}),
        ({"hole": {"kind": "circle"}}, {"hole": {"kind": "circle", "radius": 1}}),
        ({"shape": {"radius": None}}, {"shape": {"kind": "circle", "radius": 1}}),
        ({"shape": {"kind": "square", "radius": None, "side": 2}}, {"shape": {"kind": "square", "side": 2}}),
    ],
)
def test_null_for_a_field_that_has_a_default_is_taken_also_where_nothing_was(
    patch: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert validate_patch(PARTS, WHOLE, patch) == {**WHOLE, **changed}


@pytest.mark.parametrize(
    ("patch", "expected"), [({"hole": {"kind": "circle", "size": None}}, "/hole/size"), ({"x": None}, "/x")]
)
def test_null_for_a_field_that_does_not_exist_is_not(patch: dict[str, Any], expected: str) -> None:
    with pytest.raises(Problem) as refused:
        validate_patch(PARTS, WHOLE, patch)

    assert pointers(refused) == [expected]
