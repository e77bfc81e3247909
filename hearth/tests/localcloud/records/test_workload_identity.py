"""Identity pools and their providers: records, their rules, and names that stay blocked."""

from collections.abc import Mapping

import pytest

from hearth.catalog.apis import IAM
from hearth.tests.localcloud.running import LocalCloud

POOLS = "projects/demo-test/locations/global/workloadIdentityPools"
POOL = f"{POOLS}/web-ci-1"
GITHUB: Mapping[str, object] = {
    "oidc": {"issuerUri": "https://token.example"},
    "attributeMapping": {"google.subject": "assertion.sub"},
    "attributeCondition": "assertion.ref == 'refs/heads/main'",
}


def pool(local: LocalCloud, id: str = "web-ci-1", status: int = 200, **fields: object) -> dict[str, object]:
    return local.call("POST", IAM, f"{POOLS}?workloadIdentityPoolId={id}", fields, status=status)


def provider(local: LocalCloud, fields: Mapping[str, object], status: int = 200) -> dict[str, object]:
    path = f"{POOL}/providers?workloadIdentityPoolProviderId=github"
    return local.call("POST", IAM, path, dict(fields), status=status)


def test_a_pool_is_made_by_an_operation_below_itself(local: LocalCloud) -> None:
    operation = pool(local, displayName="CI")
    made = local.call("GET", IAM, POOL)

    assert operation["done"]
    assert str(operation["name"]).startswith(f"{POOL}/operations/")
    assert made == {"name": POOL, "state": "ACTIVE", "mode": "FEDERATION_ONLY", "displayName": "CI"}
    assert local.call("GET", IAM, POOLS) == {"workloadIdentityPools": [made]}


def test_a_provider_is_changed_by_its_mask(local: LocalCloud) -> None:
    pool(local)
    provider(local, GITHUB)
    name = f"{POOL}/providers/github"
    local.call("PATCH", IAM, f"{name}?updateMask=attributeCondition", {"attributeCondition": "true"})

    assert local.call("GET", IAM, name) == {
        **GITHUB,
        "attributeCondition": "true",
        "name": name,
        "state": "ACTIVE",
    }


def test_a_provider_needs_its_pool(local: LocalCloud) -> None:
    provider(local, GITHUB, status=404)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "one of aws, oidc, saml, x509"),
        ({"oidc": {"issuerUri": "https://a.example"}, "aws": {"accountId": "1"}}, "one of aws, oidc, saml, x509"),
        ({"oidc": {"issuerUri": "https://a.example"}}, "must map google.subject"),
        ({**GITHUB, "oidc": {"issuerUri": "http://a.example"}}, "https"),
        ({**GITHUB, "displayName": "x" * 33}, "longer than 32"),
        ({**GITHUB, "guess": 1}, 'Unknown name "guess"'),
    ],
)
def test_a_provider_that_could_believe_nobody_is_refused(
    local: LocalCloud, fields: Mapping[str, object], said: str
) -> None:
    pool(local)

    assert said in str(provider(local, fields, status=400))


@pytest.mark.parametrize("id", ["abc", "gcp-pool", "Web", "x" * 33])
def test_an_id_against_the_rule_is_refused(local: LocalCloud, id: str) -> None:
    assert "4 to 32" in str(pool(local, id, status=400))


def test_a_deleted_pool_keeps_its_name_and_its_providers(local: LocalCloud) -> None:
    """For 30 days on Google; whoever needs one sooner names it otherwise."""
    pool(local)
    provider(local, GITHUB)
    local.call("DELETE", IAM, POOL)

    assert "already exists" in str(pool(local, status=409))
    local.call("GET", IAM, f"{POOL}/providers/github", status=404)
    pool(local, "web-ci-2")


def test_a_deleted_provider_keeps_its_name(local: LocalCloud) -> None:
    pool(local)
    provider(local, GITHUB)
    local.call("DELETE", IAM, f"{POOL}/providers/github")

    provider(local, GITHUB, status=409)


def test_a_pool_has_no_attestation_rules(local: LocalCloud) -> None:
    """Google's provider asks for them when it reads a pool, and fails without an answer."""
    pool(local)

    assert local.call("GET", IAM, f"{POOL}:listAttestationRules") == {}
    local.call("GET", IAM, f"{POOLS}/none:listAttestationRules", status=404)
