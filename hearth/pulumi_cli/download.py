"""Download the official Pulumi CLI into a folder, by the Pulumi SDK's own installer.

A process of its own, because the SDK's installer takes no time limit: on a machine without internet this must
fail within seconds, and whoever started it can end it with everything it started.
"""

import socket
import subprocess
import sys
from http.client import HTTPException

from pulumi.automation import PulumiCommand

_CONNECT_SECONDS = 10


def main(folder: str) -> str | None:
    """What went wrong, in one line."""
    socket.setdefaulttimeout(_CONNECT_SECONDS)
    try:
        PulumiCommand.install(root=folder)
    except subprocess.CalledProcessError as error:
        said = (error.output or b"").decode(errors="replace").strip().splitlines()
        return f"the installer failed: {said[-1] if said else error}"
    except (OSError, HTTPException) as error:
        return f"no download: {getattr(error, 'reason', error)}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
