"""The variables for other people's clients."""

import pytest

from hearth.localcloud import server
from hearth.localcloud.cloud import Cloud, Ports
from hearth.localcloud.commands import clients
from hearth.localcloud.store import Store

PORTS = Ports(edge=5007, apis=4007, service=8087)
URLS = {name: url for name, url in clients.client_variables(PORTS).items() if url.startswith("http://127.0.0.1")}


@pytest.fixture(scope="module")
def first_segments(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Of every path that a local cloud answers."""
    root = tmp_path_factory.mktemp("cloud")
    store = Store(root / "state.db")
    cloud = Cloud(root=root, store=store, ports=PORTS)
    routes = server.application(cloud, server.all_parts(cloud)).router.routes()
    found = {route.resource.canonical.split("/")[1] for route in routes if route.resource}
    store.close()
    return found


@pytest.mark.parametrize("variable", URLS)
def test_each_leads_to_something_that_the_local_cloud_plays(first_segments: set[str], variable: str) -> None:
    origin, _, path = URLS[variable].partition("4007/")

    assert origin == "http://127.0.0.1:"
    assert path.split("/")[0] in first_segments


def test_all_that_a_deployment_of_hosting_asks_is_here() -> None:
    """One that led to Google would have it ask a person to sign in (firebase-tools 15.34.2)."""
    asked = {
        "FIREBASE_API_URL",
        "FIREBASE_FUNCTIONS_URL",
        "FIREBASE_FUNCTIONS_V2_URL",
        "FIREBASE_HOSTING_API_URL",
        "FIREBASE_IDENTITY_URL",
        "FIREBASE_RESOURCEMANAGER_URL",
        "FIREBASE_SERVICE_USAGE_URL",
        "CLOUD_RUN_URL",
        "CLOUD_RUN_API_URL",
    }
    assert asked <= URLS.keys()


def test_the_firebase_cli_prints_addresses_that_the_edge_serves() -> None:
    assert clients.client_variables(PORTS)["FIREBASE_HOSTING_URL"] == "http://localhost:5007"


def test_gcloud_asks_nobody_to_sign_in_and_is_not_led_to_a_cloud_run_that_it_can_not_speak_to() -> None:
    given = clients.client_variables(PORTS)

    assert given["CLOUDSDK_AUTH_DISABLE_CREDENTIALS"] == "true"
    assert "CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN" not in given
