"""Each rule over declared resources: what it refuses, and what it lets pass."""

from typing import Any

import pytest

from hearth.guards import RULES
from hearth.guards.declared import UNKNOWN, Declared, Intent, Path

DIGEST = "us-docker.pkg.dev/p/web/web@sha256:" + "a" * 64
SERVICE = "gcp:cloudrunv2/service:Service"
GRANT = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
JOB = "gcp:cloudrunv2/job:Job"
MEMBER = "gcp:projects/iAMMember:IAMMember"
BUCKET = "gcp:storage/bucket:Bucket"
SECRET = "gcp:secretmanager/secret:Secret"
GRANT_TO_ALL = {"member": "allUsers", "role": "roles/run.invoker", "name": "web"}
EMPTIES = [{"action": {"type": "Delete"}, "condition": {"age": 1}}]


def said(
    rule: str,
    type: str,
    inputs: dict[str, Any],
    *,
    protect: bool = False,
    secrets: frozenset[Path] = frozenset(),
    production: bool = True,
    public_access: str = "iam",
    auth: str = "firebase",
) -> str:
    """What a rule says of a resource; empty when it lets it pass."""
    declared = Declared(type=type, name="one", inputs=inputs, protect=protect, secrets=secrets)
    intent = Intent(production=production, public_access=public_access, auth=auth, service="web")
    found = list(RULES[rule](declared, intent))
    assert all(each.what and each.why and each.fix for each in found)
    return " | ".join(each.what for each in found)


def service(**container: Any) -> dict[str, Any]:
    return {"template": {"containers": [{"image": DIGEST, **container}]}}


class TestImageByDigest:
    @pytest.mark.parametrize("image", ["web", "us-docker.pkg.dev/p/web/web:v2", DIGEST[:-1], None])
    def test_any_other_name_of_an_image_is_refused(self, image: str | None) -> None:
        assert said("image-by-digest", SERVICE, service(image=image)) == f"template.containers[0].image = {image!r}"

    def test_a_second_container_of_a_job_is_looked_at_as_well(self) -> None:
        inputs = {"template": {"template": {"containers": [{"image": DIGEST}, {"image": "redis:7"}]}}}

        assert said("image-by-digest", JOB, inputs) == "template.template.containers[1].image = 'redis:7'"

    @pytest.mark.parametrize("image", [DIGEST, UNKNOWN])
    def test_a_digest_passes_and_so_does_what_is_not_known_yet(self, image: Any) -> None:
        assert not said("image-by-digest", SERVICE, service(image=image))


class TestOwnAccount:
    @pytest.mark.parametrize(
        ("type", "where"),
        [
            (SERVICE, "template.serviceAccount"),
            (JOB, "template.template.serviceAccount"),
            ("hearth:build:Image", "serviceAccount"),
        ],
    )
    def test_what_runs_code_has_to_name_one(self, type: str, where: str) -> None:
        assert said("own-account", type, {"template": {"template": {}}}) == f"{where} is not set"

    @pytest.mark.parametrize(
        "account",
        [
            "123456789012-compute@developer.gserviceaccount.com",
            "example-prod@appspot.gserviceaccount.com",
            "123456789012@cloudbuild.gserviceaccount.com",
        ],
    )
    def test_a_default_account_is_refused_wherever_it_is_named(self, account: str) -> None:
        push = {"pushConfig": {"oidcToken": {"serviceAccountEmail": account}}}

        assert account in said("own-account", SERVICE, {"template": {"serviceAccount": account}})
        assert account in said("own-account", "gcp:pubsub/subscription:Subscription", push)

    @pytest.mark.parametrize(
        "inputs",
        [
            {"template": {"serviceAccount": "web-run@p.iam.gserviceaccount.com"}},
            {"template": {"serviceAccount": UNKNOWN}},
            {"template": UNKNOWN},
        ],
    )
    def test_an_own_account_passes_and_so_does_what_is_not_known_yet(self, inputs: dict[str, Any]) -> None:
        assert not said("own-account", SERVICE, inputs)


