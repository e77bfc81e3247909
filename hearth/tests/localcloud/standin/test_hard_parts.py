"""What makes a deployment surprising on Google, and has to surprise here as well."""

from typing import Any

import pytest

from hearth.localcloud.standin.provider import StandIn
from hearth.plugin.kinds import UNKNOWN, Failure, InitFailed, ProviderError, Secret
from hearth.plugin.values import decode, encode
from hearth.tests.localcloud.standin.conftest import Refusal

RUN = "gcp:cloudrunv2/service:Service"
JOB = "gcp:cloudrunv2/job:Job"
DATABASE = "gcp:firestore/database:Database"
REPOSITORY = "gcp:artifactregistry/repository:Repository"
SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
BUCKET = "gcp:storage/bucket:Bucket"
SITE = "gcp:firebase/hostingSite:HostingSite"
ACCOUNT = "gcp:serviceaccount/account:Account"
NOT_READY: dict[str, Any] = {"code": 9, "message": "Revision 'web-00001' is not ready and cannot serve traffic."}


def service(image: Any = "i@sha256:1", **more: Any) -> dict[str, Any]:
    return {"name": "web", "location": "us-central1", "template": {"containers": [{"image": image}]}, **more}


def test_a_service_that_does_not_come_up_is_kept_with_the_reason(google: Any, provider: Any, told: Any) -> None:
    google.failing_operations = [NOT_READY]

    with pytest.raises(InitFailed) as failed:
        provider.kind(RUN).create(told.context(RUN), service(), preview=False)

    assert failed.value.id == "projects/demo-x/locations/us-central1/services/web"
    assert failed.value.reasons == ("Error waiting to create Service: Error code 9, message: " + NOT_READY["message"],)
    assert failed.value.outputs["template"] == service()["template"]


def test_a_failed_update_keeps_the_new_inputs_and_the_same_again_succeeds_without_a_request(
    google: Any, stack: Any
) -> None:
    """Google's provider then calls a service deployed that never was; hearth's SiteRelease is there to catch it."""
    web = stack(RUN)
    web.up(service())
    google.failing_operations = [NOT_READY]
    news = service("i@sha256:2")
    with pytest.raises(InitFailed) as failed:
        web.kind.update(web.context, web.id, web.inputs, web.outputs, news, preview=False)
    google.requests.clear()

    again = web.kind.update(web.context, web.id, news, decode(encode(failed.value.outputs)), news, preview=False)

    assert google.requests == []
    assert again["template"] == news["template"]


def test_a_cloud_that_goes_away_while_a_service_is_made_leaves_it_in_the_state(
    google: Any, provider: Any, told: Any
) -> None:
    google.refusals[("GET", "services/web")] = [Refusal(500, "gone")]

    with pytest.raises(InitFailed, match="Error 500: gone"):
        provider.kind(RUN).create(told.context(RUN), service(), preview=False)


def test_a_cancelled_wait_ends_soon_and_keeps_the_resource(google: Any, provider: Any, told: Any) -> None:
    context = told.context(RUN)
    context.cancelled.set()

    with pytest.raises(InitFailed, match="stopped before the operation ended"):
        provider.kind(RUN).create(context, service(), preview=False)


@pytest.mark.parametrize(
    ("type", "inputs"),
    [
        (RUN, service()),
        (REPOSITORY, {"repositoryId": "web", "format": "DOCKER"}),
        (SECRET, {"secretId": "key", "replication": {"auto": {}}}),
        (BUCKET, {"name": "demo-x-b", "location": "US"}),
        (ACCOUNT, {"accountId": "web-runner"}),
    ],
)
def test_making_what_exists_is_an_error_and_not_tried_again(
    google: Any, stack: Any, type: str, inputs: dict[str, Any]
) -> None:
    stack(type).up(inputs)
    google.requests.clear()

    with pytest.raises(ProviderError, match=r"Error creating .*: googleapi: Error 409: .* already exists"):
        stack(type).up(inputs)

    assert [each[0] for each in google.requests] == ["POST"]


def test_an_account_that_exists_is_taken_where_the_program_says_so(google: Any, stack: Any) -> None:
    stack(ACCOUNT).up({"accountId": "web-runner"})
    again = stack(ACCOUNT)

    again.up({"accountId": "web-runner", "createIgnoreAlreadyExists": True})

    assert again.outputs["email"] == "web-runner@demo-x.iam.gserviceaccount.com"


def test_the_default_site_is_adopted(google: Any, stack: Any) -> None:
    google.documents["firebasehosting/projects/demo-x/sites/demo-x"] = {"name": "n", "type": "DEFAULT_SITE"}
    site = stack(SITE)

    site.up({})

    assert (site.id, site.outputs["siteId"]) == ("projects/demo-x/sites/demo-x", "demo-x")


