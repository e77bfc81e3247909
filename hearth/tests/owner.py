"""Whether the checkout has an owner: some tests of ours are about what is the user's, and hold of it as it was cloned.

A setting is no sign of it, since every other test holds for any. A name, a model or a project on Google Cloud of one's
own is, and so is docs/your-app.md being gone, which says itself when to delete it.
"""

import pytest

from hearth import app_source, project
from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.rename import places
from hearth.target import PLACEHOLDER
from hearth.testing.stacks import STACKS, shipped

ROOT = project.root()


def _is_as_cloned() -> bool:
    return (
        places.current(ROOT) == "hearth-app"
        and (ROOT / "service" / "app" / "items").is_dir()
        and (ROOT / "docs" / "your-app.md").is_file()
        and all(shipped(name)["gcp:project"].startswith((PLACEHOLDER, LOCAL_PROJECT_PREFIX)) for name in STACKS)
    )


as_cloned = pytest.mark.skipif(
    not _is_as_cloned(), reason="this checkout has an owner, and what this is about is theirs"
)

with_framework = pytest.mark.skipif(
    not app_source.uses(ROOT / project.Table.read(ROOT).service, "flask_hearth"),
    reason="the app of this checkout is not made with flask_hearth, and this tries one that is",
)
