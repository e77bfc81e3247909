"""What every cloud resource of a stack is called: all names are derived from one."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Names:
    """What each cloud resource of a stack is called."""

    service: str
    migration_job: str
    image: str
    repository: str
    source_bucket: str
    runtime_account: str
    build_account: str
    apply_account: str
    preview_account: str
    tasks_account: str
    edits_account: str
    edits_trigger: str
    delivery_pool: str
    secret_key: str
    previous_secret_key: str
    database_instance: str
    database_url_secret: str
    site: str

    def queue(self, queue: str) -> str:
        """The task queue."""
        return f"{self.service}-{queue}"

    def schedule(self, task: str) -> str:
        """The job of Cloud Scheduler that calls a task."""
        return f"{self.service}-{task}"

    def own_secret(self, variable: str) -> str:
        """The secret of a variable of the app's own."""
        return f"{self.service}-{variable}"


def derive(*, name: str, project: str, site_id: str) -> Names:
    """Every name of a stack. Buckets are global, so theirs begins with the project, which is unique already."""
    return Names(
        service=name,
        migration_job=f"{name}-migrate",
        image=name,
        repository=name,
        source_bucket=f"{project}-{name}-source",
        runtime_account=f"{name}-run",
        build_account=f"{name}-build",
        # No longer than the one above, so that its limit holds for them as well.
        apply_account=f"{name}-apply",
        preview_account=f"{name}-plan",
        tasks_account=f"{name}-tasks",
        edits_account=f"{name}-edits",
        edits_trigger=f"{name}-edits",
        delivery_pool=f"{name}-ci",
        secret_key=f"{name}-secret-key",
        previous_secret_key=f"{name}-secret-key-previous",
        # With the longest project and region, the path of its socket just fits into the 107 characters of Linux.
        database_instance=name,
        database_url_secret=f"{name}-database-url",
        # A Firebase project's default site is called as the project.
        site=site_id or project,
    )
