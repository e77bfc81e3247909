"""Firebase added to a project."""

from hearth.catalog.apis import FIREBASE, RESOURCE_MANAGER
from hearth.tests.localcloud.running import LocalCloud

SITE = "firebasehosting/projects/demo-test/sites/demo-test"


def add(local: LocalCloud, status: int = 200) -> dict[str, object]:
    return local.call("POST", FIREBASE, "projects/demo-test:addFirebase", {}, status=status)


def test_a_project_is_not_firebases_until_it_is_added(local: LocalCloud) -> None:
    local.call("GET", FIREBASE, "projects/demo-test", status=404)
    assert local.call("GET", FIREBASE, "projects") == {"results": []}

    operation = add(local)

    assert local.call("GET", FIREBASE, str(operation["name"])) == operation
    project = local.call("GET", FIREBASE, "projects/demo-test")
    assert operation["response"] == {
        "@type": "type.googleapis.com/google.firebase.management.v1beta1.FirebaseProject",
        **project,
    }
    assert local.call("GET", FIREBASE, "projects") == {"results": [project]}
    number = local.call("GET", RESOURCE_MANAGER, "projects/demo-test")["projectNumber"]
    assert (project["projectId"], project["projectNumber"], project["state"]) == ("demo-test", number, "ACTIVE")


def test_the_default_site_comes_with_it(local: LocalCloud) -> None:
    add(local)

    assert local.call("GET", FIREBASE, "projects/demo-test")["resources"] == {"hostingSite": "demo-test"}
    site = local.in_loop(lambda cloud: cloud.store.get(SITE))
    assert site is not None
    assert (site["name"], site["type"]) == ("projects/demo-test/sites/demo-test", "DEFAULT_SITE")


def test_it_is_added_once(local: LocalCloud) -> None:
    add(local)

    assert "already exists" in str(add(local, status=409)["error"])


def test_a_site_name_that_another_project_has_is_left_to_it(local: LocalCloud) -> None:
    taken = {"project": "demo-other", "site": "demo-test"}
    local.in_loop(lambda cloud: cloud.store.put("firebasehosting/sites/demo-test", taken))

    add(local)

    assert local.call("GET", FIREBASE, "projects/demo-test")["resources"] == {}
