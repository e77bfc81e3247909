"""Configurations that a user may have, each as the edit that leads to it from a checkout as it was cloned.

Valid ones alone: what the settings refuse is tested with the settings. The names are what the command takes.
"""

from hearth.tests.owning.edits import Edit, adds, all_of, begins, changes, puts, removes, replaces, runs, sets

_ON_GOOGLE = "dev prod staging"
_ALL = f"{_ON_GOOGLE} local"
_DIGEST = "a" * 64

TOGETHER: dict[str, Edit] = {
    "projects": sets(_ON_GOOGLE, {"gcp:project": "acme-web-STACK", "gcp:billingProject": "acme-web-STACK"}),
    "domain": sets("prod", {"app:customDomains": ["www.acme.example"]}),
    "delivery": sets(_ON_GOOGLE, {"app:deliveryRepository": "acme/web", "app:deliveryRepositoryId": "123456789"}),
    "eu": sets(_ON_GOOGLE, {"gcp:region": "europe-west1", "app:firestoreLocation": "eur3"}),
    "postgres": sets("prod", {"app:database": "postgres"}),
    "instances": sets(
        "prod",
        {"app:minInstances": "2", "app:maxInstances": "20", "app:memory": "1Gi", "app:databasePoolSize": "2"},
    ),
    "own-variables": sets(
        "prod",
        {
            "app:env": {"SHOP_NAME": "The Shop"},
            "app:secrets": {"STRIPE_KEY": {"secure": "v1:bm9uY2U=:Y2lwaGVydGV4dA=="}},
            "app:secretReferences": {"PAYMENT_KEY": "payment-key:1"},
        },
    ),
    "tasks": sets("prod", {"app:taskQueue": "tasks", "app:schedules": {"nightly": "0 3 * * *"}}),
    "removed": removes("Pulumi.staging.yaml"),
    "qa": adds("qa", "dev", {"gcp:project": "acme-web-qa", "gcp:billingProject": "acme-web-qa"}),
    "renamed": runs("python -m hearth rename my-shop"),
}
"""They go together, in this order."""

# What docs/deploying.md says of a stack that CI deploys.
_PROD_GONE = all_of(
    removes("Pulumi.prod.yaml"),
    replaces(".github/workflows/deploy.yml", r"\n  prod-preview:.*", ""),
)
_DEV_GONE = all_of(
    removes("Pulumi.dev.yaml"),
    replaces(".github/workflows/deploy.yml", r"(\n  dev:.*?stack: )dev\n", r"\1staging\n"),
    replaces("cloudbuild.yaml", "_STACK: dev", "_STACK: staging"),
)