class TestBasicRole:
    @pytest.mark.parametrize("role", ["roles/owner", "roles/editor", "roles/viewer"])
    def test_a_basic_role_is_refused_in_a_grant_and_in_a_policy(self, role: str) -> None:
        policy = {"policyData": f'{{"bindings": [{{"role": "{role}", "members": []}}]}}'}

        assert said("basic-role", MEMBER, {"role": role}) == f"role grants {role}"
        assert said("basic-role", "gcp:projects/iAMPolicy:IAMPolicy", policy) == f"policyData grants {role}"

    @pytest.mark.parametrize("inputs", [{"role": "roles/run.viewer"}, {"role": UNKNOWN}, {"title": "roles/viewer"}])
    def test_any_other_role_passes(self, inputs: dict[str, Any]) -> None:
        assert not said("basic-role", MEMBER, inputs)


class TestPlainSecret:
    @pytest.mark.parametrize(
        "name", ["SECRET_KEY", "DB_PASSWORD", "STRIPE_API_KEY", "apikey", "GITHUB_TOKEN", "CLIENT_SECRET"]
    )
    def test_a_variable_named_like_a_secret_is_refused_without_showing_it(self, name: str) -> None:
        found = said("plain-secret", SERVICE, service(envs=[{"name": name, "value": "hunter2"}]))

        assert name in found
        assert "hunter2" not in found

    def test_an_address_with_a_password_is_refused_without_showing_it(self) -> None:
        envs = [{"name": "DATABASE_URL", "value": "postgresql://app:hunter2@10.0.0.3/app"}]

        found = said("plain-secret", SERVICE, service(envs=envs))

        assert "DATABASE_URL" in found
        assert "hunter2" not in found

    @pytest.mark.parametrize("depth", [5, 4, 3, 1])
    def test_a_value_marked_secret_is_refused_whatever_its_name(self, depth: int) -> None:
        """Pulumi marks the whole of what was made from a secret, so the mark can stand further up."""
        path: Path = ("template", "containers", 0, "envs", 0, "value")
        envs = [{"name": "GREETING", "value": "hello"}]

        assert "GREETING" in said("plain-secret", SERVICE, service(envs=envs), secrets=frozenset({path[: depth + 1]}))

    @pytest.mark.parametrize(
        "env",
        [
            {"name": "SECRET_KEY", "valueSource": {"secretKeyRef": {"secret": "s", "version": "1"}}},
            {"name": "LOG_LEVEL", "value": "debug"},
            {"name": "TOKEN_LIFETIME_SECONDS", "value": "60"},
            {"name": "DATABASE_URL", "value": "postgresql://app@/app?host=/cloudsql/p:r:i"},
            {"name": "API_KEY", "value": ""},
        ],
    )
    def test_a_reference_and_what_is_no_secret_pass(self, env: dict[str, Any]) -> None:
        assert not said("plain-secret", SERVICE, service(envs=[env]))


class TestProtection:
    @pytest.mark.parametrize(
        ("type", "inputs"),
        [
            (SECRET, {"deletionProtection": False}),
            (SECRET, {}),
            (SERVICE, {"deletionProtection": False}),
            ("gcp:sql/databaseInstance:DatabaseInstance", {}),
            ("gcp:firestore/database:Database", {"deleteProtectionState": "DELETE_PROTECTION_DISABLED"}),
        ],
    )
    def test_in_production_both_locks_are_asked_for(self, type: str, inputs: dict[str, Any]) -> None:
        found = said("protection", type, inputs)

        assert "protect is off" in found
        assert "rotection" in found.replace("protect is off", "")

    @pytest.mark.parametrize("type", [BUCKET, "gcp:firebase/hostingSite:HostingSite"])
    def test_what_has_no_deletion_protection_needs_protect_alone(self, type: str) -> None:
        assert said("protection", type, {}) == "protect is off"
        assert not said("protection", type, {}, protect=True)

    @pytest.mark.parametrize("on", [True, UNKNOWN])
    def test_what_has_both_passes(self, on: Any) -> None:
        assert not said("protection", SECRET, {"deletionProtection": on}, protect=True)

    def test_a_server_is_protected_in_the_console_too(self) -> None:
        """Deleted there, it would take its backups along."""
        server = "gcp:sql/databaseInstance:DatabaseInstance"
        halfway = {"deletionProtection": True, "settings": {"tier": "db-f1-micro"}}

        assert "settings.deletionProtectionEnabled = None" in said("protection", server, halfway, protect=True)

    def test_elsewhere_nothing_is_asked_for(self) -> None:
        assert not said("protection", SECRET, {}, production=False)

    def test_a_bucket_that_empties_itself_holds_nothing_to_protect(self) -> None:
        partly = [{"action": {"type": "Delete"}, "condition": {"age": 1, "matchesPrefixes": ["tmp/"]}}]

        assert not said("protection", BUCKET, {"lifecycleRules": EMPTIES})
        assert said("protection", BUCKET, {"lifecycleRules": partly})

    def test_what_holds_no_data_is_not_asked_for_anything(self) -> None:
        assert not said("protection", MEMBER, {})


