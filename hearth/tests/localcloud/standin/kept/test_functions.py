"""Functions on the local cloud, of what is kept; the types that are played are read in the same way."""

from collections.abc import Callable
from typing import Any

import pytest

from hearth.catalog import functions
from hearth.localcloud.standin.provider import StandIn
from hearth.plugin.kinds import UNKNOWN, ProviderError, Secret, Values

GET_TOPIC = "gcp:pubsub/getTopic:getTopic"
GET_CHANNEL = "gcp:monitoring/getNotificationChannel:getNotificationChannel"

Stack = Callable[[str], Any]


def test_what_is_recorded_is_read_by_the_arguments_that_its_id_is_made_of(stack: Stack, provider: StandIn) -> None:
    stack("gcp:pubsub/topic:Topic").up({"name": "events", "labels": {"team": "a"}})

    found = provider.invoke(GET_TOPIC, {"name": "events"})

    assert (found["id"], found["name"]) == ("projects/demo-x/topics/events", "events")
    assert found["labels"] == {"team": "a"}
    assert [value for value in found.values() if isinstance(value, Secret)] == []
    assert found["schemaSettings"] == []


def test_what_google_names_is_found_by_its_other_properties(stack: Stack, provider: StandIn) -> None:
    channel = stack("gcp:monitoring/notificationChannel:NotificationChannel")
    channel.up({"displayName": "mail", "type": "email"})

    assert provider.invoke(GET_CHANNEL, {"displayName": "mail"})["name"] == channel.id
    with pytest.raises(ProviderError, match=r"finds no monitoring\.NotificationChannel that its arguments name"):
        provider.invoke(GET_CHANNEL, {"displayName": "other"})


def test_what_is_not_there_is_refused_with_what_to_do(provider: StandIn) -> None:
    with pytest.raises(ProviderError, match=r"getTopic finds no pubsub\.Topic.*Deploy it first"):
        provider.invoke(GET_TOPIC, {"name": "events"})


@pytest.mark.parametrize("token", ["gcp:compute/getZones:getZones", "gcp:pubsub/getTopicIamPolicy:getTopicIamPolicy"])
def test_what_only_google_could_answer_is_refused_by_what_is_answered(provider: StandIn, token: str) -> None:
    with pytest.raises(ProviderError, match=f"does not answer the function {token}.*getProject, getClientConfig"):
        provider.invoke(token, {})


@pytest.mark.parametrize(
    ("token", "arguments"),
    [
        (GET_TOPIC, {"name": UNKNOWN}),
        (functions.GET_IAM_POLICY, {"bindings": [{"role": "roles/x", "members": [UNKNOWN]}]}),
        ("gcp:compute/getZones:getZones", {"region": UNKNOWN}),
    ],
)
def test_of_arguments_that_are_not_known_yet_nothing_is_known_and_nothing_is_asked(
    provider: StandIn, token: str, arguments: Values
) -> None:
    """Also of what would be refused: a preview must not end before anybody knows what is asked."""
    provider.configure({"project": "demo-x"})
    answer = provider.invoke(token, arguments)

    assert set(map(repr, answer.values())) == {"UNKNOWN"}


def test_the_clients_token_is_secret(provider: StandIn) -> None:
    assert isinstance(provider.invoke(functions.GET_CLIENT_CONFIG, {})["accessToken"], Secret)
