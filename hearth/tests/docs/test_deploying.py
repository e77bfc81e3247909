"""docs/deploying.md and the check it tells of speak of the same things, and what needs no Google is carried out."""

import re
import subprocess
from pathlib import Path

import pytest

from flask_hearth.tests.docs.page import page
from hearth.catalog.roles import DEPLOYER
from hearth.deployer.policy_checks import FOR_CI, POLICIES
from hearth.tests.docs.walk import Done, ran, steps, to_walk, walked

PAGE = page("deploying.md")
NEEDS_GOOGLE = "# on Google Cloud\n"
BLOCKS = [step.text for step in steps(PAGE) if step.language == "sh"]


def test_the_page_lists_the_roles_that_the_check_looks_for_with_the_same_reasons() -> None:
    listed = re.findall(r"^\| `(roles/\S+)` \| (.+) \|$", PAGE, flags=re.MULTILINE)

    assert listed == [(role.name, role.why) for role in DEPLOYER]


def test_the_page_lists_the_policies_that_the_check_reads() -> None:
    table = PAGE.partition("## 7. ")[2].partition("\n## ")[0]
    constraints = [
        name for row in re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE) for name in re.findall(r"`(.+?)`", row)
    ]

    assert sorted(constraints) == sorted(policy.name for policy in [*POLICIES, FOR_CI])


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.startswith(NEEDS_GOOGLE)])
def test_what_needs_google_is_shell_that_names_its_project(block: str) -> None:
    """A command without one acts on whatever project the reader's shell is set to."""
    parsed = subprocess.run(["sh", "-n"], input=block, text=True, capture_output=True, check=False)
    commands = block.replace("\\\n", " ").splitlines()
    acting = [each for each in commands if re.match(r"\s*gcloud (services|run|kms|builds) ", each)]

    assert parsed.returncode == 0, parsed.stderr
    assert [each for each in acting if "--project=" not in each] == []


@pytest.mark.engine
def test_what_needs_no_google_is_carried_out(tmp_path: Path) -> None:
    """The shell's variables go on from block to block, as in a reader's."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    to_walk(checkout)
    exported: list[str] = []

    def run(folder: Path, commands: str) -> Done:
        done = ran(folder, "\n".join([*exported, commands]), PULUMI_HOME=str(tmp_path / "home"))
        exported.extend(re.findall(r"^export .+$", commands, re.MULTILINE))
        return done

    here = re.sub(rf"^```sh\n{NEEDS_GOOGLE}(?:.|\n)*?^```$", "", PAGE, flags=re.MULTILINE)
    languages = walked(checkout, here, run)

    assert languages.count("sh") == 3
    assert "gcp:project: acme-web-dev" in (checkout / "Pulumi.dev.yaml").read_text(encoding="utf-8")
