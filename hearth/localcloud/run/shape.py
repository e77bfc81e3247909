"""The fields of a v2 Service that the local cloud plays, and those that services and jobs have in common."""

from hearth.localcloud.run.fields import Fields, Shape

TEXT, NUMBER, YES_NO = str, int, bool
TEXTS: Shape = {"*": TEXT}
RESOURCE: Shape = {
    "name": TEXT,
    "labels": TEXTS,
    "annotations": TEXTS,
    "client": TEXT,
    "clientVersion": TEXT,
    "launchStage": TEXT,
    "etag": TEXT,
}
TEMPLATE: Shape = {
    "timeout": TEXT,
    "serviceAccount": TEXT,
    "volumes": [{"name": TEXT, "cloudSqlInstance": {"instances": [TEXT]}}],
    "executionEnvironment": TEXT,
}
CONTAINER: Shape = {
    "name": TEXT,
    "image": TEXT,
    "command": [TEXT],
    "args": [TEXT],
    "workingDir": TEXT,
    "env": [{"name": TEXT, "value": TEXT, "valueSource": {"secretKeyRef": {"secret": TEXT, "version": TEXT}}}],
    "volumeMounts": [{"name": TEXT, "mountPath": TEXT}],
}
COMPUTED = frozenset(
    {"uid", "generation", "createTime", "updateTime", "deleteTime", "expireTime", "creator", "lastModifier"}
    | {"observedGeneration", "terminalCondition", "conditions", "reconciling", "satisfiesPzs"}
)

_PROBE: Shape = {
    "initialDelaySeconds": NUMBER,
    "timeoutSeconds": NUMBER,
    "periodSeconds": NUMBER,
    "failureThreshold": NUMBER,
    "httpGet": {"path": TEXT, "port": NUMBER, "httpHeaders": [{"name": TEXT, "value": TEXT}]},
    "tcpSocket": {"port": NUMBER},
}
_CONTAINER: Shape = {
    **CONTAINER,
    "resources": {"limits": TEXTS, "cpuIdle": YES_NO, "startupCpuBoost": YES_NO},
    "ports": [{"name": TEXT, "containerPort": NUMBER}],
    "startupProbe": _PROBE,
    "livenessProbe": _PROBE,
}
_SERVICE: Shape = {
    **RESOURCE,
    "description": TEXT,
    "ingress": TEXT,
    "invokerIamDisabled": YES_NO,
    "defaultUriDisabled": YES_NO,
    "scaling": {
        "minInstanceCount": NUMBER,
        "maxInstanceCount": NUMBER,
        "scalingMode": TEXT,
        "manualInstanceCount": NUMBER,
    },
    "traffic": [{"type": TEXT, "percent": NUMBER, "revision": TEXT, "tag": TEXT}],
    "template": {
        "labels": TEXTS,
        "annotations": TEXTS,
        "scaling": {"minInstanceCount": NUMBER, "maxInstanceCount": NUMBER},
        **TEMPLATE,
        "containers": [_CONTAINER],
        "maxInstanceRequestConcurrency": NUMBER,
        "sessionAffinity": YES_NO,
    },
}
SERVICE = Fields(
    kind="service",
    shape=_SERVICE,
    # Cloud Run Admin API v2, Service.
    computed=COMPUTED | {"latestReadyRevision", "latestCreatedRevision", "trafficStatuses", "uri", "urls"},
)
