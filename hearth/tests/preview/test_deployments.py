"""A deployed base is kept under a name of all that it depends on, and whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.store import FILE, Store
from hearth.preview import deployments
from hearth.preview.deployments import CLOUD, MOST, STATE, Deployments

FACTS = ("0123abc", "prod", "references.yaml", "shop")
ENVIRON = {"HOME": "/home/a", "SHLVL": "1", "MAKEFLAGS": ""}
URNS = frozenset({"urn:a", "urn:b"})
PACKAGES = ".venv/lib/python3.11/site-packages"


def write(root: Path, path: str, text: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "checkout"
    for path in (
        "hearth/__init__.py",
        "hearth/catalog/gcp_types.gz",
        "hearth/tests/test_it.py",
        f"{PACKAGES}/pulumi_gcp-10.2.0.dist-info/METADATA",
        ".local/pulumi/cli.json",
        ".local/pulumi-home/plugins/resource-random-v4.0.0/plugin",
    ):
        write(root, path)
    return Checkout(root)


@pytest.mark.parametrize("place", range(len(FACTS)))
def test_another_fact_is_another_deployment(checkout: Checkout, place: int) -> None:
    other = [each + "x" if at == place else each for at, each in enumerate(FACTS)]

    assert deployments.name(checkout, *FACTS, environ={}) != deployments.name(checkout, *other, environ={})


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        pytest.param(lambda root: write(root, "hearth/__init__.py", "x = 1"), True, id="code"),
        pytest.param(lambda root: write(root, "hearth/localcloud/new.py"), True, id="a-new-module"),
        pytest.param(lambda root: write(root, "hearth/catalog/gcp_types.gz", "x"), True, id="the-catalog"),
        pytest.param(lambda root: write(root, f"{PACKAGES}/x-1.dist-info/METADATA"), True, id="a-package"),
        pytest.param(lambda root: write(root, ".local/pulumi/cli.json", "{}"), True, id="the-cli"),
        pytest.param(lambda root: write(root, ".local/pulumi-home/plugins/resource-a-v1/plugin"), True, id="a-plugin"),
        pytest.param(lambda root: write(root, "hearth/tests/test_it.py", "x = 1"), False, id="a-test"),
        pytest.param(lambda root: write(root, "hearth/__pycache__/x.pyc", "x"), False, id="bytecode"),
        pytest.param(lambda root: write(root, "infra/program.py", "x = 1"), False, id="the-head"),
    ],
)
def test_it_depends_on_what_is_installed_and_on_the_toolkit(
    checkout: Checkout, change: Callable[[Path], None], *, changes: bool
) -> None:
    before = deployments.name(checkout, *FACTS, environ=ENVIRON)

    change(checkout.root)

    assert (deployments.name(checkout, *FACTS, environ=ENVIRON) != before) is changes


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        ({"HOME": "/home/b"}, True),
        ({"GOOGLE_PROJECT": "acme"}, True),
        ({"SHLVL": "2", "MAKEFLAGS": " -- FAIL_ON=replace", "FAIL_ON": "replace", "OLDPWD": "/"}, False),
    ],
)
def test_it_depends_on_the_environment_but_for_what_each_call_has_of_its_own(
    checkout: Checkout, more: dict[str, str], *, changes: bool
) -> None:
    names = {deployments.name(checkout, *FACTS, environ=each) for each in (ENVIRON, ENVIRON | more)}

    assert (len(names) == 2) is changes


# --- Keeping it ---


def deployed(work: Path) -> Path:
    """The folder of a preview, with what a base leaves."""
    write(work, f"{CLOUD}/blobs/0a", "content")
    write(work, f"{CLOUD}/logs/cloud.log", "served")
    write(work, f"{CLOUD}/lock", "4711")
    write(work, f"{STATE}/.pulumi/stacks/shop/prod.json", "{}")
    write(work, "base/Pulumi.yaml")
    return work


@pytest.fixture
def kept(tmp_path: Path) -> Deployments:
    """One called `a`, of a cloud that was running."""
    found = Deployments(tmp_path / "kept")
    work = deployed(tmp_path / "first")
    running = Store(work / CLOUD / FILE)
    running.put("run/a", {"name": "a"})
    found.keep("a", work, URNS)
    running.close()
    return found


def test_what_is_kept_is_put_back_without_what_was_the_other_process_own(kept: Deployments, tmp_path: Path) -> None:
    work = tmp_path / "second"

    assert kept.restore("a", work) == URNS

    assert {str(file.relative_to(work)) for file in work.rglob("*") if file.is_file()} == {
        "protected.json",
        f"{CLOUD}/{FILE}",
        f"{CLOUD}/blobs/0a",
        f"{STATE}/.pulumi/stacks/shop/prod.json",
    }
    assert Store(work / CLOUD / FILE).get("run/a") == {"name": "a"}


def test_of_another_name_nothing_is_put_back(kept: Deployments, tmp_path: Path) -> None:
    assert kept.restore("b", tmp_path / "second") is None
    assert not (tmp_path / "second" / CLOUD).exists()


@pytest.mark.parametrize("left", [0, 10, 300])
def test_one_that_is_not_whole_is_none_and_can_be_kept_again(kept: Deployments, tmp_path: Path, left: int) -> None:
    file = tmp_path / "kept" / "a.tar.gz"
    os.truncate(file, left)

    assert kept.restore("a", tmp_path / "second") is None
    assert not (tmp_path / "second" / CLOUD).exists()
    assert not file.exists()

    kept.keep("a", tmp_path / "first", URNS)

    assert kept.restore("a", tmp_path / "second") == URNS


def test_those_that_were_not_used_for_longest_go(kept: Deployments, tmp_path: Path) -> None:
    folder, work = tmp_path / "kept", tmp_path / "first"
    for at, name in enumerate(["a", *map(str, range(MOST))]):
        kept.keep(name, work, URNS)
        os.utime(folder / f"{name}.tar.gz", (at, at))
    assert kept.restore("0", tmp_path / "second") == URNS

    kept.keep("new", work, URNS)

    assert {file.name for file in folder.iterdir()} == {
        f"{each}.tar.gz" for each in ("0", "new", *map(str, range(2, MOST)))
    }
