"""Which tokens from outside become an identity of the project: called out wherever it changes."""

import pytest

from hearth.preview import findings
from hearth.preview.changes import Change, Op
from hearth.preview.values import MISSING

ON_MAIN = {
    "workloadIdentityPoolId": "a",
    "attributeCondition": "assertion.ref == 'refs/heads/main'",
    "oidc": {"issuerUri": "https://token.example"},
}
ANYBODY = {**ON_MAIN, "attributeCondition": "true"}
OTHERS = {**ON_MAIN, "oidc": {"issuerUri": "https://other.example"}}
RENAMED = {**ON_MAIN, "workloadIdentityPoolId": "b"}


@pytest.mark.parametrize(
    ("op", "old", "new", "said"),
    [
        ("update", ON_MAIN, ANYBODY, [("attributeCondition", ON_MAIN["attributeCondition"], "true")]),
        ("update", ON_MAIN, OTHERS, [("oidc.issuerUri", "https://token.example", "https://other.example")]),
        ("create", {}, {"attributeCondition": "true"}, [("attributeCondition", MISSING, "true")]),
        ("replace", ON_MAIN, RENAMED, []),
        ("delete", ON_MAIN, {}, []),
    ],
)
def test_a_change_of_whom_google_believes_is_told(
    op: Op, old: dict[str, object], new: dict[str, object], said: list[tuple[str, str, str]]
) -> None:
    made = Change(
        op=op,
        type="gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
        name="delivery-github",
        old=old,
        new=new,
        properties=(),
        was_protected=False,
        is_protected=False,
    )

    assert [(each.what, each.old, each.new) for each in findings.roles(made)] == [
        (f"{path} (which tokens are accepted)", before, after) for path, before, after in said
    ]
