"""How an image in Artifact Registry is called."""

import re

BY_DIGEST = re.compile(
    r"(?P<host>[a-z0-9-]+-docker\.pkg\.dev)/(?P<name>[a-z0-9._-]+(?:/[a-z0-9._-]+){2,})@(?P<digest>sha256:[0-9a-f]{64})"
)
"""`LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE@sha256:...` (Artifact Registry, "Repository and image names")."""
