"""Artifact Registry: repositories, and which digest a tag points at."""

from typing import Any

import pytest

from hearth.catalog.apis import ARTIFACT_REGISTRY
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import registry
from hearth.tests.localcloud.running import LocalCloud

PLACE = "projects/demo-test/locations/us-central1"
REPOSITORY = f"{PLACE}/repositories/app"
HOST = "us-central1-docker.pkg.dev/demo-test/app"
ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")


def create(local: LocalCloud, name: str = "app", status: int = 200, **fields: object) -> dict[str, object]:
    path = f"{PLACE}/repositories?repositoryId={name}"
    return local.call("POST", ARTIFACT_REGISTRY, path, {"format": "DOCKER", **fields}, status=status)


def push(local: LocalCloud, digest: str, *tags: str, package: str = "web") -> None:
    local.in_loop(lambda cloud: registry.put_image(cloud.store, REPOSITORY, package, digest, tags))


def resolve(local: LocalCloud, reference: str) -> str | None:
    return local.in_loop(lambda cloud: registry.resolve(cloud.store, reference))


def test_a_repository_is_made_by_an_operation(local: LocalCloud) -> None:
    operation = create(local, description="images")

    assert operation["done"]
    assert str(operation["name"]).startswith(f"{PLACE}/operations/")
    made = local.call("GET", ARTIFACT_REGISTRY, REPOSITORY)
    assert (
        operation["response"] == {"@type": "type.googleapis.com/google.devtools.artifactregistry.v1.Repository"} | made
    )
    assert (made["format"], made["mode"], made["description"]) == ("DOCKER", "STANDARD_REPOSITORY", "images")
    assert made["registryUri"] == HOST
    assert local.call("GET", ARTIFACT_REGISTRY, f"{PLACE}/repositories") == {"repositories": [made]}


def test_the_id_may_come_in_snake_case_as_googles_provider_sends_it(local: LocalCloud) -> None:
    local.call("POST", ARTIFACT_REGISTRY, f"{PLACE}/repositories?repository_id=app", {"format": "DOCKER"})

    local.call("GET", ARTIFACT_REGISTRY, REPOSITORY)


@pytest.mark.parametrize("name", ["", "App", "1app", "app-", "a_b", "a" * 64])
def test_the_id_follows_googles_rule(local: LocalCloud, name: str) -> None:
    create(local, name, status=400)


def test_a_repository_is_made_once_with_a_format_that_there_is(local: LocalCloud) -> None:
    create(local)
    create(local, status=409)
    create(local, "other", format="OCI", status=400)
    create(local, "other", frmat="DOCKER", status=400)


def test_a_patch_changes_what_may_change(local: LocalCloud) -> None:
    create(local, labels={"app": "web"})
    cleanup = {"keep": {"id": "keep", "action": "KEEP", "mostRecentVersions": {"keepCount": 5}}}

    body = {"description": "new", "cleanupPolicies": cleanup, "name": REPOSITORY}
    changed = local.call("PATCH", ARTIFACT_REGISTRY, f"{REPOSITORY}?updateMask=description,cleanup_policies", body)

    assert (changed["description"], changed["cleanupPolicies"]) == ("new", cleanup)
    assert changed["labels"] == {"app": "web"}
    local.call("PATCH", ARTIFACT_REGISTRY, f"{REPOSITORY}?updateMask=format", {"format": "NPM"}, status=400)


def test_a_pushed_image_is_found_by_digest_and_by_tag(local: LocalCloud) -> None:
    create(local)
    push(local, ONE, "latest", "ctx-1")

    assert resolve(local, f"{HOST}/web@{ONE}") == ONE
    assert resolve(local, f"{HOST}/web:latest") == ONE
    assert resolve(local, f"{HOST}/web:ctx-1") == ONE


@pytest.mark.parametrize(
    "reference",
    [
        f"{HOST}/web@{TWO}",
        f"{HOST}/web:older",
        f"{HOST}/web",
        f"{HOST}/api:latest",
        f"europe-west1-docker.pkg.dev/demo-test/app/web@{ONE}",
        f"us-central1-docker.pkg.dev/demo-other/app/web@{ONE}",
        "docker.io/library/python:3.11",
        f"{HOST}/web@sha256:11",
        "",
    ],
)
def test_other_references_mean_no_image(local: LocalCloud, reference: str) -> None:
    create(local)
    push(local, ONE, "latest")

    assert resolve(local, reference) is None


def test_a_tag_moves_and_the_old_version_stays(local: LocalCloud) -> None:
    create(local)
    push(local, ONE, "latest")
    first = local.call("GET", ARTIFACT_REGISTRY, f"{REPOSITORY}/packages/web")

    push(local, TWO, "latest")

    assert resolve(local, f"{HOST}/web:latest") == TWO
    assert resolve(local, f"{HOST}/web@{ONE}") == ONE
    package = local.call("GET", ARTIFACT_REGISTRY, f"{REPOSITORY}/packages/web")
    assert package["createTime"] == first["createTime"]


