"""What a killed engine leaves: when its lock is taken back, and what becomes of what it was creating."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hearth.localcloud.commands import recovery
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError


class Asked:
    """Takes the commands that would go to the engine."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, ...]] = []
        self.restored: list[Mapping[str, Any]] = []

    def ask(self, *arguments: str) -> str:
        self.commands.append(arguments)
        return ""

    def restore(self, exported: Mapping[str, Any]) -> None:
        self.restored.append(exported)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def pulumi(tmp_path: Path) -> Iterator[int]:
    """A living process of that name."""
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "600"]) as process:
        yield process.pid
        process.kill()


def lock(checkout: Checkout, stack: str = "local", **content: Any) -> None:
    folder = checkout.state / ".pulumi" / "locks" / "organization" / "any-project" / stack
    folder.mkdir(parents=True, exist_ok=True)
    full = {"pid": 1, "username": "me", "hostname": socket.gethostname(), "timestamp": "2026-01-01T00:00:00Z"}
    (folder / f"{len(list(folder.iterdir()))}.json").write_text(json.dumps({**full, **content}), encoding="utf-8")


def dead() -> int:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def cancel(checkout: Checkout) -> list[tuple[str, ...]]:
    engine = Asked()
    recovery.cancel_dead_lock(checkout, engine, lambda _line: None)
    return engine.commands


def test_a_stack_without_a_lock_is_left_alone(checkout: Checkout) -> None:
    assert cancel(checkout) == []


def test_the_lock_of_a_dead_engine_is_taken_back(checkout: Checkout) -> None:
    lock(checkout, pid=dead())

    assert cancel(checkout) == [("cancel", "--yes", "local")]


def test_a_process_id_that_went_to_another_program_is_a_dead_engine(checkout: Checkout) -> None:
    lock(checkout, pid=os.getpid())

    assert cancel(checkout) == [("cancel", "--yes", "local")]


def test_a_lock_that_was_cut_off_is_taken_back(checkout: Checkout) -> None:
    lock(checkout, pid=dead())
    (path,) = checkout.state.glob("**/*.json")
    path.write_text('{"pid": 12', encoding="utf-8")

    assert cancel(checkout) == [("cancel", "--yes", "local")]


def test_the_lock_of_another_stack_is_none_of_ours(checkout: Checkout) -> None:
    lock(checkout, stack="mine", pid=dead())

    assert cancel(checkout) == []


def test_a_living_engine_is_named_and_left_alone(checkout: Checkout, pulumi: int) -> None:
    lock(checkout, pid=dead())
    lock(checkout, pid=pulumi)

    with pytest.raises(CommandError, match=rf"Another pulumi \(process {pulumi} on .*, since 2026-01-01"):
        cancel(checkout)


def test_an_engine_on_another_host_counts_as_living(checkout: Checkout) -> None:
    lock(checkout, pid=dead(), hostname="another")

    with pytest.raises(CommandError, match="on another"):
        cancel(checkout)


def settle(operations: list[dict[str, Any]] | None, there: dict[str, str]) -> tuple[Asked, list[str]]:
    engine = Asked()
    said: list[str] = []
    deployment: dict[str, Any] = {"manifest": {"version": "v3"}, "resources": [{"urn": "stack"}]}
    if operations is not None:
        deployment["pending_operations"] = operations
    exported = {"version": 3, "deployment": deployment}
    recovery.settle_pending(engine, exported, lambda type_, _inputs: there.get(type_), said.append)
    return engine, said


def pending(type_: str, kind: str = "creating") -> dict[str, Any]:
    return {"type": kind, "resource": {"urn": f"urn:{type_}", "type": type_, "custom": True, "inputs": {"a": 1}}}


@pytest.mark.parametrize("operations", [None, []])
def test_a_state_with_nothing_pending_is_left_as_it_is(operations: list[dict[str, Any]] | None) -> None:
    engine, said = settle(operations, {})

    assert (engine.commands, engine.restored, said) == ([], [], [])


@pytest.mark.parametrize("kind", ["updating", "deleting"])
def test_what_can_simply_be_done_again_is_forgotten(kind: str) -> None:
    engine, said = settle([pending("gcp:a:A", kind)], {"gcp:a:A": "it is there"})

    (restored,) = engine.restored
    assert restored["deployment"]["resources"] == [{"urn": "stack"}]
    assert restored["deployment"]["pending_operations"] == []
    assert (engine.commands, said) == ([], [])


def test_what_was_created_is_taken_up_and_what_was_not_is_forgotten() -> None:
    engine, said = settle([pending("gcp:a:A"), pending("gcp:b:B")], {"gcp:b:B": "projects/p/b"})

    taken_up = {"urn": "urn:gcp:b:B", "type": "gcp:b:B", "custom": True, "inputs": {"a": 1}, "id": "projects/p/b"}
    assert engine.restored == [
        {
            "version": 3,
            "deployment": {
                "manifest": {"version": "v3"},
                "resources": [{"urn": "stack"}, taken_up],
                "pending_operations": [],
            },
        }
    ]
    assert engine.commands == [
        ("refresh", "--yes", "--skip-preview", "--target", "urn:gcp:b:B", "--stack", "local"),
    ]
    assert said == ["It was creating 2: 1 of them are there and kept, 1 are not."]
