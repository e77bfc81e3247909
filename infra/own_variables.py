"""Variables of the app's own, in `app:env`, `app:secrets` and `app:secretReferences`: each name stands for one value."""

from collections.abc import Iterator

from hearth.facts.cloud_run import SET_IN_JOBS, SET_IN_SERVICES
from hearth.facts.names import SECRET
from hearth.faults import Fault
from infra import app_secrets, database, service_env, sign_in, task_caller, web_service
from infra.settings import StackSettings

SET_BY_OTHERS = frozenset(
    {*SET_IN_SERVICES, *SET_IN_JOBS, "HEARTH_DATA_DIR", "HEARTH_IDENTITY_ORIGIN", "SERVE_DATABASE"}
)
"""By Cloud Run and the local cloud; and the last one is for `make serve` alone."""

RESERVED: frozenset[str] = frozenset(
    {
        *SET_BY_OTHERS,
        *service_env.variables(StackSettings()),
        *app_secrets.VARIABLES,
        *web_service.gunicorn(StackSettings()),
        database.VARIABLE,
        sign_in.VARIABLE,
        *task_caller.VARIABLES,
    }
)
"""These, and what the stack sets, whatever its settings."""


def reserved(kind: str) -> frozenset[str]:
    """Names that nobody can have on a stack with this kind of database. Without one, the app may bring its own."""
    return RESERVED - {database.VARIABLE} if kind == "none" else RESERVED


def check(stack: StackSettings) -> Iterator[Fault]:
    """Check each name against those that are taken, and the three keys against each other."""
    seen: dict[str, str] = {}
    for field in ("env", "secrets", "secret_references"):
        key = str(StackSettings.model_fields[field].alias)
        for name in getattr(stack, field):
            if name in reserved(stack.database):
                yield Fault(
                    key=key,
                    value=name,
                    why="the stack sets this variable itself, or Cloud Run does",
                    fix="set the key of the stack that it follows from (docs/configuration.md), or choose another name",
                )
            if name in seen:
                yield Fault(
                    key=key,
                    value=name,
                    also=frozenset({seen[name]}),
                    why=f"it stands in {seen[name]} as well, and a variable has one value",
                    fix=f"pulumi config rm --path '{key}.{name}', or that of {seen[name]}",
                )
            seen[name] = key
    for name in stack.secrets:
        secret = stack.names.own_secret(name)
        if len(secret) > SECRET.longest:
            yield Fault(
                key="app:secrets",
                value=name,
                also=frozenset({"app:name"}),
                why=f"its secret would be called {secret!r}, {len(secret)} characters ({SECRET.source})",
                fix="choose a shorter name",
            )
