"""How the image comes about: built here with as few rights as possible, or copied by digest."""

from hearth.testing.computed import DIGEST
from infra.program import ROOT
from tests.infra.example import run_stack

BUILT = f"us-central1-docker.pkg.dev/example-dev/shop/shop@{DIGEST}"
COPIED = "us-central1-docker.pkg.dev/example-prod/web/web@sha256:" + "a" * 64
GIVEN = "europe-west1-docker.pkg.dev/shop-dev/web/web@sha256:" + "a" * 64


def test_the_build_waits_for_its_accounts_grants() -> None:
    """Google refuses a build whose account may not push yet, and its provider does not try again."""
    stack = run_stack("dev")

    assert "Settled image-grants-settled" in stack.one("hearth:build:Image").depends_on
    settled = stack.one("hearth:project:Settled", "image-grants-settled").inputs
    grants = [each for each in stack.resources if "IAMMember" in each.type or "IamMember" in each.type]
    assert len(settled["grants"]) == len([each for each in grants if each.parent == "image"]) == 3
    assert settled["settleSeconds"] == 120


def test_the_builder_may_read_sources_push_images_and_write_logs() -> None:
    stack = run_stack("dev", {"app:name": "shop"})

    grants = {each.inputs["role"]: each for each in stack.resources if each.parent == "image" and "role" in each.inputs}
    assert set(grants) == {"roles/storage.objectViewer", "roles/artifactregistry.writer", "roles/logging.logWriter"}
    assert {each.inputs["member"] for each in grants.values()} == {
        "serviceAccount:shop-build@example-dev.iam.gserviceaccount.com"
    }
    assert grants["roles/storage.objectViewer"].inputs["bucket"] == "example-dev-shop-source"
    assert grants["roles/artifactregistry.writer"].inputs["repository"] == "shop"


def test_sources_are_private_and_gone_after_a_day() -> None:
    bucket = run_stack("prod").one("gcp:storage/bucket:Bucket").inputs

    assert bucket["publicAccessPrevention"] == "enforced"
    assert bucket["uniformBucketLevelAccess"] is True
    assert bucket["lifecycleRules"] == [{"action": {"type": "Delete"}, "condition": {"age": 1}}]
    assert bucket["forceDestroy"] is True


def test_the_context_is_named_relative_to_the_checkout() -> None:
    """An absolute path would show a change in every other checkout, and in CI."""
    image = run_stack("local").one("hearth:build:Image").inputs

    assert (image["context"], image["dockerfile"]) == (".", "service/Dockerfile")
    assert str(ROOT) not in str(image)


def test_a_built_image_is_what_runs_what_is_released_and_what_is_told() -> None:
    stack = run_stack("dev", {"app:name": "shop"})

    container = stack.one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]
    assert container["image"] == BUILT
    assert stack.one("hearth:hosting:SiteRelease").inputs["service"]["image"] == BUILT
    assert stack.outputs["imageRef"] == BUILT


def test_a_given_image_runs_from_the_stacks_own_repository() -> None:
    """The image that was tried in dev is the one that prod runs, also when dev is gone."""
    stack = run_stack("prod", {"app:image": GIVEN})

    assert stack.one("hearth:build:Image").inputs["copyOf"] == GIVEN
    container = stack.one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]
    assert container["image"] == COPIED
    assert stack.one("hearth:hosting:SiteRelease").inputs["service"]["image"] == COPIED
    assert stack.outputs["imageRef"] == COPIED


def test_between_a_built_and_a_given_image_nothing_is_deleted() -> None:
    """What building needs stays, so that the way back is the setting alone; images are the clean-up's to delete."""
    built, given = run_stack("prod"), run_stack("prod", {"app:image": GIVEN})

    assert {each.urn for each in given.resources} == {each.urn for each in built.resources}
    changed = {each.short for each in given.resources if each.inputs != built.one(each.type, each.name).inputs}
    assert changed == {"Image image", "Service web", "SiteRelease site"}
