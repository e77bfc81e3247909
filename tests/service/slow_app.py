"""The service with views that take their time, break, and tell what they see, for tests of the real server."""

import logging
import time

from flask import Flask, request

from app import create_app as create_service

WORK_SECONDS = 5


def create_app() -> Flask:
    app = create_service()

    @app.get("/slow")
    def slow() -> str:
        logging.getLogger("app.slow").warning("work begins")
        time.sleep(WORK_SECONDS)
        logging.getLogger("app.slow").warning("work ends")
        return "done"

    @app.get("/broken")
    def broken() -> str:
        return str(1 / 0)

    @app.get("/seen")
    def seen() -> list[str]:
        return [request.scheme, request.script_root, request.path]

    return app