def test_immutable_tags_do_not_move(local: LocalCloud) -> None:
    create(local, dockerConfig={"immutableTags": True})
    push(local, ONE, "v1")
    push(local, ONE, "v1")

    with pytest.raises(ApiError, match="tags/v1 is immutable"):
        push(local, TWO, "v1")

    assert resolve(local, f"{HOST}/web:v1") == ONE
    assert resolve(local, f"{HOST}/web@{TWO}") is None


def copy(local: LocalCloud, source: str, status: int = 200, repository: str = "prod") -> dict[str, Any]:
    path = f"{PLACE}/repositories/{repository}/packages/web/versions:copyRecord"
    return local.call("POST", ARTIFACT_REGISTRY, path, {"source": source, "tag": "copy-1"}, status=status)


def test_the_record_of_an_image_is_copied_and_outlives_the_repository_that_it_came_from(local: LocalCloud) -> None:
    create(local)
    create(local, "prod")
    push(local, ONE, "ctx-1")

    copy(local, f"{HOST}/web@{ONE}")
    copy(local, f"{HOST}/web@{ONE}")
    local.call("DELETE", ARTIFACT_REGISTRY, REPOSITORY)

    own = HOST.replace("/app", "/prod")
    assert resolve(local, f"{own}/web@{ONE}") == ONE
    assert resolve(local, f"{own}/web:copy-1") == ONE
    assert resolve(local, f"{own}/web:ctx-1") is None
    # What is there needs no source.
    copy(local, f"{HOST}/web@{ONE}")


@pytest.mark.parametrize(
    ("source", "repository", "status"),
    [
        (f"{HOST}/web@{TWO}", "prod", 404),
        (f"{HOST}/web@{ONE}", "none", 404),
        (f"{HOST}/web:ctx-1", "prod", 400),
        ("web", "prod", 400),
    ],
)
def test_a_copy_of_nothing_or_to_nowhere_is_refused(
    local: LocalCloud, source: str, repository: str, status: int
) -> None:
    create(local)
    create(local, "prod")
    push(local, ONE, "ctx-1")

    copy(local, source, status, repository)


def test_pushing_to_no_repository_is_not_found(local: LocalCloud) -> None:
    with pytest.raises(ApiError, match="repositories/app' was not found"):
        push(local, ONE)


def test_packages_versions_and_tags_are_read_over_the_api(local: LocalCloud) -> None:
    create(local)
    push(local, ONE, "ctx-1", package="team/web")
    package = f"{REPOSITORY}/packages/team%2Fweb"

    assert local.call("GET", ARTIFACT_REGISTRY, f"{REPOSITORY}/packages")["packages"][0]["name"] == package
    assert local.call("GET", ARTIFACT_REGISTRY, package)["name"] == package
    tag = {"name": f"{package}/tags/ctx-1", "version": f"{package}/versions/{ONE}"}
    assert local.call("GET", ARTIFACT_REGISTRY, f"{package}/tags/ctx-1") == tag
    assert local.call("GET", ARTIFACT_REGISTRY, f"{package}/tags") == {"tags": [tag]}
    assert local.call("GET", ARTIFACT_REGISTRY, f"{package}/versions/{ONE}")["name"] == tag["version"]
    assert len(local.call("GET", ARTIFACT_REGISTRY, f"{package}/versions")["versions"]) == 1
    assert resolve(local, f"{HOST}/team/web:ctx-1") == ONE


@pytest.mark.parametrize("path", ["packages/web", "packages/web/tags", "packages/web/versions", "packages/web/tags/a"])
def test_what_was_never_pushed_is_not_found(local: LocalCloud, path: str) -> None:
    create(local)

    local.call("GET", ARTIFACT_REGISTRY, f"{REPOSITORY}/{path}", status=404)


def test_a_tagged_version_goes_only_by_force_and_takes_its_tags(local: LocalCloud) -> None:
    create(local)
    push(local, ONE, "latest")
    push(local, TWO, "next")
    path = f"{REPOSITORY}/packages/web/versions/{ONE}"

    error = local.call("DELETE", ARTIFACT_REGISTRY, path, status=400)["error"]
    assert "still tagged by latest" in error["message"]

    assert local.call("DELETE", ARTIFACT_REGISTRY, f"{path}?force=true")["done"]
    assert resolve(local, f"{HOST}/web:latest") is None
    assert resolve(local, f"{HOST}/web:next") == TWO


def test_deleting_a_tag_leaves_its_version(local: LocalCloud) -> None:
    create(local)
    push(local, ONE, "latest")

    assert local.call("DELETE", ARTIFACT_REGISTRY, f"{REPOSITORY}/packages/web/tags/latest") == {}

    assert resolve(local, f"{HOST}/web:latest") is None
    assert resolve(local, f"{HOST}/web@{ONE}") == ONE


def test_a_deleted_repository_takes_its_images_along(local: LocalCloud) -> None:
    create(local)
    push(local, ONE, "latest")

    assert local.call("DELETE", ARTIFACT_REGISTRY, REPOSITORY)["done"]
    create(local)

    assert resolve(local, f"{HOST}/web@{ONE}") is None
    assert local.call("GET", ARTIFACT_REGISTRY, f"{REPOSITORY}/packages") == {}
