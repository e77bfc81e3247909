"""Variables of the app's own: plain ones as they are, secrets by reference, and of these no value anywhere else."""

import json
from typing import Any

import pytest

from hearth.faults import SettingsError
from hearth.guards.guarding import GuardError
from hearth.testing.recorder import Stack
from infra import own_variables
from tests.infra.example import STACKS, run_stack

SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
READER = "gcp:secretmanager/secretIamMember:SecretIamMember"
CANARY = 'can"ary\nof two lines'


def declared(stack: str = "dev", **keys: Any) -> Stack:
    return run_stack(stack, {f"app:{key}": json.dumps(value) for key, value in keys.items()})


def envs(stack: Stack, type_: str, path: str) -> dict[str, Any]:
    return {each["name"]: each for each in stack.one(type_).at(path)}


def of_service(stack: Stack) -> dict[str, Any]:
    return envs(stack, "gcp:cloudrunv2/service:Service", "template.containers[0].envs")


def of_job(stack: Stack) -> dict[str, Any]:
    return envs(stack, "gcp:cloudrunv2/job:Job", "template.template.containers[0].envs")


def refusal(**keys: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        declared(**keys)
    return str(caught.value)


def test_a_variable_reaches_service_and_job_as_it_is_written() -> None:
    stack = declared("local", env={"GREETING": "true", "NOTHING": ""})

    for found in (of_service(stack), of_job(stack)):
        assert found["GREETING"] == {"name": "GREETING", "value": "true"}
        assert found["NOTHING"] == {"name": "NOTHING", "value": ""}


@pytest.mark.parametrize("name", STACKS)
def test_a_secret_is_a_version_that_the_service_alone_may_read(name: str) -> None:
    stack = declared(name, secrets={"STRIPE_KEY": CANARY})
    project = stack.one("gcp:cloudrunv2/service:Service").at("project")

    (secret,) = [each.inputs for each in stack.of_type(SECRET) if each.inputs["secretId"] == "web-STRIPE_KEY"]
    (reader,) = [each.inputs for each in stack.of_type(READER) if each.inputs["secretId"] == "web-STRIPE_KEY"]
    assert secret["project"] == project
    assert reader["role"] == "roles/secretmanager.secretAccessor"
    assert reader["member"] == f"serviceAccount:web-run@{project}.iam.gserviceaccount.com"
    reference = {"secretKeyRef": {"secret": "web-STRIPE_KEY", "version": "1"}}
    assert of_service(stack)["STRIPE_KEY"] == {"name": "STRIPE_KEY", "valueSource": reference}
    settled = next(each for each in stack.of_type("hearth:project:Settled") if each.name == "runtime-grants-settled")
    assert any("web-STRIPE_KEY" in grant for grant in settled.inputs["grants"])


def test_its_value_is_marked_secret_wherever_it_is_and_is_nowhere_else() -> None:
    stack = declared(secrets={"A": CANARY})

    places = {
        (each.type, each.name, name)
        for each in stack.resources
        for name, value in each.inputs.items()
        if CANARY in str(value) or CANARY in json.dumps(value).replace('\\"', '"').replace("\\n", "\n")
    }
    assert places == {
        ("hearth:secret:AlternatingValue", "own-secrets-A", "value"),
        (VERSION, "own-secrets-A-first", "secretData"),
        (VERSION, "own-secrets-A-second", "secretData"),
    }
    for type_, name, input_ in places:
        assert stack.one(type_, name).secret_inputs == {input_}
    assert CANARY not in str(stack.outputs)


def test_a_secret_that_somebody_else_keeps_is_read_and_not_declared() -> None:
    stack = declared(secretReferences={"OWN": "key:3", "THEIRS": "projects/acme-keys/secrets/key:12", "AGAIN": "key:4"})
    found = {
        name: each["valueSource"]["secretKeyRef"]
        for name, each in of_service(stack).items()
        if name in {"OWN", "THEIRS", "AGAIN"}
    }

    assert found == {
        "OWN": {"secret": "key", "version": "3"},
        "THEIRS": {"secret": "projects/acme-keys/secrets/key", "version": "12"},
        "AGAIN": {"secret": "key", "version": "4"},
    }
    readers = [each.inputs for each in stack.of_type(READER) if each.inputs["secretId"] == "key"]
    assert sorted(each["project"] for each in readers) == ["acme-keys", "example-dev"]
    assert not [each for each in stack.of_type(SECRET) if each.inputs["secretId"] == "key"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"env": {"A-B": "x"}}, "app:env = 'A-B'"),
        ({"env": {"1A": "x"}}, "does not begin with a digit"),
        ({"env": {"X_GOOGLE_A": "x"}}, "Google keeps for itself"),
        ({"env": {"A": True}}, "pulumi config set --path --type string 'app:env.A' -- VALUE"),
        ({"env": {"A": 12345678901234567}}, "is not text"),
        ({"env": {"A": {"B": "x"}}}, "is not text"),
        ({"env": {"A": "x" * 32769}}, "at most 32768 bytes"),
        ({"env": {"LOG_LEVEL": "debug"}}, "the stack sets this variable itself"),
        ({"env": {"PORT": "80"}}, "the stack sets this variable itself, or Cloud Run does"),
        ({"secrets": {"SECRET_KEY": "x"}}, "the stack sets this variable itself"),
        ({"secrets": {"DATABASE_URL": "x"}}, "the stack sets this variable itself"),
        ({"secrets": {"A": {"B": "c4n4ry"}}}, "app:secrets = 'A.B'"),
        ({"secrets": {"A": ""}}, "it is empty"),
        ({"secrets": {"A": 471147114711}}, "its value is not text"),
        ({"secrets": {"A": "c4n4ry\0"}}, "a zero byte"),
        ({"secrets": {"A": "c4n4ry" * 6000}}, "at most 32768 bytes"),
        ({"secrets": {"A" * 300: "c4n4ry"}}, "at most 255 characters"),
        ({"secrets": "c4n4ry"}, "a name with a value of its own"),
        ({"secretReferences": {"A": "key:latest"}}, "not a version of a secret"),
        ({"secretReferences": {"A": "key"}}, "gcloud secrets versions list"),
        ({"env": {"A": "x"}, "secrets": {"A": "c4n4ry"}}, "it stands in app:env as well"),
        ({"secrets": {"A": "c4n4ry"}, "secretReferences": {"A": "a:1"}}, "it stands in app:secrets as well"),
    ],
)
def test_what_can_be_no_variable_is_refused_by_name_and_without_its_value(keys: dict[str, Any], said: str) -> None:
    text = refusal(**keys)

    assert said in text
    assert "c4n4ry" not in text
    assert "4711" not in text


