"""Every key of a stack's configuration, with its type, its default and its rules, as one frozen object.

Keys live in the namespace `app`, apart from the project's name, which users change, and from every provider's name:
a provider named like a namespace would receive all of its keys. Stacks differ by these values only; nothing in infra/
asks for a stack's name. Rules on several keys at once are in `infra.rules`; `infra.configuration` checks them all.
"""

from decimal import Decimal
from typing import Literal

from flask_hearth import task_names
from hearth.configuration import Configuration, Mixed, Names, Rule, Strings, Texts, key
from hearth.facts import cloud_run, cloud_sql, commands, cron, github, images, regions
from hearth.facts import names as allowed
from hearth.guards import RULES
from hearth.guards.declared import Intent
from hearth.target import PLACEHOLDER
from infra import names

_VARIABLE = (
    "a variable's name has letters, digits and underscores, does not begin with a digit, nor with X_GOOGLE_, which "
    "Google keeps for itself; a dot makes Pulumi's command line look for a key inside of another one"
)
PublicAccess = Literal["iam", "invoker-check-off", "private"]
Auth = Literal["none", "firebase"]
SignUp = Literal["open", "closed"]
SecretReplication = Literal["automatic", "region"]
Database = Literal["firestore", "postgres", "sqlite", "none"]