ALONE: dict[str, Edit] = {
    **TOGETHER,
    "client-edits": sets("prod", {"app:clientEdits": "true", "app:auth": "firebase"}),
    "eu-everywhere": sets(_ALL, {"gcp:region": "europe-west4", "app:firestoreLocation": "europe-west4"}),
    "two-domains": sets(_ON_GOOGLE, {"app:customDomains": ["STACK.acme.example", "acme.example"]}),
    "own-site": sets(_ON_GOOGLE, {"app:siteId": "acme-STACK"}),
    "invoker-check-off": sets(_ALL, {"app:publicAccess": "invoker-check-off"}),
    "private": all_of(
        sets(_ALL, {"app:publicAccess": "private"}),
        replaces("firebase.json", r",\s*\"rewrites\": \[.*?\]", ""),
    ),
    "users-everywhere": sets(_ALL, {"app:auth": "firebase"}),
    "users-nowhere": sets(
        "prod", {"app:auth": "none", "app:exceptions": {"unchecked/public-access": "nothing to lose"}}
    ),
    "postgres-everywhere": sets(
        _ON_GOOGLE,
        {
            "app:database": "postgres",
            "app:postgresVersion": "18",
            "app:postgresTier": "db-perf-optimized-N-2",
            "app:postgresHighAvailability": "true",
            "app:pointInTimeRecovery": "true",
            "app:backupDays": "3",
            "app:postgresDiskLimitGigabytes": "500",
            "app:postgresQueryInsights": "false",
            "app:postgresMaintenanceDay": "2",
            "app:postgresMaintenanceHour": "0",
            "app:databasePoolWaitSeconds": "5",
            "app:databasePasswordRotation": "2026-11",
        },
    ),
    # Read with Postgres alone, so that no rule stands against it.
    "standby-unread": sets(
        "prod", {"app:postgresHighAvailability": "true", "app:pointInTimeRecovery": "false", "app:maxInstances": "100"}
    ),
    "every-other-value": sets(
        _ALL,
        {
            "app:environment": "staging",
            "app:logLevel": "warning",
            "app:minInstances": "1",
            "app:maxInstances": "1",
            "app:concurrency": "1",
            "app:cpu": "0.5",
            "app:memory": "128Mi",
            "app:requestTimeoutSeconds": "3600",
            "app:firestoreDatabase": "web-data",
            "app:imageReaders": ["123456789012", "group:developers@acme.example"],
            "app:keepImages": "1",
            "app:rollbackDays": "1",
            "app:buildRegion": "europe-west1",
            "app:grantSettleSeconds": "0",
            "app:secretKeyRotation": "after the leak",
            "app:secretReplication": "region",
            "app:signUp": "closed",
            "app:fileMaxAgeSeconds": "31536000",
            "app:writesPerMinute": "0",
            "app:trustedHops": "0",
            "app:deliveryRepository": "Acme/web.site",
            "app:deliveryRepositoryId": "1",
            "app:deliveryBranch": "release/1.x",
            "app:deliveryEnvironment": "live",
            "app:deliveryPool": "2b",
        },
    ),
    "large": sets(_ON_GOOGLE, {"app:cpu": "8", "app:memory": "32Gi", "app:concurrency": "1000"}),
    "unprotected": sets(
        "prod",
        {
            "app:protect": "false",
            "app:deletionProtection": "false",
            "app:exceptions": {"protection/*": "to be destroyed on Friday"},
        },
    ),
    "protected-everywhere": sets(_ALL, {"app:protect": "true", "app:deletionProtection": "true"}),
    "image": sets("prod", {"app:image": f"europe-west1-docker.pkg.dev/acme-web-dev/web/web@sha256:{_DIGEST}"}),
    "another-local": sets("local", {"app:name": "shop", "gcp:project": "demo-acme", "gcp:billingProject": "demo-acme"}),
    "names-by-stack": sets(_ON_GOOGLE, {"app:name": "web-STACK"}),
    "dev-removed": _DEV_GONE,
    "prod-removed": _PROD_GONE,
    "google-removed": all_of(
        removes("Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"),
        removes(".github/workflows/deploy.yml", "cloudbuild.yaml"),
    ),
    "local-removed": removes("Pulumi.local.yaml"),
    # Named as resources are.
    "stacks-by-any-name": all_of(adds("web", "dev", {}), adds("eu-prod", "prod", {}), adds("site", "local", {})),
    "longest-name": runs("python -m hearth rename shop-of-the-acme-company"),
    "shortest-name": runs("python -m hearth rename ab"),
    "another-order": changes(_ALL, lambda config: dict(sorted(config.items(), reverse=True))),
    "only-what-differs": changes(
        _ON_GOOGLE,
        lambda config: {key: config[key] for key in ("gcp:project", "app:environment", "app:auth", "app:exceptions")},
    ),
    "encrypted": all_of(
        begins(_ON_GOOGLE, "secretsprovider: gcpkms://projects/acme-ops/locations/eu/keyRings/p/cryptoKeys/STACK\n"),
        begins(_ON_GOOGLE, "encryptedkey: CiQAmade/up==\n"),
        sets(_ON_GOOGLE, {"app:secretKeyRotation": {"secure": "v1:made+up=="}}),
    ),
    "without-docs": all_of(
        removes("docs", "CONTRIBUTING.md", "tests/contract/test_configuration_docs.py", "tests/service/test_docs.py"),
        puts("README.md", "# Acme's shop\n"),
    ),
    "another-readme": puts("README.md", "# Acme's shop\n"),
    "other-files": all_of(removes("static/robots.txt"), puts("static/logo.svg", "<svg/>")),
    "without-ci": removes(".github", ".ci", "cloudbuild.yaml"),
}
