"""The environment that the stack sets is the environment that the service reads: no name more, no name less."""

import ast
import hashlib
import json
import os
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from flask import Flask, request

from app import settings as service
from flask_hearth import forwarded
from flask_hearth.rules import authentication, environments
from flask_hearth.serving import settings as serving
from flask_hearth.settings import HearthSettings as Framework
from flask_hearth.stores import urls
from flask_hearth.testing.processes import PATIENCE
from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.facts.cloud_run import SET_IN_SERVICES
from hearth.testing.recorder import Stack
from hearth.testing.stacks import ON_GOOGLE, STACKS, run_stack, shipped
from infra import settings as stack
from infra.program import ROOT
from infra.web_service import SPARE_THREADS
from tests.infra import example

OWN = "web-abc123-uc.a.run.app"
"""The service's own address, by which Google's front end finds it."""
ADDED = {
    name
    for stack_name in STACKS
    for key in ("app:env", "app:secrets", "app:secretReferences")
    for name in json.loads(shipped(stack_name).get(key, "{}"))
}
"""Variables that some stack adds: the app may read them in whatever way, and no test knows what their values may be."""
GUNICORN = Path(serving.__file__)
MIGRATE = stack.StackSettings.model_fields["migration_command"].default
KINDS = get_args(stack.StackSettings.model_fields["database"].annotation)


def seen(trusted: list[str], **headers: str) -> str:
    """The address that the service takes for the visitor's, asked at its own with these headers."""
    app = Flask("echo", static_folder=None)
    app.add_url_rule("/", "seen", lambda: request.url_root)
    app.config["HEARTH_TRUSTED_HOSTS"] = trusted
    forwarded.init_app(app)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get("/", base_url=f"http://{OWN}", headers=given).text


def constants(path: Path) -> list[Any]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def gunicorn_reads() -> set[str]:
    return {text for text in constants(GUNICORN) if isinstance(text, str) and re.fullmatch(r"GUNICORN_[A-Z]+", text)}


def of_users(found: dict[str, str]) -> set[str]:
    """What is read with a check of users only."""
    assert "firebase_web_key" in service.AppSettings.model_fields
    return {"FIREBASE_WEB_KEY"} if found["AUTH"] == "firebase" else set()


def of_tasks(found: dict[str, str]) -> set[str]:
    """What is read of a queue and of schedules only."""
    queue = {"TASKS_QUEUE"} & found.keys()
    return {"TASKS_CALLER", "TASKS_AUDIENCE"} | queue if "TASKS_CALLER" in found or queue else set()


def of_edits(found: dict[str, str]) -> set[str]:
    """What is read of clients' documents only."""
    return {"EDITS_CALLER"} & found.keys()


def env(declared: Stack) -> dict[str, str]:
    container = declared.one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]
    return {each["name"]: each.get("value", "") for each in container["envs"]}


def told(declared: Stack) -> dict[str, str]:
    """The whole environment, with what Secret Manager holds; and the folder that the local cloud alone gives."""
    stored = {
        each.inputs["secret"].rpartition("/")[2]: each.inputs["secretData"]
        for each in declared.of_type("gcp:secretmanager/secretVersion:SecretVersion")
    }
    envs = declared.one("gcp:cloudrunv2/service:Service").at("template.containers[0].envs")
    environ = {each["name"]: each["value"] for each in envs if "value" in each}
    references = {each["name"]: each["valueSource"]["secretKeyRef"]["secret"] for each in envs if "value" not in each}
    # Drawn by the provider into Secret Manager, so that the program has no value to tell.
    stored |= {each.inputs["secret"]: drawn(each.name) for each in declared.of_type("hearth:secret:KeyVersion")}
    # Of a secret that somebody else keeps, nobody here knows the value.
    environ |= {name: stored.get(secret, "kept elsewhere") for name, secret in references.items()}
    local = environ["GOOGLE_CLOUD_PROJECT"].startswith(LOCAL_PROJECT_PREFIX)
    return environ | {"K_SERVICE": "web"} | ({"HEARTH_DATA_DIR": "/data"} if local else {})


def drawn(name: str) -> str:
    """A key as long as those that the provider draws, another for each name."""
    return hashlib.sha256(name.encode()).hexdigest()[:43]


@pytest.mark.parametrize("name", STACKS)
def test_the_stack_sets_exactly_what_the_service_reads(name: str) -> None:
    found = env(run_stack(name))

    assert gunicorn_reads()
    of_parts = of_users(found) | of_tasks(found) | of_edits(found)
    assert set(found) - ADDED == Framework.stack_variables() | gunicorn_reads() | of_parts