def test_somebody_elses_site_is_not_adopted(google: Any, stack: Any) -> None:
    google.documents["firebasehosting/projects/demo-x/sites/shop"] = {"name": "n", "type": "USER_SITE"}

    with pytest.raises(ProviderError, match="Error 409"):
        stack(SITE).up({"siteId": "shop"})


def test_firebase_that_is_there_is_adopted_and_stays(google: Any, stack: Any) -> None:
    google.documents["firebase/projects/demo-x"] = {"projectId": "demo-x", "projectNumber": "7"}
    project = stack("gcp:firebase/project:Project")

    project.up({})
    project.delete()

    assert google.sent("POST") == google.sent("DELETE") == []


PROTECTED = [
    (RUN, service(), "cannot destroy service without setting deletion_protection=false"),
    (RUN, service(deletionProtection=True), "cannot destroy service without setting deletion_protection=false"),
    (
        JOB,
        {"name": "web", "location": "us-central1", "template": {"template": {"containers": [{"image": "i"}]}}},
        "cannot destroy job without setting deletion_protection=false",
    ),
    (
        SECRET,
        {"secretId": "k", "replication": {"auto": {}}, "deletionProtection": True},
        "cannot destroy secret without setting deletion_protection=false",
    ),
    (
        REPOSITORY,
        {"repositoryId": "web", "format": "DOCKER", "deletionPolicy": "PREVENT"},
        'cannot destroy Repository without setting deletion_policy="DELETE"',
    ),
]


@pytest.mark.parametrize(("type", "inputs", "message"), PROTECTED)
def test_protection_refuses_before_any_request(
    google: Any, stack: Any, type: str, inputs: dict[str, Any], message: str
) -> None:
    """A Cloud Run service is protected unless the program says otherwise."""
    made = stack(type)
    made.up(inputs)
    google.requests.clear()

    with pytest.raises(ProviderError, match=message):
        made.delete()

    assert google.requests == []


def test_protection_is_taken_off_without_a_request(google: Any, stack: Any) -> None:
    web = stack(RUN)
    web.up(service(deletionProtection=True))
    google.requests.clear()

    assert web.up(service(deletionProtection=False)) == {"deletionProtection"}
    assert google.requests == []
    web.delete()
    assert google.requests[0][0] == "DELETE"


@pytest.mark.parametrize(
    ("type", "inputs"),
    [
        (SITE, {"siteId": "demo-x-docs", "deletionPolicy": "ABANDON"}),
        (REPOSITORY, {"repositoryId": "web", "format": "DOCKER", "deletionPolicy": "ABANDON"}),
        (VERSION, {"secret": "projects/demo-x/secrets/k", "secretData": "x", "deletionPolicy": "ABANDON"}),
        (DATABASE, {"name": "(default)", "locationId": "nam5", "type": "FIRESTORE_NATIVE"}),
        ("gcp:projects/service:Service", {"service": "run.googleapis.com"}),
    ],
)
def test_what_is_let_go_stays(google: Any, stack: Any, type: str, inputs: dict[str, Any]) -> None:
    """A database unless the program says otherwise. An API too: something else may use it, so only disableOnDestroy
    switches it off.
    """
    made = stack(type)
    made.up(inputs)
    google.requests.clear()

    made.delete()

    assert google.requests == []


def test_an_api_is_switched_off_where_the_program_says_so(google: Any, stack: Any) -> None:
    made = stack("gcp:projects/service:Service")
    made.up({"service": "run.googleapis.com", "disableOnDestroy": True})

    made.delete()

    assert not made.refresh()


def test_a_bucket_with_objects_is_deleted_only_with_force(google: Any, stack: Any) -> None:
    bucket = stack(BUCKET)
    bucket.up({"name": "demo-x-b", "location": "US"})
    google.documents["storage/b/demo-x-b/o/source"] = {"name": "source"}

    with pytest.raises(ProviderError, match="containing objects without `force_destroy` set to true"):
        bucket.delete()
    bucket.up({"name": "demo-x-b", "location": "US", "forceDestroy": True})
    bucket.delete()

    assert [path for path, _ in google.sent("DELETE")] == ["storage/b/demo-x-b/o/source", "storage/b/demo-x-b"]


def test_another_content_is_another_version_and_never_shown(google: Any, stack: Any) -> None:
    version = stack(VERSION)
    version.up({"secret": "projects/demo-x/secrets/k", "secretData": "one"})

    diff = version.diff({"secret": "projects/demo-x/secrets/k", "secretData": "two"})
    outputs = version.kind.read(version.context, version.id, version.inputs, version.outputs).outputs

    assert diff.replace == {"secretData"}
    assert isinstance(outputs["secretData"], Secret)
    assert not any(path.endswith(":access") for _, path, _, _ in google.requests)


