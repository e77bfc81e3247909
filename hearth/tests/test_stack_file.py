"""Stack files in the copies: usable with no key, and everything that this hides told."""

from pathlib import Path

import pytest
import yaml

from hearth.project import ProjectError
from hearth.stack_file import (
    HIDDEN,
    Setting,
    compare,
    is_placeholder,
    project_wide,
    read,
    sanitized,
    without_secrets,
    write,
)

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
            "app:token": "placeholder-of-a-secret-8a3b54cb81fd",
            "app:nested": {"a": ["placeholder-of-a-secret-12325c091792", "plain"]},
        }
    }


def test_another_ciphertext_is_another_placeholder_and_the_same_the_same() -> None:
    one, again, other = (without_secrets({"secure": f"v1:{text}"}) for text in ("one", "one", "other"))

    assert one == again != other
    assert is_placeholder(one)
    assert not is_placeholder("v1:one")


def test_a_secret_may_be_called_secure_itself() -> None:
    found = without_secrets({"secure": {"secure": "v1:a"}})

    assert list(found) == ["secure"]
    assert is_placeholder(found["secure"])


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
        Setting("app:token", HIDDEN, HIDDEN, secret=True),
    ]
    assert compare(KMS, KMS) == []


def test_of_several_secrets_below_a_key_those_that_differ_are_told() -> None:
    def config(**below: str) -> dict[str, object]:
        return {"config": {"app:secrets": {name: {"secure": text} for name, text in below.items()}}}

    assert compare(config(GONE="a", KEPT="b", TURNED="c"), config(KEPT="b", TURNED="d", NEW="e")) == [
        Setting("app:secrets.GONE", HIDDEN, None, secret=True),
        Setting("app:secrets.NEW", None, HIDDEN, secret=True),
        Setting("app:secrets.TURNED", HIDDEN, HIDDEN, secret=True),
    ]
    assert compare({"config": {}}, config(NEW="e")) == [Setting("app:secrets.NEW", None, HIDDEN, secret=True)]
    mixed = {"config": {"app:list": ["in-clear", {"secure": "a"}]}}
    assert compare({"config": {}}, mixed) == [Setting("app:list", None, HIDDEN, secret=True)], "nor what is beside it"


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