@pytest.mark.parametrize("name", ON_GOOGLE)
def test_the_stack_sets_each_variable_that_the_app_cannot_do_without(name: str) -> None:
    """Those that its settings add; on this machine they are in `.env`, which no test reads."""
    added = service.AppSettings.model_fields.keys() - Framework.model_fields.keys()
    needed = {field.upper() for field in added if service.AppSettings.model_fields[field].is_required()}

    assert needed <= set(env(run_stack(name)))


@pytest.mark.parametrize("name", STACKS)
def test_the_stack_leaves_alone_what_cloud_run_sets_itself(name: str) -> None:
    assert SET_IN_SERVICES.isdisjoint(env(run_stack(name)))


@pytest.mark.parametrize("name", STACKS)
def test_the_service_starts_with_what_the_stack_sets(name: str) -> None:
    declared = run_stack(name)
    found = env(declared)

    settings = Framework.from_env(told(declared))

    assert settings.app_env == found["APP_ENV"]
    assert settings.log_level == found["LOG_LEVEL"]
    assert [key.get_secret_value() for key in settings.secret_key_fallbacks] == [drawn("secrets-previous-session-key")]
    assert ",".join(settings.trusted_hosts) == found["TRUSTED_HOSTS"]


def test_the_stacks_and_the_service_mean_the_same_by_an_unset_age_of_files() -> None:
    default = stack.StackSettings.model_fields["file_max_age_seconds"].default

    assert default == environments.DEFAULT_FILE_SECONDS[stack.StackSettings.model_fields["environment"].default]


@pytest.mark.parametrize("name", STACKS)
def test_the_service_believes_each_address_of_the_site_and_no_other_host(name: str) -> None:
    declared = run_stack(name, {"app:customDomains": '["www.example.com"]'})
    site = declared.one("gcp:firebase/hostingSite:HostingSite").at("siteId")
    envs = declared.one("gcp:cloudrunv2/service:Service").at("template.containers[0].envs")
    (trusted,) = (each["value"].split(",") for each in envs if each["name"] == "TRUSTED_HOSTS")

    hosts = [f"{site}.web.app", f"{site}.firebaseapp.com", f"{site}--pr-7-a1b2c3d4.web.app", "www.example.com"]
    on_this_machine = ["localhost:5000", "127.0.0.1:5003", f"{site}--pr-7.localhost:5000"]
    local = name not in ON_GOOGLE
    for host in [*hosts, *(on_this_machine if local else [])]:
        assert seen(trusted, X_Forwarded_Host=host) == f"http://{host}/"
        assert seen(trusted, X_Forwarded_Host=f"{host.partition(':')[0]}.evil.example") == f"http://{OWN}/"
    for host in [] if local else on_this_machine:
        assert seen(trusted, X_Forwarded_Host=host) == f"http://{OWN}/"


@pytest.mark.parametrize("name", ON_GOOGLE)
def test_the_service_checks_the_users_that_the_stack_makes(name: str) -> None:
    declared = run_stack(name, {"app:auth": "firebase"})
    settings = Framework.from_env(told(declared))

    assert (settings.auth, settings.google_cloud_project) == ("firebase", env(declared)["GOOGLE_CLOUD_PROJECT"])
    assert settings.firebase_web_key


@pytest.mark.parametrize("name", ON_GOOGLE)
def test_the_service_takes_calls_of_the_account_that_the_stack_makes(name: str) -> None:
    """From a queue, or by the clock, in which case there is nowhere to enqueue."""
    asked = {"app:taskQueue": "tasks", "app:schedules": '{"nightly": "0 3 * * *"}', "app:publicAccess": "iam"}
    declared = run_stack(name, asked)
    settings = Framework.from_env(told(declared))
    queue, job = declared.one("gcp:cloudtasks/queue:Queue"), declared.one("gcp:cloudscheduler/job:Job")

    assert settings.tasks_queue == "projects/{project}/locations/{location}/queues/{name}".format(**queue.inputs)
    for token in (queue.at("httpTarget.oidcToken"), job.at("httpTarget.oidcToken")):
        assert token == {"serviceAccountEmail": settings.tasks_caller, "audience": settings.tasks_audience}
    silent = Framework.from_env(told(run_stack(name, asked | {"app:taskQueue": ""})))
    assert (silent.tasks_caller, silent.tasks_queue) == (settings.tasks_caller, None)


