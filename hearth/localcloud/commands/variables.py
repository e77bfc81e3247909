"""The environment in which Pulumi and Google's clients work on a checkout's local cloud and nowhere else."""

import os
from collections.abc import Mapping

from hearth.catalog.apis import local_endpoints
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands.checkout import Checkout
from hearth.project import PASSPHRASE

_LOOPBACK = "localhost,127.0.0.1,::1"
# Where a company keeps copies of plugins, for which there is nothing in its place here.
_KEPT = frozenset({"PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES"})


def engine_variables(checkout: Checkout, ports: Ports) -> dict[str, str]:
    """Variables by name, without PATH, which is the caller's own with the CLI put first."""
    return {
        "PULUMI_HOME": str(checkout.pulumi_home),
        # Without a file of metadata beside each file: written apart from it, it is left empty by an engine that is
        # killed in between, and then the state can't be read any more.
        "PULUMI_BACKEND_URL": f"{checkout.state.as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # Google's own gcp plugin on PATH would take the stand-in's place.
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        **local_endpoints(ports.origin),
        # Google's clients, ours included, ask for no other credentials when they have this one.
        "GOOGLE_OAUTH_ACCESS_TOKEN": "local",
    }


def environment(checkout: Checkout, ports: Ports, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`environ` with everything in it that would lead Pulumi elsewhere taken out, and `engine_variables` put in.

    Also where a proxy does not count: engine and plugins call each other here, by gRPC, which heeds `http_proxy`.
    """
    unwanted = {name for name in environ if name.startswith("PULUMI_")} - _KEPT
    kept = {name: value for name, value in environ.items() if name not in unwanted}
    path = os.pathsep.join(part for part in (str(checkout.programs), environ.get("PATH", "")) if part)
    return {**kept, "PATH": path, **without_proxy(environ), **engine_variables(checkout, ports)}


def without_proxy(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What keeps calls to this machine from a proxy, beside those that `environ` keeps from it."""
    named = [part for part in (environ.get("no_proxy") or environ.get("NO_PROXY") or "").split(",") if part]
    direct = ",".join(dict.fromkeys([*named, *_LOOPBACK.split(",")]))
    # Of the two names, gRPC and many others read the first only.
    return {"no_proxy": direct, "NO_PROXY": direct}
