"""The fields of a v2 Service that the local cloud plays, and what containers of services and jobs have in common."""

from hearth.localcloud.run.fields import Fields, Shape

TEXT, NUMBER, YES_NO = str, int, bool
TEXTS: Shape = {"*": TEXT}
ENV: Shape = [
    {"name": TEXT, "value": TEXT, "valueSource": {"secretKeyRef": {"secret": TEXT, "version": TEXT}}},
]
VOLUMES: Shape = [{"name": TEXT, "cloudSqlInstance": {"instances": [TEXT]}}]
MOUNTS: Shape = [{"name": TEXT, "mountPath": TEXT}]

_PROBE: Shape = {
    "initialDelaySeconds": NUMBER,
    "timeoutSeconds": NUMBER,
    "periodSeconds": NUMBER,
    "failureThreshold": NUMBER,
    "httpGet": {"path": TEXT, "port": NUMBER, "httpHeaders": [{"name": TEXT, "value": TEXT}]},
    "tcpSocket": {"port": NUMBER},
}
_CONTAINER: Shape = {
    "name": TEXT,
    "image": TEXT,
    "command": [TEXT],
    "args": [TEXT],
    "workingDir": TEXT,
    "env": ENV,
    "resources": {"limits": TEXTS, "cpuIdle": YES_NO, "startupCpuBoost": YES_NO},
    "ports": [{"name": TEXT, "containerPort": NUMBER}],
    "startupProbe": _PROBE,
    "livenessProbe": _PROBE,
    "volumeMounts": MOUNTS,
}
_SERVICE: Shape = {
    "name": TEXT,
    "description": TEXT,
    "labels": TEXTS,
    "annotations": TEXTS,
    "client": TEXT,
    "clientVersion": TEXT,
    "ingress": TEXT,
    "launchStage": TEXT,
    "etag": TEXT,
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
        "timeout": TEXT,
        "serviceAccount": TEXT,
        "containers": [_CONTAINER],
        "volumes": VOLUMES,
        "executionEnvironment": TEXT,
        "maxInstanceRequestConcurrency": NUMBER,
        "sessionAffinity": YES_NO,
    },
}
SERVICE = Fields(
    kind="service",
    shape=_SERVICE,
    # Cloud Run Admin API v2, Service.
    computed=frozenset(
        {"uid", "generation", "createTime", "updateTime", "deleteTime", "expireTime", "creator", "lastModifier"}
        | {"observedGeneration", "terminalCondition", "conditions", "latestReadyRevision", "latestCreatedRevision"}
        | {"trafficStatuses", "uri", "urls", "reconciling", "satisfiesPzs"}
    ),
)
