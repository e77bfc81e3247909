"""Run the provider `hearth` as a plugin of the Pulumi engine."""

import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
# Pulumi runs this folder as a script, which puts the folder itself first on the path; imports start at the root.
sys.path[0] = str(_ROOT)

from hearth.plugin.serve import serve
from hearth.provider.provider import HearthProvider

if __name__ == "__main__":
    serve(HearthProvider(root=_ROOT, environ=dict(os.environ)))
