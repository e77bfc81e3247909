"""The protocol, method by method, as the engine speaks it over gRPC."""

import json
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.rpc import status_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, plugin_pb2, provider_pb2

from hearth.plugin.kinds import (
    UNKNOWN,
    CheckResult,
    CreateResult,
    DiffResult,
    Failure,
    InitFailed,
    ProviderError,
    ReadResult,
    Secret,
)
from hearth.plugin.servicer import Servicer
from hearth.plugin.values import decode, encode

URN = "urn:pulumi:dev::proj::comp:index:Site$told:index:Thing::it"


def refused(call: Any, request: Any) -> Any:
    with pytest.raises(grpc.RpcError) as caught:
        call(request)
    return caught.value


def test_it_names_itself(stub: Any) -> None:
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
    schema = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert (schema["name"], schema["version"]) == ("told", "1.2.3")
    assert set(schema["resources"]) == {"told:index:Thing"}


def test_it_takes_values_in_their_plain_form_only(stub: Any) -> None:
    """The engine then sends secrets in clear and marks them again itself in what it stores."""
    handshake = stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    configured = stub.Configure(provider_pb2.ConfigureRequest())

    assert handshake == provider_pb2.ProviderHandshakeResponse()
    assert configured == provider_pb2.ConfigureResponse(supportsPreview=True)


def test_configuration_comes_plain_and_without_the_engines_own_part(stub: Any, provider: Any) -> None:
    """The engine seals secrets in it whatever was agreed, and keeps the plugin's version there."""
    stub.Configure(
        provider_pb2.ConfigureRequest(args=encode({"project": "demo-x", "key": Secret("k"), "version": "1.2.3"}))
    )

    assert provider.config == {"project": "demo-x", "key": "k"}


@pytest.mark.parametrize(
    ("new", "changes"),
    [({"project": "a"}, provider_pb2.DiffResponse.DIFF_NONE), ({"project": "b"}, provider_pb2.DiffResponse.DIFF_SOME)],
)
def test_another_configuration_never_replaces_the_provider(stub: Any, new: dict[str, Any], changes: Any) -> None:
    """A replaced provider would replace every resource of its."""
    diff = stub.DiffConfig(provider_pb2.DiffRequest(old_inputs=encode({"project": "a"}), news=encode(new)))

    assert diff.changes == changes
    assert not diff.replaces


def test_check_sends_none_for_a_resource_that_is_new(stub: Any, kind: Any) -> None:
    stub.Check(provider_pb2.CheckRequest(urn=URN, olds=encode({}), news=encode({"a": 1})))

    assert kind.asked["check"] == (None, {"a": 1})


def test_check_answers_the_inputs_and_every_failure_by_its_path(stub: Any, kind: Any) -> None:
    kind.answer["check"] = CheckResult(
        {"a": 1, "b": UNKNOWN}, [Failure('files["/x"]', "is bad"), Failure("c", "missing")]
    )

    answer = stub.Check(provider_pb2.CheckRequest(urn=URN, news=encode({})))

    assert decode(answer.inputs) == {"a": 1, "b": UNKNOWN}
    assert [each.reason for each in answer.failures] == ['files["/x"]: is bad', "c: missing"]


def test_diff_reads_the_kind_of_each_change_off_the_inputs(stub: Any, kind: Any) -> None:
    old = {"files": {"/a": "1", "/b": "1"}, "name": "x"}
    new = {"files": {"/a": "2", "/c": "1"}, "name": "y", "size": 1}
    kind.answer["diff"] = DiffResult(
        frozenset({'files["/a"]', 'files["/b"]', 'files["/c"]', "drifted"}), frozenset({"name", "size"}), True
    )

    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN, id="i", old_inputs=encode(old), news=encode(new)))

    shown = {path: (each.kind, each.inputDiff) for path, each in answer.detailedDiff.items()}
    assert shown == {
        'files["/a"]': (provider_pb2.PropertyDiff.UPDATE, True),
        'files["/b"]': (provider_pb2.PropertyDiff.DELETE, True),
        'files["/c"]': (provider_pb2.PropertyDiff.ADD, True),
        "drifted": (provider_pb2.PropertyDiff.UPDATE, False),
        "name": (provider_pb2.PropertyDiff.UPDATE_REPLACE, True),
        "size": (provider_pb2.PropertyDiff.ADD_REPLACE, True),
    }
    assert (list(answer.replaces), list(answer.diffs)) == (["name", "size"], ["drifted", "files", "name", "size"])
    assert answer.deleteBeforeReplace
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME


