"""Put the stand-in where the engine looks for Google's provider, in this checkout's PULUMI_HOME only."""

import shlex
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
