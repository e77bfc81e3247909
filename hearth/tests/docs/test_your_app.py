"""docs/your-app.md is executed in a copy of the checkout; its deployment is the business of hearth/tests/engine/."""

import re
from pathlib import Path

import pytest

from hearth import project
from hearth.rename import places
from hearth.tests.docs.walk import copied, ran, walked

ROOT = project.root()

PAGE = (ROOT / "docs" / "your-app.md").read_text(encoding="utf-8")
WALK, DEPLOYED = PAGE.split("**6. Look at it.**")
AS_CLONED = places.current(ROOT) == "hearth-app" and (ROOT / "service" / "app" / "items").is_dir()

as_cloned = pytest.mark.skipif(not AS_CLONED, reason="the walk was walked here: the page and this test can go")


@as_cloned
def test_the_walk_leads_where_the_page_says(tmp_path: Path) -> None:
    copied(tmp_path)

    languages = walked(tmp_path, WALK)

    assert set(languages) == {"python", "diff", "sh", "text"}
    left = ran(tmp_path, "git grep --extended-regexp --name-only 'from app[.]items|app[/]items' -- ':!*.md' || true")
    assert left.stdout == "", "these still speak of the sample"


def test_only_the_deployment_is_left_to_the_engines_tests() -> None:
    assert re.findall(r"^make \w+$", DEPLOYED, flags=re.MULTILINE) == ["make up"]
