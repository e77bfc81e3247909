"""Where the records are; apart from the routes, so that the stand-in's process needs no server to read it."""

from urllib.parse import quote

from hearth.catalog.apis import Api

KEPT = Api(name="kept", version="v1", variable="", prefix="kept")
NO_PROJECT = "-"
"""Stands for the project of what belongs to none: an organization's, a folder's, a billing account's."""


def path(type: str, project: str | None, id: str) -> str:
    """A record's path below the API's base; ids hold slashes and worse."""
    return "/".join(("records", *(quote(each, safe="") for each in (type, project or NO_PROJECT, id))))
