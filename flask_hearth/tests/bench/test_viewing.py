"""What is measured of views is what its lines name."""

from pathlib import Path

import pytest

from flask_hearth.bench import viewing
from flask_hearth.bench.stores import place


def test_a_rebuild_reads_each_object_once_and_every_line_has_its_two_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "FEW", 20)
    monkeypatch.setattr(viewing, "MANY", 60)
    monkeypatch.setattr(viewing, "TOUCHED", (2, 3))

    with place("SQLite", tmp_path) as at:
        assert not isinstance(at, str)
        lines = {line.what: line.by_store["SQLite"] for line in viewing.measure(at, rounds=2, say=lambda _: None)}

    read, there = lines.pop("documents that a rebuild of 60 views reads, against how many there are")
    assert (read.median, there.median) == (125, 125)
    assert list(lines) == [
        "memory of a rebuild: of 60 views, against of 20",
        "GET of a view: computed against materialized",
        "GET of a computed view, against its objects read in Python",
        "a write that refreshes one stored view, against without stored views",
        "a write that refreshes 2 stored views, for each, against one that refreshes one",
        "a write that refreshes 3 stored views, for each, against one that refreshes one",
    ]
    assert all(side.median > 0 for pair in lines.values() for side in pair)
