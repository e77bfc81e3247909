"""The trial's containers are like a stack's instances, and the build sees what it needs of this machine."""

from pathlib import Path

import pytest

from infra.program import ROOT
from tools.image import building, instance
from tools.image.errors import ImageError


def stack_file(folder: Path, text: str) -> Path:
    (folder / "Pulumi.big.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_stacks_file_says_how_much_memory_and_how_many_requests(tmp_path: Path) -> None:
    text = "config:\n  app:memory: 2Gi\n  app:concurrency: '20'\n  app:cpu: '2'\n  app:environment: staging\n"
    one = instance.of_stack(stack_file(tmp_path, text), "big")

    assert (one.memory, one.concurrency) == (2 * 2**30, 20)
    assert (one.env["GUNICORN_WORKERS"], one.env["GUNICORN_THREADS"], one.env["APP_ENV"]) == ("2", "24", "staging")


def test_what_the_file_leaves_out_has_its_default(tmp_path: Path) -> None:
    one = instance.of_stack(stack_file(tmp_path, "config: {}\n"), "big")

    assert (one.memory, one.concurrency) == (512 * 2**20, 80)


@pytest.mark.parametrize("file", sorted(ROOT.glob("Pulumi.*.yaml")), ids=lambda file: file.name)
def test_every_stack_that_is_shipped_can_be_tried(file: Path) -> None:
    assert instance.of_stack(ROOT, file.name.split(".")[1]).env["K_SERVICE"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("config:\n  app:memory: 1e9\n", ["Pulumi.big.yaml", "'1e9'", "512Mi"]),
        ("config:\n  app:concurrency: many\n", ["Pulumi.big.yaml", "app:concurrency", "many"]),
        ("- a list\n", ["Pulumi.big.yaml", "is not a stack file"]),
    ],
)
def test_a_stack_file_that_says_nothing_usable_is_refused(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(ImageError) as refused:
        instance.of_stack(stack_file(tmp_path, text), "big")

    for word in words:
        assert word in str(refused.value)


def test_a_stack_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"no stack 'prod'.*there are big"):
        instance.of_stack(stack_file(tmp_path, "config: {}\n"), "prod")


def test_a_build_sees_the_machines_certificates_and_pips_settings(tmp_path: Path) -> None:
    certificates = tmp_path / "ca.crt"
    certificates.touch()
    environ = {"SSL_CERT_FILE": str(certificates), "PIP_INDEX_URL": "https://u:p@mirror/simple", "PIP_FIND_LINKS": "/x"}

    files = building.shown(tmp_path, environ, ca="")

    assert files["/etc/ssl/certs/ca-certificates.crt"] == certificates
    assert files["/etc/pip.conf"].read_text(encoding="utf-8") == "[global]\nindex-url = https://u:p@mirror/simple\n"


def test_a_build_that_needs_nothing_of_the_machine_sees_nothing_of_it(tmp_path: Path) -> None:
    assert building.shown(tmp_path, {}, ca="") == {}


def test_certificates_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="CA=nowhere is no file"):
        building.shown(tmp_path, {}, ca="nowhere")