def test_the_service_takes_calls_of_the_account_of_the_trigger() -> None:
    asked = {"app:clientEdits": "true", "app:auth": "firebase", "app:database": "firestore", "app:publicAccess": "iam"}
    for declared in (run_stack(name, asked) for name in ON_GOOGLE):
        trigger = declared.one("gcp:eventarc/trigger:Trigger")
        assert trigger.at("serviceAccount") == Framework.from_env(told(declared)).edits_caller


def test_both_sides_know_a_local_clouds_project_by_the_same_sign() -> None:
    assert authentication.LOCAL_PROJECT_PREFIX == LOCAL_PROJECT_PREFIX


@pytest.mark.parametrize("name", STACKS)
def test_the_service_keeps_its_data_where_the_stack_says(name: str) -> None:
    found = Framework.from_env(told(run_stack(name))).database
    kind = shipped(name).get("app:database", stack.StackSettings.model_fields["database"].default)

    assert type(found).__name__.lower() == kind
    if isinstance(found, urls.Sqlite):
        assert found.path == Path("/data") / urls.SQLITE_FILE
    if isinstance(found, urls.Firestore):
        declared = run_stack(name).one("gcp:firestore/database:Database")
        assert (found.project, found.database) == (declared.at("project"), declared.at("name"))


def test_the_migration_job_has_what_the_service_has_but_for_its_server() -> None:
    """It opens the same database with the same settings, by a command that the service's package has."""
    declared = example.run_stack("local")
    container = declared.one("gcp:cloudrunv2/job:Job").inputs["template"]["template"]["containers"][0]
    found = {each["name"]: each.get("value", "") for each in container["envs"]}

    assert found == {name: value for name, value in env(declared).items() if name not in gunicorn_reads()}
    assert [*container["commands"], *container["args"]] == shlex.split(MIGRATE)


def test_the_migration_job_runs_a_command_that_there_is(tmp_path: Path) -> None:
    declared = example.run_stack("local")
    own = {"SECRET_KEY": drawn("secrets-session-key"), "HEARTH_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    program, *arguments = shlex.split(MIGRATE)
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=ROOT / "service",
        env=dict.fromkeys(ADDED, "made up") | env(declared) | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / urls.SQLITE_FILE).exists()


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "none"])
def test_the_service_starts_with_each_database_that_a_stack_can_ask_for(kind: str) -> None:
    """Whichever way the address comes, it is the one of that store, and no variable is more or less than elsewhere."""
    declared = example.run_stack("local" if kind == "sqlite" else "prod", {"app:database": kind})
    environ = told(declared)
    settings = Framework.from_env(environ)

    assert set(environ) - {
        "K_SERVICE",
        "HEARTH_DATA_DIR",
    } == Framework.stack_variables() | gunicorn_reads() | of_users(environ)
    assert type(settings.database).__name__.lower() == kind
    assert settings.database_pool_size == int(environ["DATABASE_POOL_SIZE"])


@pytest.mark.parametrize("field", ["database_pool_size", "database_pool_wait_seconds"])
def test_both_sides_take_the_same_numbers(field: str) -> None:
    ends = {type(each).__name__: each for each in stack.StackSettings.model_fields[field].metadata}
    environ = {"SECRET_KEY": secrets.token_urlsafe(32), "DATABASE_URL": "firestore://example-shop"}

    for number in (ends["Ge"].ge, ends["Le"].le):
        assert getattr(Framework.from_env(environ | {field.upper(): str(number)}), field) == number
    for number in (ends["Ge"].ge - 1, ends["Le"].le + 1):
        with pytest.raises(service.SettingsError, match=field.upper()):
            Framework.from_env(environ | {field.upper(): str(number)})


@pytest.mark.parametrize(
    ("field", "allowed"), [("environment", environments.Environment), ("log_level", environments.LogLevel)]
)
def test_both_sides_know_the_same_values(field: str, allowed: Any) -> None:
    assert get_args(stack.StackSettings.model_fields[field].annotation) == get_args(allowed)


def test_both_sides_spare_the_same_number_of_threads() -> None:
    """The service's default stands where no stack sets a number: in a container that someone runs by hand."""
    assert serving.SPARE_THREADS == SPARE_THREADS
    assert serving.CONCURRENCY == stack.StackSettings.model_fields["concurrency"].default
