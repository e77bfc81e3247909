"""Where a parameter of a view's function comes from. Left out are inputs by any query: what a write touches has to be
known without reading everything.
"""

from dataclasses import dataclass

from flask_hearth.model.declaration import Model


@dataclass(frozen=True)
class Key:
    """The object that has the view's id."""


@dataclass(frozen=True)
class Referring:
    """The objects whose `field` is the view's id, in the order of their ids. With more than `at_most`, no view."""

    field: str
    at_most: int


@dataclass(frozen=True)
class Referred:
    """The object whose id is in a field of the one marked `Key`, such as `Referred("city.country")`.

    Where the field is null, or there is no such object, the parameter is None if it may be; else there is no view.
    """

    by: str

    @property
    def field(self) -> str:
        """Of the model of the parameter that is marked `Key`."""
        return self.by.partition(".")[2]


Source = Key | Referring | Referred


@dataclass(frozen=True, kw_only=True)
class Input:
    """A parameter."""

    name: str
    model: type[Model]
    source: Source
    optional: bool = False
    """Whether it may be None."""
