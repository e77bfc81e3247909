"""What is played stands in one table, and all else is kept."""

import pytest

from hearth.catalog import played, types
from hearth.localcloud.standin.provider import MAKERS


def test_the_table_has_what_the_stand_in_plays_and_nothing_else() -> None:
    assert played.PLAYED.keys() == MAKERS.keys()
    assert [token for token in played.PLAYED if types.get(token) is None] == []


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a"], "1 resource (m.a)"),
        (["b", "a", "b"], "3 resources (2 m.b, m.a)"),
        (
            [f"t{number}" for number in range(10)],
            "10 resources (m.t0, m.t1, m.t2, m.t3, m.t4, m.t5, m.t6, m.t7, 2 more types)",
        ),
    ],
)
def test_they_are_counted_by_type_the_most_frequent_first(names: list[str], told: str) -> None:
    assert played.summarize([f"gcp:m/{name}:{name}" for name in names]).startswith(told)
