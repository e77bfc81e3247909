"""The trial's containers are like a stack's instances, and the build sees what it needs of this machine."""

from pathlib import Path

import pytest

from hearth.image import building, instance
from hearth.image.errors import ImageError

PROGRAM = """\
import pulumi
import pulumi_gcp as gcp

from hearth.faults import Fault, SettingsError
from hearth.resources import Image


def build(environ, root):
    config = pulumi.Config("app")
    if config.get("concurrency") == "many":
        raise SettingsError([Fault(key="app:concurrency", value="many", why="no number", fix="write one")])
    probe = lambda path: {"http_get": {"path": path, "port": 8080}}
    container = {
        "image": "host/image@sha256:" + "0" * 64,
        "resources": {"limits": {"cpu": "1", "memory": config.get("memory") or "512Mi"}},
        "envs": [
            {"name": "APP_ENV", "value": config.get("environment") or "production"},
            {"name": "KEY", "value_source": {"secret_key_ref": {"secret": "key", "version": "1"}}},
        ],
        "startup_probe": probe("/ready"),
        "liveness_probe": probe("/live"),
    }
    if config.get_bool("probed") is False:
        container = {**container, "startup_probe": {"tcp_socket": {"port": 8080}}}
        del container["liveness_probe"]
    if config.get("dockerfile"):
        Image(
            "image", project="example", region="r", repository="images", image="web", bucket="b", service_account="a",
            build_region="global", context=".", dockerfile=config.require("dockerfile"),
        )
    template = {"max_instance_request_concurrency": config.get_int("concurrency") or 80, "containers": [container]}
    for name in (config.get("services") or "web").split():
        gcp.cloudrunv2.Service(name, project="example", name=name, location="us-central1", template=template)
    if config.get_bool("migrates"):
        container = {"image": container["image"], "commands": ["migrate"], "args": ["now"]}
        gcp.cloudrunv2.Job(
            "migration", project="example", name="m", location="us-central1",
            template={"template": {"containers": [container]}},
        )
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose program declares a service as its stack file sizes it."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.hearth]\nprogram = "sized_program:build"\n', encoding="utf-8")
    (tmp_path / "sized_program.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def stack_file(folder: Path, text: str) -> Path:
    (folder / "Pulumi.big.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_stacks_file_says_how_much_memory_and_how_many_requests(project: Path) -> None:
    text = "config:\n  app:memory: 2Gi\n  app:concurrency: '20'\n  app:environment: staging\n"
    one = instance.of_stack(stack_file(project, text), "big")

    assert (one.memory, one.concurrency, one.env["APP_ENV"]) == (2 * 2**30, 20, "staging")


def test_what_the_file_leaves_out_has_its_default(project: Path) -> None:
    one = instance.of_stack(stack_file(project, "config: {}\n"), "big")

    assert (one.memory, one.concurrency) == (512 * 2**20, 80)


def test_probes_and_migration_are_those_that_the_stack_declares(project: Path) -> None:
    one = instance.of_stack(stack_file(project, "config:\n  app:migrates: 'true'\n"), "big")

    assert (one.ready, one.live, one.migration) == ("/ready", "/live", ("migrate", "now"))


def test_a_stack_without_a_migration_job_has_the_command_of_the_table(project: Path) -> None:
    one = instance.of_stack(stack_file(project, "config: {}\n"), "big")

    assert one.migration == ("flask", "db", "upgrade")


def test_an_app_that_says_it_has_nothing_to_migrate_is_not_migrated(project: Path) -> None:
    one = instance.of_stack(stack_file(project, "config:\n  app:migrationCommand: ''\n"), "big")

    assert one.migration == ()


@pytest.mark.parametrize(("declared", "dockerfile"), [("", "service/Dockerfile"), ("own/Dockerfile", "own/Dockerfile")])
def test_the_dockerfile_is_the_one_that_the_stack_builds(declared: str, dockerfile: str, project: Path) -> None:
    one = instance.of_stack(stack_file(project, f"config:\n  app:dockerfile: '{declared}'\n"), "big")

    assert one.dockerfile == dockerfile


def test_a_service_without_probes_that_ask_for_a_path_has_none(project: Path) -> None:
    one = instance.of_stack(stack_file(project, "config:\n  app:probed: 'false'\n"), "big")

    assert (one.ready, one.live) == ("", "")


def test_the_containers_are_told_nothing_that_only_google_cloud_has(project: Path) -> None:
    one = instance.of_stack(stack_file(project, "config: {}\n"), "big")

    assert (one.env["AUTH"], one.env["DATABASE_URL"]) == ("none", instance.DATABASE)
    assert (one.env["K_SERVICE"], one.env["K_REVISION"]) == ("web", "web-00001-abc")


def test_a_variable_that_is_kept_secret_has_a_value_that_is_made_up(project: Path) -> None:
    one = instance.of_stack(stack_file(project, "config: {}\n"), "big")

    assert len(one.env["KEY"]) > len("key")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("config:\n  app:memory: 1e9\n", ["Pulumi.big.yaml", "'1e9'", "512Mi"]),
        ("config:\n  app:concurrency: many\n", ["Pulumi.big.yaml", "app:concurrency", "many"]),
        ("- a list\n", ["Pulumi.big.yaml", "can't be used"]),
        ("config:\n  app:services: a b\n", ["Pulumi.big.yaml", "2 Cloud Run services"]),
    ],
)
def test_a_stack_file_that_says_nothing_usable_is_refused(text: str, words: list[str], project: Path) -> None:
    with pytest.raises(ImageError) as refused:
        instance.of_stack(stack_file(project, text), "big")

    for word in words:
        assert word in str(refused.value)


def test_a_stack_that_is_not_there_is_refused_with_those_that_are(project: Path) -> None:
    with pytest.raises(ImageError, match=r"no stack 'prod'.*there are big"):
        instance.of_stack(stack_file(project, "config: {}\n"), "prod")


def test_a_build_sees_the_machines_certificates_and_pips_settings(tmp_path: Path) -> None:
    certificates = tmp_path / "ca.crt"
    certificates.touch()
    environ = {"SSL_CERT_FILE": str(certificates), "PIP_INDEX_URL": "https://u:p@mirror/simple", "PIP_FIND_LINKS": "/x"}

    files = building.network_files(tmp_path, environ, ca="")

    assert files["/etc/ssl/certs/ca-certificates.crt"] == certificates
    assert files["/etc/pip.conf"].read_text(encoding="utf-8") == "[global]\nindex-url = https://u:p@mirror/simple\n"


def test_a_build_that_needs_nothing_of_the_machine_sees_nothing_of_it(tmp_path: Path) -> None:
    assert building.network_files(tmp_path, {}, ca="") == {}


def test_certificates_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="CA=nowhere is not a file"):
        building.network_files(tmp_path, {}, ca="nowhere")
