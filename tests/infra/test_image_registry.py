"""Images stay as long as someone may want them back, and no longer."""

import pytest

from tests.infra.example import run_stack

REPOSITORY = "gcp:artifactregistry/repository:Repository"
READER = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"


def test_the_newest_images_and_the_rollback_window_outlive_the_cleanup() -> None:
    """Artifact Registry deletes what a DELETE policy covers and no KEEP policy does."""
    repository = run_stack("dev", {"app:keepImages": "3", "app:rollbackDays": "2"}).one(REPOSITORY).inputs

    delete, keep = repository["cleanupPolicies"]
    assert (delete["action"], delete["condition"]) == ("DELETE", {"tagState": "ANY", "olderThan": "172800s"})
    assert (keep["action"], keep["mostRecentVersions"]) == ("KEEP", {"keepCount": 3})
    assert repository["cleanupPolicyDryRun"] is False


def test_tags_stay_movable_because_immutable_ones_block_the_cleanup() -> None:
    assert "dockerConfig" not in run_stack("prod").one(REPOSITORY).inputs


@pytest.mark.parametrize(
    ("reader", "member"),
    [
        ("123456789012", "serviceAccount:service-123456789012@serverless-robot-prod.iam.gserviceaccount.com"),
        ("group:devs@example.com", "group:devs@example.com"),
    ],
)
def test_a_reader_gets_the_repository_and_nothing_else(reader: str, member: str) -> None:
    stack = run_stack("dev", {"app:name": "shop", "app:imageReaders": f'["{reader}"]'})

    (grant,) = [each for each in stack.of_type(READER) if each.parent == "images"]
    assert grant.inputs["member"] == member
    assert grant.inputs["role"] == "roles/artifactregistry.reader"
    assert grant.inputs["repository"] == "shop"


def test_each_reader_is_a_grant_of_its_own() -> None:
    """A list in one resource would take the others' right away for a moment whenever one changes."""
    stack = run_stack("dev", {"app:imageReaders": '["group:a@example.com", "group:b@example.com"]'})

    assert len([each for each in stack.of_type(READER) if each.parent == "images"]) == 2
