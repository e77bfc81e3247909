"""Entry point. Pulumi runs this file with infra/ as the working directory, so the root is put on the import path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from infra.program import build

build()