def test_no_difference_is_said_as_such(stub: Any) -> None:
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN, id="i"))

    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert answer.hasDetailedDiff


def test_create_passes_preview_and_timeout_on(stub: Any, kind: Any) -> None:
    kind.answer["create"] = CreateResult("", {"url": UNKNOWN, "key": Secret(UNKNOWN)})

    answer = stub.Create(
        provider_pb2.CreateRequest(urn=URN, properties=encode({"a": UNKNOWN}), preview=True, timeout=9)
    )

    assert kind.asked["create"] == ({"a": UNKNOWN}, True)
    assert (kind.contexts[0].timeout, kind.contexts[0].urn) == (9, URN)
    assert answer.properties.fields["url"].string_value == rpc.UNKNOWN
    assert answer.properties.fields["key"].struct_value.fields["value"].string_value == rpc.UNKNOWN


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        (provider_pb2.ReadRequest(urn=URN, id="i"), ("i", None, None)),
        (
            provider_pb2.ReadRequest(urn=URN, id="i", inputs=encode({"a": 1}), properties=encode({"b": 2})),
            ("i", {"a": 1}, {"b": 2}),
        ),
    ],
    ids=["import", "refresh"],
)
def test_read_tells_an_import_from_a_refresh(stub: Any, kind: Any, request_: Any, asked: tuple[Any, ...]) -> None:
    kind.answer["read"] = ReadResult("i", {"a": 1}, {"a": 1, "b": 2})

    answer = stub.Read(request_)

    assert kind.asked["read"] == asked
    assert (answer.id, decode(answer.inputs), decode(answer.properties)) == ("i", {"a": 1}, {"a": 1, "b": 2})


def test_read_of_what_is_gone_answers_nothing(stub: Any) -> None:
    assert stub.Read(provider_pb2.ReadRequest(urn=URN, id="i")) == provider_pb2.ReadResponse()


def test_update_and_delete_pass_the_whole_state_on(stub: Any, kind: Any) -> None:
    old, new = {"a": 1}, {"a": 2}
    state = {"a": 1, "url": "u"}
    stub.Update(
        provider_pb2.UpdateRequest(urn=URN, id="i", old_inputs=encode(old), olds=encode(state), news=encode(new))
    )
    stub.Delete(provider_pb2.DeleteRequest(urn=URN, id="i", old_inputs=encode(new), properties=encode(state)))

    assert kind.asked["update"] == ("i", old, state, new, False)
    assert kind.asked["delete"] == ("i", new, state)


def test_an_expected_error_is_its_message_alone(stub: Any, kind: Any) -> None:
    """Any other code than these two tells the engine that nothing happened."""
    kind.answer["create"] = ProviderError("Größe: too large.\nMake it smaller.")

    error = refused(stub.Create, provider_pb2.CreateRequest(urn=URN))

    assert error.details() == "Größe: too large.\nMake it smaller."
    assert error.code() not in (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL)


def test_a_bug_shows_its_traceback_once_and_leaves_the_outcome_unknown(stub: Any, kind: Any) -> None:
    kind.answer["create"] = KeyError("template")

    error = refused(stub.Create, provider_pb2.CreateRequest(urn=URN))

    assert error.code() is grpc.StatusCode.INTERNAL
    assert "a bug" in error.details()
    assert error.details().count("Traceback") == 1
    assert "KeyError: 'template'" in error.details()


