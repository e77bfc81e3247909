"""Stack files in the copies: usable with no key, and everything that this hides told."""

from pathlib import Path

import pytest
import yaml

from hearth.project import ProjectError
from hearth.stack_file import SECRET, Setting, compare, project_wide, read, sanitized, write

KMS = {
    "secretsprovider": "gcpkms://projects/acme/locations/global/keyRings/r/cryptoKeys/k",
    "encryptedkey": "CiQA",
    "encryptionsalt": "v1:abc",
    "config": {
        "gcp:project": "acme-prod",
        "app:name": "web",
        "app:grantSettleSeconds": "120",
        "app:token": {"secure": "v1:ciphertext"},
        "app:nested": {"a": [{"secure": "v1:other"}, "plain"]},
    },
}


def test_nothing_needs_a_key_any_more() -> None:
    assert sanitized(KMS) == {
        "config": {
            "gcp:project": "acme-prod",
            "app:name": "web",
            "app:grantSettleSeconds": "120",
            "app:token": SECRET,
            "app:nested": {"a": [SECRET, "plain"]},
        }
    }


def test_what_comes_in_stays_as_it_was() -> None:
    before = yaml.safe_dump(KMS)

    sanitized(KMS)

    assert yaml.safe_dump(KMS) == before


@pytest.mark.parametrize(
    ("project", "copy"),
    [("replace-me-prod", "preview-prod"), ("acme-prod", "acme-prod"), ("demo-hearth", "demo-hearth")],
)
def test_a_project_yet_to_be_named_gets_a_valid_id_and_a_named_one_stays(project: str, copy: str) -> None:
    content = {"config": {"gcp:project": project, "gcp:billingProject": project}}

    assert sanitized(content)["config"] == {"gcp:project": copy, "gcp:billingProject": copy}


def test_every_difference_is_told_and_of_secrets_no_value() -> None:
    head = {
        **KMS,
        "config": {
            **KMS["config"],  # type: ignore[dict-item]
            "app:name": "shop",
            "app:token": {"secure": "v1:changed"},
            "app:grantSettleSeconds": "60",
            "app:list": ["a", "b"],
        },
    }

    assert compare(KMS, head) == [
        Setting("app:grantSettleSeconds", "120", "60"),
        Setting("app:list", None, "[a, b]"),
        Setting("app:name", "web", "shop"),
        Setting("app:token", None, None, secret=True),
    ]
    assert compare(KMS, KMS) == []


def test_a_value_reaches_the_copy_as_it_was_written(tmp_path: Path) -> None:
    """YAML 1.1 would read `on` as true and 012 as ten."""
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text("config:\n  app:a: on\n  app:b: 012\n  app:c: '1.0'\n")

    write(path, read(path))

    assert read(path)["config"] == {"app:a": "on", "app:b": "012", "app:c": "1.0"}
    assert yaml.safe_load(path.read_text())["config"] == {"app:a": "on", "app:b": "012", "app:c": "1.0"}


@pytest.mark.parametrize("text", ["config: [", "- a\n", "config: text\n"])
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text(text)

    with pytest.raises(ProjectError, match=r"Pulumi\.x\.yaml"):
        read(path)


def test_what_pulumi_yaml_says_for_every_stack_is_read_in_each_of_its_spellings(tmp_path: Path) -> None:
    """As the engine hands it on, which has been tried."""
    (tmp_path / "Pulumi.yaml").write_text(
        "name: shop\nconfig:\n  app:a: /up\n  app:b: {value: true}\n  shop:c: {type: string, default: x}\n"
        "  shop:d: {type: string}\n",
        encoding="utf-8",
    )

    assert project_wide(tmp_path) == {"app:a": "/up", "app:b": "true", "shop:c": "x"}
    assert project_wide(tmp_path / "elsewhere") == {}
