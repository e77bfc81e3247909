"""Reads a stack's configuration and checks it as a whole. Nothing else reads `pulumi.Config`.

Every key has a default and none is declared in Pulumi.yaml, since a missing declared key stops the engine before this
program can report all faults together.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from pulumi.runtime import config as pulumi_config
from pydantic import ValidationError

from hearth import target
from hearth.faults import Fault, SettingsError
from hearth.guards import RULES
from hearth.project import NAMESPACE
from infra.rules import capacity, databases, delivery, exceptions, exposure, names, postgres, regions
from infra.settings import Settings, Why, fields, keys

_SECRET = "[secret]"  # noqa: S105 - what is shown in place of one


def read() -> dict[str, str]:
    """The engine's whole configuration for this stack, by full key. `pulumi.Config` can't list its keys."""
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}


def is_secret(key: str) -> bool:
    """Whether the stack keeps this key's value encrypted."""
    return pulumi_config.is_config_secret(key) or key in pulumi_config.get_config_secret_keys_env()


def load(
    config: Mapping[str, str],
    environ: Mapping[str, str],
    *,
    rewritten: bool,
    is_secret: Callable[[str], bool] = is_secret,
) -> Settings:
    """Check everything and return the settings.

    `config` holds texts by full key (`app:name`, `gcp:project`), lists as JSON. `environ` is the shell's environment,
    `rewritten` whether Hosting sends requests to the service. Raises SettingsError with every fault, which tells no
    value that the stack keeps encrypted.
    """
    settings, single = _parse(config)
    faulty = {fault.key for fault in single}
    related = [
        fault for fault in _relate(settings, environ, rewritten=rewritten) if not faulty & {fault.key, *fault.also}
    ]
    found = [*_unknown(config), *single, *related]
    if found:
        # The engine blots out secrets only where they stand letter by letter, which a quoted one need not.
        raise SettingsError([replace(each, value=_SECRET) if is_secret(each.key) else each for each in found])
    return settings


def _unknown(config: Mapping[str, str]) -> Iterator[Fault]:
    known = keys()
    for key, value in config.items():
        if not key.startswith(f"{NAMESPACE}:") or key in known:
            continue
        bare = [each.removeprefix(f"{NAMESPACE}:") for each in known]
        near = get_close_matches(key.removeprefix(f"{NAMESPACE}:"), bare, n=1, cutoff=0.7)
        yield Fault(
            key=key,
            value=value,
            why="no such key, so its value would do nothing",
            fix=f"did you mean {NAMESPACE}:{near[0]}? Else: pulumi config rm {key}"
            if near
            else f"pulumi config rm {key} (docs/configuration.md lists the keys)",
        )


def _parse(config: Mapping[str, str]) -> tuple[Settings, list[Fault]]:
    """Read each key on its own. One that can't be read gets its default, so that the other rules can go on."""
    known = fields()
    given = {key: config[key] for key in known if key in config}
    try:
        return Settings.model_validate(given), []
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each["msg"] for each in error.errors()}
    faults = []
    for key, message in wrong.items():
        reasons = [extra.text for extra in known[key].metadata if isinstance(extra, Why)]
        default = known[key].default
        faults.append(
            Fault(
                key=key,
                value=given[key],
                why="; ".join([message.removeprefix("Value error, "), *reasons]),
                fix=f"pulumi config rm {key} takes the default"
                + ("" if default in ("", ()) else f", which is {str(default).lower()}"),
            )
        )
    return Settings.model_validate({key: value for key, value in given.items() if key not in wrong}), faults


def _relate(settings: Settings, environ: Mapping[str, str], *, rewritten: bool) -> Iterator[Fault]:
    yield from names.faults(name=settings.name, project=settings.project, site_id=settings.site_id)
    yield from names.billing_faults(project=settings.project, billing_project=settings.billing_project)
    yield from regions.faults(settings.region)
    yield from target.faults(project=settings.project, environ=environ)
    yield from capacity.faults(
        cpu=settings.cpu,
        memory=settings.memory,
        concurrency=settings.concurrency,
        min_instances=settings.min_instances,
        max_instances=settings.max_instances,
    )
    yield from databases.faults(
        project=settings.project,
        database=settings.database,
        location=settings.firestore_location,
        name=settings.firestore_database,
    )
    yield from postgres.faults(
        database=settings.database,
        tier_name=settings.postgres_tier,
        high_availability=settings.postgres_high_availability,
        point_in_time_recovery=settings.point_in_time_recovery,
        max_instances=settings.max_instances,
        pool_size=settings.database_pool_size,
    )
    yield from exposure.faults(
        public_access=settings.public_access,
        rewritten=rewritten,
        custom_domains=settings.custom_domains,
        image=settings.image,
        image_readers=settings.image_readers,
    )
    yield from delivery.faults(
        name=settings.name,
        repository=settings.delivery_repository,
        repository_id=settings.delivery_repository_id,
        branch=settings.delivery_branch,
        environment=settings.delivery_environment,
        pool=settings.delivery_pool,
    )
    yield from exceptions.faults(settings.exceptions, rules=RULES)
