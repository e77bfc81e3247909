"""The whole stack, top to bottom: what there is and what waits for what."""

import os
from collections.abc import Mapping
from pathlib import Path

import pulumi
from pulumi import Output

from flask_hearth import paths
from hearth.guards.guarding import Guards
from hearth.hosting import hosting_config, shadowing, static_files
from hearth.resources import Settled
from infra import (
    configuration,
    database,
    delivery,
    image_registry,
    service_env,
    service_image,
    settings,
    sign_in,
    site_hosts,
)
from infra.app_secrets import AppSecrets, AppSecretsArgs
from infra.database import Database
from infra.delivery import Delivery
from infra.hosting_site import HostingSite, HostingSiteArgs
from infra.image_registry import ImageRegistry
from infra.migration_job import MigrationJob, MigrationJobArgs
from infra.project_services import ProjectServices, ProjectServicesArgs
from infra.public_access import PublicAccess, PublicAccessArgs, invoker_check_disabled
from infra.runtime_identity import RuntimeIdentity, RuntimeIdentityArgs
from infra.service_image import ServiceImage
from infra.sign_in import SignIn, SignInArgs
from infra.web_service import WebService, WebServiceArgs

# Never the working directory: Pulumi sets it to infra/, tests to anything.
ROOT = Path(__file__).resolve().parent.parent


def build(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> None:
    """Declare every resource of the stack and export its outputs."""
    hosting = hosting_config.read(root / "firebase.json")
    stack = configuration.load(configuration.read(), environ, rewritten=hosting.rewrites_to_service)
    static_files.warn_of_missing_build(root, root / hosting.public)
    files = static_files.digests(root / hosting.public)
    warn_of_shadows(files, root / "service" / "app", clean_urls=hosting.clean_urls)
    names = stack.names
    guards = Guards(stack.intent, stack.exceptions)
    guards.stand()

    also = [
        *(api.name for api in (*database.APIS[stack.database], *sign_in.APIS[stack.auth])),
        *delivery.apis(stack),
    ]
    services = ProjectServices("apis", ProjectServicesArgs(project=stack.project, region=stack.region, also=also))
    enabled = [services.settled]

    registry = ImageRegistry("images", image_registry.args(stack, after=enabled))
    # A digest from the configuration is an image that another stack built and tried.
    image = Output.from_input(stack.image) if stack.image else build_image(stack, registry, enabled)

    runtime = RuntimeIdentity(
        "runtime",
        RuntimeIdentityArgs(project=stack.project, account=names.runtime_account, protect=stack.protect, after=enabled),
    )
    secrets = AppSecrets(
        "secrets",
        AppSecretsArgs(
            project=stack.project,
            secret_key=names.secret_key,
            previous_secret_key=names.previous_secret_key,
            rotation=stack.secret_key_rotation,
            reader=runtime.member,
            deletion_protection=stack.deletion_protection,
            protect=stack.protect,
            after=enabled,
        ),
    )
    data = Database("database", database.args(stack, user=runtime.member, after=enabled))
    granted = Settled(
        "runtime-grants-settled",
        project=stack.project,
        region=stack.region,
        grants=[*secrets.grants, *data.grants],
        settle_seconds=stack.grant_settle_seconds,
    )

    env = {**service_env.variables(stack), **data.env}
    from_secrets = {**secrets.env, **data.secrets}
    checked = []
    if stack.auth == "firebase":
        users = SignIn(
            "sign-in",
            SignInArgs(
                project=stack.project,
                domains=site_hosts.public(site=names.site, custom_domains=stack.custom_domains),
                after=enabled,
            ),
        )
        env["FIREBASE_WEB_KEY"] = users.web_key
        checked = [users]
    migrated = []
    if stack.database in database.WITH_SCHEMA:
        migration = MigrationJob(
            "migration",
            MigrationJobArgs(
                project=stack.project,
                region=stack.region,
                job=names.migration_job,
                image=image,
                account=runtime.email,
                env=env,
                secrets=from_secrets,
                sockets=data.sockets,
                after=[*enabled, granted],
            ),
        )
        migrated = [migration.executed]

    web = WebService(
        "web",
        WebServiceArgs(
            project=stack.project,
            region=stack.region,
            service=names.service,
            image=image,
            account=runtime.email,
            env=env,
            secrets=from_secrets,
            sockets=data.sockets,
            min_instances=stack.min_instances,
            max_instances=stack.max_instances,
            concurrency=stack.concurrency,
            cpu=stack.cpu,
            memory=stack.memory,
            request_timeout_seconds=stack.request_timeout_seconds,
            invoker_check_disabled=invoker_check_disabled(stack.public_access),
            deletion_protection=stack.deletion_protection,
            protect=stack.protect,
            after=[*enabled, granted, *checked, *migrated],
        ),
    )
    access = PublicAccess(
        "public-access",
        PublicAccessArgs(project=stack.project, region=stack.region, service=web.service.name, way=stack.public_access),
    )

    site = HostingSite(
        "site",
        HostingSiteArgs(
            project=stack.project,
            site=names.site,
            custom_domains=stack.custom_domains,
            public=hosting.public,
            files=static_files.with_twins(files),
            config=hosting.serving(service=names.service, region=stack.region),
            service=web.full_name,
            image=image,
            template=web.fingerprint,
            protect=stack.protect,
            after=enabled,
            # A release before the service answers everybody would show visitors an error.
            released_after=[web, access],
        ),
    )

    pulumi.export("siteUrl", site.url)
    pulumi.export("serviceUrl", web.uri)
    pulumi.export("imageRef", image)
    pulumi.export("imageRepository", registry.uri)
    if site.dns_records:
        pulumi.export("dnsRecords", dict(site.dns_records))
    if stack.delivery_repository:
        for output, value in Delivery("delivery", delivery.args(stack, after=enabled)).outputs.items():
            pulumi.export(output, value)
    guards.warn_of_idle_exceptions()


def build_image(stack: settings.Settings, registry: ImageRegistry, enabled: list[Settled]) -> Output[str]:
    """Build the image here; the reference by digest."""
    return ServiceImage("image", service_image.args(stack, registry.repository.repository_id, enabled)).ref


def warn_of_shadows(files: Mapping[str, str], package: Path, *, clean_urls: bool) -> None:
    """Say at preview which static files hide a route of the service."""
    for file, rule in shadowing.shadows(files, shadowing.routes(package, paths.RULES), clean_urls=clean_urls):
        pulumi.log.warn(
            f"static{file} hides the service's route {rule}: Hosting serves files first, so visitors never reach the "
            "route. Rename the file, or drop the route."
        )
