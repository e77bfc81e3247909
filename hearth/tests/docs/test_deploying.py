"""docs/deploying.md and the check it tells of speak of the same things."""

import re

from flask_hearth.tests.docs.page import page
from hearth.catalog.roles import DEPLOYER

PAGE = page("deploying.md")


def test_the_page_lists_the_roles_that_the_check_looks_for_with_the_same_reasons() -> None:
    listed = re.findall(r"^\| `(roles/\S+)` \| (.+) \|$", PAGE, flags=re.MULTILINE)

    assert listed == [(role.name, role.why) for role in DEPLOYER]
