"""Whether the stack's state and the local cloud still know each other."""

from typing import Any

import pytest

from hearth.localcloud.commands import addresses

SITE, SERVICE = "http://localhost:5000", "http://localhost:8080"
BOTH = {"siteUrl": SITE, "serviceUrl": SERVICE, "imageRef": "registry/web@sha256:0"}


def deployment(outputs: dict[str, str] | None) -> dict[str, Any]:
    if outputs is None:
        return {}
    return {"resources": [{"type": "gcp:a:A"}, {"type": "pulumi:pulumi:Stack", "outputs": outputs}]}


def status(*, sites: tuple[str, ...] = (), services: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"sites": [{"url": url} for url in sites], "services": [{"url": url} for url in services]}


@pytest.mark.parametrize(
    ("outputs", "there", "moved", "orphaned"),
    [
        pytest.param(None, status(), False, False, id="nothing deployed yet"),
        pytest.param({}, status(), False, False, id="a first deployment that failed"),
        pytest.param({}, status(sites=(SITE,)), False, False, id="a failed one with something there"),
        pytest.param(BOTH, status(sites=(SITE,), services=(SERVICE,)), False, False, id="as deployed"),
        pytest.param(BOTH, status(sites=("http://localhost:5001",), services=(SERVICE,)), True, False, id="edge moved"),
        pytest.param(BOTH, status(sites=(SITE,), services=("http://localhost:8081",)), True, False, id="service moved"),
        pytest.param(BOTH, status(sites=(SITE,)), True, False, id="service deleted elsewhere"),
        pytest.param(BOTH, status(), True, True, id="folder deleted"),
    ],
)
def test_a_state_is_held_against_the_addresses_that_are_there(
    outputs: dict[str, str] | None, there: dict[str, Any], *, moved: bool, orphaned: bool
) -> None:
    state = deployment(outputs)

    assert (addresses.has_moved(state, there), addresses.is_orphaned(state, there)) == (moved, orphaned)
