"""docs/your-app.md is executed in a copy of the checkout; its deployment is the business of hearth/tests/engine/."""

import re
from pathlib import Path

from flask_hearth.tests.docs.page import page
from hearth.tests.docs.walk import ran, to_walk, walked

PAGE = page("your-app.md")
WALK, DEPLOYED = PAGE.split("**6. Look at it.**")


def test_the_walk_leads_where_the_page_says(tmp_path: Path) -> None:
    to_walk(tmp_path)

    languages = walked(tmp_path, WALK)

    assert set(languages) == {"python", "diff", "sh", "text"}
    left = ran(tmp_path, "git grep --extended-regexp --name-only 'from app[.]items|app[/]items' -- ':!*.md' || true")
    assert left.stdout == "", "these still speak of the sample"


def test_only_the_deployment_is_left_to_the_engines_tests() -> None:
    assert re.findall(r"^make \w+$", DEPLOYED, flags=re.MULTILINE) == ["make up"]
