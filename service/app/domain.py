"""The declarations that this service serves: add yours to the list."""

from app.items import ITEMS
from flask_hearth.model.declaration import Declaration

DECLARATIONS: tuple[Declaration, ...] = (ITEMS,)