@pytest.mark.parametrize("variable", [{"STRIPE_KEY": "x"}, {"FEED": "https://me:pass@example.com/"}])
def test_a_variable_that_is_a_secret_is_refused_with_the_way_to_keep_it(variable: dict[str, str]) -> None:
    with pytest.raises(GuardError) as refused:
        declared(env=variable)

    assert "has a plaintext value" in str(refused.value)
    assert "move it to app:secrets (docs/variables.md)" in str(refused.value)
    assert "me:pass" not in str(refused.value)


def test_an_app_may_bring_its_own_database_where_the_stack_has_none() -> None:
    stack = run_stack("dev", {"app:database": "none", "app:secrets": '{"DATABASE_URL": "postgresql://x"}'})

    assert "valueSource" in of_service(stack)["DATABASE_URL"]


@pytest.mark.parametrize("database", ["firestore", "postgres"])
def test_the_names_that_are_taken_are_those_that_the_stack_sets(database: str) -> None:
    """Whatever its settings: a name that is free on one stack would be taken on the next."""
    stack = run_stack("prod", {"app:database": database, "app:taskQueue": "tasks"})

    assert set(of_service(stack)) <= own_variables.RESERVED
    assert set(of_service(declared("local"))) < own_variables.RESERVED
    assert own_variables.RESERVED - set(of_service(stack)) == own_variables.SET_BY_OTHERS
