"""What the tests of the worker serve: an app, and the worker with so much patience that none of it ends in a test."""

from typing import Any

from flask import Flask, request

from flask_hearth import Hearth
from flask_hearth.serving import arrival, worker

FOR_EVER = 3600.0


class PatientWorker(worker.Worker):
    """A client is given up only to make room for others."""

    linger_seconds = FOR_EVER

    def init_process(self) -> Any:
        arrival.PATIENCE_SECONDS = FOR_EVER  # type: ignore[misc]  # in the worker's own process
        super().init_process()


def create_app() -> Flask:
    app = Flask("served", static_folder=None)
    Hearth(app)

    @app.post("/length")
    def length() -> str:
        return str(len(request.get_data()))

    return app
