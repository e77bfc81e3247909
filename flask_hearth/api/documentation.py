"""The API's document for programs, and a page made of it for people."""

import json
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template

from flask_hearth import headers, state
from flask_hearth.api import openapi
from flask_hearth.api.body import JSON
from flask_hearth.api.reading import Reader
from flask_hearth.errors import API_PATH

blueprint = Blueprint("documentation", __name__)


@blueprint.get("/v1/openapi.json")
def openapi_json() -> Response:
    return headers.cacheable(Response(json.dumps(_document()), mimetype=JSON))


@blueprint.get("/docs")
def docs() -> Response:
    """Rendered here, from the document: nothing runs in the browser, and the page needs no code of others."""
    return headers.cacheable(
        make_response(render_template("hearth/api_docs.html", api=_document(), reader=Reader(_document())))
    )


def _document() -> dict[str, Any]:
    """Made at the first request for it, not at start-up, where every instance would wait for it."""
    known = state.current()
    if known.document is None:
        known.document = openapi.document(known.declarations, current_app.config[API_PATH], views=known.views)
    return known.document