def test_a_destroyed_version_is_gone(google: Any, stack: Any) -> None:
    version = stack(VERSION)
    version.up({"secret": "projects/demo-x/secrets/k", "secretData": "one"})

    version.delete()

    assert not version.refresh()


@pytest.mark.parametrize(
    ("content", "declared"),
    [("b25l", {"secretData": "one"}), ("/w==", {"secretData": "/w==", "isSecretDataBase64": True})],
    ids=["text", "bytes"],
)
def test_an_import_of_a_version_reads_its_content(
    google: Any, stack: Any, content: str, declared: dict[str, Any]
) -> None:
    name = "projects/demo-x/secrets/k/versions/3"
    google.documents[f"secretmanager/{name}"] = {"name": name, "state": "ENABLED", "_payload": {"data": content}}

    found = stack(VERSION).kind.read(stack(VERSION).context, name, None, None)

    assert {key: getattr(value, "value", value) for key, value in found.inputs.items()} == {
        "secret": "projects/demo-x/secrets/k",
        **declared,
    }


def test_declaring_what_is_so_already_is_no_change(google: Any, stack: Any) -> None:
    """To Terraform, and so to Google's provider, only the difference to what is there counts."""
    google.filled_in = {"ingress": "INGRESS_TRAFFIC_ALL"}
    web = stack(RUN)
    web.up(service())

    assert not web.diff(web.check(service(ingress="INGRESS_TRAFFIC_ALL"))).changed
    assert web.diff(web.check(service(ingress="INGRESS_TRAFFIC_INTERNAL_ONLY"))).changed == {"ingress"}


def test_leaving_out_again_what_the_api_decides_is_no_change(google: Any, stack: Any) -> None:
    web = stack(RUN)
    web.up(service(launchStage="BETA", description="d"))

    assert web.diff(web.check(service(description="d"))).changed == frozenset()
    assert web.diff(web.check(service(launchStage="BETA"))).changed == {"description"}


def test_drift_is_found_by_a_refresh_and_put_right(google: Any, stack: Any) -> None:
    web = stack(RUN)
    web.up(service(description="mine"))
    google.documents["run/" + web.id]["description"] = "by hand"

    assert web.refresh()

    assert web.inputs["description"] == "by hand"
    assert web.up(service(description="mine")) == {"description"}


@pytest.mark.parametrize(
    ("before", "after", "replaced"),
    [
        (service(), service(location="europe-west1"), {"location"}),
        (service(), service(name="api"), {"name"}),
        (service(), service("other"), set()),
        (service(), service(project="demo-y"), {"project"}),
        (service(), service(name=UNKNOWN), {"name"}),
    ],
)
def test_the_catalog_says_what_replaces(stack: Any, before: Any, after: Any, replaced: set[str]) -> None:
    web = stack(RUN)
    web.up(before)

    diff = web.diff(after)

    assert diff.replace == replaced
    assert diff.changed


def test_another_default_project_replaces_what_stands_in_it(stack: Any, environ: dict[str, str]) -> None:
    web = stack(RUN)
    web.up(service())
    web.provider = StandIn(environ)
    web.provider.configure({"project": "demo-y"})

    assert web.diff(service()).replace == {"project"}


def test_a_name_of_ones_own_is_freed_before_it_is_used_again(stack: Any) -> None:
    own, made_up = stack(RUN), stack(RUN)
    own.up(service())
    made_up.up({key: value for key, value in service().items() if key != "name"})

    elsewhere = {"location": "europe-west1"}
    assert own.diff({**own.inputs, **elsewhere}).delete_before_replace
    assert not made_up.diff({**made_up.inputs, **elsewhere}).delete_before_replace


def test_a_name_is_made_up_once(stack: Any) -> None:
    account = stack(ACCOUNT)
    account.up({})
    first = account.outputs["accountId"]

    assert account.up({}) == set()
    assert account.refresh()
    assert account.up({}) == set()
    assert account.outputs["accountId"] == first
    assert first.startswith("it-")


def test_labels_that_others_set_stay(google: Any, stack: Any) -> None:
    repository = stack(REPOSITORY)
    repository.up({"repositoryId": "web", "format": "DOCKER", "labels": {"mine": "1", "old": "1"}})
    name = "artifactregistry/" + repository.id
    google.documents[name]["labels"]["theirs"] = "2"
    repository.refresh()

    repository.up({"repositoryId": "web", "format": "DOCKER", "labels": {"mine": "2"}})

    assert google.documents[name]["labels"] == {"goog-pulumi-provisioned": "true", "mine": "2", "theirs": "2"}
    assert repository.outputs["labels"] == {"mine": "2"}


