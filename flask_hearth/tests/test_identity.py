"""Who may write: everybody where nobody is checked, and only the signed in where everybody is."""

import pytest
from flask import Flask

from flask_hearth import identity


@pytest.mark.parametrize(
    ("checked", "user", "may"),
    [
        (False, None, True),
        (True, None, False),
        (True, identity.User(id="ann"), True),
    ],
)
def test_strangers_may_write_only_where_nobody_is_checked(
    checked: bool,  # noqa: FBT001 - a table's column
    user: identity.User | None,
    may: bool,  # noqa: FBT001 - a table's column
) -> None:
    app = Flask("test")
    app.config[identity.CHECKED] = checked

    with app.test_request_context():
        if user:
            identity.sign_in(user)
        assert identity.may_write() is may


def test_a_user_is_one_for_one_request_only() -> None:
    app = Flask("test")

    with app.test_request_context():
        identity.sign_in(identity.User(id="ann"))
        assert identity.current() == identity.User(id="ann")
    with app.test_request_context():
        assert identity.current() is None
