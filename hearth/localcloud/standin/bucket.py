"""Buckets: an API older than the rules that the others follow."""

from typing import Any
from urllib.parse import quote

from hearth.catalog.types import ResourceType
from hearth.localcloud.standin import labels
from hearth.localcloud.standin.client import Body
from hearth.localcloud.standin.kind import Cloud
from hearth.localcloud.standin.resource import RestKind
from hearth.localcloud.standin.row import Row
from hearth.plugin.kinds import ProviderError, Values

# Whether an object's being the current version (`isLive`) is asked for at all, by the provider's `withState`.
_LIVE = {"LIVE": True, "ARCHIVED": False}


class BucketKind(RestKind):
    """A bucket's name is its id; the project is only said when it is made."""

    def __init__(self, type: ResourceType, row: Row, cloud: Cloud) -> None:
        super().__init__(type, row, cloud)
        self.parameters = ("name", "project")

    def id(self, where: Values) -> str:
        return str(where["name"])

    def insert(self, where: Values, inputs: Values, body: Body) -> Body:
        query = {"project": str(where["project"])}
        return self.client.call("POST", self.row.api, "b", query, body | {"name": where["name"]})

    def change(self, where: Values, old_inputs: Values, planned: Values, changed: set[str]) -> Body:
        gone = labels.gone(planned, self.managed_labels(planned.get("labels") or {}))
        if gone:
            # In a merge patch a key that is only left out stays.
            self.client.call("PATCH", self.row.api, f"b/{where['name']}", {}, {"labels": dict.fromkeys(gone)})
        return super().change(where, old_inputs, planned, changed)

    def remove(self, where: Values, old: Values) -> Body:
        objects = self._objects(where["name"])
        if objects and not old.get("forceDestroy"):
            raise ProviderError(
                f"Error trying to delete bucket {where['name']} containing objects without `force_destroy` set to "
                "true. "
                "Set force_destroy=True on the bucket, run `pulumi up`, then delete it; its objects go with it."
            )
        for name in objects:
            self.client.call("DELETE", self.row.api, f"b/{where['name']}/o/{quote(name, safe='')}", {})
        return super().remove(where, old)

    def body(self, values: Values, marks: Values) -> Body:
        body = super().body(values, marks)
        for rule in body.get("lifecycle", {}).get("rule") or []:
            rule["condition"] = _sent(rule["condition"])
        return body

    def outputs(self, live: Body, inputs: Values, where: Values) -> dict[str, Any]:
        found = super().outputs(live, inputs, where)
        found |= {"url": f"gs://{where['name']}", "project": inputs.get("project") or where["project"]}
        declared = inputs.get("lifecycleRules") or []
        for at, rule in enumerate(found.get("lifecycleRules") or []):
            own = declared[at].get("condition") or {} if at < len(declared) else {}
            there = live["lifecycle"]["rule"][at].get("condition") or {}
            rule["condition"] |= {name: value for name, value in own.items() if name.startswith("send")}
            state = next((name for name, is_live in _LIVE.items() if there.get("isLive") is is_live), "ANY")
            rule["condition"] |= {"withState": state}
        return found

    def declared(self, inputs: Values, outputs: Values) -> dict[str, Any]:
        found = super().declared(inputs, outputs)
        # The API answers in capitals, whatever was asked for.
        same = str(inputs.get("location")).upper() == str(outputs.get("location")).upper()
        return found | ({"location": inputs["location"]} if same else {})

    def _objects(self, bucket: str) -> list[str]:
        # Google's provider lists all versions of them; the local cloud keeps one.
        names: list[str] = []
        query: dict[str, str] = {}
        while True:
            page = self.client.get(self.row.api, f"b/{bucket}/o", **query)
            names += [str(item["name"]) for item in page.get("items") or []]
            if not page.get("nextPageToken"):
                return names
            query = {"pageToken": str(page["nextPageToken"])}


def _sent(condition: Body) -> Body:
    """A lifecycle condition without what only the provider knows."""
    sent = {name: value for name, value in condition.items() if name != "withState" and not name.startswith("send")}
    state = condition.get("withState")
    return sent | ({"isLive": _LIVE[state]} if state in _LIVE else {})
