"""The service's own settings: add a field here for each environment variable that your domain reads.

A field `shop_name` is the variable SHOP_NAME, checked together with all others at start-up, and `SHOP_NAME` in
`app.config`. Those that every service has are declared in `flask_hearth.settings`.
"""

from flask_hearth import settings
from flask_hearth.settings import SettingsError

__all__ = ["AppSettings", "SettingsError"]


class AppSettings(settings.HearthSettings):
    """One field per environment variable, which has the field's name in capitals."""
