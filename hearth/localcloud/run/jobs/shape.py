"""The fields of a v2 Job that the local cloud plays."""

from hearth.localcloud.run.fields import Fields, Shape
from hearth.localcloud.run.shape import ENV, MOUNTS, NUMBER, TEXT, TEXTS, VOLUMES

_TASK: Shape = {
    "containers": [
        {
            "name": TEXT,
            "image": TEXT,
            "command": [TEXT],
            "args": [TEXT],
            "workingDir": TEXT,
            "env": ENV,
            "resources": {"limits": TEXTS},
            "volumeMounts": MOUNTS,
        }
    ],
    "volumes": VOLUMES,
    "maxRetries": NUMBER,
    "timeout": TEXT,
    "serviceAccount": TEXT,
    "executionEnvironment": TEXT,
}
JOB = Fields(
    kind="job",
    shape={
        "name": TEXT,
        "labels": TEXTS,
        "annotations": TEXTS,
        "client": TEXT,
        "clientVersion": TEXT,
        "launchStage": TEXT,
        "etag": TEXT,
        "template": {
            "labels": TEXTS,
            "annotations": TEXTS,
            "parallelism": NUMBER,
            "taskCount": NUMBER,
            "template": _TASK,
        },
    },
    # Cloud Run Admin API v2, Job.
    computed=frozenset(
        {"uid", "generation", "createTime", "updateTime", "deleteTime", "expireTime", "creator", "lastModifier"}
        | {"observedGeneration", "terminalCondition", "conditions", "executionCount", "latestCreatedExecution"}
        | {"reconciling", "satisfiesPzs"}
    ),
)
