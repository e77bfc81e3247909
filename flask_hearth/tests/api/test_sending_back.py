"""What was read can be sent back; what the service sets can't be changed by sending another."""

import pytest

from flask_hearth.tests.api.conftest import Api, problem


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_object_that_was_read_can_be_sent_back(api: Api, method: str) -> None:
    path = api.make()
    read = api.client.get(path)

    answer = api.client.open(path, method=method, json=read.get_json(), headers=api.sample.unsafe)
    changed = api.client.open(
        path, method=method, json=answer.get_json() | api.sample.patch, headers={"If-Match": answer.headers["ETag"]}
    )

    assert answer.status_code == 200, answer.text
    assert changed.status_code == 200, changed.text
    assert changed.get_json()["id"] == read.get_json()["id"]
    assert changed.get_json() != read.get_json()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("name", "value"), [("id", "mine"), ("created_at", "2020-01-01T00:00:00Z"), ("updated_at", None), ("id", ["x"])]
)
def test_what_the_service_sets_can_not_be_changed(api: Api, method: str, name: str, value: object) -> None:
    path = api.make()
    read = api.client.get(path).get_json()

    answer = api.client.open(path, method=method, json=read | {name: value}, headers=api.sample.unsafe)

    (told,) = problem(answer, 422)["errors"]
    assert told["pointer"] == f"/{name}"
    assert "leave it out" in told["detail"]
    assert api.client.get(path).get_json() == read


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_another_state_is_told_before_what_was_sent_of_it(api: Api, method: str) -> None:
    """Of what somebody else has changed since, the time is another one, too."""
    path = api.make()
    read = api.client.get(path)
    stale = read.get_json() | {"updated_at": "2020-01-01T00:00:00Z"}

    problem(api.client.open(path, method=method, json=stale, headers={"If-Match": '"old"'}), 412)


def test_an_object_that_is_gone_can_not_be_sent_back(api: Api) -> None:
    path = api.make()
    read = api.client.get(path).get_json()
    api.client.delete(path, headers=api.sample.unsafe)

    problem(api.client.put(path, json=read, headers=api.sample.unsafe), 404)


def test_a_new_object_can_not_be_given_what_the_service_sets(api: Api) -> None:
    told = problem(api.client.post(api.sample.path, json=api.sample.least | {"id": "mine"}), 422)

    assert [fault["pointer"] for fault in told["errors"]] == ["/id"]
