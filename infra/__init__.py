"""The Pulumi program. `staticfiles`, which it shares with the service, stands where the image has it: in service/."""

import sys
from pathlib import Path

# Appended, so that nothing in service/ can take another module's place.
sys.path.append(str(Path(__file__).resolve().parent.parent / "service"))
