"""The plain environment of the service, and of the jobs on its image.

Left out: secrets, which go by reference (AppSecrets), what the database adds (Database), and how gunicorn is sized,
which follows from the container's size (WebService). That both sides know the same names is a test's business.
"""

from collections.abc import Mapping

from pulumi import Input

from infra import site_hosts
from infra.settings import StackSettings


def variables(stack: StackSettings) -> Mapping[str, Input[str]]:
    """By name."""
    return {
        "APP_ENV": stack.environment,
        "AUTH": stack.auth,
        "DATABASE_POOL_SIZE": str(stack.database_pool_size),
        "DATABASE_POOL_WAIT_SECONDS": str(stack.database_pool_wait_seconds),
        # Set, because a job lacks the variables that tell a service that it runs on Cloud Run.
        "FLASK_DEBUG": "0",
        "GOOGLE_CLOUD_PROJECT": stack.project,
        "LOG_LEVEL": stack.log_level,
        "SEND_FILE_MAX_AGE_DEFAULT": str(stack.file_max_age_seconds),
        "TRUSTED_HOPS": str(stack.trusted_hops),
        "TRUSTED_HOSTS": ",".join(site_hosts.trusted(stack)),
        "WRITES_PER_MINUTE": str(stack.writes_per_minute),
    }
