"""Put the stand-in where the engine looks for Google's provider, in this checkout's PULUMI_HOME only."""

import shlex
from importlib.metadata import version

from localcloud.commands.checkout import Checkout
from localcloud.commands.engine import Engine

_NAME = "gcp"


def install(checkout: Checkout, engine: Engine) -> None:
    """Install the stand-in under the version that the program's SDK asks for; nothing to do when it is there.

    Raises CommandError when the CLI refuses.
    """
    wanted = version("pulumi-gcp")
    script = (
        "#!/bin/sh\n"
        "# Plays Google's provider on the local cloud; made by `make up`.\n"
        f"cd {shlex.quote(str(checkout.root))} && exec {shlex.quote(str(checkout.python))} -m localcloud.standin "
        '"$@"\n'
    )
    binary = f"pulumi-resource-{_NAME}"
    installed = checkout.pulumi_home / "plugins" / f"resource-{_NAME}-v{wanted}" / binary
    if installed.exists() and installed.read_text(encoding="utf-8") == script:
        return
    source = checkout.local / "standin" / binary
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(script, encoding="utf-8")
    source.chmod(0o755)
    engine.ask("plugin", "install", "resource", _NAME, wanted, "--file", str(source.parent), "--reinstall")
