"""The guards stand in the program: whatever it declares is checked before the engine hears of it."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest
from pulumi import Output, ResourceOptions
from pulumi_gcp import cloudrunv2 as run

from hearth import project, target
from hearth.faults import SettingsError
from hearth.guards import guarding
from hearth.guards.declared import Intent
from hearth.guards.guarding import GuardError, Guards
from hearth.guards.provider_faults import ProviderFaultsError
from hearth.resources import RandomKey
from hearth.testing.recorder import Monitor, Stack, record
from hearth.tests.example import ROOT, run_stack

MEMBER = "gcp:projects/iAMMember:IAMMember"


def stack_with(more: Callable[[], object], name: str = "dev", **overrides: str) -> Stack:
    """A shipped stack whose program declares something more."""

    def program(**arguments: Any) -> None:
        project.program(ROOT)(**arguments)
        more()

    return run_stack(name, {f"app:{key}": value for key, value in overrides.items()}, program=program)


def editor(role: Any = "roles/editor") -> gcp.projects.IAMMember:
    return gcp.projects.IAMMember("extra", project="p", role=role, member="user:dev@example.com")


def service(*, opts: ResourceOptions | None = None, env: Any = "hello", image: Any = "web:latest") -> run.Service:
    """Declared with dictionaries, in the names of Python, which are what is easiest to write by hand."""
    template: Any = {
        "service_account": "admin@p.iam.gserviceaccount.com",
        "containers": [{"image": image, "envs": [{"name": "GREETING", "value": env}]}],
    }
    return run.Service("admin", project="p", location="us-central1", name="admin", template=template, opts=opts)


def test_a_violation_names_resource_rule_why_and_fix() -> None:
    with pytest.raises(GuardError) as caught:
        stack_with(editor)

    text = str(caught.value)
    assert text.startswith(f"IAMMember extra ({MEMBER}) was not deployed: it breaks a rule of hearth/guards.")
    assert "basic-role: role grants roles/editor\n    why: a basic role gives access to nearly everything" in text
    assert "\n    fix: grant the narrowest predefined role" in text
    assert "pulumi config set --path 'app:exceptions[\"basic-role/extra\"]' 'REASON'" in text


@pytest.mark.parametrize("local", [True, False])
def test_all_that_the_provider_would_refuse_is_told_at_once_of_all_resources(
    local: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    monkeypatch.setattr(target, "is_local", lambda _environ: local)

    class Raw(pulumi.CustomResource):
        pass

    def program() -> None:
        guards = Guards(Intent(production=False, public_access="none", auth="none", service="web"), {})
        guards.register()
        Raw("gcp:pubsub/topik:Topik", "typo", {"name": "x"})
        Raw("gcp:redis/instance:Instance", "cache", {"memorySizeGB": 1, "tier": "BIG", "name": Output.from_input("x")})
        gcp.pubsub.Topic("fine", message_storage_policy={"allowed_persistence_regions": ["us-east1"]})
        guards.warn_of_unused_exceptions()

    with pytest.raises(LookupError) as caught:  # of the recorder, which would refuse it, too
        record(program, config={"gcp:project": "shop-dev", "gcp:region": "us-central1"})

    refused = caught.value.__cause__
    assert isinstance(refused, ProviderFaultsError) is local
    told = str(refused) if local else warned[0]
    assert told.splitlines()[2:] == [
        "  typo: pulumi-gcp 10.2.0 has no type gcp:pubsub/topik:Topik. Did you mean gcp:pubsub/topic:Topic?",
        "  Instance cache, memorySizeGB: no such property; did you mean memorySizeGb?",
        "  Instance cache, memorySizeGb: required, and missing",
        "  Instance cache, tier: one of BASIC, STANDARD_HA was expected, not BIG",
    ]


@pytest.mark.parametrize("arrives", ["now", "later"])
def test_all_that_is_wrong_with_a_resource_comes_together(arrives: str) -> None:
    def program() -> None:
        if arrives == "now":
            service(env="postgres://app:hunter2@h/app")
        else:
            service(image=Output.from_input("web:latest"), env=Output.secret("hunter2"))

    with pytest.raises(GuardError) as caught:
        stack_with(program)

    assert caught.value.rules == ("image-by-digest", "plain-secret")
    assert "template.containers[0].image = 'web:latest'" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_value_made_from_a_secret_is_known_as_one() -> None:
    def program() -> None:
        key = RandomKey("extra-key", size=32, rotation="1")
        service(env=Output.concat("key-", key.value), image="h/p/i@sha256:" + "a" * 64)

    with pytest.raises(GuardError, match="'GREETING' has a plaintext value"):
        stack_with(program)


async def later(value: str) -> str:
    """A value that takes its time, as an output of a resource does."""
    await asyncio.sleep(0)
    return value


async def later_known(*, known: bool) -> bool:
    await asyncio.sleep(0)
    return known


def test_what_is_known_is_refused_where_it_is_declared() -> None:
    """As an error of the program: Pulumi may tell one that a task raises twice, or with a traceback."""
    went_on: list[str] = []

    def program() -> None:
        editor()
        went_on.append("declared")

    with pytest.raises(GuardError):
        stack_with(program)
    assert went_on == []


def test_a_value_that_is_known_later_is_checked_then_and_the_engine_never_hears_of_it() -> None:
    """The engine would have created the resource by the time somebody reads the message."""
    monitor = Monitor()

    async def program() -> None:
        Guards(Intent(production=False, public_access="iam", auth="none", service="web"), {}).register()
        extra = editor(Output.from_input(later("roles/owner")))
        # Until it is registered, or will never be.
        with contextlib.suppress(GuardError):
            await extra.urn.future()

    with pytest.raises(GuardError, match="role grants roles/owner"):
        record(program, monitor=monitor)
    assert monitor.recorded == {}


def test_guards_change_nothing_about_a_resource() -> None:
    """What it waits for is what it waited for, and secret inputs stay secret."""

    def extra() -> None:
        editor("roles/run.viewer")
        gcp.secretmanager.SecretVersion("extra", secret="projects/p/secrets/s", secret_data=pulumi.Output.secret("x"))

    stack = stack_with(extra)

    assert stack.one(MEMBER, "extra").depends_on == frozenset()
    assert stack.one("gcp:secretmanager/secretVersion:SecretVersion", "extra").secret_inputs == {"secretData"}


def test_protection_by_a_parent_counts() -> None:
    class Vault(pulumi.ComponentResource):
        def __init__(self, *, protect: bool) -> None:
            super().__init__("hearth-app:infra:Vault", "vault", None, ResourceOptions(protect=protect))
            gcp.storage.Bucket("data", project="p", name="p-data", location="US", opts=ResourceOptions(parent=self))
            self.register_outputs({})

    assert stack_with(lambda: Vault(protect=True), "prod").one("gcp:storage/bucket:Bucket", "data").protect
    with pytest.raises(GuardError, match="protect is off"):
        stack_with(lambda: Vault(protect=False), "prod")


@pytest.mark.parametrize("exception", ["basic-role/extra", "basic-role/*"])
def test_an_exception_with_a_reason_lets_it_pass(exception: str) -> None:
    stack = stack_with(editor, exceptions=f'{{"{exception}": "until the migration is over"}}')

    assert stack.one(MEMBER, "extra").inputs["role"] == "roles/editor"
    assert stack.warnings == []


@pytest.mark.parametrize("exception", ["public/extra", "basic-role/other"])
def test_an_exception_excuses_nothing_else(exception: str) -> None:
    with pytest.raises(GuardError):
        stack_with(editor, exceptions=f'{{"{exception}": "until the migration is over"}}')


@pytest.mark.parametrize("exception", ["basic-role/web", "basic-role/gone", "basic-role/*"])
def test_an_exception_that_excuses_nothing_is_warned_of(exception: str) -> None:
    (warning,) = run_stack("dev", {"app:exceptions": f'{{"{exception}": "once it was needed"}}'}).warnings

    assert f"{exception!r}, which is not needed" in warning


@pytest.mark.parametrize(
    ("exceptions", "said"),
    [
        ('{"basic-rule/extra": "a reason"}', "one of the rules basic-role, "),
        ('{"basic-role": "a reason"}', "RULE/RESOURCE"),
        ('{"basic-role/extra": " "}', "it has no reason"),
        ('["basic-role/extra"]', "a reason for each RULE/RESOURCE"),
        ("basic-role/extra", "a reason for each RULE/RESOURCE"),
    ],
)
def test_an_exception_that_could_not_work_is_refused(exceptions: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        run_stack("dev", {"app:exceptions": exceptions})


def test_a_resource_that_is_only_read_is_not_held_to_rules() -> None:
    """It is somebody else's, and stays as it is."""
    guards = Guards(Intent(production=True, public_access="iam", auth="none", service="web"), {})
    read = pulumi.ResourceTransformationArgs(
        resource=gcp.projects.IAMMember.__new__(gcp.projects.IAMMember),
        type_=MEMBER,
        name="theirs",
        props={"role": "roles/owner"},
        opts=ResourceOptions(id="p roles/owner user:dev@example.com"),
    )

    assert guards._transform(read) is None