class StackSettings(Configuration):
    """One stack. Key by key in docs/configuration.md."""

    project: str = key(
        "",
        "nothing says which Google Cloud project this stack deploys to",
        "pulumi config set gcp:project YOUR-PROJECT-ID",
        bool,
        rules=[
            Rule(
                "this is the placeholder that the repository ships, not a project of yours",
                "pulumi config set gcp:project YOUR-PROJECT-ID, and gcp:billingProject likewise; "
                "or deploy to your own machine: make up",
                lambda project: not project.startswith(PLACEHOLDER),
            ),
            Rule(
                "a project id has 6 to 30 lowercase letters, digits and hyphens, begins with a letter and does not end "
                "in a hyphen (Resource Manager); its display name and its number are something else",
                "look the id up with `gcloud projects list`, column PROJECT_ID",
                lambda project: not project or allowed.PROJECT_ID.fullmatch(project),
            ),
        ],
        alias="gcp:project",
    )
    region: str = key(
        "us-central1",
        "not a region that both Cloud Run and Hosting's rewrites have, so the site could never reach the service",
        lambda region: f"pulumi config set gcp:region {regions.suggest_regions(region)}",
        regions.BOTH.__contains__,
        alias="gcp:region",
    )
    billing_project: str = key("", alias="gcp:billingProject")

    name: str = key(
        "web",
        "every cloud resource is named after it, and Google takes lowercase letters, digits and hyphens only, "
        "beginning with a letter and not ending in a hyphen",
        check=allowed.LABEL.fullmatch,
    )
    environment: Literal["development", "staging", "production"] = key(
        "production", "the service starts with no other APP_ENV"
    )
    log_level: Literal["debug", "info", "warning", "error"] = key("info", "the service starts with no other LOG_LEVEL")
    public_access: PublicAccess = key("iam", "these are the three ways of the component PublicAccess")
    auth: Auth = key("none", "the service checks the users of Firebase Authentication, or nobody")
    sign_up: SignUp = key("open", "anybody makes an account on the sign-in page, or an administrator does")
    min_instances: int = key(0, "0 lets the service sleep when nobody asks for anything", ge=0)
    max_instances: int = key(2, "it bounds what a flood of requests can cost", ge=1)
    concurrency: int = key(80, "Cloud Run sends an instance 1 to 1000 requests at a time", ge=1, le=1000)
    cpu: Decimal = key(
        Decimal(1),
        "the CPUs of an instance: Cloud Run has 1, 2, 4, 6 or 8, or a part of one from 0.08 in steps of 0.001",
        check=cloud_run.room,
    )
    memory: str = key(
        "512Mi", "memory is a whole number of Mi or Gi, such as 512Mi or 2Gi (128Mi to 32Gi)", check=cloud_run.mebibytes
    )
    request_timeout_seconds: int = key(
        60, "Cloud Run allows 1 to 3600 seconds; through Hosting a request ends after 60 in any case", ge=1, le=3600
    )
    database: Database = key("firestore", "the stack makes one of these for the service, or none")
    firestore_location: str = key(
        "us-central1",
        "a database is in one region (such as us-central1) or in a multi-region (nam5, nam7 or eur3), for good",
        "pulumi config set app:firestoreLocation us-central1, or wherever the service is (gcp:region)",
        allowed.FIRESTORE_LOCATION.fullmatch,
    )
    firestore_database: str = key(
        "(default)",
        "a database's id is (default), or 4 to 63 lowercase letters, digits and hyphens, starting with a letter, no "
        "hyphen at the end, and not like a UUID",
        check=allowed.FIRESTORE_ID.fullmatch,
    )
    point_in_time_recovery: bool = key(True, "true or false")
    # Firestore, "Back up and restore data": 14 weeks. Cloud SQL keeps more.
    backup_days: int = key(7, "Firestore keeps a backup for at most 98 days, and 0 makes none", ge=0, le=98)
    # Cloud Run, "Quotas".
    database_pool_size: int = key(5, "Cloud Run lets an instance open 100 connections to Cloud SQL", ge=1, le=100)
    database_pool_wait_seconds: int = key(2, "clients give up a request that waits longer", ge=1, le=30)
    database_password_rotation: str = key(
        "1", "any text; another one makes a new password", min_length=1, max_length=64
    )
    postgres_version: Literal["17", "18"] = key("17", "these are the versions the service is made for")
    postgres_tier: str = key(
        "db-custom-1-3840",
        "Cloud SQL has db-f1-micro, db-g1-small, db-custom-CPUS-MEBIBYTES (1 or an even number of CPUs up to 96; "
        "memory in steps of 256, from 3840, 0.9 to 6.5 GiB per CPU) and db-perf-optimized-N-CPUS",
        check=cloud_sql.tier,
    )
    postgres_high_availability: bool = key(False, "true or false")
    postgres_disk_limit_gigabytes: int = key(
        100, "a disk begins with 10 GB, and Cloud SQL has none above 64 TB", ge=10, le=65536
    )
    postgres_query_insights: bool = key(True, "true or false")
    postgres_maintenance_day: int = key(7, "1 is Monday, 7 is Sunday", ge=1, le=7)
    postgres_maintenance_hour: int = key(3, "an hour of the day, in UTC", ge=0, le=23)
    site_id: str = key(
        "",
        "it becomes SITE.web.app: at most 30 lowercase letters, digits and hyphens, no hyphen at either end "
        "(Firebase Hosting, sites.create)",
        "choose a shorter or plainer id, or '' for the project's default site",
        lambda site: not site or allowed.SITE_ID.fullmatch(site),
    )
    custom_domains: Strings = key(
        (),
        "a list of domain names",
        rules=[
            Rule(
                "not a domain name: lowercase, without scheme, port or path (international ones as xn--...)",
                "write it like www.example.com",
                each=allowed.DOMAIN.fullmatch,
            ),
            Rule(
                "a domain can be connected to a site once only", "remove the duplicates", lambda d: len({*d}) == len(d)
            ),
        ],
    )
    image: str = key(
        "",
        "an image is copied by digest, as a tag can be moved and no diff would show it; and from Artifact Registry, as no "
        "other registry gets Google's credentials",
        "take the imageRef output of the stack that built it (LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE@sha256:"
        "...), or '' to build it here",
        lambda image: not image or images.BY_DIGEST.fullmatch(image),
    )
    image_readers: Strings = key(
        (),
        "a list of IAM members or project numbers",
        rules=[
            Rule(
                "neither an IAM member nor a project number",
                "write serviceAccount:NAME@PROJECT.iam.gserviceaccount.com, or the number of the project that runs the "
                "image (gcloud projects describe PROJECT, projectNumber)",
                each=allowed.is_reader,
            )
        ],
    )
    keep_images: int = key(10, "the image that runs is the newest and must stay", ge=1, le=1000)
    rollback_days: int = key(14, "images younger than this stay, however many there are", ge=1, le=3650)
    build_region: str = key("global", "a region of Cloud Build, or global", pattern=r"^(global|[a-z]+-[a-z]+[0-9]+)$")
    grant_settle_seconds: int = key(
        120, "a new grant takes minutes to work everywhere; more than ten is a mistake", ge=0, le=600
    )
    deletion_protection: bool = key(True, "true or false")
    protect: bool = key(True, "true or false")
    task_queue: str = key(
        "",
        "the queue is called NAME-QUEUE: lowercase letters, digits and hyphens, beginning with a letter, at most 30",
        "pulumi config set app:taskQueue tasks, or '' for no queue",
        lambda queue: not queue or (allowed.LABEL.fullmatch(queue) and len(queue) <= 30),
    )
    schedules: Texts = key(
        {},
        "a schedule for each task",
        rules=[
            Rule(
                "a task's name has at most 63 lowercase letters, digits and hyphens, begins with a letter, and ends with "
                "neither a hyphen nor z: it is part of a path, and Cloud Run keeps some that end in z",
                "name a task of the app's (docs/tasks.md)",
                each=lambda task, _: task_names.NAME.fullmatch(task),
            ),
            Rule(
                "its schedule is none that Cloud Scheduler takes: minute, hour, day of the month, month and day of the "
                "week, of a day that there is",
                lambda task: f"pulumi config set --path 'app:schedules.{task}' '0 3 * * *' is every night at three",
                each=lambda _, schedule: cron.is_schedule(schedule),
            ),
        ],
    )
    time_zone: str = key(
        "Etc/UTC", "the tz database has no zone of this name, and schedules are read in one", check=cron.is_time_zone
    )
    client_edits: bool = key(False, "true or false")
    secret_key_rotation: str = key("1", "any text; another one makes a new session key", min_length=1, max_length=64)
    secret_replication: SecretReplication = key(
        "automatic", "Secret Manager chooses where secrets lie, or they lie in the stack's region alone"
    )
    file_max_age_seconds: int = key(3600, "a browser keeps nothing for longer than a year", ge=0, le=31536000)
    writes_per_minute: int = key(60, "0 is no limit", ge=0, le=100_000)
    trusted_hops: int = key(2, "count each proxy in front of the service", ge=0, le=10)
    delivery_repository: str = key(
        "",
        "only jobs of this repository may deploy, and GitHub calls it OWNER/NAME",
        "write it like acme/web, without https:// and .git; or '' for no deployments from CI",
        lambda repository: not repository or github.REPOSITORY.fullmatch(repository),
    )
    delivery_repository_id: str = key("")
    delivery_branch: str = key("main")
    delivery_environment: str = key("prod")
    delivery_pool: str = key("1")
    env: Mixed = key(
        {},
        rules=[
            Rule(_VARIABLE, "choose another name", each=lambda name, _: cloud_run.is_variable(name)),
            Rule(
                "its value is not text: Pulumi's command line turns true and false into a boolean and digits into a "
                "number, which loses the last digits of a long one",
                lambda name: f"pulumi config set --path --type string 'app:env.{name}' -- VALUE",
                each=lambda _, value: isinstance(value, str),
            ),
            Rule(
                f"Cloud Run takes at most {cloud_run.MOST_VARIABLE_BYTES} bytes for a variable, and none of them zero",
                "let the app read something that long from a file",
                each=lambda _, value: (
                    not isinstance(value, str)
                    or ("\0" not in value and len(value.encode()) <= cloud_run.MOST_VARIABLE_BYTES)
                ),
            ),
        ],
    )
    secrets: Names = key(
        {},
        rules=[
            Rule(_VARIABLE, "choose another name, here or in .env", each=lambda name, _: cloud_run.is_variable(name))
        ],
    )
    secret_references: Texts = key(
        {},
        "a text for each name",
        rules=[
            Rule(_VARIABLE, "choose another name", each=lambda name, _: cloud_run.is_variable(name)),
            Rule(
                "not a version of a secret: SECRET:NUMBER, or projects/PROJECT/secrets/SECRET:NUMBER for one of another "
                "project; `latest` would leave instances with different values, and no difference to deploy",
                "gcloud secrets versions list SECRET prints the numbers",
                each=lambda _, reference: allowed.SECRET_REFERENCE.fullmatch(reference),
            ),
        ],
    )
    exceptions: Texts = key(
        {},
        "a reason for each RULE/RESOURCE",
        rules=[
            Rule(
                "it excuses nothing: write an exception as RULE/RESOURCE, as the guard's message shows it",
                f"one of the rules {', '.join(sorted(RULES))}, a slash, and the resource's logical name (or * for all)",
                each=lambda exception, _: exception.partition("/")[0] in RULES and exception.partition("/")[2],
            ),
            Rule(
                "it has no reason, so nobody can tell later whether it is still needed",
                lambda exception: f"pulumi config set --path 'app:exceptions[\"{exception}\"]' 'REASON'",
                each=lambda _, reason: reason.strip(),
            ),
        ],
    )

    dockerfile: str = key(
        "service/Dockerfile",
        "it is built with the checkout as its context, so it has to be a file in it",
        "write its path from the checkout's root, like service/Dockerfile",
        commands.is_inside,
    )
    startup_probe_path: str = key(
        "/health/ready",
        "Cloud Run asks a path of the service, of which Google's front end keeps some that end in z for itself",
        "write a path like /health/ready, or '' to ask only whether the port is open",
        cloud_run.is_probed_path,
    )
    startup_probe_seconds: int = key(
        60, "Cloud Run gives a starting instance up after four minutes", ge=2, le=cloud_run.LONGEST_STARTUP_SECONDS
    )
    liveness_probe_path: str = key(
        "/health/live",
        "Cloud Run asks a path of the service, of which Google's front end keeps some that end in z for itself",
        "write a path like /health/live, or '' for no liveness probe",
        cloud_run.is_probed_path,
    )
    migration_command: str = key(
        "flask --app app db upgrade",
        "it is split into words as a shell would, and no shell runs it",
        "write a command of the image with its arguments, or '' for no migration job",
        lambda command: not command or any(commands.words(command) or ()),
    )

    @property
    def names(self) -> names.Names:
        """What every cloud resource of this stack is called."""
        return names.derive(name=self.name, project=self.project, site_id=self.site_id)

    @property
    def intent(self) -> Intent:
        """What the guards hold the declared resources against."""
        return Intent(
            production=self.environment == "production",
            public_access=self.public_access,
            auth=self.auth,
            service=self.names.service,
        )
