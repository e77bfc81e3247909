"""The engine's plugins in this checkout's PULUMI_HOME: the stand-in in place of Google's provider, and other people's.

These the engine downloads when it needs them, which takes internet: they are in no package registry.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.engine import Engine

_NAME = "gcp"


def install(checkout: Checkout, engine: Engine) -> None:
    """Install the stand-in under the version that the program's SDK asks for; nothing to do when it is there.

    Raises CommandError when the CLI refuses.
    """
    wanted = version("pulumi-gcp")
    content = script(checkout)
    binary = f"pulumi-resource-{_NAME}"
    installed = checkout.pulumi_home / "plugins" / f"resource-{_NAME}-v{wanted}" / binary
    if installed.exists() and installed.read_text(encoding="utf-8") == content:
        return
    source = checkout.local / "standin" / binary
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(content, encoding="utf-8")
    source.chmod(0o755)
    engine.ask("plugin", "install", "resource", _NAME, wanted, "--file", str(source.parent), "--reinstall")


def script(checkout: Checkout) -> str:
    """What starts the stand-in, with the checkout's own packages."""
    return (
        "#!/bin/sh\n"
        "# Plays Google's provider on the local cloud; made by `make up`.\n"
        f"cd {shlex.quote(str(checkout.root))} && "
        f'exec {shlex.quote(str(checkout.python))} -m hearth.localcloud.standin "$@"\n'
    )


def share(checkout: Checkout, with_: Checkout) -> None:
    """Have other people's plugins of a checkout in another one, too, which then need not download them."""
    for folder in (checkout.pulumi_home / "plugins").glob("resource-*"):
        # Beside one whose download broke off lies a file of this name.
        broken = folder.with_name(f"{folder.name}.partial").exists()
        if folder.is_dir() and not broken and not folder.name.startswith(f"resource-{_NAME}-v"):
            shutil.copytree(folder, with_.pulumi_home / "plugins" / folder.name, copy_function=os.link)


def missing_plugins(checkout: Checkout, path: Sequence[str] = sys.path) -> Iterator[str]:
    """What to do about each plugin that an installed Pulumi package asks for and that is not here."""
    # Only where something has gone wrong already: it brings the whole SDK.
    from hearth.pulumi_cli.language_host import installed_packages  # noqa: PLC0415

    plugins = checkout.pulumi_home / "plugins"
    for package in installed_packages([*path]):
        folder = f"resource-{package.name}-{package.version}"
        if package.name != _NAME and not (plugins / folder).exists():
            server = f" --server {package.server}" if package.server else ""
            yield (
                f"The plugin {package.name} {package.version}, which an installed package asks for, is not here. With "
                "internet, the engine downloads it by itself. Without: run `pulumi plugin install resource "
                f"{package.name} {package.version}{server}` on a machine that has it, and bring the folder "
                f"~/.pulumi/plugins/{folder} to {plugins}."
            )