def warned(monkeypatch: pytest.MonkeyPatch, exceptions: dict[str, str], *checks: guarding._Checked | Exception) -> int:
    """How many exceptions are warned of when these checks are done."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)

    async def done(check: guarding._Checked | Exception) -> guarding._Checked:
        if isinstance(check, Exception):
            raise check
        return check

    async def program() -> None:
        guards = Guards(Intent(production=False, public_access="iam", auth="none", service="web"), exceptions)
        guards._checks = [asyncio.ensure_future(done(check)) for check in checks]
        await guards._warn()

    asyncio.run(program())
    return len(said)


@pytest.mark.parametrize(
    ("exception", "count"),
    [("basic-role/*", 0), ("basic-role/extra", 0), ("basic-role/web", 1), ("basic-role/gone", 1)],
)
def test_an_exception_that_may_still_excuse_something_is_not_warned_of(
    monkeypatch: pytest.MonkeyPatch, exception: str, count: int
) -> None:
    """A preview does not know everything: it must not advise against what the deployment needs."""
    known, unknown = (
        guarding._Checked(name=name, excepted=frozenset(), complete=complete)
        for name, complete in (("web", True), ("extra", False))
    )

    assert warned(monkeypatch, {exception: "once it was needed"}, known, unknown) == count


@pytest.mark.parametrize(
    ("exceptions", "told"),
    [
        ({}, ["IAMMember extra (basic-role, public)"]),
        ({"public/extra": "a public data set"}, ["IAMMember extra (basic-role)"]),
        ({"public/*": "a public data set", "basic-role/extra": "until the migration is over"}, []),
    ],
)
def test_a_preview_says_of_which_rules_it_cannot_tell(
    monkeypatch: pytest.MonkeyPatch, exceptions: dict[str, str], told: list[str]
) -> None:
    """What it does not know is not passed without a word: the deployment may refuse it."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", said.append)

    async def program() -> None:
        unknown = Output[str](set(), later("?"), later_known(known=False))
        guards = Guards(Intent(production=False, public_access="iam", auth="none", service="web"), exceptions)
        declared = pulumi.ResourceTransformationArgs(
            resource=gcp.projects.IAMMember.__new__(gcp.projects.IAMMember),
            type_=MEMBER,
            name="extra",
            props={"role": unknown, "member": unknown, "project": "p"},
            opts=ResourceOptions(),
        )
        guards._checks = [asyncio.ensure_future(guards._check(declared))]
        await guards._warn()

    asyncio.run(program())

    assert [each.partition("during the deployment: ")[2].partition(". The deployment")[0] for each in said] == told


def test_nothing_is_said_of_exceptions_while_something_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal is what its reader needs, and what was not reached may have used them."""
    exceptions = {"basic-role/gone": "once it was needed"}

    assert warned(monkeypatch, exceptions, RuntimeError("refused")) == 0
    assert warned(monkeypatch, exceptions) == 1
