"""docs/deploying.md and the check it tells of speak of the same things."""

import re

from hearth import project
from hearth.catalog.roles import DEPLOYER

PAGE = (project.root() / "docs" / "deploying.md").read_text(encoding="utf-8")


def test_the_page_lists_the_roles_that_the_check_looks_for_with_the_same_reasons() -> None:
    listed = re.findall(r"^\| `(roles/\S+)` \| (.+) \|$", PAGE, flags=re.MULTILINE)

    assert listed == [(role.name, role.why) for role in DEPLOYER]
