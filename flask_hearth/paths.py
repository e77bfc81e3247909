"""The paths that the framework takes, as Flask writes them, for who has to know them without running the app.

Imports nothing but Python's own: what publishes static files warns of one that would hide a page, and may run where
Flask is not installed. So they are those of an app that moves none of them (HEARTH_API_PATH and others).
`<collection:…>` stands for the name of each declaration, `<paged:…>` of each with pages. Tasks (`task_names`) are
none of them: they are called at the service's own address, where no file is.
"""

from typing import Final

RULES: Final = (
    "/health",
    "/health/live",
    "/health/ready",
    "/api/docs",
    "/api/problems/<name>",
    "/api/v1/openapi.json",
    "/api/v1/<collection:declaration>",
    "/api/v1/<collection:declaration>/<id:id>",
    "/<paged:declaration>",
    "/<paged:declaration>/new",
    "/<paged:declaration>/<id:id>",
    "/<paged:declaration>/<id:id>/edit",
    "/<paged:declaration>/<id:id>/remove",
    # With HEARTH_AUTH=firebase.
    "/sign-in",
    "/sign-out",
)
