"""Cloud Run v2: jobs, and their executions as processes that run to an end.

An execution runs its tasks, each until it exits with 0, or its retries are used up, or it is cancelled. Left out:
overrides of an execution, execution tokens of a job (`startExecutionToken`, `runExecutionToken`), sidecars, mounted
volumes, probes, deleting an execution without its job.
"""

from hearth.localcloud.run.jobs.executions import Executions
from hearth.localcloud.run.jobs.jobs import Jobs
from hearth.localcloud.run.jobs.routes import routes

__all__ = ["Executions", "Jobs", "routes"]
