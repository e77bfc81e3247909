"""Versions of a secret: their content never changes, so that another content is another version."""

import base64
import re
from typing import Any

from hearth.catalog.apis import SECRET_MANAGER
from hearth.localcloud.standin.changes import difference
from hearth.localcloud.standin.client import ApiFault, Body
from hearth.localcloud.standin.declared import select_declared
from hearth.localcloud.standin.inputs import declared, marked
from hearth.localcloud.standin.kind import GcpKind
from hearth.plugin.diff import root
from hearth.plugin.kinds import Context, CreateResult, InitFailed, ProviderError, ReadResult, Values

TOKEN = "gcp:secretmanager/secretVersion:SecretVersion"  # noqa: S105 - a type

_GONE = 404
_SECRET = re.compile(r"projects/([^/]+)/secrets/[^/]+")
_VERSION = re.compile(rf"({_SECRET.pattern})/versions/([^/]+)")
_DELETIONS = {"DELETE": "destroy", "DISABLE": "disable"}


class SecretVersionKind(GcpKind):
    """Its id is its resource name; Secret Manager counts the versions of a secret from 1."""

    parameters = ()

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        inputs = declared(inputs)
        if preview:
            return CreateResult("", self.previewed(_local(inputs), new=True))
        path = str(inputs["secret"])
        if not _SECRET.fullmatch(path):
            raise ProviderError(
                f"secret is {path!r}, but has to be a secret's resource name, projects/PROJECT/secrets/SECRET: "
                "pass the `id` of a gcp.secretmanager.Secret."
            )
        try:
            payload = {"payload": {"data": _content(inputs)}}
            made = self.client.call("POST", SECRET_MANAGER, f"{path}:addVersion", {}, payload)
        except ApiFault as fault:
            raise ProviderError(f"Error creating SecretVersion: {fault}") from fault
        name = str(made["name"])
        try:
            if inputs.get("enabled") is False:
                made = self.client.call("POST", SECRET_MANAGER, f"{name}:disable", {}, {})
        except ApiFault as fault:
            reason = f"Error disabling SecretVersion: {fault}"
            raise InitFailed(name, self._outputs(made, inputs), [reason]) from fault
        return CreateResult(name, self._outputs(made, inputs))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        if not _VERSION.fullmatch(id):
            raise ProviderError(f"{id!r} does not name a version: projects/PROJECT/secrets/SECRET/versions/VERSION")
        try:
            live = self.client.get(SECRET_MANAGER, id)
            if live.get("state") == "DESTROYED":
                return None
            if inputs is not None:
                # The content is not read again: it can't have changed.
                told = declared(inputs)
                return ReadResult(
                    id, marked(inputs, select_declared(told, _plain(live, told))), self._outputs(live, told)
                )
            # The content of a disabled version can't be had.
            enabled = live.get("state") == "ENABLED"
            answer = self.client.get(SECRET_MANAGER, f"{id}:access") if enabled else None
        except ApiFault as fault:
            if fault.code == _GONE:
                return None
            raise ProviderError(f"Error reading SecretVersion {id!r}: {fault}") from fault
        content = {"enabled": False} if answer is None else _declared(base64.b64decode(answer["payload"]["data"]))
        found = {"secret": id.partition("/versions/")[0], **content}
        return ReadResult(str(live["name"]), self.sealed(found), self._outputs(live, found))

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        changed = {root(path) for path in difference(self.type, old_inputs, old, news).changed}
        news = declared(news)
        outputs = {**old, **_local(news)}
        if preview or "enabled" not in changed:
            return self.sealed(outputs)
        verb = "disable" if news.get("enabled") is False else "enable"
        try:
            live = self.client.call("POST", SECRET_MANAGER, f"{id}:{verb}", {}, {})
        except ApiFault as fault:
            raise InitFailed(id, self.sealed(outputs), [f"Error updating SecretVersion {id!r}: {fault}"]) from fault
        return self._outputs(live, news)

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        policy = str(old.get("deletionPolicy") or "DELETE")
        if policy == "ABANDON":
            return
        if policy not in _DELETIONS:
            raise ProviderError(f"cannot destroy SecretVersion: its deletion_policy is {policy!r}")
        try:
            self.client.call("POST", SECRET_MANAGER, f"{id}:{_DELETIONS[policy]}", {}, {})
        except ApiFault as fault:
            if fault.code != _GONE:
                raise ProviderError(f"Error deleting SecretVersion {id!r}: {fault}") from fault

    def _outputs(self, live: Body, inputs: Values) -> dict[str, Any]:
        return self.sealed(_plain(live, inputs))


def _plain(live: Body, inputs: Values) -> dict[str, Any]:
    name = str(live["name"])
    shown = {key: live.get(key, "") for key in ("createTime", "destroyTime")}
    state = {"name": name, "version": name.rpartition("/")[2], "enabled": live.get("state") == "ENABLED"}
    # No project, where none was declared: that is said by the secret's name (observed).
    return _local(inputs) | shown | state


def _local(inputs: Values) -> dict[str, Any]:
    # A write-only value is in no state.
    return {"enabled": True, "deletionPolicy": "DELETE"} | {k: v for k, v in inputs.items() if k != "secretDataWo"}


def _content(inputs: Values) -> str:
    data = inputs.get("secretData", inputs.get("secretDataWo"))
    if data is None:
        raise ProviderError("SecretVersion: one of secretData and secretDataWo is required")
    return str(data) if inputs.get("isSecretDataBase64") else base64.b64encode(str(data).encode()).decode()


def _declared(content: bytes) -> dict[str, Any]:
    try:
        return {"secretData": content.decode()}
    except UnicodeDecodeError:
        return {"secretData": base64.b64encode(content).decode(), "isSecretDataBase64": True}
