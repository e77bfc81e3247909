"""Whether the project and this shell's endpoints mean the same cloud.

A project named `demo-...` exists on a local cloud only, any other on Google Cloud only; the environment says where
the clients send their requests. Where the two disagree, a deployment would reach the wrong cloud, or half of each.

One exception: `make preview` deploys any stack onto a records-only local cloud, which takes every project, starts
nothing and is thrown away. It says so by HEARTH_RECORDS_ONLY, the origin of that very cloud, which it has started
itself; every endpoint must then lie there. Set by hand it opens nothing: an ordinary local cloud refuses
all projects but `demo-...` on its own account, and without its endpoints the rule stands as ever.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hearth.catalog.apis import APIS, LOCAL_PROJECT_PREFIX, local_endpoints
from hearth.project import PASSPHRASE

if TYPE_CHECKING:
    # It brings Pulumi's SDK, which takes half a second; commands that read a stack's file need this module's names.
    from hearth.faults import Fault

PLACEHOLDER = "replace-me"
"""How project ids begin that a stack file is shipped with, for its reader to replace."""

RECORDS_ONLY = "HEARTH_RECORDS_ONLY"
"""Set by `make preview` alone."""


def faults(*, project: str, environ: Mapping[str, str]) -> "Iterator[Fault]":
    """Compare the project's kind with the endpoint variables in `environ`."""
    from hearth.faults import Fault  # noqa: PLC0415 - as said above

    if is_records_only(environ):
        return
    variables = [variable for api in APIS for variable in api.variables]
    local = _local(environ)
    if project.startswith(LOCAL_PROJECT_PREFIX):
        astray = [variable for variable in variables if variable not in local]
        if astray:
            yield Fault(
                key="gcp:project",
                value=project,
                why=f"it exists on a local cloud only, but in this shell {_some(astray)} "
                f"{'does' if len(astray) == 1 else 'do'} not point to one, so requests would go to Google",
                fix='start the local cloud and point this shell to it: make up, then eval "$(make -s env)"',
            )
    elif local:
        yield Fault(
            key="gcp:project",
            value=project,
            why=f"it is a project on Google Cloud, but in this shell {_some(sorted(local))} "
            f"{'points' if len(local) == 1 else 'point'} to this machine",
            fix="use a shell in which `make env` was not evaluated, or unset these variables; "
            f"a project on the local cloud is named {LOCAL_PROJECT_PREFIX}...",
        )


def is_local(environ: Mapping[str, str]) -> bool:
    """Whether any request would go to a local cloud; a stack that `faults` lets pass has all or none go there."""
    return bool(_local(environ))


def has_public_passphrase(*, project: str, environ: Mapping[str, str]) -> bool:
    """Whether whatever this stack encrypts can be read by everybody: a local cloud's, by the passphrase it is shipped
    with. Its secrets are in `.env` instead. The copies of a preview have nothing but placeholders to encrypt.
    """
    public = environ.get("PULUMI_CONFIG_PASSPHRASE") == PASSPHRASE
    return public and project.startswith(LOCAL_PROJECT_PREFIX) and not is_records_only(environ)


def is_records_only(environ: Mapping[str, str]) -> bool:
    """Whether every endpoint lies on the records-only local cloud of a preview."""
    origin = environ.get(RECORDS_ONLY, "")
    expected = local_endpoints(origin)
    return _is_loopback(origin) and all(environ.get(variable) == url for variable, url in expected.items())


def _local(environ: Mapping[str, str]) -> set[str]:
    """The variables that lead to this machine."""
    return {variable for api in APIS for variable in api.variables if _is_loopback(environ.get(variable, ""))}


def _some(variables: list[str]) -> str:
    """The first variable by name, the rest by number: the list would hide the point."""
    return variables[0] if len(variables) == 1 else f"{variables[0]} and {len(variables) - 1} more"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
