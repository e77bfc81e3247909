"""The plugin's process: `python -m localcloud.standin ENGINE_ADDRESS`."""

import os

from localcloud.standin.provider import StandIn
from plugin.serve import serve

serve(StandIn(os.environ))
