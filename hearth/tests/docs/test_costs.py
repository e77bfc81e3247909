"""The figures of docs/costs.md follow from the sizes and prices that the page itself has."""

import re

import pytest

from flask_hearth.tests.docs.page import page

PAGE = page("costs.md")
SECONDS = 730 * 60 * 60
WORKING, WARM, GIB = (float(price) for price in re.findall(r"\$(0\.0+\d+)", PAGE)[:3])
CPUS, MEBIBYTES = (int(each) for each in re.findall(r"with (\d+) CPU and (\d+)Mi of memory", PAGE)[0])
COSTS = r"\| ~?(\d+) \| ~?(\d+) \| ~?(\d+) \|$"
FIRESTORE = re.findall(rf"^\| (\w+) \(Firestore, (\d+) to (\d+) instances\) {COSTS}", PAGE, re.MULTILINE)
POSTGRES = re.findall(rf"^\| (\w+) with `app:database: postgres` \(.+, ~(\d+)\) {COSTS}", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("least", "most", "idle", "bound"), [(row[1], row[2], row[3], row[5]) for row in FIRESTORE])
def test_a_stack_on_firestore_costs_what_its_instances_and_the_prices_make(
    least: str, most: str, idle: str, bound: str
) -> None:
    memory = GIB * MEBIBYTES / 1024
    warm = int(least) * (WARM * CPUS + memory) * SECONDS
    all_working = int(most) * (WORKING * CPUS + memory) * SECONDS

    assert (round(warm), round(all_working)) == (int(idle), int(bound))


def test_a_stack_on_postgres_costs_its_server_more() -> None:
    without = {name: [int(each) for each in costs] for name, _, _, *costs in FIRESTORE}

    assert {name: [int(each) for each in costs] for name, _, *costs in POSTGRES} == {
        name: [each + int(server) for each in without[name]] for name, server, *_ in POSTGRES
    }
    assert len(POSTGRES) == len(FIRESTORE) == 3
