"""The whole stack, top to bottom: what there is and what waits for what."""

import os
from collections.abc import Mapping
from pathlib import Path

import pulumi

from flask_hearth import paths
from hearth import firestore_indexes, missing_variables, secret_values
from hearth.configuration import read
from hearth.guards.guarding import Guards
from hearth.hosting import hosting_config, shadowing, static_files
from hearth.resources import Settled
from infra import (
    client_edits,
    configuration,
    database,
    delivery,
    firestore_rules,
    own_variables,
    public_access,
    service_env,
    sign_in,
    task_caller,
)
from infra.app_secrets import AppSecrets
from infra.client_edits import ClientEdits
from infra.container import Container
from infra.database import Database
from infra.delivery import Delivery
from infra.hosting_site import HostingSite
from infra.image_registry import ImageRegistry
from infra.migration_job import MigrationJob
from infra.own_secrets import OwnSecrets
from infra.project_services import ProjectServices
from infra.public_access import PublicAccess
from infra.runtime_identity import RuntimeIdentity
from infra.schedules import Schedules
from infra.service_image import ServiceImage
from infra.sign_in import SignIn
from infra.task_caller import TaskCaller
from infra.task_queue import TaskQueue
from infra.web_service import WebService

# Never the working directory: Pulumi sets it to infra/, tests to anything.
ROOT = Path(__file__).resolve().parent.parent


def build(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> None:
    """Declare every resource of the stack and export its outputs."""
    hosting = hosting_config.read(root / "firebase.json")
    given = read()
    elsewhere = own_variables.reserved(given.get("app:database", ""))
    config, values = secret_values.split(given, root=root, environ=environ, elsewhere=elsewhere)
    stack = configuration.load(config, environ, rewritten=hosting.rewrites_to_service, more=values.faults)
    static_files.warn_of_missing_build(root, root / hosting.public)
    files = static_files.digests(root / hosting.public)
    warn_of_shadows(files, root / "service", clean_urls=hosting.clean_urls)
    indexes = firestore_indexes.read(root / "service" / "firestore.indexes.json")
    rules = firestore_rules.read(root / "service" / "firestore.rules")
    guards = Guards(stack.intent, stack.exceptions)
    guards.register()

    for_ci = delivery.APIS if stack.delivery_repository else ()
    for_edits = client_edits.APIS if stack.client_edits else ()
    also = [
        *database.APIS[stack.database],
        *sign_in.APIS[stack.auth],
        *task_caller.enabled_apis(stack),
        *for_edits,
        *for_ci,
    ]
    services = ProjectServices("apis", stack, also=also)
    enabled = [services.settled]

    registry = ImageRegistry("images", stack, after=enabled)
    own_image = ServiceImage("image", stack, repository=registry.repository.repository_id, after=enabled)
    image = own_image.ref
    runtime = RuntimeIdentity("runtime", stack, after=enabled)
    accounts = {"build": own_image.account, "run": runtime.account}
    secrets = AppSecrets("secrets", stack, reader=runtime.member, after=enabled)
    data = Database("database", stack, user=runtime.member, indexes=indexes, rules=rules, after=enabled)
    stored = {**secrets.env, **data.secrets}
    grants = [*secrets.grants, *data.grants]
    if stack.secrets or stack.secret_references:
        own = OwnSecrets("own-secrets", stack, values=values, reader=runtime.member, after=enabled)
        stored.update(own.env)
        grants += own.grants
    migrates = bool(stack.migration_command) and stack.database not in database.WITHOUT_SCHEMA
    needed_by = [("services", stack.names.service), *([("jobs", stack.names.migration_job)] if migrates else [])]
    granted = Settled(
        "runtime-grants-settled",
        project=stack.project,
        region=stack.region,
        grants=grants,
        settle_seconds=stack.grant_settle_seconds,
        needed_by=[f"projects/{stack.project}/locations/{stack.region}/{kind}/{name}" for kind, name in needed_by],
    )

    env = {**stack.env, **service_env.variables(stack), **data.env}
    before_serving: list[pulumi.Resource] = [*enabled, granted, *data.indexes]
    if stack.auth == "firebase":
        users = SignIn("sign-in", stack, after=enabled)
        env[sign_in.VARIABLE] = users.web_key
        before_serving.append(users)
    if stack.task_queue or stack.schedules:
        caller = TaskCaller("task-caller", stack, after=enabled)
        accounts["tasks"] = caller.account
        env.update(caller.env)
        before_serving.append(caller)
    if stack.client_edits:
        editing = client_edits.caller("client-edits-caller", stack, after=enabled)
        accounts["edits"] = editing
        env[client_edits.VARIABLE] = editing.email
    missing_variables.warn(root, root / "service", {*env, *stored, *own_variables.reserved(stack.database)})
    container = Container(
        image=image, account=runtime.email, env=env, secrets=stored, servers=data.servers, attempt=granted.attempt
    )
    if migrates:
        migration = MigrationJob("migration", stack, container=container, after=[*enabled, granted])
        before_serving.append(migration.executed)

    before_serving += public_access.granted_before("public-access-beforehand", stack, after=enabled)
    web = WebService("web", stack, container=container, after=before_serving)
    access = PublicAccess("public-access", stack, service=web.service.name)

    # A release before the service answers everybody would show visitors an error, as would one whose tasks find no queue.
    before_release: list[pulumi.Resource] = [web, access]
    if stack.task_queue:
        before_release.append(
            TaskQueue(
                "task-queue", stack, caller=caller.account, user=runtime.member, service_uri=web.uri, after=enabled
            )
        )
    if stack.schedules:
        before_release.append(Schedules("schedules", stack, caller=caller.account, service_uri=web.uri))
    if stack.client_edits:
        before_release.append(
            ClientEdits("client-edits", stack, caller=editing, service=web.service.name, database=data, after=enabled)
        )
    site = HostingSite(
        "site",
        stack,
        hosting=hosting,
        files=files,
        web=web,
        image=image,
        after=enabled,
        released_after=before_release,
    )

    pulumi.export("siteUrl", site.url)
    pulumi.export("serviceUrl", web.uri)
    pulumi.export("imageRef", image)
    pulumi.export("imageRepository", registry.uri)
    if site.dns_records:
        pulumi.export("dnsRecords", dict(site.dns_records))
    if stack.delivery_repository:
        for output, value in Delivery("delivery", stack, accounts=accounts, after=enabled).outputs.items():
            pulumi.export(output, value)
    guards.warn_of_unused_exceptions()


def warn_of_shadows(files: Mapping[str, str], service: Path, *, clean_urls: bool) -> None:
    """Say at preview which static files hide a route of the service."""

    def broken(file: str) -> None:
        pulumi.log.warn(f"{file}. Its routes are unknown, and the service may not start with it.")

    rules = shadowing.routes(service, {"flask_hearth": paths.RULES}, broken)
    for file, rule in shadowing.shadows(files, rules, clean_urls=clean_urls):
        pulumi.log.warn(
            f"static{file} hides the service's route {rule}: Hosting serves files first, so visitors never reach the "
            "route. Rename the file, or drop the route."
        )
