"""Stacks that a program reads, as a preview puts them beside its own."""

import json
from pathlib import Path

from hearth.preview import references


def test_stacks_of_the_organization_that_files_have_are_put_there_and_no_others() -> None:
    outputs = {"vpc": "main"}
    named = {
        "organization/network/prod": outputs,
        "acme/network/prod": {},
        "network/prod": {},
        "organization/a/b/c": {},
    }

    assert list(references.stacks(named)) == [("network", "prod", outputs)]


def test_a_state_has_the_outputs_and_nothing_else(tmp_path: Path) -> None:
    folder, file = references.folder(tmp_path, "network", "prod", {"ids": [1, 2]})

    (root,) = json.loads(file.read_text())["deployment"]["resources"]
    assert root["urn"] == "urn:pulumi:prod::network::pulumi:pulumi:Stack::network-prod"
    assert root["outputs"] == {"ids": [1, 2]}
    assert (folder / "Pulumi.yaml").read_text().startswith('name: "network"\n')
