"""Rules on images, roles and access: what each refuses, lets pass, and cannot tell."""

from typing import Any

import pytest

from hearth.guards.declared import UNKNOWN
from hearth.tests.guards.asking import DIGEST, JOB, OTHER, SERVICE, said, service, unclear

GRANT = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
MEMBER = "gcp:projects/iAMMember:IAMMember"
GRANT_TO_ALL = {"member": "allUsers", "role": "roles/run.invoker", "name": "web"}
V1 = "gcp:cloudrun/service:Service"
V1_UNCHECKED = {"name": "admin", "metadata": {"annotations": {"run.googleapis.com/invoker-iam-disabled": "true"}}}


class TestImageByDigest:
    @pytest.mark.parametrize("image", ["web", "us-docker.pkg.dev/p/web/web:v2", DIGEST[:-1], None])
    def test_any_other_name_of_an_image_is_refused(self, image: str | None) -> None:
        assert said("image-by-digest", SERVICE, service(image=image)) == f"template.containers[0].image = {image!r}"

    def test_a_container_without_an_image_is_refused(self) -> None:
        said_of = said("image-by-digest", SERVICE, {"template": {"containers": [{"name": "web"}]}})

        assert said_of == "template.containers[0].image = None"

    @pytest.mark.parametrize(
        ("type", "path", "inputs"),
        [
            (JOB, "template.template.containers[1].image", {"containers": [{"image": DIGEST}, {"image": "redis:7"}]}),
            (SERVICE, "template.sandboxes.templates[0].image", {"sandboxes": {"templates": [{"image": "redis:7"}]}}),
            (V1, "template.spec.containers[0].image", {"spec": {"containers": [{"image": "redis:7"}]}}),
            (OTHER, "template.spec.initContainers[0].image", {"spec": {"initContainers": [{"image": "redis:7"}]}}),
            (OTHER, "template.container.image", {"container": {"image": "redis:7"}}),
            (OTHER, "template.containerSpec.imageUri", {"containerSpec": {"imageUri": "redis:7"}}),
            (OTHER, "template.sdkContainerImage", {"sdkContainerImage": "redis:7"}),
        ],
    )
    def test_every_container_of_every_type_is_looked_at(self, type: str, path: str, inputs: dict[str, Any]) -> None:
        template = {"template": inputs} if path.startswith("template.template") else inputs

        assert said("image-by-digest", type, {"template": template}) == f"{path} = 'redis:7'"

    @pytest.mark.parametrize(
        ("type", "inputs"),
        [
            (SERVICE, service(image=DIGEST)),
            (SERVICE, service(baseImageUri="google-22-full/nodejs22")),
            ("gcp:compute/instance:Instance", {"bootDisk": {"initializeParams": {"image": "debian-cloud/debian-12"}}}),
        ],
    )
    def test_a_digest_passes_and_so_does_what_is_no_containers_image(self, type: str, inputs: dict[str, Any]) -> None:
        assert not said("image-by-digest", type, inputs)
        assert not unclear("image-by-digest", type, inputs)

    @pytest.mark.parametrize(
        ("inputs", "where"),
        [
            (service(image=UNKNOWN), "template.containers[0].image"),
            ({"template": {"containers": UNKNOWN}}, "template.containers"),
            ({"template": UNKNOWN}, "template"),
        ],
    )
    def test_of_what_is_not_known_yet_it_cannot_tell(self, inputs: dict[str, Any], where: str) -> None:
        """A list or an object that is not known may hold an image, as far as the type's shape has one there."""
        assert unclear("image-by-digest", SERVICE, inputs | {"name": UNKNOWN}) == {where}
        assert not said("image-by-digest", SERVICE, inputs)


class TestBasicRole:
    @pytest.mark.parametrize("name", ["owner", "editor", "viewer", "admin", "writer", "reader"])
    def test_a_basic_role_is_refused_wherever_it_is_granted(self, name: str) -> None:
        role = f"roles/{name}"
        policy = {"policyData": f'{{"bindings": [{{"role": "{role}", "members": []}}]}}'}
        groups = {"accessGroupConfigs": [{"iamRoles": ["roles/run.viewer", role]}]}

        assert said("basic-role", MEMBER, {"role": role}) == f"role grants {role}"
        assert said("basic-role", "gcp:projects/iAMPolicy:IAMPolicy", policy) == f"policyData grants {role}"
        assert said("basic-role", OTHER, groups) == f"accessGroupConfigs[0].iamRoles[1] grants {role}"

    @pytest.mark.parametrize("inputs", [{"role": "roles/run.viewer"}, {"title": "roles/viewer"}, {"title": UNKNOWN}])
    def test_any_other_role_passes(self, inputs: dict[str, Any]) -> None:
        assert not said("basic-role", MEMBER, inputs)
        assert not unclear("basic-role", MEMBER, inputs)

    @pytest.mark.parametrize("name", ["role", "policyData"])
    def test_of_a_role_that_is_not_known_yet_it_cannot_tell(self, name: str) -> None:
        assert unclear("basic-role", OTHER, {name: UNKNOWN}) == {name}


