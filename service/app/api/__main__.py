"""Write the API's document: `python -m app.api openapi.json`, from the folder `service`."""

import sys
from pathlib import Path

from app.api import openapi

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m app.api FILE")
    Path(sys.argv[1]).write_text(openapi.text(), encoding="utf-8")
