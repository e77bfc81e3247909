"""An inventory that does not fit says where, what was declared and what was expected."""

from collections.abc import Mapping

import pytest
import yaml

from hearth.testing.compare import differences
from hearth.tests import example
from hearth.tests.example import run_stack

PROD = yaml.safe_load(example.inventory("prod"))


def test_a_resource_too_many_is_a_difference() -> None:
    stack = run_stack("prod", {"app:imageReaders": '["group:devs@example.com"]'})

    assert list(differences(PROD, stack)) == [
        "counts: 2 of gcp:artifactregistry/repositoryIamMember:RepositoryIamMember, expected 1"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"app:maxInstances": "11"}, "Service web.scaling.maxInstanceCount: 11, expected 10"),
        (
            {"app:protect": "false", "app:exceptions": '{"protection/*": "a test"}'},
            "Service web: protect is False, expected True",
        ),
        ({"app:publicAccess": "invoker-check-off"}, "0 of gcp:cloudrunv2/serviceIamMember:ServiceIamMember"),
        ({"app:siteId": "elsewhere"}, "outputs.siteUrl: 'https://elsewhere.web.app', expected"),
        ({"app:customDomains": '["a.example"]'}, "outputs.dnsRecords: declared, not expected"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_difference_tells_where_what_and_what_was_expected(change: Mapping[str, str], said: str) -> None:
    assert said in "\n".join(differences(PROD, run_stack("prod", change)))