class TestPublic:
    @pytest.mark.parametrize("who", ["allUsers", "allAuthenticatedUsers"])
    @pytest.mark.parametrize(
        ("type", "key"),
        [
            ("gcp:storage/bucketIAMMember:BucketIAMMember", "member"),
            ("gcp:storage/bucketIAMBinding:BucketIAMBinding", "members"),
            ("gcp:storage/bucketAccessControl:BucketAccessControl", "entity"),
            ("gcp:cloudrunv2/serviceIamPolicy:ServiceIamPolicy", "policyData"),
        ],
    )
    def test_nothing_else_is_open_to_everybody(self, type: str, key: str, who: str) -> None:
        value = {"members": [who], "policyData": f'{{"bindings": [{{"members": ["{who}"]}}]}}'}.get(key, who)

        assert who in said("public", type, {key: value})

    @pytest.mark.parametrize(
        ("change", "public_access"),
        [
            ({}, "private"),
            ({}, "invoker-check-off"),
            ({"name": "admin"}, "iam"),
            ({"role": "roles/run.admin"}, "iam"),
            ({"member": "allAuthenticatedUsers"}, "iam"),
        ],
    )
    def test_only_the_grant_that_the_configuration_asks_for_passes(
        self, change: dict[str, str], public_access: str
    ) -> None:
        grant = {"name": "web", "role": "roles/run.invoker", "member": "allUsers"}

        assert not said("public", GRANT, grant, public_access="iam")
        assert said("public", GRANT, {**grant, **change}, public_access=public_access)

    @pytest.mark.parametrize("public_access", ["iam", "private"])
    def test_the_invoker_check_is_off_only_where_the_configuration_says_so(self, public_access: str) -> None:
        inputs = {"name": "web", "invokerIamDisabled": True}

        assert said("public", SERVICE, inputs, public_access=public_access) == "invokerIamDisabled = True"
        assert said("public", SERVICE, {**inputs, "name": "admin"}, public_access="invoker-check-off")
        assert not said("public", SERVICE, inputs, public_access="invoker-check-off")

    def test_a_ready_made_acl_for_everybody_is_refused(self) -> None:
        assert said("public", "gcp:storage/bucketACL:BucketACL", {"predefinedAcl": "publicRead"})
        assert not said("public", "gcp:storage/bucketACL:BucketACL", {"predefinedAcl": "projectPrivate"})

    @pytest.mark.parametrize("inputs", [{"member": "group:devs@example.com"}, {"member": UNKNOWN}])
    def test_somebody_in_particular_passes(self, inputs: dict[str, Any]) -> None:
        assert not said("public", MEMBER, inputs)


class TestUnchecked:
    def test_a_service_in_production_that_everybody_reaches_has_to_check_who_asks(self) -> None:
        assert "app:auth is 'none'" in said("unchecked", GRANT, GRANT_TO_ALL, auth="none")
        assert said("unchecked", SERVICE, {"invokerIamDisabled": True, "name": "web"}, auth="none")

    @pytest.mark.parametrize(("production", "auth"), [(True, "firebase"), (False, "none")])
    def test_where_it_checks_or_nothing_is_at_stake_it_passes(self, *, production: bool, auth: str) -> None:
        assert not said("unchecked", GRANT, GRANT_TO_ALL, production=production, auth=auth)

    def test_a_service_that_its_callers_need_a_grant_for_passes(self) -> None:
        assert not said("unchecked", SERVICE, {"invokerIamDisabled": False, "name": "web"}, auth="none")
        grant = {**GRANT_TO_ALL, "member": "serviceAccount:a@b.iam.gserviceaccount.com"}
        assert not said("unchecked", GRANT, grant, auth="none")
