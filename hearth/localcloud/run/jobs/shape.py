"""The fields of a v2 Job that the local cloud plays."""

from hearth.localcloud.run.fields import Fields
from hearth.localcloud.run.shape import COMPUTED, CONTAINER, NUMBER, RESOURCE, TEMPLATE, TEXTS

JOB = Fields(
    kind="job",
    shape={
        **RESOURCE,
        "template": {
            "labels": TEXTS,
            "annotations": TEXTS,
            "parallelism": NUMBER,
            "taskCount": NUMBER,
            "template": {
                **TEMPLATE,
                "containers": [{**CONTAINER, "resources": {"limits": TEXTS}}],
                "maxRetries": NUMBER,
            },
        },
    },
    # Cloud Run Admin API v2, Job.
    computed=COMPUTED | {"executionCount", "latestCreatedExecution"},
)