class TestPublic:
    @pytest.mark.parametrize("who", ["allUsers", "allAuthenticatedUsers"])
    @pytest.mark.parametrize(
        ("type", "key", "form"),
        [
            ("gcp:storage/bucketIAMMember:BucketIAMMember", "member", "{}"),
            ("gcp:storage/bucketIAMBinding:BucketIAMBinding", "members", ["{}"]),
            ("gcp:storage/bucketAccessControl:BucketAccessControl", "entity", "{}"),
            ("gcp:storage/bucketACL:BucketACL", "roleEntities", ["READER:{}"]),
            ("gcp:bigquery/datasetAccess:DatasetAccess", "iamMember", "iamMember:{}"),
            ("gcp:cloudrunv2/serviceIamPolicy:ServiceIamPolicy", "policyData", '[[{{"members": ["{}"]}}]]'),
        ],
    )
    def test_nothing_else_is_open_to_everybody(self, type: str, key: str, form: Any, who: str) -> None:
        value = [each.format(who) for each in form] if isinstance(form, list) else form.format(who)

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
        assert not said("public", GRANT, GRANT_TO_ALL, public_access="iam")
        assert said("public", GRANT, {**GRANT_TO_ALL, **change}, public_access=public_access)

    @pytest.mark.parametrize("public_access", ["iam", "private"])
    def test_the_invoker_check_is_off_only_where_the_configuration_says_so(self, public_access: str) -> None:
        inputs = {"name": "web", "invokerIamDisabled": True}

        assert said("public", SERVICE, inputs, public_access=public_access) == "invokerIamDisabled = True"
        assert said("public", SERVICE, {**inputs, "name": "admin"}, public_access="invoker-check-off")
        assert not said("public", SERVICE, inputs, public_access="invoker-check-off")

    def test_the_invoker_check_of_the_older_api_is_the_same(self) -> None:
        where = "metadata.annotations.run.googleapis.com/invoker-iam-disabled"

        assert said("public", V1, V1_UNCHECKED, public_access="iam") == f"{where} = 'true'"
        assert said("public", V1, V1_UNCHECKED, public_access="invoker-check-off")
        assert not said("public", V1, {"metadata": {"annotations": {"team": "true"}}}, public_access="iam")

    @pytest.mark.parametrize("public_access", ["iam", "invoker-check-off", "private"])
    def test_a_grant_made_beforehand_is_for_the_web_service_and_its_way(self, public_access: str) -> None:
        granted = "hearth:run:PublicGrant"

        refused = said("public", granted, {"service": "web"}, public_access=public_access)

        assert bool(refused) is (public_access != "iam")
        assert said("public", granted, {"service": "admin"}, public_access=public_access)
        assert unclear("public", granted, {"service": UNKNOWN}, public_access="iam") == {"service"}

    def test_a_ready_made_acl_for_everybody_is_refused(self) -> None:
        assert said("public", "gcp:storage/bucketACL:BucketACL", {"predefinedAcl": "publicRead"})
        assert not said("public", "gcp:storage/bucketACL:BucketACL", {"predefinedAcl": "projectPrivate"})

    @pytest.mark.parametrize("inputs", [{"member": "group:devs@example.com"}, {"description": "never allUsers"}])
    def test_somebody_in_particular_passes(self, inputs: dict[str, Any]) -> None:
        assert not said("public", MEMBER, inputs)
        assert not unclear("public", MEMBER, inputs)

    @pytest.mark.parametrize(
        ("type", "inputs", "where"),
        [
            (MEMBER, {"member": UNKNOWN, "role": UNKNOWN}, "member"),
            ("gcp:projects/iAMBinding:IAMBinding", {"members": ["user:a@b.c", UNKNOWN]}, "members[1]"),
            ("gcp:projects/iAMPolicy:IAMPolicy", {"policyData": UNKNOWN}, "policyData"),
            (SERVICE, {"invokerIamDisabled": UNKNOWN, "uri": UNKNOWN}, "invokerIamDisabled"),
            (GRANT, {**GRANT_TO_ALL, "name": UNKNOWN}, "name"),
        ],
    )
    def test_of_whom_it_does_not_know_yet_it_cannot_tell(self, type: str, inputs: dict[str, Any], where: str) -> None:
        assert unclear("public", type, inputs) == {where}
        assert not said("public", type, inputs)


class TestUnchecked:
    def test_a_service_in_production_that_everybody_reaches_has_to_check_who_asks(self) -> None:
        assert "app:auth is 'none'" in said("unchecked", GRANT, GRANT_TO_ALL, auth="none")
        assert said("unchecked", SERVICE, {"invokerIamDisabled": True, "name": "web"}, auth="none")
        assert said("unchecked", V1, V1_UNCHECKED, auth="none")

    @pytest.mark.parametrize(("production", "auth"), [(True, "firebase"), (False, "none")])
    def test_where_it_checks_or_nothing_is_at_stake_it_passes(self, *, production: bool, auth: str) -> None:
        assert not said("unchecked", GRANT, GRANT_TO_ALL, production=production, auth=auth)

    def test_a_service_that_its_callers_need_a_grant_for_passes(self) -> None:
        assert not said("unchecked", SERVICE, {"invokerIamDisabled": False, "name": "web"}, auth="none")
        grant = {**GRANT_TO_ALL, "member": "serviceAccount:a@b.iam.gserviceaccount.com"}
        assert not said("unchecked", GRANT, grant, auth="none")
