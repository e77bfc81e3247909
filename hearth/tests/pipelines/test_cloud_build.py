"""cloudbuild.yaml: what it names is there, and no substitution becomes part of a script."""

import re
import subprocess

import pytest
import yaml

from hearth import project
from hearth.verbs import VERBS

ROOT = project.root()

FILE = ROOT / "cloudbuild.yaml"
if not FILE.is_file():
    pytest.skip("there is no cloudbuild.yaml", allow_module_level=True)
BUILD = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_the_stack_that_it_deploys_is_there() -> None:
    assert (ROOT / f"Pulumi.{BUILD['substitutions']['_STACK']}.yaml").is_file()


def test_every_script_is_one_and_stops_at_the_first_failure() -> None:
    for step in BUILD["steps"]:
        subprocess.run(["bash", "-n"], input=step["script"], text=True, check=True)
        assert step["script"].startswith("#!/usr/bin/env bash\nset -euo pipefail\n")


def test_substitutions_reach_scripts_as_variables_alone() -> None:
    given = {name for step in BUILD["steps"] for name in re.findall(r"\$(_[A-Z]+)", "\n".join(step.get("env", ())))}

    assert given == set(BUILD["substitutions"])
    assert not [step["id"] for step in BUILD["steps"] if "$_" in step["script"] or "${_" in step["script"]]


def test_it_tests_before_it_deploys_and_asks_afterwards() -> None:
    test, deploy = BUILD["steps"]

    assert "make test" in test["script"]
    commands = ["make cli", "make assets", "pulumi up", "-m hearth smoke"]
    assert sorted(commands, key=deploy["script"].index) == commands


def test_what_it_calls_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    scripts = "\n".join(step["script"] for step in BUILD["steps"])

    for target in re.findall(r"^make (\S+)", scripts, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    for verb in re.findall(r"-m hearth (\S+)", scripts):
        assert verb in VERBS, verb


def test_it_has_an_end_and_logs_that_an_own_account_may_write() -> None:
    assert BUILD["timeout"] == "3600s"
    assert BUILD["options"] == {"logging": "CLOUD_LOGGING_ONLY"}


def test_it_runs_the_python_that_the_image_has() -> None:
    base = re.search(
        r"^(?:FROM |ARG BASE=)(python:[0-9.]+)",
        (ROOT / "service" / "Dockerfile").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert base is not None
    assert {step["name"] for step in BUILD["steps"]} == {base[1]}
