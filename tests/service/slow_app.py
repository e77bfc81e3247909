"""The service with views that take as long as they are told to, break, and tell what they see.

For tests of the real server.
"""

import logging
import os
import time
from pathlib import Path

from flask import Flask, request

from app import create_app as create_service

WORK_ENDS = "WORK_ENDS"
"""The variable that names a file; work ends once it is there."""


def create_app() -> Flask:
    app = create_service()

    @app.get("/slow")
    def slow() -> str:
        logging.getLogger("app.slow").warning("work begins")
        while not Path(os.environ[WORK_ENDS]).exists():
            time.sleep(0.02)
        logging.getLogger("app.slow").warning("work ends")
        return "done"

    @app.get("/broken")
    def broken() -> str:
        return str(1 / 0)

    @app.get("/seen")
    def seen() -> list[str]:
        return [request.scheme, request.script_root, request.path]

    return app
