"""Firebase Authentication of one project, for tests: a key of its own, tokens signed with it, and its public side."""

import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from flask_hearth.tests.loopback_server import LoopbackServer

PROJECT = "demo-hearth"


class SigningKey:
    """An RSA key with its id."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public(self) -> dict[str, Any]:
        """As Google publishes it."""
        jwk: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return jwk | {"kid": self.kid, "alg": "RS256", "use": "sig"}

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """A token; None takes a claim or a header away."""
        body = {name: value for name, value in claims.items() if value is not None}
        extra = {name: value for name, value in ({"kid": self.kid} | header).items() if value is not None}
        return jwt.encode(body, self.private, algorithm="RS256", headers=extra)


def claims(**changed: Any) -> dict[str, Any]:
    """Those of a user who has just signed in, with some replaced."""
    now = int(time.time())
    return {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "auth_time": now - 1,
        "user_id": "ada-1815",
        "sub": "ada-1815",
        "iat": now,
        "exp": now + 3600,
        "email": "ada@example.com",
        "email_verified": False,
        "firebase": {"identities": {"email": ["ada@example.com"]}, "sign_in_provider": "password"},
    } | changed


def claims_at(**offsets: int) -> dict[str, Any]:
    """With some of the times so many seconds from now. Told as offsets, as tests are read long before they run."""
    return claims(**{name: int(time.time()) + offset for name, offset in offsets.items()})


def key_set(*keys: SigningKey) -> bytes:
    return json.dumps({"keys": [key.public for key in keys]}).encode()


class KeyServer(LoopbackServer):
    """Publishes keys over HTTP, on a free port of loopback."""

    def __init__(self, *keys: SigningKey) -> None:
        self.keys = list(keys)
        self.down = False
        self.asked = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.asked += 1
                body = key_set(*owner.keys)
                self.send_response(500 if owner.down else 200)
                self.send_header("Cache-Control", "public, max-age=20000, must-revalidate, no-transform")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)
