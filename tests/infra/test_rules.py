"""Google's rules as tables: what is refused, and that the limits themselves are let through."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

import pytest

from hearth import target
from hearth.catalog.apis import local_endpoints
from hearth.facts import cloud_run, regions
from hearth.facts.names import reader_member
from hearth.faults import Fault, SettingsError
from hearth.testing.stacks import endpoints
from infra import configuration


def refused(config: Mapping[str, str], *, rewritten: bool = True) -> list[Fault]:
    """What is wrong with a stack of which this much is said."""
    stack = {"gcp:project": "shop-dev", **config}
    if stack["gcp:project"].startswith("demo-"):
        stack = {"app:database": "sqlite", **stack}
    try:
        configuration.load(stack, endpoints(stack["gcp:project"]), rewritten=rewritten)
    except SettingsError as error:
        return [*error.faults]
    return []


def said(faults: list[Fault]) -> str:
    return " | ".join(f"{fault.key}={fault.value!r} {fault.why} / {fault.fix}" for fault in faults)


class TestNames:
    """Every name is derived from one, and each must please its own service."""

    @pytest.mark.parametrize("name", ["ab", "web", "shop-2", "a" * 24])
    def test_a_name_within_every_limit_passes(self, name: str) -> None:
        assert not refused({"app:name": name, "gcp:project": "p" * 30})

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("Web", "lowercase"),
            ("2web", "beginning with a letter"),
            ("web-", "not ending in a hyphen"),
            ("my_web", "hyphens only"),
            ("wéb", "lowercase letters"),
            ("", "lowercase"),
            ("a", "'a-run', 5 characters (IAM"),
            ("a" * 25, "31 characters (IAM"),
            ("a" * 50, "50 characters (Cloud Run: fewer than 50"),
            ("a" * 64, "64 characters (Artifact Registry"),
            ("a" * 46, "64 characters (Cloud Storage"),
            ("a" * 245, "256 characters (Secret Manager"),
            ("google-shop", "Cloud Storage refuses names that contain 'google'"),
        ],
    )
    def test_a_name_beyond_a_limit_is_refused_with_the_derived_name(self, name: str, why: str) -> None:
        found = refused({"app:name": name, "gcp:project": "shop-dev1x"})

        assert why in said(found)
        assert {fault.key for fault in found} == {"app:name"}

    @pytest.mark.parametrize(
        ("project", "why"),
        [
            ("", "which Google Cloud project"),
            ("replace-me-prod", "placeholder"),
            ("short", "6 to 30"),
            ("p" * 31, "6 to 30"),
            ("Shop-Dev", "lowercase"),
            ("123456789012", "its number"),
            ("example.com:shop", "a project id has"),
            ("shop-dev-", "does not end in a hyphen"),
        ],
    )
    def test_what_is_no_project_id_is_refused(self, project: str, why: str) -> None:
        (fault,) = refused({"gcp:project": project})

        assert (fault.key, fault.value) == ("gcp:project", project)
        assert why in fault.why

    @pytest.mark.parametrize("site", ["s", "my-site", "0site", "s" * 30])
    def test_a_site_id_within_the_rule_passes(self, site: str) -> None:
        assert not refused({"app:siteId": site})

    @pytest.mark.parametrize("site", ["s" * 31, "My-Site", "site.example", "-site", "site-"])
    def test_a_site_id_against_the_rule_is_refused(self, site: str) -> None:
        (fault,) = refused({"app:siteId": site})

        assert fault.key == "app:siteId"

    def test_a_billing_project_left_at_the_placeholder_is_refused(self) -> None:
        (fault,) = refused({"gcp:billingProject": "replace-me-dev"})

        assert fault.fix == "pulumi config set gcp:billingProject shop-dev"

    def test_a_placeholder_is_reported_once_not_twice(self) -> None:
        (fault,) = refused({"gcp:project": "replace-me-dev", "gcp:billingProject": "replace-me-dev"})

        assert fault.key == "gcp:project"


class TestRegions:
    """A region needs both halves of a page."""

    def test_the_list_is_the_documented_one(self) -> None:
        assert len(regions.BOTH) == len(set(regions.BOTH)) == 37

    @pytest.mark.parametrize("region", ["us-central1", "europe-west1", "asia-northeast3"])
    def test_a_region_of_both_passes(self, region: str) -> None:
        assert not refused({"gcp:region": region})

    @pytest.mark.parametrize(
        ("region", "near"),
        [
            ("us-centrall", "us-central1"),
            ("europe-north2", "europe-north1"),
            ("africa-south1", "pulumi config set gcp:region"),
            ("us", "pulumi config set gcp:region"),
            ("", "pulumi config set gcp:region"),
        ],
    )
    def test_another_region_is_refused_with_near_ones(self, region: str, near: str) -> None:
        (fault,) = refused({"gcp:region": region})

        assert near in fault.fix


def stored(
    project: str = "shop-dev", database: str = "firestore", location: str = "us-central1", name: str = "(default)"
) -> list[Fault]:
    return refused(
        {
            "gcp:project": project,
            "app:database": database,
            "app:firestoreLocation": location,
            "app:firestoreDatabase": name,
        }
    )


class TestDatabases:
    """A database where it can keep anything."""

    @pytest.mark.parametrize(
        ("project", "database"),
        [
            *(("shop-dev", kind) for kind in ("firestore", "postgres", "none")),
            *(("demo-hearth", kind) for kind in ("firestore", "postgres", "sqlite", "none")),
        ],
    )
    def test_a_database_that_fits_the_project_passes(self, project: str, database: str) -> None:
        assert not stored(project, database)

    def test_sqlite_on_google_cloud_is_refused_because_instances_lose_it(self) -> None:
        (fault,) = stored("shop-dev", "sqlite")

        assert (fault.key, fault.fix) == ("app:database", "pulumi config set app:database firestore, or postgres")
        assert "lost with the instance" in fault.why

    @pytest.mark.parametrize("location", ["us-central1", "europe-west12", "nam5", "nam7", "eur3"])
    def test_a_place_that_looks_like_one_passes(self, location: str) -> None:
        assert not stored(location=location)

    @pytest.mark.parametrize("location", ["", "us", "us-central", "US-CENTRAL1", "nam5 ", "us-central1-a"])
    def test_what_is_no_place_is_refused(self, location: str) -> None:
        (fault,) = stored(location=location)

        assert (fault.key, fault.value) == ("app:firestoreLocation", location)

    @pytest.mark.parametrize("name", ["(default)", "shop", "a-1b", "a" * 63])
    def test_an_id_within_the_rule_passes(self, name: str) -> None:
        assert not stored(name=name)

    @pytest.mark.parametrize(
        "name", ["", "default)", "abc", "a" * 64, "1abc", "Shop", "shop-", "a0b1c2d3-0000-4000-8000-00000000000f"]
    )
    def test_an_id_against_the_rule_is_refused(self, name: str) -> None:
        (fault,) = stored(name=name)

        assert (fault.key, fault.value) == ("app:firestoreDatabase", name)


def fits(
    cpu: str, memory: str = "512Mi", *, concurrency: int = 1, min_instances: int = 0, max_instances: int = 1
) -> list[Fault]:
    return refused(
        {
            "app:cpu": cpu,
            "app:memory": memory,
            "app:concurrency": str(concurrency),
            "app:minInstances": str(min_instances),
            "app:maxInstances": str(max_instances),
        }
    )


class TestClientEdits:
    """Documents in which clients ask for changes."""

    ASKED: ClassVar = {"app:clientEdits": "true", "app:auth": "firebase", "app:database": "firestore"}

    def test_with_users_and_firestore_it_passes(self) -> None:
        assert not refused(self.ASKED)

    @pytest.mark.parametrize("missing", [{"app:database": "postgres"}, {"app:database": "none"}, {"app:auth": "none"}])
    def test_without_one_of_them_it_is_refused_at_its_key(self, missing: dict[str, str]) -> None:
        (fault,) = refused(self.ASKED | missing)

        assert fault.key == "app:clientEdits"
        assert fault.fix.endswith("or app:clientEdits false")
        assert not refused(self.ASKED | missing | {"app:clientEdits": "false"})


class TestCapacity:
    """CPU and memory come in pairs."""

    @pytest.mark.parametrize(
        ("cpu", "least", "most"),
        [
            ("0.08", "128Mi", "512Mi"),
            ("0.499", "128Mi", "512Mi"),
            ("0.5", "128Mi", "1Gi"),
            ("1", "128Mi", "4Gi"),
            ("2", "128Mi", "8Gi"),
            ("4", "2Gi", "16Gi"),
            ("6", "4Gi", "24Gi"),
            ("8", "4Gi", "32Gi"),
        ],
    )
    def test_the_limits_of_each_pair_pass_and_one_more_or_less_does_not(self, cpu: str, least: str, most: str) -> None:
        low, high = cloud_run.mebibytes(least), cloud_run.mebibytes(most)
        assert low
        assert high

        assert not fits(cpu, f"{low}Mi")
        assert not fits(cpu, f"{high}Mi")
        for outside in (low - 1, high + 1):
            (fault,) = fits(cpu, f"{outside}Mi")
            assert fault.key == "app:memory"
            assert f"{low}Mi to {high}Mi" in fault.why

    @pytest.mark.parametrize("cpu", ["0", "0.07", "0.0805", "1.5", "3", "5", "16", "-1"])
    def test_an_amount_of_cpu_that_is_not_sold_is_refused(self, cpu: str) -> None:
        assert "app:cpu" in {fault.key for fault in fits(cpu)}

    @pytest.mark.parametrize("memory", ["512", "512MB", "0.5Gi", "0Mi", "1 Gi", "512mi", ""])
    def test_memory_in_another_spelling_is_refused(self, memory: str) -> None:
        (fault,) = fits("1", memory)

        assert (fault.key, fault.value) == ("app:memory", memory)

    def test_less_than_one_cpu_takes_one_request_at_a_time(self) -> None:
        assert not fits("0.5", concurrency=1)
        (fault,) = fits("0.5", concurrency=2)

        assert fault.key == "app:concurrency"
        assert "0.5" in fault.why

    def test_the_least_may_equal_the_most_and_not_exceed_it(self) -> None:
        assert not fits("1", min_instances=3, max_instances=3)
        (fault,) = fits("1", min_instances=4, max_instances=3)

        assert fault.key == "app:minInstances"
        assert "(3)" in fault.why

    @pytest.mark.parametrize(("cpu", "written"), [("1", "1"), ("2.0", "2"), ("0.5", "500m"), ("0.083", "83m")])
    def test_cpu_is_written_as_the_api_has_it(self, cpu: str, written: str) -> None:
        assert cloud_run.cpu_limit(Decimal(cpu)) == written


LOCAL = local_endpoints("http://127.0.0.1:4000")


class TestTarget:
    """The project and the shell must mean the same cloud."""

    def test_a_demo_project_in_a_shell_of_the_local_cloud_passes(self) -> None:
        assert not list(target.faults(project="demo-hearth", environ=LOCAL))

    def test_a_project_of_google_in_an_ordinary_shell_passes(self) -> None:
        assert not list(target.faults(project="shop-dev", environ={"HOME": "/root"}))

    def test_a_demo_project_in_an_ordinary_shell_is_refused_not_sent_to_google(self) -> None:
        (fault,) = target.faults(project="demo-hearth", environ={})

        assert 'eval "$(make -s env)"' in fault.fix

    @pytest.mark.parametrize("variable", LOCAL)
    @pytest.mark.parametrize("elsewhere", ["", "https://run.googleapis.com/v2/", "http://10.0.0.1:4000/run/v2/"])
    def test_a_single_endpoint_that_is_not_local_is_enough(self, variable: str, elsewhere: str) -> None:
        (fault,) = target.faults(project="demo-hearth", environ={**LOCAL, variable: elsewhere})

        assert variable in fault.why

    @pytest.mark.parametrize("variable", LOCAL)
    def test_a_project_of_google_with_a_single_local_endpoint_is_refused(self, variable: str) -> None:
        (fault,) = target.faults(project="shop-dev", environ={variable: LOCAL[variable]})

        assert variable in fault.why
        assert "unset" in fault.fix

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]", "api.localhost"])
    def test_loopback_has_many_spellings(self, host: str) -> None:
        assert not list(target.faults(project="demo-x", environ=dict.fromkeys(LOCAL, f"http://{host}:4000/x/")))

    def test_a_private_endpoint_of_google_is_the_users_own_choice(self) -> None:
        variable = next(iter(LOCAL))
        assert not list(target.faults(project="shop-dev", environ={variable: "https://private.googleapis.com/v1/"}))

    @pytest.mark.parametrize("project", ["shop-dev", "demo-hearth"])
    def test_a_records_only_cloud_takes_any_project_when_every_endpoint_is_its_own(self, project: str) -> None:
        environ = {**LOCAL, target.RECORDS_ONLY: "http://127.0.0.1:4000"}

        assert not list(target.faults(project=project, environ=environ))

    @pytest.mark.parametrize("origin", ["", "1", "http://127.0.0.1:4001", "https://preview.example.com"])
    @pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:5000/run/v2/", "https://run.googleapis.com/v2/", ""])
    def test_records_only_opens_nothing_but_that_very_cloud(self, origin: str, elsewhere: str) -> None:
        """Another origin, no origin, or one endpoint that leads elsewhere: the rule stands."""
        variable = next(iter(LOCAL))

        assert list(target.faults(project="shop-dev", environ={**LOCAL, target.RECORDS_ONLY: origin}))
        here = {**LOCAL, target.RECORDS_ONLY: "http://127.0.0.1:4000", variable: elsewhere}
        assert list(target.faults(project="shop-dev", environ=here))

    def test_records_only_has_to_be_on_this_machine(self) -> None:
        origin = "http://10.0.0.1:4000"
        environ = local_endpoints(origin)

        (fault,) = target.faults(project="demo-x", environ={**environ, target.RECORDS_ONLY: origin})

        assert "do not point to one" in fault.why


def exposed(
    *,
    public_access: str = "iam",
    rewritten: bool = True,
    custom_domains: Sequence[str] = (),
    image: str = "",
    image_readers: Sequence[str] = (),
) -> list[Fault]:
    config = {
        "app:publicAccess": public_access,
        "app:customDomains": json.dumps(custom_domains),
        "app:image": image,
        "app:imageReaders": json.dumps(image_readers),
    }
    return refused(config, rewritten=rewritten)


class TestExposure:
    """Who may reach what."""

    def test_a_private_service_behind_a_rewrite_is_refused(self) -> None:
        (fault,) = exposed(public_access="private")

        assert "403" in fault.why

    def test_a_private_service_that_hosting_never_calls_passes(self) -> None:
        assert not exposed(public_access="private", rewritten=False)

    @pytest.mark.parametrize(
        "asked",
        [
            {"app:taskQueue": "tasks"},
            {"app:schedules": '{"nightly": "0 3 * * *"}'},
            {"app:clientEdits": "true", "app:auth": "firebase"},
        ],
    )
    def test_tasks_of_a_private_service_are_refused(self, asked: dict[str, str]) -> None:
        """Cloud Run takes the signature out of a token that it checks itself."""
        (fault,) = refused({"app:publicAccess": "private"} | asked, rewritten=False)

        assert (fault.key, "signatures" in fault.why) == ("app:publicAccess", True)
        for way in ("iam", "invoker-check-off"):
            assert not refused({"app:publicAccess": way} | asked, rewritten=True)

    @pytest.mark.parametrize("way", ["iam", "invoker-check-off"])
    def test_the_public_ways_pass(self, way: str) -> None:
        assert not exposed(public_access=way)

    @pytest.mark.parametrize("domain", ["example.com", "www.example.co.uk", "xn--bcher-kva.example"])
    def test_a_domain_passes(self, domain: str) -> None:
        assert not exposed(custom_domains=(domain,))

    @pytest.mark.parametrize(
        "domain", ["https://example.com", "Example.com", "example.com/", "localhost", "-a.example", "a..b", ""]
    )
    def test_what_is_no_domain_is_refused(self, domain: str) -> None:
        (fault,) = exposed(custom_domains=(domain,))

        assert (fault.key, fault.value) == ("app:customDomains", domain)

    def test_a_domain_twice_is_refused(self) -> None:
        (fault,) = exposed(custom_domains=("a.example", "a.example"))

        assert "once only" in fault.why

    def test_an_image_by_digest_passes(self) -> None:
        assert not exposed(image="us-central1-docker.pkg.dev/shop-dev/web/web@sha256:" + "0" * 64)

    @pytest.mark.parametrize(
        "image",
        ["web", "us-docker.pkg.dev/p/r/w:latest", "us-docker.pkg.dev/p/r/w@sha256:123", "@sha256:" + "0" * 64],
    )
    def test_an_image_by_anything_else_is_refused(self, image: str) -> None:
        (fault,) = exposed(image=image)

        assert (fault.key, fault.value) == ("app:image", image)

    @pytest.mark.parametrize(
        ("reader", "member"),
        [
            ("123456789012", "serviceAccount:service-123456789012@serverless-robot-prod.iam.gserviceaccount.com"),
            ("group:devs@example.com", "group:devs@example.com"),
            ("domain:example.com", "domain:example.com"),
        ],
    )
    def test_a_reader_is_a_member_or_the_number_of_a_project(self, reader: str, member: str) -> None:
        assert not exposed(image_readers=(reader,))
        assert reader_member(reader) == member

    @pytest.mark.parametrize("reader", ["shop-prod", "allUsers", "someone@example.com", "user:someone"])
    def test_a_reader_of_another_form_is_refused(self, reader: str) -> None:
        (fault,) = exposed(image_readers=(reader,))

        assert (fault.key, fault.value) == ("app:imageReaders", reader)
