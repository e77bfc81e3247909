"""What is stored for views: a document for each, in a collection of the view's name, and refreshes that wait.

Their declarations are for the stores and for migrations alone: they have no routes and no pages. A view's content is
one field, so that another function needs no migration.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores.interface import Store
from flask_hearth.views.declaration import View
from flask_hearth.views.readers import owner_field


class Refresh(Model):
    """Views that have to be looked at once this record is committed, as what they are made of has changed."""

    view: str
    ids: list[str] = Field(default_factory=list)
    """Of these; if there are none, of all, or of the objects that refer to another one."""
    field: str | None = None
    """By which they refer, of the model that is the view's key."""
    object: str | None = None
    """To which they refer."""
    after: list[str] = Field(default_factory=list)
    """How far it got: time and id of the last object whose view was refreshed."""
    done: Annotated[int, Field(ge=0, le=2**53)] = 0
    """Views refreshed so far."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where objects are, and where documents of views are."""

    domain: Store
    views: Store

    @property
    def apart(self) -> bool:
        """Whether no commit can have both."""
        return self.domain is not self.views


REFRESHES: Final = Declaration(name="view_refreshes", singular="view_refresh", model=Refresh, pages=False)


@cache
def document_declaration(view: View[Any]) -> Declaration:
    """Of its documents: the content, None where there is no view now; of what states; by which version; the
    owner, where that one may read it past the service.

    A document is not removed with its view: each write that touches a view writes its document, over the version that
    was read before the objects were, and so no two of them can miss each other.
    """
    content: Any = view.output | None
    owner: dict[str, Any] = {"owner": (str | None, None)} if owner_field(view) else {}
    model = create_model(
        f"Stored{view.output.__name__}",
        __base__=Model,
        content=(content, None),
        made_of=(list[str], Field(default_factory=list)),
        made_by=(Annotated[int, Field(ge=0, le=2**53)], 0),
        **owner,
    )
    return Declaration(name=view.name, singular=view.singular, model=model, pages=False)


def declarations(views: Iterable[View[Any]], *, apart: bool = False) -> Sequence[Declaration]:
    """Of what is stored for these views beside the domain: all, or without the documents, which are elsewhere."""
    kept = documents(views)
    return [*([] if apart else kept), *([REFRESHES] if kept else [])]


def documents(views: Iterable[View[Any]]) -> Sequence[Declaration]:
    """Of the documents of these views."""
    return [document_declaration(view) for view in views if view.is_stored]
