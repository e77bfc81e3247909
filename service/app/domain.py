"""The declarations that this service serves: add yours to the list."""

from app.items import ITEMS
from app.model.declaration import Declaration

DECLARATIONS: tuple[Declaration, ...] = (ITEMS,)
