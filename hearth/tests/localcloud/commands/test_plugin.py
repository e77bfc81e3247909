"""Other people's plugins: what is said where one is missing, and how a preview gets them."""

import json
from pathlib import Path

import pytest

from hearth.localcloud.commands import plugin
from hearth.localcloud.commands.checkout import Checkout


@pytest.fixture
def packages(tmp_path: Path) -> list[str]:
    """An import path with the Pulumi packages gcp, random, and one whose plugin lies on a server of its own."""
    for name, more in (("gcp", {}), ("random", {}), ("own", {"server": "https://plugins.example"})):
        folder = tmp_path / "packages" / f"pulumi_{name}"
        folder.mkdir(parents=True)
        described = {"resource": True, "name": name, "version": "1.2.3", **more}
        (folder / "pulumi-plugin.json").write_text(json.dumps(described), encoding="utf-8")
    return [str(tmp_path / "packages")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


def have(checkout: Checkout, name: str) -> Path:
    """A plugin's file, put there."""
    binary = checkout.pulumi_home / "plugins" / f"resource-{name}-v1.2.3" / f"pulumi-resource-{name}"
    binary.parent.mkdir(parents=True)
    binary.write_text(name, encoding="utf-8")
    return binary


def test_a_plugin_that_is_missing_is_named_with_the_way_to_it(checkout: Checkout, packages: list[str]) -> None:
    """Google's is not among them: its place is the stand-in's."""
    said = sorted(plugin.missing_plugins(checkout, packages))

    assert len(said) == 2
    own, random = said
    assert "`pulumi plugin install resource own v1.2.3 --server https://plugins.example`" in own
    assert "`pulumi plugin install resource random v1.2.3`" in random
    assert f"~/.pulumi/plugins/resource-random-v1.2.3 to {checkout.pulumi_home / 'plugins'}" in random


def test_nothing_is_said_of_one_that_is_here(checkout: Checkout, packages: list[str]) -> None:
    have(checkout, "random")

    (said,) = plugin.missing_plugins(checkout, packages)
    assert "The plugin own v1.2.3" in said


def test_a_preview_has_the_checkouts_plugins_but_not_its_stand_in(checkout: Checkout, tmp_path: Path) -> None:
    """Each revision has a stand-in of its own; one whose download broke off is none."""
    for name in ("random", "gcp", "half"):
        have(checkout, name)
    (checkout.pulumi_home / "plugins" / "resource-half-v1.2.3.partial").touch()
    other = Checkout(tmp_path / "other")

    plugin.share(checkout, other)

    shared = sorted(path.name for path in (other.pulumi_home / "plugins").glob("*/*"))
    assert shared == ["pulumi-resource-random"]


def test_a_checkout_without_plugins_has_none_to_share(checkout: Checkout, tmp_path: Path) -> None:
    plugin.share(checkout, Checkout(tmp_path / "other"))

    assert not (tmp_path / "other").exists()
