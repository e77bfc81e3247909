"""gunicorn on Cloud Run: Hearth's settings for it, once the app's own are checked.

gunicorn takes the names of this module as its settings; assign below what you want otherwise.
"""

import os

from app.settings import AppSettings
from flask_hearth.serving.settings import gunicorn_settings

globals().update(gunicorn_settings(os.environ, AppSettings))
