"""Ways to sign in that Google's provider reads back although nobody declared them."""

from typing import Any

import pytest

from hearth.plugin.kinds import UNKNOWN

CONFIG = "gcp:identityplatform/config:Config"
EMAIL = {"enabled": True, "passwordRequired": True}
OFF = {"enabled": False}


@pytest.mark.parametrize(
    ("declared", "again"),
    [
        ({"email": EMAIL, "phoneNumber": OFF}, set()),
        ({"email": EMAIL}, {"signIn.phoneNumber"}),
        ({"phoneNumber": OFF}, {"signIn.email"}),
        ({"email": EMAIL, "phoneNumber": OFF, "anonymous": OFF}, set()),
    ],
    ids=["both", "no phone", "no email", "all"],
)
def test_what_is_read_back_and_not_declared_is_a_change_at_every_up(
    stack: Any, declared: dict[str, Any], again: set[str]
) -> None:
    config = stack(CONFIG)
    config.up({"signIn": declared})

    for _ in range(2):
        assert config.outputs["signIn"] == {"email": OFF, "phoneNumber": OFF} | declared
        assert config.up({"signIn": declared}) == again


@pytest.mark.parametrize("declared", [{}, {"signIn": UNKNOWN}], ids=["left out", "unknown"])
def test_where_no_way_to_sign_in_is_known_none_is_missed(stack: Any, declared: dict[str, Any]) -> None:
    config = stack(CONFIG)
    config.up({})
    assert "signIn" not in config.outputs

    config.up({"signIn": {"email": EMAIL, "phoneNumber": OFF}})

    assert config.diff(declared).changed <= {"signIn"}
