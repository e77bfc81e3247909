"""docs/costs.md reckons with the sizes that the shipped stacks have, and with the prices that it tells."""

import re

import pytest

from flask_hearth.tests.docs.page import page
from hearth import project
from hearth.facts.cloud_run import mebibytes
from hearth.testing.stacks import configuration

PAGE = page("costs.md")
SECONDS = 730 * 60 * 60
WORKING, WARM, GIB = (float(price) for price in re.findall(r"\$(0\.0+\d+)", PAGE)[:3])
ROWS = re.findall(r"^\| (dev|staging|prod) \(Firestore, .+\) \| (\d+) \| \d+ \| (\d+) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("stack", "idle", "bound"), ROWS, ids=[row[0] for row in ROWS])
def test_a_stack_on_firestore_costs_what_its_size_and_the_prices_make(stack: str, idle: str, bound: str) -> None:
    config = configuration(project.root() / f"Pulumi.{stack}.yaml")
    memory = GIB * (mebibytes(config["app:memory"]) or 0) / 1024
    cpus = float(config["app:cpu"])
    warm = int(config["app:minInstances"]) * (WARM * cpus + memory) * SECONDS
    all_working = int(config["app:maxInstances"]) * (WORKING * cpus + memory) * SECONDS

    assert (round(warm), round(all_working)) == (int(idle), int(bound))


def test_each_shipped_stack_is_reckoned() -> None:
    assert [row[0] for row in ROWS] == ["dev", "staging", "prod"]
