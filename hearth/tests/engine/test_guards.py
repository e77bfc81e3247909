"""The guards under the real engine: a plain `pulumi up` is stopped by them like any other."""

from collections.abc import Iterator

import pytest

from hearth.tests.engine.deployment import Deployment

EDITOR = """
import pulumi_gcp as gcp

gcp.projects.IAMMember("extra", project=gcp.config.project, role="roles/editor", member="user:dev@example.com")
"""
# Only Google knows an account's unique id, so a preview of this can't know the image.
LATE = """
import pulumi_gcp as gcp

account = gcp.serviceaccount.Account("extra", project=gcp.config.project, account_id="extra-run")
gcp.cloudrunv2.Service(
    "extra",
    project=gcp.config.project,
    location="us-central1",
    name="extra",
    deletion_protection=False,
    template={"service_account": account.email, "containers": [{"image": account.unique_id.apply("h/p/{}:v1".format)}]},
)
"""


@pytest.fixture
def declaring(deployed: Deployment) -> Iterator[Deployment]:
    """A deployment whose program and configuration a test may add to."""
    files = [deployed.root / "infra" / "__main__.py", deployed.root / "Pulumi.local.yaml"]
    texts = [file.read_text(encoding="utf-8") for file in files]
    yield deployed
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")


def declare(deployment: Deployment, more: str) -> None:
    with (deployment.root / "infra" / "__main__.py").open("a", encoding="utf-8") as file:
        file.write(more)


def names(deployment: Deployment) -> set[str]:
    """Logical names in the stack's state."""
    return {each["urn"].rpartition("::")[2] for each in deployment.state()["resources"]}


def test_a_plain_up_refuses_what_breaks_a_rule_and_says_so_once(declaring: Deployment) -> None:
    declare(declaring, EDITOR)

    done = declaring.pulumi("up", "--yes", "--skip-preview", "--stack", "local")

    assert done.returncode != 0
    # Each error is shown when it happens, and again in the engine's list at the end.
    assert done.stdout.count("IAMMember extra (gcp:projects/iAMMember:IAMMember) was not deployed") == 2, done.stdout
    assert "basic-role: role grants roles/editor" in done.stdout
    assert "Traceback" not in done.stdout
    assert "extra" not in names(declaring)


def test_what_a_preview_cannot_know_is_refused_by_the_deployment_before_the_cloud_hears_of_it(
    declaring: Deployment,
) -> None:
    declare(declaring, LATE)

    preview = declaring.pulumi("preview", "--stack", "local")
    asked = declaring.log()
    up = declaring.pulumi("up", "--yes", "--skip-preview", "--stack", "local")

    assert preview.returncode == 0, preview.stdout
    assert "the guards can't check these resources yet" in preview.stdout
    assert "Service extra (image-by-digest" in preview.stdout
    assert up.returncode != 0
    assert up.stdout.count("Service extra (gcp:cloudrunv2/service:Service) was not deployed") == 2, up.stdout
    assert "Traceback" not in up.stdout
    assert "image-by-digest: template.containers[0].image = 'h/p/" in up.stdout
    assert "serviceId=extra" not in declaring.log().removeprefix(asked)
    assert "gcp:cloudrunv2/service:Service::extra" not in str(declaring.state())


def test_an_exception_in_the_stacks_file_lets_it_pass(declaring: Deployment) -> None:
    declare(declaring, EDITOR)
    declaring.edit("Pulumi.local.yaml", "app:exceptions: {}", "app:exceptions: {basic-role/extra: to see it pass}")

    done = declaring.pulumi("preview", "--stack", "local")

    assert done.returncode == 0, done.stdout
    assert "which is not needed" not in done.stdout
