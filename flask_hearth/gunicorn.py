"""The configuration of gunicorn for any app on Cloud Run.

    gunicorn --config python:flask_hearth.gunicorn 'app:create_app()'

An app with settings of its own has them checked before it starts, in a configuration of its own that names them.
"""

import os

from flask_hearth.serving.settings import gunicorn_settings

# gunicorn takes the names of this module as its settings.
globals().update(gunicorn_settings(os.environ))
