# ruff: noqa: N999 - a name that gunicorn chose
"""gunicorn for the sample app, as for a service that is deployed."""

import os

from flask_hearth.serving.settings import gunicorn_settings
from flask_hearth.settings import HearthSettings

globals().update(gunicorn_settings(os.environ, HearthSettings))
