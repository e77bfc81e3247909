"""What a container is given must be real: a placeholder of a kept resource is refused before anything is changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from hearth.localcloud.errors import ApiError
from hearth.localcloud.kept.placeholders import Origin, Placeholders
from hearth.localcloud.run import secret_env
from hearth.localcloud.store import Store


def check(store: Store, project: str, template: Mapping[str, Any]) -> None:
    """Raise ApiError (400) for the first value in a service's or a task's template that is no real one."""
    placeholders = Placeholders(store)
    for container in template["containers"]:
        for what, text in _given(store, project, template["serviceAccount"], container):
            if found := placeholders.origin(text):
                raise ApiError(400, refusal(what, found), "FAILED_PRECONDITION")


def refusal(what: str, found: Origin) -> str:
    """Of the value itself nothing is told: it may be a secret."""
    return (
        f"{what} would get a placeholder for {found}. On the local cloud there is nothing of it that the app could "
        "connect to. Nothing was changed. Set a real value on this stack, such as "
        "the address of a server on this machine, or leave the variable out on this stack."
    )


def _given(store: Store, project: str, account: str, container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("command", "args"):
        for at, text in enumerate(container.get(field, [])):
            yield f"{field}[{at}]", text
    for entry in container.get("env", []):
        try:
            variables = secret_env.resolve(store, project, account, [entry])
        except secret_env.SecretsError:
            # What can't be read isn't handed over either; that it can't is told by whoever starts it.
            continue
        for name, text in variables.items():
            yield f"The environment variable {name}", text
