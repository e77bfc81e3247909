"""The plugin's process: `python -m hearth.localcloud.standin ENGINE_ADDRESS`."""

import os

from hearth.localcloud.standin.provider import StandIn
from hearth.plugin.serve import serve

serve(StandIn(os.environ))
