"""The sample domain: items. Delete this folder and write your own beside it."""

from app.items.model import ITEMS

__all__ = ["ITEMS"]
