"""A collection with a field of every kind, and a clock that stands still when told to."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model

LARGEST = 2**63 - 1


class Part(Model):
    label: str
    weight: float | None = None


class Sample(Model):
    title: str
    body: str = ""
    count: Annotated[int, Field(ge=-LARGEST - 1, le=LARGEST)] = 0
    ratio: float = 0.5
    done: bool = False
    colour: Literal["red", "green"] = "red"
    note: str | None = None
    tags: tuple[str, ...] = ()
    part: Part | None = None


SAMPLES = Declaration(name="samples", singular="sample", model=Sample)
OTHERS = Declaration(name="others", singular="other", model=Sample)
DECLARATIONS = (SAMPLES, OTHERS)


def fields(**given: Any) -> Mapping[str, Any]:
    """All fields, as a store gets them."""
    return Sample.model_validate({"title": "one", **given}, strict=False).model_dump(mode="json")


class Clock:
    """The true time, until it is set; then that."""

    def __init__(self) -> None:
        self._stopped: datetime | None = None

    def __call__(self) -> datetime:
        return self._stopped or datetime.now(UTC)

    def stop(self) -> datetime:
        self._stopped = datetime.now(UTC)
        return self._stopped

    def advance(self, seconds: float) -> None:
        self._stopped = self() + timedelta(seconds=seconds)

    def go(self) -> None:
        self._stopped = None