BAD: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (RUN, {"location": "us-central1"}, [("template", "required, and missing")]),
    (
        RUN,
        service(scailing={"minInstanceCount": 1}),
        [("scailing", "no such property; did you mean scaling?")],
    ),
    (
        RUN,
        service(template={"containers": [{"image": "i", "ports": [{"containerPort": 1}]}]}),
        [("template.containers[0].ports", "an object was expected")],
    ),
    (
        RUN,
        service(template={"containers": [{}]}),
        [("template.containers[0].image", "required, and missing")],
    ),
    (RUN, service(scaling={"minInstanceCount": "1"}), [("scaling.minInstanceCount", "a whole number was expected")]),
    (RUN, service(deletionProtection="no"), [("deletionProtection", "true or false was expected")]),
    (RUN, service(timeout=60), [("timeout", "no such property")]),
    (
        RUN,
        service(template={"containers": [{"image": "i", "resources": {"limits": {"cpu": 1}}}]}),
        [("template.containers[0].resources.limits.cpu", "a text was expected, not int")],
    ),
]


@pytest.mark.parametrize(("type", "inputs", "expected"), BAD)
def test_what_googles_provider_would_refuse_is_refused(
    provider: Any, told: Any, type: str, inputs: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = provider.kind(type).check(told.context(type), None, inputs).failures

    assert [each.property for each in found] == [path for path, _ in expected]
    assert all(reason in each.reason for each, (_, reason) in zip(found, expected, strict=True))


def test_a_value_that_is_not_known_yet_passes_the_check(provider: Any, told: Any) -> None:
    inputs = service(UNKNOWN, scaling=UNKNOWN, deletionProtection=UNKNOWN)

    assert provider.kind(RUN).check(told.context(RUN), None, inputs).failures == []


def test_a_project_nobody_named_is_asked_for(environ: dict[str, str], told: Any) -> None:
    provider = StandIn(environ)
    provider.configure({})

    found = provider.kind(REPOSITORY).check(told.context(REPOSITORY), None, {"repositoryId": "w", "format": "DOCKER"})

    assert found.failures == [
        Failure("project", "required: set it here, or gcp:project in the stack's configuration"),
        Failure("location", "required: set it here, or gcp:region in the stack's configuration"),
    ]


def test_a_preview_of_a_new_account_knows_whom_grants_are_for(provider: Any, told: Any) -> None:
    made = provider.kind(ACCOUNT).create(told.context(ACCOUNT), {"accountId": "web-runner"}, preview=True)

    assert made.outputs["member"] == "serviceAccount:web-runner@demo-x.iam.gserviceaccount.com"
    assert made.outputs["uniqueId"] is UNKNOWN


def test_a_service_identity_is_made_read_from_the_state_and_left(google: Any, stack: Any) -> None:
    agent = stack("gcp:projects/serviceIdentity:ServiceIdentity")
    agent.up({"service": "run.googleapis.com"})
    google.requests.clear()

    assert agent.refresh()
    agent.delete()

    assert agent.outputs["member"] == "serviceAccount:agent@g.example"
    assert google.requests == []


def test_an_interrupted_destroy_of_a_server_is_ended_by_another_and_stands_in_the_way_of_an_up(
    google: Any, stack: Any
) -> None:
    """What is abandoned leaves the state first, and Cloud SQL with its server, which may take minutes."""
    server, database = stack("gcp:sql/databaseInstance:DatabaseInstance"), "gcp:sql/database:Database"
    declared = {"name": "service", "instance": "web", "deletionPolicy": "ABANDON"}
    google.filled_in = {"settings": {"settingsVersion": "1"}}
    server.up({"name": "web", "databaseVersion": "POSTGRES_17", "settings": {"tier": "db-f1-micro"}})
    first = stack(database)
    first.up(declared)

    first.delete()

    with pytest.raises(ProviderError, match=r"Error creating Database: googleapi: Error 409: .* already exists"):
        stack(database).up(declared)
    # Destroyed in the end, the server takes along what it has.
    google.documents = {name: each for name, each in google.documents.items() if "/databases/" not in name}
    server.kind.delete(server.context, server.id, server.inputs, {**server.outputs, "deletionProtection": False})
    server.id = ""
    server.up({"name": "web", "databaseVersion": "POSTGRES_17", "settings": {"tier": "db-f1-micro"}})
    stack(database).up(declared)
