"""What ordinary Pulumi programs do is recorded as the engine and Google's provider have it."""

import re
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_gcp as gcp

from hearth.testing.recorder import Stack, record

CONFIG = {"gcp:project": "shop-dev", "gcp:region": "europe-west1", "gcp:defaultLabels": '{"team": "web"}'}
NETWORK = "projects/shop-net/global/networks/main"


def run(program: Callable[[], None], **given: Any) -> Stack:
    return record(program, config=CONFIG, **given)


def test_any_type_is_recorded_with_what_google_would_compute() -> None:
    def program() -> None:
        old = gcp.cloudrun.Service("old", location="us-central1")
        sink = gcp.logging.ProjectSink("sink", destination="storage.googleapis.com/b")
        topic = gcp.pubsub.Topic("Events")
        gcp.pubsub.TopicIAMMember("grant", topic=topic.name, role="r", member=sink.writer_identity)
        pulumi.export("url", old.statuses[0].url)
        pulumi.export("labels", topic.effective_labels)

    stack = run(program)

    grant = stack.one(gcp.pubsub.TopicIAMMember)
    assert re.fullmatch(r"Events-[0-9a-f]{7}", grant.inputs["topic"])
    assert re.fullmatch(r"serviceAccount:\S+@shop-dev\.iam\.gserviceaccount\.com", grant.inputs["member"])
    assert grant.depends_on == {"Topic Events", "ProjectSink sink"}
    assert re.fullmatch(r"https://\S+\.invalid", stack.outputs["url"])
    assert stack.outputs["labels"] == {"team": "web"}
    assert run(program).outputs == stack.outputs


def test_what_a_program_leaves_out_is_among_its_outputs_alone() -> None:
    topic = run(lambda: (gcp.pubsub.Topic("events"), None)[1]).one(gcp.pubsub.Topic)

    assert topic.inputs == {}
    assert topic.outputs["project"] == "shop-dev"


def test_a_provider_of_its_own_says_where_its_resources_stand() -> None:
    def program() -> None:
        other = gcp.Provider("other", project="shop-b", region="us-east1", default_labels={"team": "b"})
        own = pulumi.ResourceOptions(provider=other)
        cache = gcp.redis.Instance("cache", memory_size_gb=1, name="cache", opts=own)
        pulumi.export("id", cache.id)
        pulumi.export("labels", cache.effective_labels)
        here = gcp.organizations.get_client_config_output(opts=pulumi.InvokeOutputOptions(provider=other))
        pulumi.export("project", here.project)

    assert run(program).outputs == {
        "id": "projects/shop-b/locations/us-east1/instances/cache",
        "labels": {"team": "b"},
        "project": "shop-b",
    }


def test_what_is_secret_is_so_wherever_it_goes() -> None:
    def program() -> None:
        key = gcp.projects.ApiKey("key", display_name="key")
        hidden = gcp.pubsub.Topic("hidden", name=pulumi.Output.secret("hidden"))
        read = gcp.secretmanager.get_secret_version_output(secret="other")
        gcp.pubsub.Topic("computed", name=key.key_string)
        gcp.pubsub.Topic("copied", name=hidden.name)
        gcp.pubsub.Topic("read", name=read.secret_data)
        gcp.pubsub.Topic("plain", name=key.name)

    topics = run(program).of_type(gcp.pubsub.Topic)

    assert {each.name for each in topics if each.secret_inputs == {"name"}} == {"hidden", "computed", "copied", "read"}
    assert {each.name for each in topics if not each.secret_inputs} == {"plain"}


def test_assets_and_archives_are_handed_on() -> None:
    def program() -> None:
        gcp.storage.BucketObject("text", bucket="files", source=pulumi.StringAsset("hello"))
        archive = pulumi.AssetArchive({"a.txt": pulumi.StringAsset("a")})
        gcp.storage.BucketObject("zip", bucket="files", source=archive)

    stack = run(program)

    assert stack.one(gcp.storage.BucketObject, "text").inputs["source"].text == "hello"
    assert list(stack.one(gcp.storage.BucketObject, "zip").inputs["source"].assets) == ["a.txt"]


def test_what_exists_elsewhere_can_be_read_and_is_not_the_stacks_own() -> None:
    def program() -> None:
        network = gcp.compute.Network.get("main", NETWORK)
        gcp.compute.Subnetwork("sub", network=network.id, region="us-central1", ip_cidr_range="10.0.0.0/24")
        pulumi.export("link", network.self_link)

    stack = run(program)

    assert stack.one(gcp.compute.Network).external
    assert not stack.one(gcp.compute.Subnetwork).external
    assert stack.one(gcp.compute.Subnetwork).inputs["network"] == NETWORK
    assert stack.one(gcp.compute.Subnetwork).depends_on == {"Network main"}
    assert stack.outputs["link"] == f"https://www.googleapis.com/compute/v1/{NETWORK}"


