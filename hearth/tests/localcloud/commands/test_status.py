"""`make status`: the table."""

import re
from pathlib import Path

import pytest

from hearth.localcloud.commands import ports, status
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.kept import records
from hearth.tests.localcloud.console import deployed
from hearth.tests.localcloud.running import in_thread


def test_without_a_local_cloud_the_user_hears_what_starts_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status.run(Checkout(tmp_path)) == 0
    assert capsys.readouterr().out == "The local cloud does not run: `make up` starts it.\n"


def test_a_running_local_cloud_is_shown_with_its_process_and_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = Checkout(tmp_path)
    with in_thread(checkout.cloud) as local:
        ports.remember(checkout.ports, local.ports)

        assert status.run(checkout) == 0

    heads, cloud, _, data = capsys.readouterr().out.splitlines()
    assert heads.split() == ["WHAT", "STATE", "PROCESS", "WHERE"]
    assert "  running since " in cloud
    assert f" {local.root / 'data'}. " in data
    assert cloud.split()[-1] == f"http://localhost:{local.ports.apis}/"


def test_what_is_kept_is_counted_below(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkout = Checkout(tmp_path)
    record = {"type": "gcp:pubsub/topic:Topic", "project": "demo-x", "id": "projects/demo-x/topics/t", "urn": ""}
    with in_thread(checkout.cloud) as local:
        ports.remember(checkout.ports, local.ports)
        local.in_loop(lambda cloud: records.put(cloud.store, {**record, "inputs": {"s": "s3cret"}}))

        status.run(checkout)

    said = capsys.readouterr().out
    assert "\nKept, not played: 1 resource (pubsub.Topic). " in said
    assert "s3cret" not in said


def test_what_runs_is_shown_since_when_and_secrets_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkout = Checkout(tmp_path)
    with in_thread(checkout.cloud) as local:
        ports.remember(checkout.ports, local.ports)
        local.in_loop(deployed.put_all)

        status.run(checkout)

    said = capsys.readouterr().out
    # In whichever time zone.
    assert re.search(r"  web-1 +serving since \d+ \w+ (1969|1970) +77\n", said)
    assert re.search(r"database shop +Postgres 15, running since \d+ \w+ (1969|1970) +80 +/.*/demo-test/shop\n", said)
    assert re.search(r"database idle +Postgres 15, not running +/.*/demo-test/idle\n", said)
    assert re.search(r"database service\.sqlite3 +SQLite, file +/.*/demo-test/service\.sqlite3\n", said)
    assert re.search(r"job migrate +failed \d+ \w+ \d[\d:]+ +migrate-1\n", said)
    assert "\nSecrets: session-key.\n" in said
    assert deployed.CANARY not in said


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [("a", "bbb", "", "z"), ("cccc", "", "1", "")]

    assert list(status.table(rows)) == ["a     bbb     z", "cccc       1"]


def test_a_message_is_a_line_of_its_own_and_widens_no_column() -> None:
    rows: list[status.Row] = [("a", "b", "", "z"), ("The startup probe failed. " * 20,), ("c", "d", "", "y")]

    assert list(status.table(rows)) == ["a  b    z", f"  {rows[1][0]}", "c  d    y"]
