"""`hearth:secret:KeyVersion`: a version of a secret in Secret Manager that holds a random key.

The key is drawn here, sent to Secret Manager and forgotten: no state, no plan and no output has a copy. So it lasts as
long as its secret, and whoever needs it reads it there.
Another `rotation` is another version. The engine makes it first and destroys the one before at the deployment's end,
when nothing that was deployed refers to it any more.
One that `follows` another KeyVersion holds the key that the other had before, so that what that one signed can go on
being accepted; until the other changes, it holds a key that nobody ever used.

Left out: keys that somebody brings, and keys that Secret Manager itself would rotate.
"""

import base64
import re
import secrets

from hearth.catalog.apis import SECRET_MANAGER, Api
from hearth.plugin.diff import changed_paths
from hearth.plugin.kinds import (
    UNKNOWN,
    CheckResult,
    Context,
    CreateResult,
    DiffResult,
    Kind,
    ProviderError,
    ReadResult,
    Values,
)
from hearth.provider.clients.secret_manager import SecretManager
from hearth.provider.clients.session import Session
from hearth.provider.random_key import LEAST_BYTES, MOST_BYTES
from hearth.provider.validation import PROJECT, Inputs, Rule

_APIS: tuple[Api, ...] = (SECRET_MANAGER,)
_PLACE = ("project", "secret")
_SECRET = Rule(re.compile(r"[A-Za-z0-9_-]{1,255}"), "a secret's id, such as web-secret-key")
_NAME = re.compile(r"projects/([^/]+)/secrets/([^/]+)/versions/[0-9]+")
_VERSION = Rule(_NAME, "the id of a KeyVersion, projects/PROJECT/secrets/SECRET/versions/NUMBER")


class KeyVersion(Kind):
    """Its id is the version's resource name. `version` is its number, as text."""

    token = "hearth:secret:KeyVersion"  # noqa: S105 - a type token

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[str, str] = {}

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = Inputs(news, {"bytes": 32, "rotation": ""}, (*_PLACE, "follows"))
        inputs.text("project", PROJECT)
        inputs.text("secret", _SECRET)
        inputs.integer("bytes", LEAST_BYTES, MOST_BYTES)
        inputs.text("rotation")
        inputs.reachable(self._session.endpoints, _APIS)
        if "follows" in inputs.values:
            inputs.text("follows", _VERSION)
            inputs.values["replaced"] = self._left(context, olds, inputs.values["follows"])
        return inputs.checked()

    def _left(self, context: Context, olds: Values | None, follows: object) -> str:
        """The version that the other one left, which has to be an input, since create is told of no others.

        The engine checks twice where it replaces, the second time without the old inputs, for the sake of names that
        providers make up (pulumi/pkg, resource/deploy/step_generator.go). So what the first one found is kept.
        """
        if olds is not None:
            before: str = olds.get("follows", "")
            self._found[context.urn] = before if before not in ("", follows) else olds.get("replaced", "")
        return self._found.get(context.urn, "")

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        changed = changed_paths(old_inputs, news)
        if "rotation" in old_inputs:
            replacing = {*_PLACE, "bytes", "rotation", "replaced"}
        else:
            # Imported, or a SecretVersion of Google's provider until now, which has the secret's whole name: kept as it
            # is, whatever the rotation is called.
            replacing = set() if _secret(news) in (_secret(old_inputs), old_inputs["secret"]) else set(_PLACE)
        return DiffResult(changed=changed, replace=changed & replacing)

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        if preview:
            return CreateResult("", {**inputs, "version": UNKNOWN})
        manager = SecretManager(self._session, inputs["project"])
        payload = self._before(context, manager, inputs) or _drawn(inputs["bytes"])
        version = manager.add(_secret(inputs), payload)
        return CreateResult(f"{_secret(inputs)}/versions/{version}", {**inputs, "version": version})

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """Raises ProviderError for an id that names no version."""
        match = _NAME.fullmatch(id)
        if match is None:
            raise ProviderError(f"{id!r} is not {_VERSION.meaning}.")
        found = dict(zip(_PLACE, match.groups(), strict=True)) if inputs is None else inputs
        if not SecretManager(self._session, found["project"]).exists(id):
            return None
        return ReadResult(id, found, {**found, "version": _number(id)})

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        """Nothing at Google changes: what would change the key replaces the version."""
        return {**news, "version": _number(id)}

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        SecretManager(self._session, inputs["project"]).destroy(id)

    def _before(self, context: Context, manager: SecretManager, inputs: Values) -> str | None:
        replaced = inputs.get("replaced")
        if not replaced:
            return None
        payload = manager.payload(replaced)
        if payload is None:
            context.warn(
                f"{replaced} is disabled or destroyed, so the key before can't be kept: what it signed is no longer "
                "accepted, and people have to sign in again."
            )
        return payload


def _drawn(size: int) -> str:
    """URL-safe base64 without padding of so many random bytes, in base64 as the API takes payloads."""
    return base64.b64encode(secrets.token_urlsafe(size).encode()).decode()


def _secret(inputs: Values) -> str:
    return f"projects/{inputs.get('project')}/secrets/{inputs['secret']}"


def _number(version: str) -> str:
    return version.rpartition("/")[2]