def test_another_stacks_outputs_are_those_that_were_handed_over() -> None:
    def program() -> None:
        network = pulumi.StackReference("network", stack_name="acme/network/prod")
        pulumi.export("vpc", network.require_output("vpc"))
        pulumi.export("none", network.get_output("none"))

    stack = run(program, references={"acme/network/prod": {"vpc": NETWORK, "count": 2}})

    assert stack.outputs.get("vpc") == NETWORK
    assert stack.outputs.get("none") is None


def test_functions_are_worked_out_where_the_program_alone_tells() -> None:
    def program() -> None:
        pulumi.export("project", gcp.organizations.get_project().project_id)
        pulumi.export("number", gcp.organizations.get_project_output(project_id="other").number)
        pulumi.export("region", gcp.organizations.get_client_config().region)
        binding = gcp.organizations.GetIAMPolicyBindingArgs(role="roles/viewer", members=["user:b@x", "user:a@x"])
        pulumi.export("policy", gcp.organizations.get_iam_policy_output(bindings=[binding]).policy_data)

    assert run(program).outputs == {
        "project": "shop-dev",
        "number": "123456789012",
        "region": "europe-west1",
        "policy": '{"bindings":[{"members":["user:a@x","user:b@x"],"role":"roles/viewer"}]}',
    }


def test_a_function_reads_what_the_program_declares_and_what_exists_elsewhere_is_made_up() -> None:
    def program() -> None:
        bucket = gcp.storage.Bucket("files", location="EU", storage_class="NEARLINE")
        pulumi.export("class", gcp.storage.get_bucket_output(name=bucket.name).storage_class)
        database = gcp.sql.DatabaseInstance("db", database_version="POSTGRES_17", settings={"tier": "t"})
        pulumi.export("database", gcp.sql.get_database_instance_output(name=database.name).connection_name)
        pulumi.export("same", database.connection_name)
        pulumi.export("network", gcp.compute.get_network(name="main").self_link)
        pulumi.export("secret", gcp.secretmanager.get_secret_version(secret="key").secret_data)

    outputs = run(program).outputs

    assert outputs["class"] == "NEARLINE"
    assert outputs["database"] == outputs["same"]
    assert outputs["network"] == "https://www.googleapis.com/compute/v1/projects/shop-dev/global/networks/main"
    assert outputs["secret"]


def test_aliases_and_transformations_are_the_programs_own_business() -> None:
    def renamed(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        return pulumi.ResourceTransformationResult({**args.props, "labels": {"a": "1"}}, args.opts)

    def program() -> None:
        opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")], transformations=[renamed])
        gcp.pubsub.Topic("events", opts=opts)

    assert run(program).one(gcp.pubsub.Topic).inputs == {"labels": {"a": "1"}}


class Group(pulumi.ComponentResource):
    def __init__(self, opts: pulumi.ResourceOptions) -> None:
        super().__init__("hearth-app:infra:Group", "group", None, opts)
        gcp.pubsub.Topic("inside", opts=pulumi.ResourceOptions(parent=self, transforms=[labelled("own")]))
        self.register_outputs({})


def labelled(name: str) -> Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]:
    """A transform that writes its name behind those that came before, and protects what it meets."""

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if args.type_ != "gcp:pubsub/topic:Topic":
            return None
        before: Any = args.props.get("labels") or {}
        labels = {"by": before.get("by", "") + name}
        opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
        return pulumi.ResourceTransformResult({**args.props, "labels": labels}, opts)

    return transform


def test_transforms_run_from_the_resource_outwards() -> None:
    def program() -> None:
        pulumi.runtime.register_resource_transform(labelled("-stack"))
        Group(pulumi.ResourceOptions(transforms=[labelled("-group")]))

    topic = run(program).one(gcp.pubsub.Topic)

    assert topic.inputs == {"labels": {"by": "own-group-stack"}}
    assert topic.protect
    assert topic.parent == "group"


class Pet(pulumi.CustomResource):
    """As a package's SDK declares one."""

    pulumi_type = "random:index/randomPet:RandomPet"

    def __init__(self, name: str, length: int, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.pulumi_type, name, {"length": length, "keepers": None, "pet": None}, opts)

    @property
    @pulumi.getter
    def length(self) -> pulumi.Output[int]:
        found: pulumi.Output[int] = pulumi.get(self, "length")
        return found

    @property
    @pulumi.getter
    def pet(self) -> pulumi.Output[str]:
        found: pulumi.Output[str] = pulumi.get(self, "pet")
        return found


def test_a_resource_of_another_package_is_taken_with_outputs_of_the_form_that_its_class_has() -> None:
    def program() -> None:
        gcp.pubsub.Topic("events", name=Pet("pet", 3).pet)

    stack = run(program)

    assert stack.one(Pet).inputs == {"length": 3}
    assert stack.one(Pet).outputs["length"] == 3
    assert re.fullmatch(r"pet-[0-9a-f]{12}", stack.one(gcp.pubsub.Topic).inputs["name"])


def test_a_resource_of_no_known_class_answers_its_inputs() -> None:
    def program() -> None:
        pulumi.CustomResource("command:local:Command", "list", {"create": "ls"})

    assert run(program).one("command:local:Command").outputs == {"create": "ls"}
