"""Which of the addresses that a request names is believed."""

from collections.abc import Sequence

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from flask_hearth.forwarded import behind_front_end

OWN = "web-abc123-uc.a.run.app"
TRUSTED = ("shop.web.app", "shop.firebaseapp.com", "shop--*.web.app", "www.example.com", "localhost", "*.localhost")


def client_of(trusted: Sequence[str] = TRUSTED) -> FlaskClient:
    app = Flask("echo", static_folder=None)
    app.add_url_rule("/", "seen", lambda: request.url_root)
    app.wsgi_app = behind_front_end(app.wsgi_app, trusted)  # type: ignore[assignment, method-assign]
    return app.test_client()


def seen(trusted: Sequence[str] = TRUSTED, **headers: str) -> str:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client_of(trusted).get("/", base_url=f"http://{OWN}", headers=given).text


@pytest.mark.parametrize(
    "host",
    [
        "shop.web.app",
        "SHOP.web.app",
        "shop.firebaseapp.com",
        "shop--pr-12-a1b2c3.web.app",
        "www.example.com",
        "localhost:5003",
        "shop--preview.localhost:5003",
    ],
)
def test_a_host_of_the_site_is_what_the_visitor_sees(host: str) -> None:
    assert seen(X_Forwarded_Host=host, X_Forwarded_Proto="https") == f"https://{host.lower()}/"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "shop.web.app.evil.example",
        "evil.shop.web.app",
        "xshop.web.app",
        "shop--.web.app",
        "shop--a.b.web.app",
        "shopXwebYapp",
        "shop.web.app, evil.example",
        "evil.example, shop.web.app",
        "shop.web.app:5003:1",
        "shop:5003.web.app",
        ":5003shop.web.app",
        "shop.web.app/../evil",
        "user@shop.web.app",
        "",
        " ",
    ],
)
def test_any_other_is_ignored(host: str) -> None:
    """What is left is the address by which the service was found."""
    assert seen(X_Forwarded_Host=host, X_Forwarded_Proto="https") == f"https://{OWN}/"


@pytest.mark.parametrize("scheme", ["ftp", "https,http", "javascript", ""])
def test_what_is_no_scheme_is_ignored(scheme: str) -> None:
    assert seen(X_Forwarded_Host="shop.web.app", X_Forwarded_Proto=scheme) == "http://shop.web.app/"


def test_nothing_forwarded_is_believed_where_no_host_is_trusted() -> None:
    assert seen((), X_Forwarded_Host="shop.web.app", X_Forwarded_Proto="https") == f"http://{OWN}/"


def test_neither_path_nor_client_nor_port_can_be_forwarded() -> None:
    answer = seen(X_Forwarded_Prefix="/elsewhere", X_Forwarded_Port="9", X_Forwarded_For="9.9.9.9")

    assert answer == f"http://{OWN}/"
