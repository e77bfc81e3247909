"""The Pulumi CLI as the commands use it, played by a script."""

import json
from pathlib import Path

import pytest

from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.engine import Engine
from hearth.localcloud.commands.errors import CommandError

PORTS = Ports(edge=5000, apis=4000, service=8080)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path)
    checkout.programs.mkdir(parents=True)
    return checkout


def engine(checkout: Checkout, *lines: str) -> Engine:
    program = checkout.programs / "pulumi"
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    program.chmod(0o755)
    return Engine(checkout, PORTS)


def test_without_a_terminal_only_what_came_of_each_resource_is_shown(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    said = (
        "Updating (local):",
        " +  gcp:storage:Bucket image-source creating (0s) ",
        " +  gcp:storage:Bucket image-source creating (1s) waiting for storage.googleapis.com",
        " +  gcp:storage:Bucket image-source created (1.03s) waiting for storage.googleapis.com",
        " ~  hearth:hosting:SiteRelease site updating (0s) uploaded 1 of 4 files",
        " ~  hearth:hosting:SiteRelease site updating (1s) error: quota exceeded",
        " ~  hearth:hosting:SiteRelease site **updating failed** error: quota exceeded",
        "    warning: static/index.html hides the service's route /",
        "    1 unchanged",
    )
    text = "\n".join(said)

    code = engine(checkout, f"cat <<'END'\n{text}\nEND", "exit 3").show("up")

    assert code == 3
    assert capsys.readouterr().out.splitlines() == [
        "Updating (local):",
        " +  gcp:storage:Bucket image-source created (1.03s)",
        *said[5:],
    ]


def test_a_command_that_fails_is_an_error_with_the_clis_words(checkout: Checkout) -> None:
    with pytest.raises(CommandError, match="`pulumi plugin install` failed: no such plugin"):
        engine(checkout, "echo 'error: no such plugin' >&2; exit 255").ask("plugin", "install")


def test_the_cli_runs_without_a_terminal_in_the_local_stacks_environment(checkout: Checkout) -> None:
    said = engine(checkout, 'echo "$@"', 'echo "$PULUMI_HOME"', 'echo "$GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT"').ask("x")

    assert said.splitlines() == [
        "x --non-interactive",
        str(checkout.pulumi_home),
        "http://127.0.0.1:4000/run/v2/",
    ]


def test_a_stack_that_is_not_there_has_no_state(checkout: Checkout) -> None:
    assert engine(checkout, "echo \"error: no stack named 'local' found\" >&2; exit 255").export() is None


def test_a_state_that_can_not_be_read_is_not_taken_for_none(checkout: Checkout) -> None:
    """It would be overwritten by a new stack."""
    with pytest.raises(CommandError, match=r"can't be read: error: failed to load checkpoint: EOF"):
        engine(checkout, "echo 'error: failed to load checkpoint: EOF' >&2; exit 255").export()


def test_a_state_is_put_back_as_it_was_exported(checkout: Checkout) -> None:
    taken = checkout.root / "taken.json"
    state = {"version": 3, "deployment": {"resources": [{"urn": "a"}]}}

    engine(checkout, f'cp "$4" {taken}', 'test "$1 $2 $3" = "stack import --file"').restore(state)

    assert json.loads(taken.read_text(encoding="utf-8")) == state
