"""The peer's API: items, listed by page number."""

import os

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from flask_hearth.bench.peer.stores import store

DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 100


def create_app() -> Flask:
    """Connects at once, as the tutorial's module does when it is imported."""
    app = Flask(__name__)
    items = store(os.environ["DATABASE_URL"])

    @app.get("/health")
    def health() -> ResponseReturnValue:
        return {"status": "healthy"}

    @app.get("/api/v1/items")
    def list_items() -> ResponseReturnValue:
        page = request.args.get("page", 1, type=int)
        per_page = min(request.args.get("per_page", DEFAULT_PER_PAGE, type=int), MAX_PER_PAGE)
        # All of them are read, to be counted.
        total = len(list(items.every()))
        found = list(items.some(offset=(page - 1) * per_page, limit=per_page))
        return jsonify(items=found, page=page, per_page=per_page, total=total)

    @app.get("/api/v1/items/<item_id>")
    def get_item(item_id: str) -> ResponseReturnValue:
        found = items.one(item_id)
        return (jsonify(error="Item not found"), 404) if found is None else jsonify(found)

    @app.post("/api/v1/items")
    def create_item() -> ResponseReturnValue:
        return jsonify(items.add(request.get_json())), 201

    return app
