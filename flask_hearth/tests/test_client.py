"""Where a request comes from, by headers of which only the end can be believed."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from flask_hearth.client import hops

PEER = "169.254.1.1"


@pytest.mark.parametrize(
    ("forwarded", "trusted", "expected"),
    [
        ([], 2, (PEER,)),
        (["203.0.113.9"], 0, (PEER,)),
        (["203.0.113.9"], 2, ("203.0.113.9",)),
        (["203.0.113.9, 142.250.1.1"], 2, ("203.0.113.9", "142.250.1.1")),
        (["203.0.113.9", "142.250.1.1"], 2, ("203.0.113.9", "142.250.1.1")),
        (["9.9.9.9, 203.0.113.9 ,142.250.1.1"], 2, ("203.0.113.9", "142.250.1.1")),
        (["9.9.9.9, 203.0.113.9"], 1, ("203.0.113.9",)),
        (["2001:db8:1:2:3:4:5:6"], 1, ("2001:db8:1::/48",)),
        (["::ffff:203.0.113.9"], 1, ("203.0.113.9",)),
        (["<script>, 203.0.113.9"], 2, ("unknown", "203.0.113.9")),
        (["x" * 5000], 1, ("unknown",)),
        ([",, ,"], 2, (PEER,)),
    ],
)
def test_the_last_addresses_are_taken_as_many_as_proxies_are_known(
    forwarded: list[str], trusted: int, expected: tuple[str, ...]
) -> None:
    builder = EnvironBuilder(headers=[("X-Forwarded-For", value) for value in forwarded])
    builder.environ_base = {"REMOTE_ADDR": PEER}

    assert hops(Request(builder.get_environ()), trusted) == expected


def test_neighbours_in_one_network_are_one_client() -> None:
    """A site may have 2^80 addresses of IPv6."""

    def of(address: str) -> tuple[str, ...]:
        return hops(Request(EnvironBuilder(headers=[("X-Forwarded-For", address)]).get_environ()), 1)

    assert of("2001:db8::1") == of("2001:db8:0:ffff::1")
    assert of("2001:db8::1") != of("2001:db8:1::1")