@pytest.mark.parametrize("size", [1, 200_000], ids=["small", "large"])
def test_a_resource_that_did_not_come_up_is_kept_with_the_reasons(stub: Any, kind: Any, size: int) -> None:
    """The engine takes id, outputs and reasons from the status' details; a large state must fit as well."""
    kind.answer["create"] = InitFailed("i", {"big": "x" * size, "key": Secret("k")}, ["not ready", "no probe answer"])

    error = refused(stub.Create, provider_pb2.CreateRequest(urn=URN))

    (rich,) = (value for key, value in error.trailing_metadata() if key == "grpc-status-details-bin")
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(rich).details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("i", ["not ready", "no probe answer"])
    assert decode(detail.properties) == {"big": "x" * size, "key": "k"}


def test_progress_and_warnings_reach_the_engine_on_the_resources_row(stub: Any, kind: Any, listening: Any) -> None:
    stub.Delete(provider_pb2.DeleteRequest(urn=URN, id="i"))

    kind.contexts[0].say("step 1")
    kind.contexts[0].warn("careful")

    assert listening.logged == [
        (engine_pb2.INFO, URN, "step 1", True),
        (engine_pb2.WARNING, URN, "careful", False),
    ]


def test_an_engine_that_is_gone_does_not_fail_the_work(stub: Any, kind: Any) -> None:
    stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
    stub.Delete(provider_pb2.DeleteRequest(urn=URN, id="i"))

    kind.contexts[0].say("nobody listens")


def test_cancel_reaches_work_that_is_already_running(stub: Any, kind: Any, servicer: Servicer) -> None:
    stub.Delete(provider_pb2.DeleteRequest(urn=URN, id="i"))
    running = kind.contexts[0]

    stub.Cancel(empty_pb2.Empty())

    assert running.cancelled.is_set()


@pytest.mark.parametrize("words", [[], ["two of them do nothing", "a third is odd"]])
def test_last_words_are_warnings_on_the_stack(stub: Any, provider: Any, listening: Any, words: list[str]) -> None:
    provider.words = words

    stub.Cancel(empty_pb2.Empty())

    assert listening.logged == [(engine_pb2.WARNING, "", each, False) for each in words]


def test_an_unknown_kind_is_refused_by_its_own_type(stub: Any) -> None:
    """Also without the `type` field, which older engines do not send: the URN names parents as well."""
    error = refused(stub.Create, provider_pb2.CreateRequest(urn=URN.replace("Thing", "Other")))

    assert error.details() == "told:index:Other is none of my kinds"


@pytest.mark.parametrize("taken", [True, False])
def test_assets_reach_a_provider_that_takes_them(stub: Any, provider: Any, *, taken: bool) -> None:
    provider.takes_assets = taken
    news = encode({"files": {rpc._special_sig_key: rpc._special_asset_sig, "hash": "h", "text": "x"}})
    request = provider_pb2.CheckRequest(urn=URN, news=news)

    if taken:
        assert stub.Check(request).inputs == news
    else:
        assert refused(stub.Check, request).details().startswith("files: assets and archives are not taken here.")


def test_a_function_gets_its_arguments_and_answers(stub: Any, provider: Any) -> None:
    provider.answer = {"size": 3, "key": Secret("k"), "later": UNKNOWN}

    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="told:index:getThing", args=encode({"a": UNKNOWN})))

    assert provider.asked == ("told:index:getThing", {"a": UNKNOWN})
    assert getattr(answer, "return") == encode(provider.answer)


def test_a_function_that_it_does_not_have_is_refused_by_name(stub: Any) -> None:
    error = refused(stub.Invoke, provider_pb2.InvokeRequest(tok="told:index:getThing"))

    assert error.details() == "the provider told 1.2.3 does not have the function told:index:getThing"


@pytest.mark.parametrize(
    ("method", "request_", "named"),
    [
        ("Call", provider_pb2.CallRequest(tok="told:index:Thing/do"), "told:index:Thing/do"),
        ("Construct", provider_pb2.ConstructRequest(type="told:index:Comp"), "told:index:Comp"),
        ("Parameterize", provider_pb2.ParameterizeRequest(), "parameters"),
    ],
)
def test_what_it_does_not_offer_is_refused_by_name(stub: Any, method: str, request_: Any, named: str) -> None:
    error = refused(getattr(stub, method), request_)

    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert named in error.details()
    assert "told 1.2.3" in error.details()
